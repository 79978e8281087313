"""One-click fixes: what they make, that the recording stays as it was, and that all of it goes together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile
from django.core.files.storage import default_storage

from tests.conftest import speech
from voiceclone.accounts.models import User
from voiceclone.audio.encode import encode
from voiceclone.audio.noise import noise_floor_spread_db
from voiceclone.audio.quality import measuring
from voiceclone.engines.builtin.demo import demo_sample
from voiceclone.samples import findings, fixes, report
from voiceclone.samples.intake import SampleRefused, take_in_bytes
from voiceclone.samples.models import Sample
from voiceclone.voices import retention
from voiceclone.voices.models import Voice

pytestmark = pytest.mark.django_db(transaction=True)


def sound(sample: Sample) -> tuple[np.ndarray, int]:
    with sample.file.open("rb") as file:
        waveform, rate = soundfile.read(file, dtype="float32")
    return waveform, rate


@pytest.fixture
def noisy(alice: User) -> Sample:
    waveform, rate, _ = demo_sample()
    waveform = 0.1 * waveform[: 12 * rate] / np.sqrt(np.mean(waveform**2))
    waveform = waveform + np.random.default_rng(1).normal(0, 0.02, len(waveform))
    content = encode(waveform.astype(np.float32), rate, format="flac")
    return take_in_bytes(alice, content, "me.flac", Sample.Source.UPLOAD, "What was read.")


def test_a_sample_is_measured_once(noisy: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    first = report.obtain(noisy)

    def again(*_: Any) -> None:
        raise AssertionError("measured twice")

    monkeypatch.setattr(measuring, "measure", again)
    assert report.obtain(Sample.objects.get()) == first

    def waited(*_: Any) -> None:  # while another web process measured it
        Sample.objects.update(quality=figures)

    figures = Sample.objects.get().quality
    Sample.objects.update(quality=None)
    unmeasured = Sample.objects.get()
    monkeypatch.setattr(report.fcntl, "flock", waited)
    assert report.obtain(unmeasured) == first


def test_a_noisy_sample_is_cleaned(noisy: Sample) -> None:
    card = findings.card(report.obtain(noisy))
    assert [row.check for row in card.findings] == ["noise"]
    assert findings.CLEAN in card.findings[0].fixes
    assert card.reduces_noise
    clean = fixes.cleaned(noisy)
    assert noise_floor_spread_db(*sound(clean)) > noise_floor_spread_db(*sound(noisy)) + 6
    assert (clean.origin, clean.transcript, clean.original_name) == (noisy, "What was read.", "me.flac")
    assert not findings.card(report.obtain(clean), cleaned=True).reduces_noise


def test_a_quiet_sample_is_raised_and_its_peaks_are_kept_below_the_limit(noisy: Sample) -> None:
    before = report.obtain(noisy).level_db
    raised = fixes.raised(noisy)
    assert report.obtain(raised).level_db == pytest.approx(fixes.SPEECH_LEVEL, abs=1.0)
    assert before == pytest.approx(-19.6, abs=1.0)
    assert np.abs(sound(raised)[0]).max() < 0.9


def test_a_part_is_what_is_learnt_from(noisy: Sample) -> None:
    part = fixes.part(noisy, 2.0, 7.5)
    waveform, rate = sound(part)
    assert part.seconds == pytest.approx(5.5, abs=0.01)
    assert np.array_equal(waveform, sound(noisy)[0][2 * rate : int(7.5 * rate)])
    assert part.transcript == ""  # what was read is not all in it


def test_fixes_add_up_and_each_can_be_taken_back(noisy: Sample) -> None:
    part = fixes.part(fixes.cleaned(noisy), 1.0, 9.0)
    assert part.origin == noisy
    assert part.edits == {"clean": True, "start": 1.0, "end": 9.0}
    whole = fixes.part(part, 0.0, 12.0)
    assert whole == fixes.cleaned(noisy)
    assert fixes.part(fixes.part(noisy, 1.0, 9.0), 0.0, 12.0) == noisy


def test_the_same_fix_twice_is_one_sample(noisy: Sample) -> None:
    assert fixes.cleaned(noisy) == fixes.cleaned(noisy)
    assert Sample.objects.count() == 2


@pytest.mark.parametrize(("start", "end"), [(1.0, 3.0), (5.0, 2.0), (11.0, 40.0)])
def test_a_part_that_is_too_short_is_refused_in_words(noisy: Sample, start: float, end: float) -> None:
    with pytest.raises(SampleRefused, match="at least 3 are needed"):
        fixes.part(noisy, start, end)


def test_where_nothing_is_clearer_the_sample_stays(alice: User, make_sample: Callable[..., Sample]) -> None:
    sample = make_sample(alice)
    assert fixes.clearest(sample) == sample


def test_when_its_voice_goes_every_version_goes(noisy: Sample, make_voice: Callable[..., Voice]) -> None:
    clean, part = fixes.cleaned(noisy), fixes.part(noisy, 0.0, 5.0)
    used = make_voice(noisy.owner, "OtherVoice-1", sample=part)
    voice = make_voice(noisy.owner, sample=clean)
    assert retention.end(voice, Voice.State.DELETED, Voice.EndReason.OWNER)
    assert list(Sample.objects.all()) == [part]
    assert not {str(noisy.pk), str(clean.pk)} & set(default_storage.listdir("samples")[0])
    assert retention.end(used, Voice.State.DELETED, Voice.EndReason.OWNER)
    assert not Sample.objects.exists()


def test_a_version_whose_recording_is_gone_is_a_recording(noisy: Sample) -> None:
    part = fixes.part(noisy, 2.0, 9.0)
    retention.erase_sample(noisy)
    part.refresh_from_db()
    assert fixes.edits_of(part) == {}
    assert fixes.part(part, 1.0, 5.0).seconds == pytest.approx(4.0, abs=0.01)


def test_every_row_says_what_why_and_what_to_do() -> None:
    quality = {
        "seconds": 100.0,
        "speech_seconds": 80.0,
        "level_db": -38.0,
        "clipping": 0.005,
        "snr_db": 12.0,
        "spread_db": 20.0,
    }
    quality |= {
        "echo": True,
        "bandwidth_hz": 3800.0,
        "speakers": "unsure",
        "heard_until": 71.0,
        "clearest": (3.0, 40.0),
    }
    card = findings.card(findings.Quality(**quality), hears=60.0)
    assert len(card.findings) == 7
    assert all(row.found and row.why and row.advice for row in card.findings)
    assert card.verdict == "Usable. Seven things could be better."
    assert not card.stops
    assert "0:00 to 1:11" in card.findings[0].why
    assert sum(findings.CLEAREST in row.fixes for row in card.findings) == 1
    assert len(findings.card(findings.Quality(**quality), hears=float("inf")).findings) == 6


def test_beside_what_stops_nothing_is_offered_that_would_not_help() -> None:
    quality = {"seconds": 12.0, "speech_seconds": 6.0, "level_db": -8.0, "clipping": 0.256, "snr_db": 12.0}
    quality |= {"spread_db": 20.0, "echo": False, "bandwidth_hz": 11000.0, "speakers": "one", "heard_until": 12.0}
    card = findings.card(findings.Quality(**quality, clearest=None))
    assert [row.check for row in card.findings if row.stops] == ["clipping"]
    assert len(card.findings) == 4
    assert not any(row.fixes for row in card.findings)
    text = " ".join(row.advice for row in card.findings)
    for offer in ("go on with", "have it"):
        assert offer not in text


def test_speech_of_a_few_seconds_warns_and_less_stops() -> None:
    quality = {
        "seconds": 8.0,
        "speech_seconds": 5.0,
        "level_db": -20.0,
        "clipping": 0.0,
        "snr_db": 40.0,
        "spread_db": 40.0,
    }
    quality |= {"echo": False, "bandwidth_hz": 11000.0, "speakers": "one", "heard_until": 8.0, "clearest": None}
    assert not findings.card(findings.Quality(**quality)).stops
    card = findings.card(findings.Quality(**{**quality, "speech_seconds": 2.9}))
    assert card.refusal.startswith("It has 2.9 seconds of speech. At least 3 are needed")


def test_the_demo_speech_of_the_tests_is_fine(alice: User) -> None:
    sample = take_in_bytes(alice, speech("wav", 12.0), "speech.wav", Sample.Source.UPLOAD)
    assert findings.card(report.obtain(sample)).findings == ()
