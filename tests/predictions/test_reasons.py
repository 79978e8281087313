"""Why a task failed: in English for programs and the log, on a page in the language of whoever looks."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from voiceclone.accounts.models import User
from voiceclone.audio.refusals import DEFAULT_LIMITS, refusal
from voiceclone.cloning.submit import submit
from voiceclone.engines.base import EngineError, EnrolmentOptions, SampleRejected, no_progress
from voiceclone.engines.wavespeed import refusals
from voiceclone.outbound.targets import Unreachable
from voiceclone.predictions import lifecycle, wire
from voiceclone.predictions.models import Prediction
from voiceclone.said import Said, sentence_of
from voiceclone.samples.models import Sample
from voiceclone.voices import enrolments
from voiceclone.voices.models import Enrolment, Voice
from voiceclone.work.telling import in_each_language

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = "Modern cities depend upon enormous quantities of electricity."


@pytest.fixture
def page_of(alice: User, client_of: Callable[[User], Client]) -> Callable[[Prediction], str]:
    """A task's page, to somebody who reads Spanish."""
    User.objects.filter(pk=alice.pk).update(language="es")
    browser = client_of(User.objects.get(pk=alice.pk))
    return lambda task: unescape(browser.get(task.get_absolute_url()).content.decode())


@pytest.mark.parametrize(
    ("inputs", "english", "spanish"),
    [
        (
            {"text_validation": WRONG, "accuracy": 0.65},
            f"at least 0.65 is needed). Read that text again, correct it, or lower the accuracy. To be read: “{WRONG}”",
            f"al menos 0,65). Lee otra vez ese texto, corrígelo o pide menos precisión. Había que leer: «{WRONG}",
        ),
        (
            {"text_validation": "Buenos días a todos, mañana navegamos."},
            "of its 6 words are English words",
            "de sus 6 palabras son palabras inglesas",
        ),
        (
            {"language_boost": "Filipino"},
            "The built-in engine cannot speak Filipino.",
            "El motor integrado no habla este idioma: Filipino.",
        ),
        (
            {"text": f"One. {7 * '<#99#>'} Two."},
            "The pauses in this text add up to 693 seconds",
            "Las pausas de este texto suman 693 segundos",
        ),
    ],
)
def test_a_clone_that_fails(
    inputs: dict[str, Any],
    english: str,
    spanish: str,
    alice: User,
    make_sample: Callable[..., Sample],
    page_of: Callable[[Prediction], str],
) -> None:
    given = {"custom_voice_id": "FailedVoice-1", "text": "Hello there.", "language_boost": "auto", **inputs}
    task = submit(alice, make_sample(alice), given)
    lifecycle.run.call(task.pk)
    task.refresh_from_db()
    assert task.status == "failed"
    assert english in task.error
    assert english in wire.as_dict(task, "")["error"]
    page = page_of(task)
    assert spanish in page
    assert english not in page


@pytest.mark.parametrize(
    ("error", "english", "spanish"),
    [
        (
            refusals.of_answer(402, b'{"message": "Too few {credits}"}'),
            "WaveSpeed says: “Too few {credits}”. The account there has too little money. Top it up and try again.",
            "WaveSpeed dice: “Too few {credits}”. La cuenta de allí tiene muy poco dinero. Recárgala y vuelve a",
        ),
        (
            Unreachable("dns", "There is no host of the name {host}.", host="otter.example"),
            "There is no host of the name otter.example.",
            "No hay ningún servidor con el nombre otter.example.",
        ),
        (
            refusal("too_short", DEFAULT_LIMITS, {"seconds": 1.25}),
            "The recording is 1.2 seconds long; at least 3 seconds are needed.",
            "La grabación dura 1,2 segundos; se necesitan al menos 3 segundos.",
        ),
        (EngineError("The vendor's {own} words."), "The vendor's {own} words.", "The vendor's {own} words."),
    ],
)
def test_what_others_raise(
    error: Exception,
    english: str,
    spanish: str,
    alice: User,
    make_voice: Callable[..., Voice],
    page_of: Callable[[Prediction], str],
) -> None:
    given = {"text": "Hello.", "voice_id": "AliceVoice-1"}
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", make_voice(alice), given)
    held = lifecycle.claim(task.pk)
    assert held is not None
    assert lifecycle.fail(held, sentence_of(error), 1403)
    task.refresh_from_db()
    assert (str(error), task.error) == (english, english)
    assert spanish in page_of(task)


def test_what_was_written_before_there_were_languages_is_shown_as_it_is(
    alice: User, make_voice: Callable[..., Voice], page_of: Callable[[Prediction], str]
) -> None:
    given = {"text": "Hello.", "voice_id": "AliceVoice-1"}
    task = lifecycle.submit(alice, "minimax/speech-02-hd", "builtin", make_voice(alice), given)
    lifecycle.cancel(task)
    Prediction.objects.filter(pk=task.pk).update(status="failed", error="Cancelled.")
    Prediction.objects.filter(pk=task.pk).update(error_in={})
    assert "Cancelled." in page_of(task)


def test_what_could_not_be_learnt_is_told_on_in_each_language(
    alice: User, make_sample: Callable[..., Sample], tmp_path: Path
) -> None:
    sample = make_sample(alice)
    row, _ = enrolments._row(sample, "builtin", EnrolmentOptions())
    Path(sample.file.path).write_bytes(b"no sound")
    for _ in range(2):  # by whoever meets with it, and by whoever finds that written down
        with pytest.raises(SampleRejected) as caught:
            enrolments.obtain(sample, "builtin", EnrolmentOptions(), no_progress)
        english, others = in_each_language(sentence_of(caught.value))
        assert english == "The recording cannot be read. Upload it again, or record another."
        assert others == {"es": "La grabación no se puede leer. Súbela otra vez, o graba otra."}
    assert Enrolment.objects.get(pk=row.pk).error_in == others


def test_what_is_filled_in_stays_as_it_is_unless_it_is_a_sentence() -> None:
    said = Said("The audio could not be fetched. {why}", why="Cancelled.")
    assert in_each_language(said) == (
        "The audio could not be fetched. Cancelled.",
        {"es": "No se pudo traer el audio. Cancelled."},
    )
    said = Said("The audio could not be fetched. {why}", why=Said("Cancelled."))
    with translation.override("es"):  # English is English, whoever writes it down
        assert in_each_language(said)[0] == "The audio could not be fetched. Cancelled."
    assert in_each_language(said)[1]["es"].startswith("No se pudo traer el audio. Cancel")
    assert "Cancelled" not in in_each_language(said)[1]["es"]
    assert in_each_language("") == ("", {})
