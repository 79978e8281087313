"""Turn a waveform of our own into the bytes of an MP3, WAV, FLAC or bare PCM file.

Only ever given sound that we made or decoded ourselves, so FFmpeg's encoders may run in this process.
Sources: RIFF/WAVE with LIST/INFO (Microsoft, 1991), id3.org (TXXX), RFC 9639 §8.6 (FLAC's Vorbis comments).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import soxr
from av.audio.stream import AudioStream
from av.codec.context import Flags

CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "pcm": "audio/pcm"}
EXTENSIONS = {"mp3": ".mp3", "wav": ".wav", "flac": ".flac", "pcm": ".pcm"}

# What the MPEG audio standards allow, in Hz.
MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
LAYOUTS = {1: "mono", 2: "stereo"}
CODECS = {"mp3": "libmp3lame", "flac": "flac"}


def encode(
    waveform: npt.NDArray[np.float32],
    sample_rate: int,
    *,
    format: str = "mp3",
    target_rate: int | None = None,
    bitrate: int = 128_000,
    channels: int = 1,
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """Encode `waveform`, shape (n,), full scale ±1 (louder is clipped), `sample_rate` Hz.

    `format` is one of CONTENT_TYPES. `target_rate` resamples first; `bitrate` (bit/s) is for MP3, which lowers it
    where the rate allows no more; two `channels` carry the same sound. `tags` become TXXX frames (MP3), Vorbis comments
    (FLAC) or one comment (WAV); bare PCM (16-bit little endian) has none. Raises ValueError for what the format cannot
    hold.
    """
    if target_rate is not None and target_rate != sample_rate:
        waveform = soxr.resample(waveform.astype(np.float32, copy=False), sample_rate, target_rate)
        sample_rate = target_rate
    samples = np.clip(np.round(waveform * 32768.0), -32768, 32767).astype("<i2")
    return encode_pcm16(samples, sample_rate, format=format, bitrate=bitrate, channels=channels, tags=tags)


def encode_pcm16(
    samples: npt.NDArray[np.int16],
    sample_rate: int,
    *,
    format: str = "mp3",
    bitrate: int = 128_000,
    channels: int = 1,
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """The same for `samples` that are 16-bit already, shape (n,): FLAC, WAV and PCM keep every bit of them."""
    if format not in CONTENT_TYPES:
        raise ValueError(f"The format is {format!r}; it must be one of: {', '.join(CONTENT_TYPES)}.")
    if channels not in LAYOUTS:
        raise ValueError(f"There are {channels} channels; there must be 1 or 2.")
    if format == "mp3" and sample_rate not in MP3_RATES:
        raise ValueError(f"The sample rate is {sample_rate} Hz; an MP3 has one of: {', '.join(map(str, MP3_RATES))}.")
    interleaved = np.repeat(samples.astype("<i2", copy=False), channels)
    if format == "pcm":
        return interleaved.tobytes()
    if format == "wav":
        return _wav(interleaved.tobytes(), sample_rate, channels, tags or {})
    return _with_ffmpeg(interleaved, sample_rate, channels, format, bitrate, tags or {})


def _wav(content: bytes, sample_rate: int, channels: int, tags: Mapping[str, str]) -> bytes:
    block = channels * 2
    layout = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * block, block, 16)
    body = b"WAVE" + _chunk(b"fmt ", layout)
    if tags:
        comment = "; ".join(f"{name}={value}" for name, value in tags.items()).encode() + b"\0"
        body += _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", comment))
    return _chunk(b"RIFF", body + _chunk(b"data", content))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def _with_ffmpeg(
    interleaved: npt.NDArray[np.int16],
    sample_rate: int,
    channels: int,
    container: str,
    bitrate: int,
    tags: Mapping[str, str],
) -> bytes:
    file = io.BytesIO()
    # "bitexact" leaves out FFmpeg's own name and version: the same sound always makes the same bytes.
    with av.open(file, "w", format=container, options={"fflags": "+bitexact"}) as output:
        output.metadata.update(tags)
        stream = cast("AudioStream", output.add_stream(CODECS[container], rate=sample_rate, layout=LAYOUTS[channels]))
        stream.codec_context.flags |= Flags.bitexact
        if container == "mp3":
            stream.bit_rate = bitrate
        frame_format = "s16p" if container == "mp3" else "s16"
        frame_samples = stream.codec_context.frame_size or 4096
        for start in range(0, interleaved.size // channels, frame_samples):
            piece = interleaved[start * channels : (start + frame_samples) * channels]
            planes = piece.reshape(-1, channels).T if container == "mp3" else piece.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(planes), format=frame_format, layout=LAYOUTS[channels]
            )
            frame.sample_rate, frame.pts = sample_rate, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()
