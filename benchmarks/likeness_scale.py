"""The scale that pages show beside a likeness score: `python -m benchmarks.likeness_scale FOLDER...`.

Each FOLDER has recordings of real people: of each person `NAME_ref*.flac` and `NAME_heldout*.flac`, or one file of at
least ten seconds, whose beginning is taken for the sample and whose end for another sentence. Everything is scored as
the studio scores a speech: 5 seconds of one recording against another.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from voiceclone.audio.speaker_embedding import embed

SENTENCE, SAMPLE = 5, 30  # seconds


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    pairs = [pair for folder in sys.argv[1:] for pair in people(Path(folder))]
    samples, sentences = (np.array(side) for side in zip(*pairs, strict=True))
    scores = samples @ sentences.T
    mine = np.eye(len(scores), dtype=bool)
    print(f"{len(pairs)} people, {SENTENCE} s of each against every sample")
    for title, found in (("the same person", scores[mine]), ("another person", scores[~mine])):
        low, middle, high = np.percentile(found, [5, 50, 95])
        print(f"{title:16} 5 % below {low:.3f}   median {middle:.3f}   5 % above {high:.3f}")


def people(folder: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Embeddings of each person's sample and of another sentence."""
    found = []
    for path in sorted(folder.glob("*.flac")):
        sound, rate = soundfile.read(path, always_2d=True)
        sound, length = sound[:, 0], SENTENCE * rate
        if "_ref" in path.stem:
            held_out = next(folder.glob(f"{path.stem.partition('_ref')[0]}_heldout*.flac"))
            other, other_rate = soundfile.read(held_out, always_2d=True)
            sample, sentence = sound[: SAMPLE * rate], other[: SENTENCE * other_rate, 0]
        elif "_heldout" in path.stem or len(sound) < 2 * length:
            continue
        else:
            sample, sentence, other_rate = sound[: len(sound) - length], sound[-length:], rate
        found.append((embed(sample, rate, one_level=True), embed(sentence, other_rate, one_level=True)))
    return found


if __name__ == "__main__":
    main()
