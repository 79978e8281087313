"""Turn a waveform of our own into an MP3, WAV, FLAC, Ogg Opus, AAC or bare PCM file: whole, or as it is made.

Only ever given sound that we made or decoded ourselves, so FFmpeg's encoders may run in this process.
Sources: RIFF/WAVE with LIST/INFO (Microsoft, 1991), id3.org (TXXX), RFC 9639 §8.6 (FLAC's Vorbis comments), RFC 7845
(Opus in Ogg), ISO/IEC 13818-7 (ADTS).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import soxr
from av.audio.stream import AudioStream
from av.codec.context import Flags

CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "pcm": "audio/pcm",
}
EXTENSIONS = {name: f".{name}" for name in CONTENT_TYPES}


@dataclass(frozen=True, slots=True)
class Codec:
    """What FFmpeg has to know. `rates` (Hz; none: any) are what the format allows; `bitrate` (bit/s) is the default."""

    name: str
    container: str
    title: str
    rates: tuple[int, ...] = ()
    bitrate: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    growing: Mapping[str, str] = field(default_factory=dict)  # more options for a file that cannot be gone back into


CODECS = {
    "mp3": Codec(
        "libmp3lame",
        "mp3",
        "an MP3",
        (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
        128_000,
        growing={"write_xing": "0"},
    ),
    "opus": Codec(
        "libopus",
        "ogg",
        "an Opus file",
        (8000, 12000, 16000, 24000, 48000),
        64_000,
        growing={"page_duration": "200000"},  # µs; the default of a second would hold back what was said
    ),
    "aac": Codec(
        "aac",
        "adts",
        "an AAC file",
        (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000),
        96_000,
        {"write_id3v2": "1"},
    ),
    "flac": Codec("flac", "flac", "a FLAC file"),
}
LAYOUTS = {1: "mono", 2: "stereo"}
PIECE = 1 << 16  # samples handed over at once
UNKNOWN_LENGTH = 0xFFFFFFFF  # in a WAV that grows; players then read to the end


def encode(
    waveform: npt.NDArray[np.float32],
    sample_rate: int,
    *,
    format: str = "mp3",
    target_rate: int | None = None,
    bitrate: int | None = None,
    channels: int = 1,
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """Encode `waveform`, shape (n,), full scale ±1 (louder is clipped), `sample_rate` Hz.

    `format` is one of CONTENT_TYPES. `target_rate` resamples first; `bitrate` (bit/s) is for MP3, Opus and AAC, which
    lower it where the rate allows no more; two `channels` carry the same sound. `tags` become TXXX frames (MP3, AAC),
    Vorbis comments (FLAC, Opus) or one comment (WAV); bare PCM (16-bit little endian) has none. Raises ValueError for
    what the format cannot hold.
    """
    if target_rate is not None and target_rate != sample_rate:
        waveform = soxr.resample(waveform.astype(np.float32, copy=False), sample_rate, target_rate)
        sample_rate = target_rate
    return encode_pcm16(pcm16(waveform), sample_rate, format=format, bitrate=bitrate, channels=channels, tags=tags)


def pcm16(waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    """Full scale ±1 as 16-bit samples; what is louder is clipped."""
    return np.clip(np.round(waveform * 32768.0), -32768, 32767).astype("<i2")


def encode_pcm16(
    samples: npt.NDArray[np.int16],
    sample_rate: int,
    *,
    format: str = "mp3",
    bitrate: int | None = None,
    channels: int = 1,
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """The same for `samples` that are 16-bit already, shape (n,): FLAC, WAV and PCM keep every bit of them."""
    _check(format, sample_rate, channels)
    if format in CODECS:
        file = io.BytesIO()
        stream = _Stream(file, CODECS[format], sample_rate, channels, bitrate, tags or {})
        stream.write(samples)
        stream.close()
        return file.getvalue()
    content = np.repeat(samples.astype("<i2", copy=False), channels).tobytes()
    return _wav(content, sample_rate, channels, tags or {}) if format == "wav" else content


class Encoder:
    """The same for sound that is still being made: `add` returns the bytes that are ready, `finish` the last ones.

    All bytes together are one file. Its header cannot know how long the sound will be.
    """

    def __init__(
        self,
        format: str,
        sample_rate: int,
        *,
        bitrate: int | None = None,
        channels: int = 1,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        _check(format, sample_rate, channels)
        self._channels, self._outlet = channels, _Outlet()
        self._stream: _Stream | None = None
        if format in CODECS:
            codec = CODECS[format]
            options = {"flush_packets": "1", **codec.growing}
            self._stream = _Stream(self._outlet, codec, sample_rate, channels, bitrate, tags or {}, options)
        elif format == "wav":
            self._outlet.write(_wav_header(sample_rate, channels, tags or {}, UNKNOWN_LENGTH))

    def add(self, samples: npt.NDArray[np.int16]) -> bytes:
        if self._stream:
            self._stream.write(samples)
        else:
            self._outlet.write(np.repeat(samples.astype("<i2", copy=False), self._channels).tobytes())
        return self._outlet.take()

    def finish(self) -> bytes:
        if self._stream:
            self._stream.close()
        return self._outlet.take()


def _check(format: str, sample_rate: int, channels: int) -> None:
    if format not in CONTENT_TYPES:
        raise ValueError(f"The format is {format!r}; it must be one of: {', '.join(CONTENT_TYPES)}.")
    if channels not in LAYOUTS:
        raise ValueError(f"There are {channels} channels; there must be 1 or 2.")
    codec = CODECS.get(format)
    if codec and codec.rates and sample_rate not in codec.rates:
        rates = ", ".join(map(str, codec.rates))
        raise ValueError(f"The sample rate is {sample_rate} Hz; {codec.title} has one of: {rates}.")


def _wav(content: bytes, sample_rate: int, channels: int, tags: Mapping[str, str]) -> bytes:
    return _wav_header(sample_rate, channels, tags, len(content)) + content


def _wav_header(sample_rate: int, channels: int, tags: Mapping[str, str], length: int) -> bytes:
    block = channels * 2
    layout = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * block, block, 16)
    body = b"WAVE" + _chunk(b"fmt ", layout)
    if tags:
        comment = "; ".join(f"{name}={value}" for name, value in tags.items()).encode() + b"\0"
        body += _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", comment))
    body += b"data" + struct.pack("<I", length)
    return b"RIFF" + struct.pack("<I", min(len(body) + length, UNKNOWN_LENGTH)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


class _Outlet:
    """A file that cannot be gone back into; what was written is taken out at once."""

    def __init__(self) -> None:
        self._content = bytearray()

    def write(self, content: bytes) -> int:
        self._content += content
        return len(content)

    def take(self) -> bytes:
        content = bytes(self._content)
        self._content.clear()
        return content


class _Stream:
    """One sound on its way through one of FFmpeg's encoders into `file`."""

    def __init__(
        self,
        file: io.BytesIO | _Outlet,
        codec: Codec,
        sample_rate: int,
        channels: int,
        bitrate: int | None,
        tags: Mapping[str, str],
        options: Mapping[str, str] = {},
    ) -> None:
        # "bitexact" leaves out FFmpeg's own name and version: the same sound always makes the same bytes.
        options = {"fflags": "+bitexact", **codec.options, **options}
        self._output = av.open(file, "w", format=codec.container, options=options)
        self._output.metadata.update(tags)
        self._layout, self._sample_rate, self._channels = LAYOUTS[channels], sample_rate, channels
        self._stream = cast("AudioStream", self._output.add_stream(codec.name, rate=sample_rate, layout=self._layout))
        self._stream.codec_context.flags |= Flags.bitexact
        if codec.bitrate:
            self._stream.bit_rate = bitrate or codec.bitrate
        self._written = 0

    def write(self, samples: npt.NDArray[np.int16]) -> None:
        for start in range(0, samples.size, PIECE):
            piece = np.repeat(samples[start : start + PIECE], self._channels).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout=self._layout)
            frame.sample_rate, frame.pts = self._sample_rate, self._written
            self._written += piece.size // self._channels
            self._output.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._output.mux(self._stream.encode(None))
        self._output.close()
