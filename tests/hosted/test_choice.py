"""Choosing an engine, one's own key, what it costs, and the vendor's seven days: all that needs no vendor."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import now
from django.utils.translation import override

from tests.conftest import speech
from voiceclone.accounts import keys, vendor_keys
from voiceclone.accounts.models import User, VendorKey
from voiceclone.cloning.submit import submit
from voiceclone.engines.hosted import Refused
from voiceclone.predictions import lifecycle
from voiceclone.predictions.models import Prediction, RemoteJob
from voiceclone.predictions.remote import access, breaker, opening, spending
from voiceclone.samples.models import Sample
from voiceclone.voices.models import Enrolment, Voice

pytestmark = pytest.mark.django_db
KEY = "ws_0123456789abcdef"


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    settings.ENGINES, settings.VENDOR_KEYS = ["builtin", "wavespeed"], {"wavespeed": KEY}


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture
def hosted(alice: User, make_voice: Callable[..., Voice]) -> Voice:
    voice = make_voice(alice, engine="wavespeed", vendor_until=now() + timedelta(days=7))
    voice.profile.save("1.json", ContentFile(b'{"voice_id": "vc1-1", "account": "x"}'))
    Prediction.objects.update(engine="wavespeed")
    return voice


def text_of(browser: Client, path: str) -> str:
    return unescape(browser.get(path).content.decode())


def form(sample: Sample, **fields: str) -> dict[str, str]:
    given = {"custom_voice_id": "ChosenVoice-1", "text": "Hello.", "sample": str(sample.pk), "consent": "on"}
    return given | fields


def test_each_engine_has_one_honest_line(browser: Client) -> None:
    page = text_of(browser, "/clone/")
    assert "Your sample stays on this machine." in page
    assert "leave this machine: they go to WaveSpeed and MiniMax. A clone costs about $0.50" in page
    assert "$0.03 to $0.10 for 1,000 characters" in page
    assert ">Stays on this machine</span><noscript>, unless you choose another engine</noscript>" in page
    assert 'data-goes="Goes to WaveSpeed, about $0.50"' in page


def test_with_one_engine_there_is_nothing_to_choose(browser: Client, settings: Any) -> None:
    settings.ENGINES = ["builtin"]
    page = text_of(browser, "/clone/")
    assert "engine-choice" not in page
    assert ">Stays on this machine</span></span>" in page
    assert "free of charge" in text_of(browser, "/account/engines/")


def test_the_chosen_engine_makes_the_voice_and_its_price_is_reserved(
    browser: Client, alice: User, make_sample: Callable[..., Sample]
) -> None:
    answer = browser.post("/clone/", form(make_sample(alice, 12.0), engine="wavespeed"))
    assert answer.status_code == 302
    job = RemoteJob.objects.get()
    assert (job.engine, job.purpose, job.price, job.is_own_key) == ("wavespeed", "clone", 0.5, False)
    assert Voice.objects.get().engine == "wavespeed"
    assert spending.this_month(alice) == 0.5
    lifecycle.cancel(Prediction.objects.get())
    assert spending.this_month(alice) == 0


def test_what_was_not_chosen_goes_nowhere(browser: Client, alice: User, make_sample: Callable[..., Sample]) -> None:
    browser.post("/clone/", form(make_sample(alice, 12.0)))
    assert Voice.objects.get().engine == "builtin"
    assert not RemoteJob.objects.exists()


def test_a_sample_that_is_too_short_for_it_is_told_before_it_costs_anything(
    browser: Client, alice: User, make_sample: Callable[..., Sample]
) -> None:
    sample = make_sample(alice, 6.0)
    answer = browser.post("/clone/", form(sample, engine="wavespeed"))
    assert answer.status_code == 422
    assert "The sample is 6.0 seconds long; WaveSpeed needs at least 10 seconds." in unescape(answer.content.decode())
    assert str(sample.pk) in answer.content.decode()
    assert not Voice.objects.exists()


@pytest.mark.parametrize(
    ("engine", "sentence"),
    [
        ("parrot", "Engine is one of: builtin, wavespeed. “parrot” was given."),
        ("wavespeed", "It needs a key of WaveSpeed"),
    ],
)
def test_what_cannot_be_chosen_is_said(
    engine: str, sentence: str, browser: Client, alice: User, make_sample: Callable[..., Sample], settings: Any
) -> None:
    settings.VENDOR_KEYS = {"wavespeed": ""}
    answer = browser.post("/clone/", form(make_sample(alice, 12.0), engine=engine))
    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())


def test_the_months_limit_holds_for_clones_and_speeches(
    browser: Client, alice: User, hosted: Voice, make_sample: Callable[..., Sample], settings: Any
) -> None:
    settings.MONTHLY_SPENDING = 0.6
    assert browser.post("/clone/", form(make_sample(alice, 12.0), engine="wavespeed")).status_code == 302
    answer = browser.post(
        "/clone/", form(make_sample(alice, 12.0), engine="wavespeed", custom_voice_id="ChosenVoice-2")
    )
    assert answer.status_code == 422
    said = unescape(answer.content.decode())
    assert "This would cost about $0.50. You have spent $0.50 at WaveSpeed this month" in said
    assert "the limit of this site is $0.60 a month" in said
    long = {"voice_id": hosted.voice_id, "text": "word " * 600, "model": "minimax/speech-02-hd"}
    answer = browser.post("/speak/", long)
    assert answer.status_code == 422
    assert "the limit of this site is $0.60" in unescape(answer.content.decode())
    assert browser.post("/speak/", {**long, "text": "A few words."}).status_code == 302
    RemoteJob.objects.update(created_at=spending.month() - timedelta(days=1))
    assert browser.post("/speak/", long).status_code == 302


def test_ones_own_key_is_sealed_used_and_never_shown(
    browser: Client, alice: User, hosted: Voice, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    own = "ws_my-own-key-42"
    answer = browser.post("/account/engines/", {"engine": "wavespeed", "key": f" {own} "}, follow=True)
    assert "is kept, sealed" in answer.content.decode()
    row = VendorKey.objects.get()
    assert own not in row.sealed
    for path in ("/account/engines/", "/account/", "/clone/", "/admin/"):
        assert own not in browser.get(path, follow=True).content.decode()
    assert own not in caplog.text
    found = vendor_keys.find(alice, "wavespeed")
    assert found is not None
    assert (found.secret, found.is_own) == (own, True)
    assert own not in repr(found)
    settings.MONTHLY_SPENDING = 0.01  # the site's limit is no business of one's own money
    said = {"voice_id": hosted.voice_id, "text": "word " * 600, "model": "minimax/speech-02-hd"}
    assert browser.post("/speak/", said).status_code == 302
    assert RemoteJob.objects.get().is_own_key
    settings.VENDOR_KEYS_SECRET = "another secret"
    assert "cannot be opened any more" in text_of(browser, "/account/engines/")
    browser.post("/account/engines/", {"engine": "wavespeed", "remove": "1"})
    assert not VendorKey.objects.exists()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", "Key is required"),
        ("x" * 301, "Key has 301 characters; the limit is 300."),
        ("two words", "without blanks"),
    ],
)
def test_what_is_no_key_is_refused_in_words(key: str, sentence: str, browser: Client) -> None:
    answer = browser.post("/account/engines/", {"engine": "wavespeed", "key": key})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_speaking_says_what_it_costs_and_where_the_text_goes(browser: Client, hosted: Voice) -> None:
    page = text_of(browser, "/speak/")
    assert "speech-02-turbo · $0.03<" in page
    assert "Prices are for 1,000 characters." in page
    assert '"minimax/speech-02-turbo": 0.03' in page
    assert "Your text leaves this machine: it goes to WaveSpeed." in page
    assert "stays on this machine" not in page


def test_the_library_tells_the_truth_for_both_sides(browser: Client, hosted: Voice, settings: Any) -> None:
    page = f"/voices/{hosted.voice_id}/"
    assert "Deleted on" in text_of(browser, page)  # there, unless it is used
    assert "At the vendor ·" not in text_of(browser, "/voices/")  # both sides have the same time
    Voice.objects.update(expires_at=now() + timedelta(days=30))
    assert "At the vendor ·" in text_of(browser, "/voices/")
    Voice.objects.update(vendor_until=now() - timedelta(hours=1))
    assert "Perhaps gone at the vendor" in text_of(browser, "/voices/")
    Voice.objects.update(vendor_until=None, vendor_used_at=now(), is_permanent=True, expires_at=None)
    assert "Kept, because it was used there" in text_of(browser, page)


def test_a_lost_voice_is_cloned_again_from_its_sample_in_place(browser: Client, alice: User, hosted: Voice) -> None:
    assert browser.post(f"/voices/{hosted.voice_id}/clone-again/").status_code == 302
    assert not Prediction.objects.unfinished().exists()  # it is not lost
    Voice.objects.update(lost_at=now())
    assert "Gone at the vendor" in text_of(browser, "/voices/")
    page = text_of(browser, f"/voices/{hosted.voice_id}/")
    assert "Clone again from the kept sample" in page
    assert "about $0.50" in page
    answer = browser.post("/speak/", {"voice_id": hosted.voice_id, "text": "Hello."})
    assert answer.status_code == 422
    said = unescape(answer.content.decode())
    assert "is no longer at its vendor" in said
    speaking = text_of(browser, f"/speak/?voice={hosted.voice_id}")
    assert f'id="renew" method="post" action="/voices/{hosted.voice_id}/clone-again/"' in speaking
    assert 'form="renew">Clone it again (about $0.50)</button>' in speaking
    assert 'id="speak-button" disabled aria-describedby="voice-note"' in speaking
    for _ in range(2):  # a double click is one task
        assert browser.post(f"/voices/{hosted.voice_id}/clone-again/").status_code == 302
    task = Prediction.objects.unfinished().get()
    assert (task.voice, task.sample, task.engine) == (hosted, hosted.sample, "wavespeed")
    lifecycle.cancel(task)
    hosted.refresh_from_db()
    assert hosted.state == "ready"  # what is here stays as it was


def test_a_vendor_that_does_not_answer_is_told_to_the_admin_and_to_healthz(client: Client, db: None) -> None:
    for _ in range(breaker.OPENS_AFTER):
        assert breaker.allows("wavespeed")
        breaker.failed("wavespeed")
    assert not breaker.allows("wavespeed")
    assert client.get("/healthz").json()["vendors"] == {"wavespeed": "open"}
    breaker.succeeded("wavespeed")
    assert client.get("/healthz").json()["vendors"] == {"wavespeed": "closed"}


def test_an_admin_sees_what_was_spent_and_by_whom(
    alice: User, bob: User, hosted: Voice, client_of: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    bob.refresh_from_db()
    lifecycle.submit(alice, "minimax/speech-02-hd", "wavespeed", hosted, {"text": "a" * 1000})
    everything, his = (client_of(bob).get(f"/admin/predictions/remotejob/?q={who}") for who in ("", bob.email))
    assert "Remote jobs · $0.05 · wavespeed answers" in everything.content.decode()
    assert "Remote jobs · $0.00 · wavespeed answers" in his.content.decode()


def test_after_its_rest_one_caller_tries(settings: Any) -> None:
    settings.HOSTED_REST = 0.0
    for _ in range(breaker.OPENS_AFTER):
        breaker.failed("wavespeed")
    assert breaker.state("wavespeed") == "half-open"
    settings.HOSTED_REST = 60.0
    assert breaker.state("wavespeed") == "open"


def test_programs_get_the_sites_default_and_its_price(
    alice: User, hosted: Voice, client: Client, make_sample: Callable[..., Sample], settings: Any
) -> None:
    _, token = keys.make(alice)
    asks = {"HTTP_AUTHORIZATION": f"Bearer {token}", "content_type": "application/json"}

    def price(**asked: Any) -> float:
        answer = client.post("/api/v3/model/price", json.dumps(asked), **asks)
        return float(answer.json()["data"]["price"])

    clone = {"model_id": "minimax/voice-clone"}
    speech = {"model_id": "minimax/speech-2.6-hd", "inputs": {"voice_id": hosted.voice_id, "text": "a" * 500}}
    assert (price(**clone), price(**speech)) == (0.0, 0.05)
    settings.ENGINE = "wavespeed"
    assert price(**clone) == 0.5
    wanted = {"audio": "https://example.org/a.wav", "custom_voice_id": "ProgramVoice-1", "text": "Hello."}
    answer = client.post("/api/v3/minimax/voice-clone", json.dumps(wanted), **asks)
    assert answer.status_code == 200
    assert RemoteJob.objects.get().engine == "wavespeed"
    settings.MONTHLY_SPENDING = 0.9
    answer = client.post("/api/v3/minimax/voice-clone", json.dumps(wanted | {"custom_voice_id": "Program-2"}), **asks)
    assert answer.status_code == 400
    assert "the limit of this site is $0.90 a month" in answer.json()["message"]
    usage = client.post("/api/v3/user/usage_stats", "{}", **asks).json()["data"]
    assert usage["summary"]["total_cost"] == sum(day["amount"] for day in usage["daily_usage"]) == 0.5
    assert {"model_uuid": "minimax/voice-clone", "total_cost": 0.5, "total_count": 2} in usage["per_model_usage"]


def test_nothing_is_learnt_before_somebody_says_so_where_the_default_leaves_this_machine(
    browser: Client, settings: Any
) -> None:
    settings.ENGINE, settings.ENGINES = "wavespeed", ["wavespeed", "builtin"]
    assert browser.post("/clone/sample/", {"file": ContentFile(speech("wav", 6.0), "a.wav")}).status_code == 200
    assert not Enrolment.objects.exists()
    page = text_of(browser, "/clone/")
    assert ">Goes to WaveSpeed, about $0.50</span>" in page
    assert ">Your sample goes to WaveSpeed</span>" in page


def test_what_was_begun_with_a_key_goes_on_with_it(
    alice: User, hosted: Voice, make_sample: Callable[..., Sample], settings: Any
) -> None:
    sites = vendor_keys.find(alice, "wavespeed")
    assert sites is not None
    hosted.profile.save("2.json", ContentFile(opening.profile("vc1-1", sites.account)))
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "wavespeed", hosted, {"text": "Hello."})
    vendor_keys.keep(alice, "wavespeed", "ws_own")
    assert access.account(task.remote) is access.account(task.remote)  # the site's still, and one of it
    later = lifecycle.submit(alice, "minimax/speech-02-hd", "wavespeed", hosted, {"text": "Hello again."})
    assert (later.remote.is_own_key, later.remote.account) == (False, sites.account)
    made = submit(alice, make_sample(alice, 12.0), {"custom_voice_id": "OwnVoice-1", "language_boost": "auto"},
                  engine="wavespeed")  # fmt: skip
    assert made.remote.is_own_key
    vendor_keys.forget(alice, "wavespeed")
    with pytest.raises(Refused, match="begun with your own key"):
        access.account(made.remote)


def test_cancelled_after_it_was_sent_the_page_says_that_it_may_be_charged(
    browser: Client, alice: User, hosted: Voice
) -> None:
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "wavespeed", hosted, {"text": "Hello."})
    RemoteJob.objects.update(state="waiting", remote_id="id1")
    lifecycle.cancel(task)
    assert "who may charge for it all the same" in text_of(browser, f"/tasks/{task.pk}/")
    assert spending.this_month(alice) > 0


@pytest.mark.parametrize(
    ("amount", "english", "spanish"),
    [(0.5, "$0.50", "0,50\xa0$"), (0.005, "$0.005", "0,005\xa0$"), (0, "$0.00", "0,00\xa0$")],
)
def test_money_is_written_as_the_language_writes_it(amount: float, english: str, spanish: str) -> None:
    with override("en"):
        assert spending.dollars(amount) == english
    with override("es"):
        assert spending.dollars(amount) == spanish
