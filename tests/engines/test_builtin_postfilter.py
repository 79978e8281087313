"""What a voice says is filtered to sound more like its recording."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiceclone.audio import speaker_embedding
from voiceclone.audio.speaker_embedding import embed
from voiceclone.engines.builtin import calibration, postfilter, synthesis
from voiceclone.engines.builtin.analysis import FloatArray
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.prosody import STYLES
from voiceclone.engines.builtin.reference import as_loud

NO_TONE = np.zeros((2, postfilter.BANDS))
BAND_CENTRES = {2: 711, 5: 1991, 7: 3842}  # Hz
TEXT = "The quick boat turned around before the storm."


@pytest.fixture(scope="module")
def profile(voice: bytes) -> Profile:
    return Profile.load(voice)


@pytest.fixture(scope="module")
def person(sample: Path) -> speaker_embedding.Embedding:
    return embed(*soundfile.read(sample))


@pytest.fixture(scope="module")
def unfiltered(profile: Profile) -> FloatArray:
    return synthesis.unfiltered(profile, TEXT, "en-us", STYLES["neutral"])


def spectrum(waveform: FloatArray, hertz: float, rate: int) -> float:
    """dB within a fifth of a frequency."""
    power = np.abs(np.fft.rfft(waveform)) ** 2
    frequency = np.fft.rfftfreq(len(waveform), 1 / rate)
    return float(10 * np.log10(power[np.abs(frequency / hertz - 1) < 0.1].mean()))


@pytest.mark.parametrize("band", BAND_CENTRES)
def test_a_band_gets_the_decibels_it_is_given(profile: Profile, unfiltered: FloatArray, band: int) -> None:
    louder = NO_TONE.copy()
    louder[:, band] = 9
    before, after = (postfilter.apply(unfiltered, replace(profile, tone=tone)) for tone in (NO_TONE, louder))
    assert len(before) == len(after) == len(unfiltered)
    risen = {
        b: spectrum(after, hertz, profile.sample_rate) - spectrum(before, hertz, profile.sample_rate)
        for b, hertz in BAND_CENTRES.items()
    }
    assert risen.pop(band) == pytest.approx(8, abs=1.5)  # a triangle, averaged around its peak
    assert list(risen.values()) == pytest.approx([0, 0], abs=0.5)


def test_bands_share_every_frequency() -> None:
    for rate in (16000, 24000):
        assert postfilter._shapes(rate, 640).sum(0) == pytest.approx(1)
    assert postfilter.mel_shapes().sum(0) == pytest.approx(1)


def test_soft_and_loud_frames_get_their_own_and_pauses_nothing(profile: Profile) -> None:
    spread = 10 ** (profile.mel_mean / 10)
    spread *= 10 ** (profile.mel_middle / 10) / spread.sum()
    levels = np.array([20.0, 0, -12, -60])  # dB over the middle
    heard = postfilter.hear((spread * 10 ** (levels[:, None] / 10)).astype(np.float32), profile)
    apart = np.stack([NO_TONE[0] + 3, NO_TONE[1] - 3])
    nothing = heard.gains(postfilter.network(), NO_TONE)
    found = (heard.gains(postfilter.network(), apart) - nothing).mean(-1)
    assert found == pytest.approx([3, 0, -2.7, 0], abs=0.2)
    assert nothing[-1] == pytest.approx(0, abs=1e-3)


def test_what_is_heard_is_what_was_foretold(profile: Profile, unfiltered: FloatArray) -> None:
    """The gradient is taken in mel bands, the filter works on sound."""

    def bands(waveform: FloatArray) -> FloatArray:
        resampled = as_loud(waveform, profile.loudness)
        return speaker_embedding.spectra(resampled, profile.sample_rate).astype(np.float64)

    before = bands(unfiltered).astype(np.float32)
    heard = postfilter.hear(before, profile)
    gains = heard.gains(postfilter.network(), profile.tone) @ postfilter.mel_shapes()
    difference = 10 * np.log10(bands(postfilter.apply(unfiltered, profile)) / (before * 10 ** (gains / 10)))
    loud = np.broadcast_to(heard.loud > 0.5, difference.shape)
    assert (difference[loud] - np.median(difference[loud])).std() < 1.5
    assert gains[loud].std() > 1.5  # so that it is no wonder


def test_a_pause_is_not_raised(profile: Profile, unfiltered: FloatArray) -> None:
    noise = 1e-4 * np.random.RandomState(0).randn(profile.sample_rate)
    filtered = postfilter.apply(np.concatenate([unfiltered, noise]), profile)
    assert np.std(filtered[-len(noise) // 2 :]) == pytest.approx(1e-4, rel=0.1)


def test_the_tone_makes_a_clone_more_like_its_person(
    profile: Profile, person: speaker_embedding.Embedding, unfiltered: FloatArray
) -> None:
    def likeness(tone: FloatArray) -> float:
        filtered = as_loud(postfilter.apply(unfiltered, replace(profile, tone=tone)), profile.loudness)
        return float(embed(filtered, profile.sample_rate) @ person)

    assert likeness(profile.tone) > likeness(NO_TONE)


def test_the_network_hears_what_it_was_taught_with(profile: Profile, unfiltered: FloatArray) -> None:
    heard = postfilter.hear(speaker_embedding.spectra(unfiltered, profile.sample_rate), profile)
    assert heard.inputs.shape[-1] == len(postfilter.network().layers[0][0])
    gains = heard.gains(postfilter.network(), NO_TONE)[heard.loud[..., 0] > 0.5]
    assert gains.shape[-1] == postfilter.BANDS
    assert 1 < gains.std() < 5


def test_the_slope_of_the_likeness_is_right(profile: Profile, person: speaker_embedding.Embedding) -> None:
    trial = calibration.trial(profile, person, calibration.TEXTS[:2], 3)
    chance, start = np.random.RandomState(0), NO_TONE + 0.5
    _, slope = trial.of_tone(start)
    for _ in range(3):
        way = chance.randn(*NO_TONE.shape)
        rise = (trial.of_tone(start + 0.1 * way)[0] - trial.of_tone(start - 0.1 * way)[0]) / 0.2
        assert (slope * way).sum() == pytest.approx(rise, rel=0.1, abs=2e-4)


def test_a_voice_that_sounds_wrong_is_set_right(profile: Profile, person: speaker_embedding.Embedding) -> None:
    filter_of = NO_TONE.copy()
    filter_of[:, 6:] = -10
    dull = replace(profile, waveform=postfilter.apply(profile.waveform, replace(profile, tone=filter_of)))
    calibrated = calibration.calibrate(dull, person)
    assert calibrated.tone[:, 6:].mean() > calibration.calibrate(profile, person).tone[:, 6:].mean() + 0.5

    def likeness(of: Profile) -> float:
        waveform = synthesis.say(of, TEXT, "en-us", STYLES["neutral"])
        return float(embed(waveform, synthesis.OUTPUT_RATE) @ person)

    assert likeness(calibrated) > likeness(replace(dull, tone=NO_TONE)) + 0.01


def test_climbing_ends_at_the_top() -> None:
    top = np.linspace(-1, 1, NO_TONE.size).reshape(NO_TONE.shape)
    found = calibration.climb(lambda now: (-float(((now - top) ** 2).sum()), 2 * (top - now)), NO_TONE, 100, 0.1)
    assert found == pytest.approx(top, abs=0.1)


def test_learning_calibrates(profile: Profile) -> None:
    assert 0.3 < np.abs(profile.tone).max() < 6


def test_a_voice_of_an_older_version_is_filtered_as_well(voice: bytes, profile: Profile) -> None:
    with np.load(io.BytesIO(voice)) as archive:
        older = {name: archive[name] for name in archive.files if name not in ("mel_mean", "mel_middle", "tone")}
    kept = io.BytesIO()
    np.savez(kept, allow_pickle=False, **older, equaliser=NO_TONE + 40)
    found = Profile.load(kept.getvalue())
    assert found.mel_mean == pytest.approx(profile.mel_mean, abs=0.1)
    assert found.mel_middle == pytest.approx(profile.mel_middle, abs=0.1)
    assert (found.tone == NO_TONE).all()
