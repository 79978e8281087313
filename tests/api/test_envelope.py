"""Never a page, never a redirect: whatever goes wrong, programs get the envelope. Keys count here, cookies do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Program
from voiceclone.accounts import keys
from voiceclone.accounts.models import ApiKey, User
from voiceclone.api import tasks
from voiceclone.api.v3 import api
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db
MakeVoice = Callable[..., Voice]


def message(answer: Any, status: int) -> str:
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (status, "application/json")
    told = answer.json()
    assert told["code"] == status
    assert "data" not in told
    return str(told["message"])


def raw(method: str, path: str, **headers: str) -> Any:
    """A path as it stands, also one that begins with two slashes."""
    client = Client(raise_request_exception=False)
    return client.generic(method, "/", headers=headers or None, PATH_INFO=path)


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v3", "/api/v3/", "/api/v3/nothing", "/api/v3/balance/", "/api/v4/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_what_is_not_there_is_404(path: str, method: str) -> None:
    assert message(raw(method, path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v3/minimax/voice-clone", "POST"),
        ("POST", "/api/v3/balance", "GET"),
        ("PUT", "/api/v3/predictions", "POST, GET"),
        ("DELETE", "/api/v3/models", "GET"),
    ],
)
def test_another_method_is_405_and_says_which_it_takes(method: str, path: str, allowed: str) -> None:
    answer = raw(method, path)
    assert f"it takes {answer['Allow']}" in message(answer, 405)
    assert set(answer["Allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize("path", ["//api/v3/balance", "/api//v3/balance", "///api/v3//balance"])
def test_doubled_slashes_do_not_matter(program: Program, path: str) -> None:
    answer = raw("GET", path, **program.headers)
    assert (answer.status_code, answer.json()["data"]) == (200, {"balance": 1000.0})


def test_our_own_mistake_is_500_with_an_id_for_the_admin(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.results, "find_prediction", lambda request, pk: 1 / 0)
    answer = program.get("/api/v3/predictions/" + "0" * 32)
    assert answer["X-Request-ID"] in message(answer, 500)


def test_an_unknown_host_is_400(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["voices.example.org"]
    assert message(raw("GET", "/api/v3/balance", Host="evil.example"), 400)


def test_plain_http_is_answered_and_not_redirected(program: Program, settings: Any) -> None:
    """A key that was sent in the clear must not be sent again."""
    settings.SECURE_SSL_REDIRECT = True
    assert program.get("/api/v3/balance").status_code == 200


@pytest.mark.parametrize("path", ["/api/docs", "/api/openapi.json"])
def test_what_can_be_called_is_open_to_all(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_page_shows_every_address_and_every_field(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    for path in client.get("/api/openapi.json").json()["paths"]:
        assert path in page
    assert "number, 0.5 to 2" in page
    assert "$VOICECLONE_API_KEY" in page


# --- who may: nobody without a key, nobody by a cookie, nobody with another's key ---


def operations() -> list[tuple[str, str]]:
    document = api.get_openapi_schema()
    return sorted((method.upper(), path) for path, told in document["paths"].items() for method in told)


@pytest.fixture
def filled(alice: User, make_voice: MakeVoice) -> Callable[[str], str]:
    """A path with what is Alice's in it."""
    voice = make_voice(alice)
    task = Prediction.objects.get(voice=voice)

    def fill(path: str) -> str:
        return path.replace("{prediction_id}", task.pk).replace("{voice_id}", voice.voice_id)

    return fill


@pytest.mark.parametrize(("method", "path"), operations())
def test_without_a_key_there_is_only_401(method: str, path: str) -> None:
    answer = raw(method, path.replace("{prediction_id}", "0" * 32).replace("{voice_id}", "AliceVoice-1"))
    assert message(answer, 401).startswith("Invalid authentication: send the header")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), operations())
def test_a_cookie_counts_for_nothing(alice: User, client_of: Callable[[User], Client], method: str, path: str) -> None:
    browser = client_of(alice)
    filled = path.replace("{prediction_id}", "0" * 32).replace("{voice_id}", "AliceVoice-1")
    assert message(browser.generic(method, filled), 401)


@pytest.mark.parametrize("path", sorted({path for _, path in operations() if "{" in path}))
def test_somebody_elses_is_404(bobs: Program, program: Program, filled: Callable[[str], str], path: str) -> None:
    for method, other in reversed(operations()):  # DELETE comes last
        if other == path:
            address = filled(path)
            assert message(raw(method, address, **bobs.headers), 404)
            assert raw(method, address, **program.headers).status_code == 200


def test_lists_hold_only_ones_own(bobs: Program, filled: Callable[[str], str]) -> None:
    for path in ("/api/v3/predictions", "/api/v3/voices"):
        assert bobs.get(path).json()["data"]["total"] == 0
    assert "You have no voice with the ID" in message(bobs.speak(), 400)


def test_not_even_an_admins_key_opens_other_peoples(bob: User, bobs: Program, filled: Callable[[str], str]) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    assert bobs.get(filled("/api/v3/predictions/{prediction_id}/result")).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer vc_short", "Basic {}", "{}", "Token {}", "Bearer é"]
)
def test_a_key_in_another_shape_is_401(alice: User, header: str) -> None:
    token = keys.make(alice)[1]
    assert message(raw("GET", "/api/v3/balance", Authorization=header.format(token)), 401)


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_the_word_before_the_key_may_be_written_in_any_way(alice: User, word: str) -> None:
    assert raw("GET", "/api/v3/balance", Authorization=f"{word} {keys.make(alice)[1]}").status_code == 200


def test_a_revoked_key_and_a_closed_account_are_401(alice: User, program: Program) -> None:
    User.objects.update(is_active=False)
    assert message(program.get("/api/v3/balance"), 401)
    User.objects.update(is_active=True)
    assert program.get("/api/v3/balance").status_code == 200
    keys.revoke(ApiKey.objects.get())
    assert message(program.get("/api/v3/balance"), 401)


def test_a_post_needs_no_csrf_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    header = {"Authorization": f"Bearer {keys.make(alice)[1]}"}
    answer = client.post("/api/v3/predictions", "{}", content_type="application/json", headers=header)
    assert answer.status_code == 200


def test_answers_are_private(program: Program) -> None:
    assert program.get("/api/v3/balance")["Cache-Control"] == "no-store"
    assert program.get("/api/v3/models")["Cache-Control"].startswith("private")
