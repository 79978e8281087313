"""The search for exemplars: for each frame to be spoken, the frame of the recording that says it best and joins best.

A. J. Hunt, A. W. Black, "Unit selection in a concatenative speech synthesis system using a large speech database",
ICASSP 1996, with single frames as units: target costs choose the candidates, a Viterbi search the path among them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceclone.engines.builtin.alignment import squared_distances
from voiceclone.engines.builtin.analysis import SPECTRAL, FloatArray, IntArray
from voiceclone.engines.builtin.base_voice import NARROW, BaseSpeech, base_features, in_context
from voiceclone.engines.builtin.profile import Profile
from voiceclone.engines.builtin.variation import PLAIN, Variation

_CANDIDATES = 40
_BLOCK = 256  # frames compared with every exemplar at once; a block keeps the memory small
_WRONG_PHONE, _WRONG_VOICING, _WRONG_PITCH, _POSITION, _DISTRUST = 1.2, 2.0, 1.0, 0.3, 0.15  # pitch: an octave
_JOIN, _NEAR_MISS = 0.3, 0.08  # what leaving the recording's own order costs, besides the step in the spectrum


def select(
    profile: Profile, speech: BaseSpeech, predicted: FloatArray, f0: FloatArray, take: Variation = PLAIN
) -> IntArray:
    """Exemplar numbers, shape (frames,), for base speech.

    `predicted` are the envelopes wanted (frames, CEPSTRAL_ORDER), `f0` the pitch (frames,), Hz, 0 where unvoiced.
    """
    index, cost = _candidates(profile, speech, predicted, f0, take)
    return _smoothest(profile, index, cost)


def _spectral_weights(profile: Profile) -> FloatArray:
    order = np.arange(SPECTRAL.stop - SPECTRAL.start)
    weights = 1 / np.sqrt(1 + order)
    weights /= np.sqrt((weights**2).sum())
    return np.asarray(weights / profile.mel_cepstra.std(0)[SPECTRAL])


def _candidates(
    profile: Profile, speech: BaseSpeech, predicted: FloatArray, f0: FloatArray, take: Variation
) -> tuple[IntArray, FloatArray]:
    """The nearest exemplars of every frame and their target costs, each shape (frames, candidates)."""
    weights = _spectral_weights(profile)
    wanted = np.hstack([in_context(base_features(speech), NARROW), predicted[:, SPECTRAL] * weights])
    offered = np.hstack([profile.context, profile.mel_cepstra[:, SPECTRAL] * weights]).astype(np.float32)
    offered_f0 = profile.f0[profile.frame]
    dislike = (_DISTRUST * profile.cost + take.tastes(profile.frame)).astype(np.float32)
    offered_position = profile.position.astype(np.float32)
    count = min(_CANDIDATES, len(offered) - 1)
    indices, costs = [], []
    for first in range(0, len(wanted), _BLOCK):
        rows = slice(first, first + _BLOCK)
        cost = squared_distances(wanted[rows].astype(np.float32), offered) + dislike
        cost += np.float32(_WRONG_PHONE) * (speech.phones[rows, None] != profile.phones)
        cost += np.float32(_WRONG_VOICING) * (speech.frames.voiced[rows, None] != (offered_f0 > 0))
        cost += np.float32(_WRONG_PITCH) * np.minimum(_octaves_apart(f0[rows], offered_f0), 1)
        cost += np.float32(_POSITION) * np.abs(speech.position[rows, None].astype(np.float32) - offered_position)
        best = np.argpartition(cost, count, axis=1)[:, :count]
        indices.append(best)
        costs.append(np.take_along_axis(cost, best, 1).astype(np.float64))
    return np.concatenate(indices), np.concatenate(costs)


def _octaves_apart(wanted: FloatArray, offered: FloatArray) -> NDArray[np.float32]:
    """How far grains must be moved in pitch, (n, m) octaves for (n,) and (m,) Hz; 0 where either is unvoiced."""
    up, down = np.log2(np.maximum(wanted, 1)).astype(np.float32), np.log2(np.maximum(offered, 1)).astype(np.float32)
    return np.where((wanted > 0)[:, None] & (offered > 0), np.abs(up[:, None] - down), np.float32(0))


def _smoothest(profile: Profile, index: IntArray, cost: FloatArray) -> IntArray:
    """Viterbi: following the recording is free, a jump costs the step it makes in the spectrum."""
    spectrum = profile.mel_cepstra[:, SPECTRAL] * _spectral_weights(profile)
    following = spectrum[np.minimum(np.arange(len(spectrum)) + 1, len(spectrum) - 1)]
    phrase_ends = np.append(np.diff(profile.frame) != 1, True)
    following[phrase_ends] = spectrum[phrase_ends]
    best, back = cost[0], np.zeros(index.shape, np.int64)
    for block in range(1, len(index), _BLOCK):  # all joins of a block at once
        now = np.arange(block, min(block + _BLOCK, len(index)))
        a, b = following[index[now - 1]], spectrum[index[now]]
        join = (a**2).sum(-1)[:, :, None] + (b**2).sum(-1)[:, None, :] - 2 * a @ b.transpose(0, 2, 1) + _JOIN
        step = index[now][:, None, :] - index[now - 1][:, :, None]
        join[(step == 0) | (step == 2)] = _NEAR_MISS
        join[step == 1] = 0
        for t, joins in zip(now, join, strict=True):
            total = best[:, None] + joins
            back[t] = total.argmin(0)
            best = total.min(0) + cost[t]
    choice = int(best.argmin())
    path = np.zeros(len(index), np.int64)
    for row in range(len(index) - 1, -1, -1):
        path[row], choice = index[row, choice], int(back[row, choice])
    return path
