"""Sound for the tests of voiceclone.audio, made at run time; nothing is read from disk or fetched."""

from __future__ import annotations

import functools
import io
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from voiceclone.audio import decode as decode_module
from voiceclone.audio.decode import Decoded, DecodeError, DecodeLimits, decode

Waveform = npt.NDArray[np.float32]


PROJECT = Path(decode_module.__file__).parents[2]


def in_another_python(program: str, *arguments: object) -> str:
    """What a program of its own prints, run beside ours with the same Python."""
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout


@functools.cache
def speechlike(seconds: float = 4.0, sample_rate: int = 24000) -> Waveform:
    """Harmonics of a wandering pitch under syllables and pauses, shape (n,): what codecs and meters take for speech."""
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    phase = 2 * np.pi * np.cumsum(120 + 25 * np.sin(2 * np.pi * 0.7 * time)) / sample_rate
    harmonics = np.sum([np.sin(k * phase) / k for k in range(1, 9)], axis=0)
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * time), 0, None) ** 0.7
    waveform = (0.22 * harmonics * syllables).astype(np.float32)
    waveform.flags.writeable = False  # the tests share it
    return waveform


def recorded(
    container: str,
    codec: str | None,
    *,
    waveform: Waveform | None = None,
    sample_rate: int = 24000,
    channels: int = 1,
    seconds: float = 4.0,
    tags: Mapping[str, str] | None = None,
    video: bool = False,
) -> bytes:
    """A file as a phone or an editor writes it, in FFmpeg's names for the container and the codec."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        output.metadata.update(tags or {})
        picture = _add_video(output) if video else None
        if codec:
            _write_sound(
                output, codec, speechlike(seconds, sample_rate) if waveform is None else waveform, sample_rate, channels
            )
        if picture is not None:
            _write_pictures(output, picture)
    return file.getvalue()


def _write_sound(output: Any, codec: str, waveform: Waveform, sample_rate: int, channels: int) -> None:
    layout = {1: "mono", 2: "stereo"}[channels]
    strict = {"strict": "-2"} if codec == "vorbis" else None  # FFmpeg's own Vorbis encoder is experimental
    stream = cast("AudioStream", output.add_stream(codec, rate=sample_rate, layout=layout, options=strict))
    output.start_encoding()
    context = stream.codec_context
    resampler = av.AudioResampler(stream.format, stream.layout, sample_rate, frame_size=context.frame_size or 1024)
    frame = av.AudioFrame.from_ndarray(np.repeat(waveform[np.newaxis], channels, axis=0), format="fltp", layout=layout)
    frame.sample_rate = sample_rate
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        output.mux(stream.encode(piece))
    output.mux(stream.encode(None))


def _add_video(output: Any) -> VideoStream:
    stream = cast("VideoStream", output.add_stream("mpeg4" if output.format.name != "webm" else "libvpx-vp9", rate=10))
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    return stream


def _write_pictures(output: Any, stream: VideoStream) -> None:
    for number in range(10):
        frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number * 20, np.uint8), format="rgb24")
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


@pytest.fixture
def decoded(tmp_path: Path) -> Callable[..., tuple[Decoded, Path]]:
    """Decode some bytes; returns what they were and the FLAC that was kept, in a folder of its own."""
    kept = tmp_path / "kept"
    kept.mkdir()

    def decode_bytes(content: bytes, **limits: Any) -> tuple[Decoded, Path]:
        source = tmp_path / "source"
        source.write_bytes(content)
        return decode(source, kept / "sample.flac", DecodeLimits(**limits)), kept / "sample.flac"

    return decode_bytes


@pytest.fixture
def refused(decoded: Callable[..., tuple[Decoded, Path]], tmp_path: Path) -> Callable[..., DecodeError]:
    """Decode some bytes that must be refused; returns the error, having checked that nothing was left behind."""

    def refuse_bytes(content: bytes, **limits: Any) -> DecodeError:
        with pytest.raises(DecodeError) as caught:
            decoded(content, **limits)
        assert list((tmp_path / "kept").iterdir()) == []
        sentence = str(caught.value)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        return caught.value

    return refuse_bytes
