"""What holds for every page: its headers, the health check, errors that look like ours."""

from __future__ import annotations

import gzip
import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from voiceclone import views
from voiceclone.accounts.models import User
from voiceclone.log import LineFormatter
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


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log says of pages that were refused."""
    log, written = logging.getLogger("pages"), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter())
    log.addHandler(handler)
    yield written
    log.removeHandler(handler)


@pytest.mark.parametrize(("address", "code"), [("/no/such/page/", 404), ("/", 403), ("/account/login/", 403)])
def test_an_error_shows_the_id_of_its_line_in_the_log(
    db: None, alice: User, lines: io.StringIO, address: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client(enforce_csrf_checks=True)
    if address == "/":
        monkeypatch.setattr(views, "render", deny)
    answer = browser.post(address) if address == "/account/login/" else browser.get(address)
    assert answer.status_code == code
    found = re.search(rf"Error {code} · (\w{{10}})<", answer.content.decode())
    assert found
    assert f"refused status={code} " in lines.getvalue()
    assert lines.getvalue().rstrip().endswith(f"request={found[1]}")


def deny(*args: object) -> None:
    raise PermissionDenied


def test_a_page_of_somebody_else_asks_strangers_to_sign_in(
    alice: User, client: Client, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "render", deny)
    assert "You are signed in" not in client.get("/").content.decode()
    assert "You are signed in" in client_of(alice).get("/").content.decode()


@pytest.mark.parametrize(
    ("referer", "is_ours"), [("http://testserver/speak/", True), ("https://elsewhere.example/", False), ("", False)]
)
def test_a_form_that_is_too_old_leads_back_to_its_page_and_nowhere_else(db: None, referer: str, is_ours: bool) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.post("/account/login/", headers={"Referer": referer}).content.decode()
    assert (f'href="{referer}" data-back>Go back</a>' in page) is is_ours
    assert "elsewhere" not in page


def test_an_address_that_makes_no_sense_is_400_with_an_id(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert re.search(r"Error 400 · \w{10}<", answer.content.decode())


def test_the_landing_page_promises_no_more_than_the_site_does(client: Client, settings: Any) -> None:
    promise, quality = "Your recordings never leave this machine.", "The built-in engine is basic quality"
    page = client.get("/").content.decode()
    assert promise in page
    assert quality in page
    settings.ENGINES = ("builtin", "wavespeed")
    page = client.get("/").content.decode()
    assert promise not in page
    assert "unless you choose an engine elsewhere" in page
    assert quality in page
    settings.ENGINE = "wavespeed"
    assert quality not in client.get("/").content.decode()


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
