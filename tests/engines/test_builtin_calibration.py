"""A voice is equalised to sound more like its recording."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceclone.audio.speaker_embedding import embed
from voiceclone.engines.builtin import calibration, equaliser, synthesis
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.prosody import STYLES

FLAT = np.zeros((2, equaliser.BANDS))
BAND_CENTRES = {2: 711, 5: 1991, 7: 3842}  # Hz


def said(profile: Profile) -> FloatArray:
    waveform = synthesis.say(profile, "The quick boat turned around before the storm.", "en-us", STYLES["neutral"])
    return waveform.astype(np.float64)


def spectrum(waveform: FloatArray, hertz: float) -> float:
    """dB within a fifth of a frequency."""
    power = np.abs(np.fft.rfft(waveform)) ** 2
    frequency = np.fft.rfftfreq(len(waveform), 1 / synthesis.OUTPUT_RATE)
    return float(10 * np.log10(power[np.abs(frequency / hertz - 1) < 0.1].mean()))


@pytest.mark.parametrize("band", BAND_CENTRES)
def test_a_band_gets_the_decibels_it_is_given(voice: bytes, band: int) -> None:
    flat, louder = replace(Profile.load(voice), equaliser=FLAT), FLAT.copy()
    louder[:, band] = 9
    before, after = said(flat), said(replace(flat, equaliser=louder))
    risen = {b: spectrum(after, hertz) - spectrum(before, hertz) for b, hertz in BAND_CENTRES.items()}
    others = [rise for b, rise in risen.items() if b != band]
    assert risen[band] - np.mean(others) == pytest.approx(8, abs=1.5)  # a triangle, averaged around its peak


def test_bands_share_every_frequency() -> None:
    for rate in (16000, 24000):
        assert equaliser.shapes(rate, 2048).sum(0) == pytest.approx(1)


def test_soft_and_loud_frames_get_their_own(voice: bytes) -> None:
    recorded = Profile.load(voice).mel_cepstra
    quiet = recorded.copy()
    quiet[:, 0] -= 20
    apart = np.stack([FLAT[0] + 3, FLAT[1] - 3])
    assert equaliser.gains(quiet, recorded, apart, 24000) == pytest.approx(-3, abs=0.1)
    found = equaliser.gains(recorded, recorded, apart, 24000)
    assert found.min() == pytest.approx(-3, abs=0.1)
    assert found.max() == pytest.approx(3, abs=0.1)


def test_the_slope_of_the_likeness_is_right(voice: bytes, sample: Path) -> None:
    profile = Profile.load(voice)
    trial = calibration.trial(profile, embed(*soundfile.read(sample)))
    chance, start = np.random.RandomState(0), FLAT + 0.5
    _, slope = trial.slope(start)
    for _ in range(3):
        way = chance.randn(*FLAT.shape)
        rise = (trial.slope(start + 0.3 * way)[0] - trial.slope(start - 0.3 * way)[0]) / 0.6
        assert (slope * way).sum() == pytest.approx(rise, rel=0.1, abs=2e-4)


def test_a_voice_that_sounds_wrong_is_set_right(voice: bytes, sample: Path) -> None:
    dull, person = FLAT.copy(), embed(*soundfile.read(sample))
    dull[:, 6:] = -10
    profile = replace(Profile.load(voice), equaliser=dull)
    calibrated = calibration.calibrate(profile, person)
    assert (calibrated.equaliser - dull)[:, 6:].mean() > 1

    def likeness(of: Profile) -> float:
        return float(embed(said(of), synthesis.OUTPUT_RATE) @ person)

    assert likeness(calibrated) > likeness(profile) + 0.01


def test_climbing_ends_at_the_top() -> None:
    top = np.linspace(-1, 1, FLAT.size).reshape(FLAT.shape)
    found = calibration.climb(lambda now: (-float(((now - top) ** 2).sum()), 2 * (top - now)), FLAT, 100, 0.1)
    assert found == pytest.approx(top, abs=0.1)


def test_learning_calibrates(voice: bytes) -> None:
    found = Profile.load(voice).equaliser
    assert not np.allclose(found, equaliser.usual(), atol=0.1)
    assert np.abs(found).max() < 12


def test_a_voice_of_an_older_version_gets_what_is_usual(voice: bytes) -> None:
    with np.load(io.BytesIO(voice)) as archive:
        older = {name: archive[name] for name in archive.files if name != "equaliser"}
    kept = io.BytesIO()
    np.savez(kept, allow_pickle=False, **older)
    assert (Profile.load(kept.getvalue()).equaliser == equaliser.usual()).all()
