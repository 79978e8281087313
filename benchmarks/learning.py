"""How the networks that come with the built-in engine are learnt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from voiceclone.engines.builtin.network import Float32Array, Network

_RATE_OF_LEARNING = 2e-3


def learn(
    x: Float32Array,
    y: Float32Array,
    phones: tuple[str, ...],
    importance: Float32Array,
    *,
    hidden: int,
    dropped: float,
    epochs: int,
    batch: int,
    decay: float,
) -> Network:
    """Least squares by Adam with decoupled decay (D. P. Kingma, J. Ba, ICLR 2015; I. Loshchilov, F. Hutter, ICLR 2019).

    Hidden units are dropped at random (N. Srivastava et al., JMLR 15, 2014); the rate of learning rises and falls once.
    `importance` (outputs,) weighs the columns of `y`; where `y` is nan nothing is to be learnt.
    """
    chance = np.random.default_rng(0)
    sizes = (x.shape[1], hidden, hidden, y.shape[1])
    weights = [chance.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32) for a, b in pairwise(sizes)]
    weights[-1] *= np.float32(0.1)
    parameters = [p for w in weights for p in (w, np.zeros(w.shape[1], np.float32))]
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    matters = np.where(np.isnan(y), 0, importance).astype(np.float32)
    y = np.nan_to_num(y)
    batches = -(-len(x) // batch)
    step, steps = 0, epochs * batches
    for _ in range(epochs):
        for rows in np.array_split(chance.permutation(len(x)), batches):
            step += 1
            along = step / steps
            rate = _RATE_OF_LEARNING * (along / 0.3 if along < 0.3 else (1 + np.cos(np.pi * (along - 0.3) / 0.7)) / 2)
            layers, kept = [x[rows]], []
            for w, b in (parameters[:2], parameters[2:4]):
                kept.append((chance.random((len(rows), hidden)) >= dropped) / np.float32(1 - dropped))
                layers.append((np.maximum(layers[-1] @ w + b, 0) * kept[-1]).astype(np.float32))
            error = layers[-1] @ parameters[4] + parameters[5] - y[rows]
            error = error * matters[rows] * np.float32(2 / len(rows) / y.shape[1])
            gradients: list[Float32Array] = []
            for layer in (2, 1, 0):
                gradients[:0] = [layers[layer].T @ error, error.sum(0)]
                if layer:
                    error = (error @ parameters[2 * layer].T) * kept[layer - 1] * (layers[layer] > 0)
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                m += np.float32(0.1) * (g - m)
                v += np.float32(0.001) * (g * g - v)
                p *= np.float32(1 - rate * decay)
                p -= np.float32(rate) * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + np.float32(1e-8))
    return Network(phones, tuple(zip(parameters[::2], parameters[1::2], strict=True)))
