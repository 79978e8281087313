"""Alice's browser, and a library with many voices in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.library import crowd
from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def many_voices(alice: User) -> Callable[[int], None]:
    """Voices of Alice's whose sample has no file: pages only speak of it."""

    def make(count: int) -> None:
        sample = Sample.objects.create(owner=alice, original_name="me.wav", sha256="0" * 64, seconds=12.0)
        crowd.make(alice, sample, count)

    return make
