"""The small neural networks that come with the engine: one or two hidden layers, kept as 16-bit numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """`layers` are pairs of weights (inputs, outputs) and biases (outputs,), with rectifiers between them."""

    phones: tuple[str, ...]  # those that it knows, sorted; none where it hears sound
    layers: tuple[tuple[Float32Array, Float32Array], ...]

    def __call__(self, x: Float32Array) -> Float32Array:
        *hidden, (weights, bias) = self.layers
        for w, b in hidden:
            x = np.maximum(x @ w + b, 0)
        return np.asarray(x @ weights + bias)

    def save(self, path: Path) -> None:
        numbers: dict[str, Any] = {f"weights{i}": w.astype(np.float16) for i, (w, _) in enumerate(self.layers)}
        numbers |= {f"bias{i}": b.astype(np.float16) for i, (_, b) in enumerate(self.layers)}
        with path.open("wb") as file:
            np.savez_compressed(file, phones=np.array(self.phones), **numbers)

    @classmethod
    def load(cls, path: Path) -> Network:
        with np.load(path, allow_pickle=False) as numbers:
            count = sum(name.startswith("weights") for name in numbers.files)
            layers = tuple(
                (numbers[f"weights{i}"].astype(np.float32), numbers[f"bias{i}"].astype(np.float32))
                for i in range(count)
            )
            return cls(tuple(numbers["phones"].tolist()), layers)


def one_hot(names: NDArray[np.str_], vocabulary: NDArray[np.str_]) -> NDArray[np.float64]:
    """A row for each name with 1 in its column of the sorted vocabulary; zeros where it is not there."""
    column = np.minimum(np.searchsorted(vocabulary, names), len(vocabulary) - 1)
    rows = np.zeros((len(names), len(vocabulary)))
    known = np.flatnonzero(vocabulary[column] == names)
    rows[known, column[known]] = 1
    return rows
