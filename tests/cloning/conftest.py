"""A browser of Alice's, a sample of hers, and a site that asks for a sentence read aloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from voiceclone.accounts.models import User
from voiceclone.samples.models import Sample


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def sample(alice: User, make_sample: Callable[..., Sample]) -> Sample:
    return make_sample(alice)


@pytest.fixture
def read_aloud(settings: Any) -> None:
    settings.CONSENT = "read_aloud"
