"""What holds for every page: its headers, the health check, errors that look like ours."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from django.test import Client

from voiceclone.accounts.models import User
from voiceclone.work.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = [
    "/",
    "/clone/",
    "/voices/",
    "/speak/",
    "/history/",
    "/account/",
    "/account/2fa/",
    "/account/sessions/",
    "/account/data/",
    "/voices/import/",
    "/admin/",
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_the_strict_policy_and_no_inline_code(
    alice: User, client_of: Callable[[User], Client], address: str
) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    answer = client_of(alice).get(address)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Permissions-Policy"].startswith("microphone=(self)")
    page = answer.content.decode()
    assert "<script>" not in page
    assert "<style" not in page
    assert ' style="' not in page


def test_private_pages_are_not_kept_by_the_browser(alice: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(alice).get("/voices/")["Cache-Control"] == "no-store"


def test_a_page_that_is_not_there_looks_like_ours(client: Client, db: None) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Voiceclone" in answer.content.decode()


def test_health_is_503_until_a_worker_lives(client: Client, db: None) -> None:
    assert client.get("/healthz").status_code == 503
    Worker.beat("a-worker")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "web": True, "database": True, "worker": True, "workers": 1}


def test_a_worker_that_fell_silent_is_not_alive(client: Client, db: None) -> None:
    Worker.beat("a-worker")
    Worker.objects.update(seen_at=Worker.objects.get().seen_at - 2 * Worker.ALIVE)
    assert client.get("/healthz").json()["worker"] is False


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_programs_get_json_where_there_is_nothing(client: Client, db: None, method: str) -> None:
    answer = getattr(client, method)("/api/no/such/address")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"code": 404, "message": "There is nothing at /api/no/such/address on this server."}


def test_pages_travel_compressed_and_answers_to_programs_as_they_are(client: Client, db: None) -> None:
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    assert "Hear your own voice" in gzip.decompress(page.content).decode()
    assert "Content-Encoding" not in client.get("/")
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"})


@pytest.mark.parametrize(("kept", "said"), [("dark", ' data-theme="dark"'), ('"><script>', ""), ("", "")])
def test_a_chosen_look_is_in_the_page_before_any_script(client: Client, db: None, kept: str, said: str) -> None:
    client.cookies["theme"] = kept
    assert f'<html lang="en"{said}>' in client.get("/").content.decode()
