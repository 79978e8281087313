"""Finding a voice among many: search, filters, order, pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from voiceclone.accounts.models import User
from voiceclone.predictions.models import Prediction
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)
MakeVoice = Callable[..., Voice]
PART = {"HX-Request": "true"}


def shown(browser: Client, query: str = "", **headers: str) -> list[str]:
    """The voice IDs on the page, in its order."""
    answer = browser.get(f"/voices/{query}", headers=headers)
    assert answer.status_code == 200
    return re.findall(r'<article[^>]*hx-get="/voices/([^/]+)/card/"', answer.content.decode())


def following(browser: Client, query: str = "") -> str:
    """The query string of “Show more”; empty where there is no more."""
    page = browser.get(f"/voices/{query}").content.decode()
    found = re.search(r'id="more" href="/voices/(\?[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.fixture
def four(alice: User, make_voice: MakeVoice) -> None:
    """From the oldest to the newest: a permanent, a temporary, an expired one, and one that is being cloned."""
    kept = make_voice(alice, "ReadingVoice-1", name="Ärztin")
    retention.keep(kept, alice)
    sample = kept.sample
    make_voice(alice, "GameVoice-22", name="Ивана", sample=sample)
    make_voice(alice, "OldVoice-333", name="zebra", state="expired")
    make_voice(alice, "FreshVoice-4", state="cloning", sample=sample)


ALL = ["FreshVoice-4", "OldVoice-333", "GameVoice-22", "ReadingVoice-1"]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("reading", ["ReadingVoice-1"]),
        ("VOICE-", ALL),
        ("ärzt", ["ReadingVoice-1"]),
        ("ÄRZTIN", ["ReadingVoice-1"]),
        ("arztin", ["ReadingVoice-1"]),
        ("ИВАНА", ["GameVoice-22"]),
        ("gamevoice-22", ["GameVoice-22"]),
        ("  zebra ", ["OldVoice-333"]),
        ("100%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_search_looks_through_names_and_ids_in_any_script_and_case(
    browser: Client, four: None, sought: str, found: list[str]
) -> None:
    answer = browser.get("/voices/", {"q": sought})
    assert re.findall(r'<article[^>]*hx-get="/voices/([^/]+)/card/"', answer.content.decode()) == found


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("all", ALL),
        ("temporary", ["FreshVoice-4", "GameVoice-22"]),
        ("permanent", ["ReadingVoice-1"]),
        ("expired", ["OldVoice-333"]),
    ],
)
def test_filters(browser: Client, four: None, show: str, found: list[str]) -> None:
    assert shown(browser, f"?show={show}") == found


def test_filters_say_how_many_they_show_of_what_is_sought(browser: Client, four: None) -> None:
    def counts(query: str) -> list[str]:
        return re.findall(r'<span class="tabular">(\d+)</span></a>', browser.get(query).content.decode())

    assert counts("/voices/") == ["4", "2", "1", "1"]
    assert counts("/voices/?q=game") == ["1", "1", "0", "0"]


def test_a_voice_whose_time_is_up_counts_as_expired_and_a_frozen_one_does_not(
    browser: Client, alice: User, bob: User, make_voice: MakeVoice
) -> None:
    make_voice(alice, "LateVoice-1")
    retention.freeze(make_voice(alice, "IcyVoice-1"), bob)
    Voice.objects.update(expires_at=now() - timedelta(minutes=1))
    assert shown(browser, "?show=expired") == ["LateVoice-1"]
    assert shown(browser, "?show=temporary") == ["IcyVoice-1"]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("newest", ALL),
        ("oldest", ALL[::-1]),
        ("name", ["ReadingVoice-1", "FreshVoice-4", "OldVoice-333", "GameVoice-22"]),
    ],
)
def test_order(browser: Client, four: None, sort: str, found: list[str]) -> None:
    assert shown(browser, f"?sort={sort}") == found


def test_the_order_by_end_begins_with_what_ends_soonest(browser: Client, alice: User, make_voice: MakeVoice) -> None:
    retention.keep(make_voice(alice, "KeptVoice-1"), alice)
    sample = Voice.objects.get().sample
    for number, hours in enumerate((50, 3, 100)):
        make_voice(alice, f"EndsIn-{hours}h", sample=sample, expires_at=now() + timedelta(hours=hours))
        Voice.objects.filter(voice_id=f"EndsIn-{hours}h").update(created_at=now() - timedelta(days=number))
    assert shown(browser, "?show=temporary&sort=ending") == ["EndsIn-3h", "EndsIn-50h", "EndsIn-100h"]
    assert shown(browser, "?sort=ending")[-1] == "KeptVoice-1"


@pytest.mark.parametrize(
    "query",
    [
        "?show=nonsense",
        "?sort=nonsense",
        "?page=0",
        "?page=-1",
        "?page=99999999999999999999",
        "?page=two",
        "?page=2",
        "?q=%00%E2%80%AE",
        "?after=nonsense",
        "?after=W10",
        "?after=eyJhIjoxfQ",
        "?after=WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTEyOjAwIiwgIjEyMyJd",
        "?after=WzEsIDJd",
        "?show=&sort=&page=&q=&after=",
    ],
)
def test_odd_values_are_taken_for_what_is_usual(browser: Client, four: None, query: str) -> None:
    assert shown(browser, query) == ALL


def test_nothing_found_says_so_with_one_button_to_clear(browser: Client, four: None) -> None:
    page = browser.get("/voices/?q=nobody&show=permanent").content.decode()
    assert "No voice is called anything like “nobody”" in page
    assert "No voices found" in page
    assert page.count('href="/voices/">Show all voices</a>') == 1


def test_what_is_sought_stays_in_the_form_and_in_the_filters(browser: Client, four: None) -> None:
    page = browser.get("/voices/?q=voice&show=temporary&sort=name").content.decode()
    assert 'value="voice"' in page
    assert '<option value="name" selected>' in page
    assert '<input type="hidden" name="show" value="temporary" form="find">' in page
    assert 'href="/voices/?q=voice&amp;show=expired&amp;sort=name"' in page


# --- while one types ---


def test_typing_answers_with_the_voices_and_says_how_many_there_are(browser: Client, four: None) -> None:
    answer = browser.get("/voices/?q=game&sort=newest", headers={**PART, "HX-Target": "found"})
    page = answer.content.decode()
    assert answer["HX-Push-Url"] == "/voices/?q=game"
    assert "<!doctype" not in page
    assert re.search(r'hx-swap-oob="innerHTML:#count">\s*1 voice found', page)


def test_going_back_gets_the_whole_page(browser: Client, four: None) -> None:
    headers = {**PART, "HX-Target": "found", "HX-History-Restore-Request": "true"}
    assert "<!doctype" in browser.get("/voices/?q=game", headers=headers).content.decode()


# --- pages ---


@pytest.mark.parametrize(
    "query", ["?sort=newest", "?sort=oldest", "?sort=name", "?sort=ending", "?show=temporary", "?q=r"]
)
def test_all_pages_together_show_every_voice_once(
    browser: Client, many_voices: Callable[[int], None], query: str
) -> None:
    many_voices(100)
    Voice.objects.update(created_at=now())  # the order stays the same where all are equally old
    whole, at = [], query
    while at:
        whole += shown(browser, at)
        at = following(browser, at)
    numbered = [voice for page in range(1, 6) for voice in shown(browser, f"{query}&page={page}")]
    assert len(whole) == len(set(whole))
    assert whole == numbered[: len(whole)]
    if "show" not in query and "q=" not in query:
        assert len(whole) == 100


def test_show_more_is_a_link_to_a_page_and_that_page_leads_back(
    browser: Client, many_voices: Callable[[int], None]
) -> None:
    many_voices(60)
    second = browser.get(f"/voices/{following(browser)}").content.decode()
    assert "Page 2 of 3" in second
    assert 'href="/voices/?" rel="prev"' in second


def test_a_voice_that_comes_or_goes_meanwhile_shifts_nothing(
    browser: Client, alice: User, make_voice: MakeVoice, many_voices: Callable[[int], None]
) -> None:
    many_voices(60)
    for sort in ("newest", "ending"):
        first, more = shown(browser, f"?sort={sort}"), following(browser, f"?sort={sort}")
        expected = shown(browser, more)
        make_voice(alice, f"NewVoice-{sort}1")
        Voice.objects.filter(voice_id__in=[first[3], first[-1]]).update(
            state="deleted", sample=None, profile="", expires_at=None, ended_at=now(), end_reason="owner"
        )
        assert shown(browser, more) == expected


def test_more_voices_come_as_cards_only(browser: Client, many_voices: Callable[[int], None]) -> None:
    many_voices(60)
    page = browser.get(f"/voices/{following(browser)}", headers={**PART, "HX-Target": "more"}).content.decode()
    assert page.count("<article") == 24
    assert 'id="more"' in page
    assert 'id="tabs"' not in page
    assert "24 more voices" in page


def test_a_voice_that_is_being_cloned_is_watched_on_later_pages_too(
    browser: Client, alice: User, make_voice: MakeVoice, many_voices: Callable[[int], None]
) -> None:
    task = make_voice(alice, "LongAgo-1", state="cloning", created_at=now() - timedelta(days=3)).predictions.get()
    many_voices(40)
    more = browser.get(f"/voices/{following(browser)}", headers={**PART, "HX-Target": "more"}).content.decode()
    assert f"task={task.pk}" in more
    assert "data-poller" in more


# --- 2,000 voices ---


def test_two_thousand_voices_take_seven_queries(
    browser: Client, many_voices: Callable[[int], None], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, person, counts, voices, their clones, the other takes, the notice of voices that end soon."""
    many_voices(2000)
    for query in ("", "?q=narrator", "?show=temporary&sort=ending", "?sort=name&page=40", "?page=84"):
        with django_assert_num_queries(7, info=query):
            assert len(shown(browser, query)) in (24, 8)


def test_voices_that_are_being_cloned_take_no_more(
    browser: Client,
    alice: User,
    many_voices: Callable[[int], None],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    many_voices(60)
    Voice.objects.ready().update(state="cloning", is_permanent=False, first_used_at=None, expires_at=None)
    tasks = Prediction.objects.filter(voice__state="cloning")
    tasks.update(status="created", finished_at=None, audio="")
    with django_assert_num_queries(7):
        assert "In queue" in browser.get("/voices/").content.decode()
