"""What other takes are worth: `python -m benchmarks.takes FOLDER [--takes 4]`.

FOLDER is that of benchmarks/builtin.py: `NAME_ref*.flac` is learnt (its first 30 seconds), `NAME_heldout*.flac` is
other speech of the same person. Each text is said once plainly, as a preview is, and by other takes; of every
`--takes` of them, the plain one included, the one most like the sample is chosen, as the page does.

    sample     likeness to the sample, which chooses (docs/likeness.md)
    held out   the same to the person's other speech, which has no part in the choice
    heard      how well our own recogniser hears the text (`check_text`)
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as a worker does

import numpy as np  # noqa: E402
import soundfile  # noqa: E402

from benchmarks.builtin import SENTENCES, Speaker, speakers_of  # noqa: E402
from voiceclone.audio.speaker_embedding import RATE, embed  # noqa: E402
from voiceclone.engines import registry  # noqa: E402
from voiceclone.engines.base import EnrolmentOptions, SpeechSettings  # noqa: E402
from voiceclone.engines.builtin.analysis import FloatArray  # noqa: E402

TEXTS = tuple(" ".join(SENTENCES[i : i + 2]) for i in range(0, len(SENTENCES), 2))
LEARNT, HEARD = 30, 10  # seconds
DRAWS = 3  # of other takes, for each text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--takes", type=int, default=4, help="of which the best is chosen")
    a = parser.parse_args()
    rows = []
    print(
        f"{'':12}{'sample':>24}{'held out':>24}{'heard':>16}\n{'':12}"
        + 2 * "     one    any   best"
        + "     one    any"
    )
    for speaker in speakers_of(a.folder):
        rows.append(measure(speaker, a.takes - 1))
        print(f"{speaker.name:12}{shown(rows[-1])}", flush=True)
    print(f"{'all':12}{shown(np.mean(rows, 0))}")
    gain = np.array(rows)[:, (2, 5)] - np.array(rows)[:, (0, 3)]
    error = gain.std(0, ddof=1) / np.sqrt(len(rows)) if len(rows) > 1 else gain[0] * np.nan
    print(
        f"best of {a.takes} against one: {gain.mean(0)[0]:+.4f} ± {error[0]:.4f} to the sample, "
        f"{gain.mean(0)[1]:+.4f} ± {error[1]:.4f} to the held-out speech"
    )


def shown(row: FloatArray) -> str:
    return "".join(f"{'  ' if i % 3 == 0 else ''}{value:7.3f}" for i, value in enumerate(row))


def measure(speaker: Speaker, others: int) -> FloatArray:
    """Sample, held out (one plain, any other take, best), heard (one, any): means over texts and draws."""
    engine, rate = registry.local("builtin"), speaker.sample_rate
    people = [
        embed(speaker.reference[: LEARNT * rate], rate, one_level=True),
        embed(speaker.held_out, RATE, one_level=True),
    ]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        sample, said = Path(folder) / "sample.flac", Path(folder) / "said.flac"
        soundfile.write(sample, np.clip(speaker.reference[: LEARNT * rate], -1, 1), rate)
        profile = engine.enrol(sample, EnrolmentOptions())
        for text in TEXTS:
            takes = []
            for seed in range(DRAWS * others + 1):
                chunks = list(engine.speak(profile, text, SpeechSettings(seed=seed)))
                waveform = np.concatenate([chunk.waveform for chunk in chunks])
                voice = embed(waveform[: HEARD * chunks[0].sample_rate], chunks[0].sample_rate, one_level=True)
                soundfile.write(said, waveform, chunks[0].sample_rate)
                takes.append([*(float(person @ voice) for person in people), engine.check_text(said, text).agreement])
            plain, draws = np.array(takes[0]), np.array(takes[1:]).reshape(DRAWS, others, 3)
            for draw in draws:
                chosen = max([plain, *draw], key=lambda take: float(take[0]))
                any_other = draw.mean(0)
                found.append([value for i in (0, 1) for value in (plain[i], any_other[i], chosen[i])])
                found[-1] += [plain[2], any_other[2]]
    return np.mean(found, 0)


if __name__ == "__main__":
    main()
