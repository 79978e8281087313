"""Does the built-in engine speak other languages, and how fast? `python -m benchmarks.languages [recording]`.

Without a recording the voice is of the sample that the project makes itself. A line for each language: seconds of
speech, seconds of CPU for each of them, and what went wrong. Says nothing of how well it is understood.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.speed import measure
from voiceclone.engines import registry
from voiceclone.engines.base import EngineError, EnrolmentOptions, SpeechSettings
from voiceclone.engines.builtin.demo import demo_sample

SENTENCES = {
    "English": "It was a bright cold day, and the clocks were striking.",
    "Spanish": "Era un día frío y luminoso, y los relojes daban la hora.",
    "French": "C'était une journée froide et claire, et les horloges sonnaient.",
    "German": "Es war ein klarer, kalter Tag, und die Uhren schlugen gerade.",
    "Italian": "Era una giornata fredda e luminosa, e gli orologi suonavano.",
    "Portuguese": "Era um dia frio e luminoso, e os relógios batiam as horas.",
    "Dutch": "Het was een heldere, koude dag, en de klokken sloegen net.",
    "Polish": "Był jasny, zimny dzień i zegary właśnie wybijały godzinę.",
    "Turkish": "Parlak, soğuk bir gündü ve saatler vuruyordu.",
    "Finnish": "Oli kirkas ja kylmä päivä, ja kellot löivät juuri.",
    "Vietnamese": "Đó là một ngày lạnh và sáng, và đồng hồ đang điểm giờ.",
    "Indonesian": "Hari itu cerah dan dingin, dan jam sedang berdentang.",
    "Russian": "Был ясный холодный день, и часы как раз били.",
    "Greek": "Ήταν μια φωτεινή, κρύα μέρα και τα ρολόγια χτυπούσαν.",
    "Arabic": "كان يوما باردا ومشرقا وكانت الساعات تدق.",
    "Hebrew": "זה היה יום קר ובהיר והשעונים צלצלו.",
    "Hindi": "वह एक ठंडा और उजला दिन था, और घड़ियाँ बज रही थीं।",
    "Thai": "วันนั้นอากาศเย็นและสดใส และนาฬิกากำลังตีบอกเวลา",
    "Korean": "맑고 추운 날이었고 시계가 울리고 있었다.",
    "Chinese": "那是一个晴朗寒冷的日子，时钟正在敲响。",
    "Japanese": "それは あかるくて さむい ひで、とけいが なっていました。",
}


def voice_of(recording: Path | None) -> bytes:
    """The profile of a recording, or of the sample voice."""
    engine = registry.get("builtin")
    if recording:
        return engine.enrol(recording, EnrolmentOptions())
    waveform, sample_rate, transcript = demo_sample()
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "demo.flac"
        soundfile.write(sample, waveform, sample_rate)
        return engine.enrol(sample, EnrolmentOptions(transcript=transcript))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?", type=Path)
    engine, profile = registry.get("builtin"), voice_of(parser.parse_args().recording)
    print(f"{'':12}{'speech s':>10}{'CPU s for each':>16}")
    for language, text in SENTENCES.items():
        settings = SpeechSettings(language=language)
        try:
            _, busy, chunks = measure(lambda text=text, settings=settings: list(engine.speak(profile, text, settings)))
        except EngineError as error:
            print(f"{language:12}{error}")
            continue
        waveform = np.concatenate([chunk.waveform for chunk in chunks])
        seconds = len(waveform) / chunks[0].sample_rate
        wrong = "" if np.isfinite(waveform).all() and 0.02 < np.abs(waveform).max() <= 1 else "   out of range"
        print(f"{language:12}{seconds:10.1f}{busy / seconds:16.3f}{wrong}", flush=True)


if __name__ == "__main__":
    main()
