"""Make voiceclone/audio/speaker_embedding.npz from Resemblyzer's weights: `python -m benchmarks.speaker_weights WHEEL`.

WHEEL is what `pip download --no-deps Resemblyzer==0.1.4` fetches. The same numbers, in half the precision; nothing of
the wheel is run, and torch is not needed.
"""

from __future__ import annotations

import pickle
import sys
import zipfile
from collections import OrderedDict
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from voiceclone.audio.speaker_embedding import LAYERS, WEIGHTS

Array = NDArray[np.float32]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open("resemblyzer/pretrained.pt") as file:
        state = tensors(file)
    weights = {"linear": state["linear.weight"].T, "linear_bias": state["linear.bias"]}
    for layer in range(LAYERS):
        weights[f"input_{layer}"] = state[f"lstm.weight_ih_l{layer}"].T
        weights[f"recurrent_{layer}"] = state[f"lstm.weight_hh_l{layer}"].T
        weights[f"bias_{layer}"] = state[f"lstm.bias_ih_l{layer}"] + state[f"lstm.bias_hh_l{layer}"]
    halves: dict[str, Any] = {name: np.ascontiguousarray(weight, np.float16) for name, weight in weights.items()}
    np.savez_compressed(WEIGHTS, **halves)
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.2f} MB, {sum(half.size for half in halves.values()):,} numbers")


def tensors(file: IO[bytes]) -> dict[str, Array]:
    """The tensors of a model in torch's older format: four pickles, then the storages' bytes."""
    for _ in range(3):  # a magic number, the format's version, the machine's word sizes
        _Tensors(file).load()
    reader = _Tensors(file)
    state = reader.load()["model_state"]
    for key in _Tensors(file).load():
        count = int.from_bytes(file.read(8), "little")
        reader.storages[key][:] = np.frombuffer(file.read(4 * count), "<f4")
    return dict(state)


class _Tensors(pickle.Unpickler):
    """Reads tensors and builds nothing else that the file may name."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[str, Array] = {}

    def persistent_load(self, pid: Any) -> Array:
        _, _, key, _, size, *_ = pid
        return self.storages.setdefault(key, np.zeros(size, np.float32))

    def find_class(self, module: str, name: str) -> Any:
        if name == "_rebuild_tensor_v2":
            return _view
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        return type(name, (), {})


def _view(storage: Array, offset: int, size: tuple[int, ...], *_: Any) -> Array:
    return storage[offset : offset + int(np.prod(size))].reshape(size)


if __name__ == "__main__":
    main()
