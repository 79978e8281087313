"""The locked-down program that reads one untrusted recording; `decode.py` starts it once for every recording.

    python -I -B decoder_child.py '{"output": 3, "sample_rate": 24000, ...}'  < recording

Standard input is the recording, `output` a file descriptor that gets bare samples (16-bit little endian, mono, no
header: nothing for the parent to parse), standard output one JSON object: {"code": "ok", ...} or why not. No text of
FFmpeg's and none of the file's ever reaches the parent.

FFmpeg reads file descriptor 0 through its "fd" protocol: no path, no address, and no Python file object, because
PyAV 18.1's callback into Python crashes when memory runs out.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

# An isolated Python (-I) knows only the venv. Last in the path, so that nothing of ours can hide a module of Python's.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from voiceclone.audio import sandbox, sniff

DEMUXERS = {"wav": "wav", "mp3": "mp3", "mp4": "mov", "aac": "aac", "flac": "flac", "ogg": "ogg", "webm": "matroska"}
# The whitelist wants every name under which FFmpeg registers a demuxer.
DEMUXER_NAMES = {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}
PCM = {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"}
# What an honest recorder or editor writes into each container; every other codec of FFmpeg's is out of reach.
CODECS = {
    "wav": PCM,
    "mp3": {"mp3", "mp3float"},
    "mp4": {"aac", "alac", "mp3", "mp3float", "flac", "opus"},
    "aac": {"aac"},
    "flac": {"flac"},
    "ogg": {"vorbis", "opus", "flac"},
    "webm": {"vorbis", "opus"},
}
MIN_SOURCE_RATE, MAX_SOURCE_RATE, MAX_SOURCE_CHANNELS, MAX_FRAME_SAMPLES = 6000, 192_000, 8, 1 << 18
MAX_BAD_PACKETS, MAX_FORMAT_CHANGES = 200, 16
# Encoders pad their last frame; a recording of exactly the longest length must not fail for that.
PADDING_SECONDS = 1.0
# How many packets past the limit are counted, without decoding, to tell the person how long the recording is.
MAX_PACKETS_COUNTED = 200_000
COPY_BYTES = 1 << 24

# PyAV imports these when it first meets a stream of their kind, and then nothing can be opened any more; which of them
# exist depends on its version.
IMPORTED_LATE_BY_PYAV = ("av.subtitles.stream", "av.data.stream", "av.attachments.stream", "av.sidedata.sidedata")

Reply = dict[str, object]


class RefusedError(Exception):
    """The recording is not taken: a code of `decode.py`'s table and the facts its sentence needs."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


class Sound:
    """Converts frames to mono at one sample rate and writes their bare samples, up to a limit."""

    def __init__(self, output: BinaryIO, sample_rate: int, max_seconds: float) -> None:
        self.output, self.sample_rate = output, sample_rate
        self.max_samples = int((max_seconds + PADDING_SECONDS) * sample_rate)
        self.samples, self.changes = 0, 0
        self.source_rate, self.source_channels = 0, 0
        self.shape: tuple[str, int, str] | None = None
        self.resampler: AudioResampler | None = None

    @property
    def is_too_long(self) -> bool:
        return self.samples > self.max_samples

    def add(self, frame: AudioFrame) -> None:
        channels = frame.layout.nb_channels
        if (
            not MIN_SOURCE_RATE <= frame.sample_rate <= MAX_SOURCE_RATE
            or not 1 <= channels <= MAX_SOURCE_CHANNELS
            or frame.samples > MAX_FRAME_SAMPLES
        ):
            raise RefusedError("bad_header", source_rate=frame.sample_rate, source_channels=channels)
        shape = (frame.format.name, frame.sample_rate, frame.layout.name)
        if self.resampler is None or shape != self.shape:
            self._start_anew(shape)
            self.source_rate, self.source_channels = frame.sample_rate, channels
        frame.pts = None  # damaged files lie about time; the samples themselves are what counts
        assert self.resampler is not None
        self._write(self.resampler.resample(frame))

    def finish(self) -> None:
        if self.resampler is not None:
            self._write(self.resampler.resample(None))
        self.output.flush()

    def _start_anew(self, shape: tuple[str, int, str]) -> None:
        if self.resampler is not None:
            self.changes += 1
            if self.changes > MAX_FORMAT_CHANGES:
                raise RefusedError("damaged")
            self._write(self.resampler.resample(None))
        self.resampler = AudioResampler(format="s16", layout="mono", rate=self.sample_rate)
        self.shape = shape

    def _write(self, frames: Iterable[AudioFrame]) -> None:
        for frame in frames:
            if self.is_too_long:
                return
            self.output.write(bytes(frame.planes[0])[: frame.samples * 2])
            self.samples += frame.samples


def recognise_and_clean(cleaned: int) -> str:
    """Name the container on descriptor 0; put `cleaned` there instead where FFmpeg may see only parts of the file."""
    with open(0, "rb", closefd=False) as source:
        try:
            recognised = sniff.sniff(source, os.fstat(0).st_size)
        except sniff.NoSoundError:
            raise RefusedError("empty") from None
    if recognised is None:
        raise RefusedError("unsupported")
    if recognised.parts:
        for part in recognised.parts:
            if isinstance(part, sniff.Span):
                _copy(part, cleaned)
            else:
                os.write(cleaned, part)
        os.dup2(cleaned, 0)
    os.lseek(0, 0, os.SEEK_SET)
    return recognised.container


def _copy(span: sniff.Span, cleaned: int) -> None:
    offset, left = span.offset, span.length
    while left > 0:
        copied = os.sendfile(cleaned, 0, offset, min(left, COPY_BYTES))
        if not copied:
            return
        offset, left = offset + copied, left - copied


def open_recording(container: str) -> InputContainer:
    demuxer = DEMUXERS[container]
    options = {
        "fd": "0",
        "protocol_whitelist": "fd",
        "format_whitelist": DEMUXER_NAMES.get(demuxer, demuxer),
        "codec_whitelist": ",".join(sorted(CODECS[container])),
        "max_streams": "16",
        "probesize": str(2 << 20),
        "analyzeduration": "2000000",
        "max_probe_packets": "500",
        "threads": "1",
    }
    return av.open("fd:", "r", format=demuxer, options=options, metadata_errors="replace")


def choose_stream(recording: InputContainer, container: str) -> AudioStream:
    """The first sound track whose codec is allowed; the others (video, pictures, subtitles) are never decoded."""
    tracks = list(recording.streams.audio)
    if not tracks:
        raise RefusedError("no_audio", has_video=bool(recording.streams.video))
    # PyAV gives None for a codec that FFmpeg does not know; its type stubs do not say so.
    names = [track.codec_context.name if cast("object", track.codec_context) else None for track in tracks]
    for track, name in zip(tracks, names, strict=True):
        if name in CODECS[container]:
            track.codec_context.thread_count = 1
            return track
    raise RefusedError("codec", codec=names[0])


def decode(recording: InputContainer, track: AudioStream, sound: Sound) -> None:
    """Feed every packet through the codec; a few bad ones are forgiven, as a player would."""
    packets = bad_packets = 0
    demuxed = recording.demux(track)
    while True:
        try:
            packet = next(demuxed, None)
        except av.FFmpegError:
            break  # an unreadable tail: keep what came before it
        if packet is None:
            break
        packets += 1
        try:
            frames = packet.decode()
        except MemoryError:
            raise
        except av.FFmpegError:
            bad_packets += 1
            if bad_packets > MAX_BAD_PACKETS or (packets > 20 and bad_packets > packets // 2):
                raise RefusedError("damaged") from None
            continue
        for frame in frames:
            sound.add(frame)
        if sound.is_too_long:
            raise RefusedError("too_long", runs_seconds=_length_by_packets(demuxed, sound))
    sound.finish()
    if sound.is_too_long:
        raise RefusedError("too_long", runs_seconds=None)
    if not sound.samples:
        raise RefusedError("damaged" if bad_packets else "empty")


def _length_by_packets(rest: Iterable[av.Packet[AudioStream]], sound: Sound) -> float | None:
    """Seconds of the whole recording, from the packets that are left; None where they do not say, or are too many."""
    seconds = sound.samples / sound.sample_rate
    try:
        for count, packet in enumerate(rest):
            if count > MAX_PACKETS_COUNTED or (packet.size and not (packet.duration and packet.time_base)):
                return None
            seconds += float((packet.duration or 0) * (packet.time_base or 0))
    except av.FFmpegError:
        return None
    return seconds


def read_recording(order: dict[str, float]) -> Reply:
    """Lock down, then do the work; the first moment an untrusted byte is read is after the walls stand."""
    output_fd = int(order["output"])
    output_bytes = int((order["max_seconds"] + PADDING_SECONDS + 1) * order["sample_rate"] * 2)
    sandbox.limit_resources(
        memory_mb=int(order["memory_mb"]),
        cpu_seconds=int(order["cpu_seconds"]),
        file_bytes=max(int(order["max_bytes"]), output_bytes) + 4096,
    )
    # In memory, and made before the walls stand: afterwards nothing can be opened.
    cleaned = os.memfd_create("cleaned")
    walls = sandbox.lock_down()
    container = recognise_and_clean(cleaned)
    try:
        recording = open_recording(container)
        track = choose_stream(recording, container)
        with open(output_fd, "wb", buffering=1 << 20) as output:
            sound = Sound(output, int(order["sample_rate"]), order["max_seconds"])
            decode(recording, track, sound)
    except MemoryError:  # PyAV's own is also an FFmpegError
        raise
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise RefusedError("damaged") from error
    return {
        "code": "ok",
        "container": container,
        "codec": track.codec_context.name,
        "source_rate": sound.source_rate,
        "source_channels": sound.source_channels,
        "sandbox": walls,
    }


def main() -> None:
    try:
        reply = read_recording(json.loads(sys.argv[1]))
    except RefusedError as refused:
        reply = {"code": refused.code, **refused.facts}
    except MemoryError:
        reply = {"code": "memory"}
    except OSError as error:
        is_disk_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        reply = {"code": "disk_full" if is_disk_full else "error", "fault": type(error).__name__}
    except BaseException as error:  # a bug of ours: the parent logs its kind, never its text
        reply = {"code": "error", "fault": type(error).__name__}
    os.write(1, json.dumps(reply).encode())
    os._exit(0)  # no destructors over what a damaged file may have left behind


if __name__ == "__main__":
    sandbox.die_with_parent()
    for module in IMPORTED_LATE_BY_PYAV:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    main()
