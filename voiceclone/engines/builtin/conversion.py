"""The conversion: from the average voice to the speaker's, by kernel ridge regression on the base voice in context.

The kernel is approximated by random Fourier features: A. Rahimi, B. Recht, "Random features for large-scale kernel
machines", NIPS 2007. The global variance that averaging loses is given back after T. Toda, A. W. Black, K. Tokuda,
"Voice conversion based on maximum-likelihood estimation of spectral parameter trajectory", IEEE TASLP 15(8), 2007.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceclone.engines.builtin.analysis import FloatArray

_FOURIER_FEATURES = 500
_BANDWIDTH = 0.35
_FOURIER_WEIGHT = 3.0
_RIDGE, _RIDGE_OF_TURN = 300.0, 200.0


def regressors(
    context: FloatArray, phones: NDArray[np.str_], position: FloatArray, vocabulary: NDArray[np.str_]
) -> FloatArray:
    """What an envelope is predicted from: features in context, their Fourier features, the phone and how far into it.

    `context` (frames, columns), `vocabulary` the sorted phones of the reference; phones outside it add nothing.
    """
    random = np.random.RandomState(7)  # the same features for every voice and every process
    directions = random.randn(context.shape[1], _FOURIER_FEATURES) * _BANDWIDTH
    phases = random.rand(_FOURIER_FEATURES) * 2 * np.pi
    fourier = np.cos(context @ directions + phases) * np.sqrt(2 / _FOURIER_FEATURES) * _FOURIER_WEIGHT
    column = np.minimum(np.searchsorted(vocabulary, phones), len(vocabulary) - 1)
    known = np.flatnonzero(vocabulary[column] == phones)
    phone = np.zeros((len(context), 2 * len(vocabulary)))
    phone[known, column[known]] = 0.7 * (1 - position[known]) + 0.3
    phone[known, len(vocabulary) + column[known]] = 0.7 * position[known] + 0.3
    return np.column_stack([context, fourier, phone, np.ones(len(context))])


def fit(average: FloatArray, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How the average voice becomes this one: `predict` of it is near `y`.

    `average` and `y` are standardised mel-cepstra (frames, CEPSTRAL_ORDER), `x` regressors (frames, columns). Both
    are ridge regressions; the turn, which is learnt first, shrinks towards changing nothing.
    """
    known, stay = with_bias(average), np.eye(average.shape[1] + 1, average.shape[1])
    turn = stay + _ridge(known, y - average, _RIDGE_OF_TURN)
    return turn, _ridge(x, y - known @ turn, _RIDGE)


def _ridge(x: FloatArray, y: FloatArray, penalty: float) -> FloatArray:
    return np.asarray(np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y))


def predict(average: FloatArray, x: FloatArray, turn: FloatArray, weights: FloatArray) -> FloatArray:
    """Standardised mel-cepstra of the speaker, (frames, CEPSTRAL_ORDER)."""
    return np.asarray(with_bias(average) @ turn + x @ weights)


def with_bias(rows: FloatArray) -> FloatArray:
    return np.column_stack([rows, np.ones(len(rows))])


def with_global_variance(
    mel_cepstra: FloatArray, deviation: FloatArray, spoken: NDArray[np.bool_], amount: float = 1.0
) -> FloatArray:
    """Stretch every coefficient over an utterance to the speaker's own deviation (coefficients,), except loudness.

    `amount`: 0 leaves it as it is, 1 goes all the way.
    """
    mean, averaged = mel_cepstra[spoken].mean(0), np.maximum(mel_cepstra[spoken].std(0), 1e-6)
    ratio = np.clip((deviation / averaged) ** amount, 0.5, 2.0)
    ratio[0] = 1
    return np.where(spoken[:, None], (mel_cepstra - mean) * ratio + mean, mel_cepstra)
