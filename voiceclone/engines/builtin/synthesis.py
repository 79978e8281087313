"""Speaking: the recording's own pitch-synchronous grains, overlap-added at a new pitch and filtered to a new envelope.

E. Moulines, F. Charpentier, "Pitch-synchronous waveform processing techniques for text-to-speech synthesis using
diphones", Speech Communication 9, 1990 (TD-PSOLA), with a spectral correction of each grain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voiceclone.engines.base import Waveform
from voiceclone.engines.builtin import average_voice, base_voice, conversion, postfilter, prosody, selection, variation
from voiceclone.engines.builtin.analysis import FRAME_PERIOD, FloatArray, IntArray, envelope_basis
from voiceclone.engines.builtin.base_voice import WIDE, BaseSpeech, base_features, in_context
from voiceclone.engines.builtin.espeak import BASE_RATE
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.prosody import Style
from voiceclone.engines.builtin.reference import as_loud
from voiceclone.engines.builtin.variation import Variation

OUTPUT_RATE = 24000  # Hz
_GRAIN_FFT = 2048
_TAIL = 205  # samples a filtered grain may ring before and after itself
_EXEMPLAR_SHARE = 0.25  # of the envelopes found, against those predicted, in the envelope aimed at
_CORRECTION, _CORRECTION_OF_NOISE = 0.35, 0.5  # how far a voiced and an unvoiced grain is filtered; 0.5 is all the way
_MARGIN = 2  # frames kept around the speech
_BLOCK = 256  # grains filtered at once


@dataclass(frozen=True, slots=True)
class Grains:
    """What is overlap-added; one row a grain."""

    time: IntArray  # (grains,) output sample of its middle
    frame: IntArray  # (grains,) base frame it speaks for
    centre: IntArray  # (grains,) sample of the recording at its middle
    half: IntArray  # (grains,) half its length, samples
    voiced: NDArray[np.bool_]


def say(
    profile: Profile, text: str, voice: str, style: Style, tempo: float = 1.0, semitones: float = 0.0, seed: int = 0
) -> Waveform:
    """One sentence in a learnt voice, at OUTPUT_RATE, from its first sound to its last; empty where nothing is said.

    `voice` is espeak-ng's; `tempo` a factor beside the style's, `semitones` are added to the style's,
    `seed` names another take of it.
    """
    waveform = unfiltered(profile, text, voice, style, tempo, semitones, seed)
    if not len(waveform):
        return np.zeros(0, np.float32)
    waveform = as_loud(postfilter.apply(waveform, profile), profile.loudness) * 10 ** (style.gain / 20)
    return np.asarray(soxr.resample(waveform, profile.sample_rate, OUTPUT_RATE), np.float32)


def unfiltered(
    profile: Profile, text: str, voice: str, style: Style, tempo: float = 1.0, semitones: float = 0.0, seed: int = 0
) -> FloatArray:
    """The same before the postfilter, at the profile's sample rate."""
    rate = int(np.clip(BASE_RATE * profile.tempo, 90, 320))
    speech = base_voice.say(text, voice, profile.sample_rate, rate)
    if speech.spoken.sum() < 10:
        return np.zeros(0)
    take = variation.of(seed, text)
    f0 = prosody.f0_contour(profile, speech, style, semitones, take)
    exemplars, target = _envelopes(profile, speech, f0, take)
    ends = np.cumsum(prosody.durations(speech, tempo * style.tempo, take))
    grains = _plan(profile, exemplars, f0, ends)
    waveform = _overlap_add(profile, speech, exemplars, target, grains, style, ends)
    spoken, edges = np.flatnonzero(speech.spoken), np.append(0.0, ends) * profile.sample_rate
    first, beyond = max(0, spoken[0] - _MARGIN), min(len(speech), spoken[-1] + 1 + _MARGIN)
    return as_loud(waveform[round(edges[first]) : round(edges[beyond])], profile.loudness)


def _envelopes(profile: Profile, speech: BaseSpeech, f0: FloatArray, take: Variation) -> tuple[IntArray, FloatArray]:
    """For every base frame its exemplar (frames,) and the envelope aimed at (frames, CEPSTRAL_ORDER)."""
    x = conversion.regressors(
        in_context(base_features(speech), WIDE), speech.phones, speech.position, profile.vocabulary
    )
    standard = conversion.predict(average_voice.envelopes(speech), x, profile.turn, profile.weights)
    loud = profile.mel_cepstra[:, 0] > np.percentile(profile.mel_cepstra[:, 0], 15)
    deviation = profile.mel_cepstra[loud].std(0)
    predicted = standard * profile.deviation + profile.mean
    exemplars = selection.select(profile, speech, predicted, f0, take)
    predicted = conversion.with_global_variance(predicted, deviation, speech.spoken)
    jumps = np.abs(np.diff(exemplars, prepend=exemplars[0] - 1) - 1) > 1.5
    near = np.clip(gaussian_filter1d(jumps.astype(float), 2) * 5, 0, 1)[:, None]
    found = profile.mel_cepstra[exemplars]
    found = (1 - near) * gaussian_filter1d(found, 0.6, axis=0) + near * gaussian_filter1d(found, 3.2, axis=0)
    # With few exemplars the nearest is far: trust the regression more.
    share = _EXEMPLAR_SHARE * (0.5 + 0.5 * min(1.0, len(profile.frame) / 4500))
    mixed = (1 - share) * predicted + share * found
    return exemplars, conversion.with_global_variance(mixed, deviation, speech.spoken, 0.5)


def _plan(profile: Profile, exemplars: IntArray, f0: FloatArray, ends: FloatArray) -> Grains:
    """Where grains go and where they come from: one for each period, or each 4 ms where unvoiced."""
    rate = profile.sample_rate
    clock = np.searchsorted(ends, np.arange(0, ends[-1] + 0.002, 0.001), side="right")  # base frame of each ms
    clock = np.minimum(clock, len(ends) - 1)
    periods = np.where(f0 > 0, rate / np.maximum(f0, 1.0), rate * 0.004)
    times, time, beyond = [], 0.0, ends[-1] * rate - 1
    frame_of, period_of, ticks = clock.tolist(), periods.tolist(), 1000 / rate
    while time < beyond:
        times.append(time)
        time += period_of[frame_of[int(time * ticks)]]
    when = np.array(times)
    frame = clock[(when * ticks).astype(np.int64)]
    voiced = f0[frame] > 0
    centre = (profile.frame[exemplars[frame]] * (FRAME_PERIOD / 1000 * rate)).astype(np.int64)
    mark = np.clip(np.searchsorted(profile.pitch_marks, centre), 1, len(profile.pitch_marks) - 1)
    after, before = profile.pitch_marks[mark], profile.pitch_marks[mark - 1]
    pulse = np.where(np.abs(after - centre) < np.abs(before - centre), after, before)
    # A repeated noise grain would be heard as a tone: unvoiced ones are taken from a random place nearby.
    jitter = np.random.RandomState(1).uniform(-0.0015, 0.0015, len(when)) * rate
    centre = np.where(voiced, pulse, np.maximum(0, centre + jitter.astype(np.int64)))
    own_f0 = profile.f0[np.minimum(len(profile.f0) - 1, (centre / rate * 1000 / FRAME_PERIOD).astype(np.int64))]
    own_period = np.where(own_f0 > 0, rate / np.maximum(own_f0, 1.0), rate * 0.005)
    period = periods[frame]
    # No grain may hold so many of its own periods that the old pitch is heard through the new one.
    longer, shorter = np.maximum(period, own_period), np.minimum(period, own_period)
    half = np.where(period > 1.3 * own_period, own_period, np.minimum(longer, 1.3 * shorter))
    half = np.where(voiced, half, 2 * period)
    half = np.clip(half, 24, (_GRAIN_FFT - 2 * _TAIL) // 2 - 2).astype(np.int64)
    inside = (centre >= half) & (centre + half < len(profile.waveform))
    return Grains(np.round(when).astype(np.int64)[inside], frame[inside], centre[inside], half[inside], voiced[inside])


def _overlap_add(
    profile: Profile,
    speech: BaseSpeech,
    exemplars: IntArray,
    target: FloatArray,
    grains: Grains,
    style: Style,
    ends: FloatArray,
) -> FloatArray:
    """The waveform of an utterance, shape (ends[-1] * sample_rate,)."""
    length = int(ends[-1] * profile.sample_rate)
    out, norm = np.zeros(length + 2 * _GRAIN_FFT), np.zeros(length + 2 * _GRAIN_FFT)  # both begin _GRAIN_FFT early
    gate = 10 ** (-1.5 * (1 - gaussian_filter1d(speech.spoken.astype(float), 2)))
    basis = envelope_basis(profile.sample_rate, _GRAIN_FFT)
    difference = target - profile.mel_cepstra[exemplars]
    tilt = _tilt(profile.sample_rate, style.tilt)
    random = np.random.RandomState(2)
    for start in range(0, len(grains.time), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(grains.time)))
        frame = grains.frame[block]
        share = np.where(grains.voiced[block], _CORRECTION, _CORRECTION_OF_NOISE)[:, None]
        response = np.exp(share * np.clip(difference[frame] @ basis, -4, 3) + tilt)
        pieces, windows = np.zeros((len(block), _GRAIN_FFT)), []
        for row, g in enumerate(block):
            half, centre = grains.half[g], grains.centre[g]
            windows.append(np.hanning(2 * half + 1))
            grain = profile.waveform[centre - half : centre + half + 1]
            pieces[row, _TAIL : _TAIL + 2 * half + 1] = grain * windows[row]
        spectrum = np.fft.rfft(pieces)
        if style.breath:
            whispered = np.abs(spectrum) * np.exp(2j * np.pi * random.rand(*spectrum.shape)) * 0.5
            share = style.breath * grains.voiced[block, None]
            spectrum = (1 - share) * spectrum + share * whispered
        pieces = np.fft.irfft(spectrum * response) * gate[frame, None]
        for row, g in enumerate(block):
            half, first = grains.half[g], _GRAIN_FFT + grains.time[g] - grains.half[g]
            out[first - _TAIL : first + 2 * half + 1 + _TAIL] += pieces[row, : 2 * half + 1 + 2 * _TAIL]
            norm[first : first + 2 * half + 1] += windows[row]
    return out[_GRAIN_FFT : _GRAIN_FFT + length] / np.maximum(norm[_GRAIN_FFT : _GRAIN_FFT + length], 0.5)


def _tilt(sample_rate: int, decibels: float) -> FloatArray:
    """A straight tilt of the spectrum between 300 Hz and 3 kHz, as log amplitude, shape (_GRAIN_FFT / 2 + 1,)."""
    frequency = np.fft.rfftfreq(_GRAIN_FFT, 1 / sample_rate)
    decades = np.log10(np.maximum(frequency, 50) / 950)
    return np.asarray(decibels * np.clip(decades, -0.5, 0.5) / 20 * np.log(10))
