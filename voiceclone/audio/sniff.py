"""What a file is, by its content alone, and which parts of it FFmpeg may see.

The name and the declared type of an upload are never looked at. Because *we* name the container, FFmpeg never guesses,
so a playlist (HLS, ffconcat, DASH, SDP) can never be chosen and no file or address it names is ever opened. Tags and
pictures are left out: FFmpeg's tag list takes quadratic time, and 14 MB of ID3 tags kept it busy for minutes.

Pure Python over bounded reads; runs inside the locked-down child, except `describe`, which only compares bytes.
Sources: RFC 9639 (FLAC), RFC 3533 (Ogg), ISO 14496-3 (ADTS), ISO 11172-3 (MP3), ISO 14496-12 (MP4), id3.org, EBU 3306.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

HEAD_BYTES = 65536
# How far into a file its first frame may be: some recorders put junk in front.
FIRST_ADTS_FRAME_WITHIN, FIRST_MP3_FRAME_WITHIN = 4096, 16384
FRAMES_IN_A_ROW = 3  # three headers that lead to each other are no accident
MAX_ID3_TAGS, MAX_WAV_CHUNKS, MAX_FLAC_BLOCKS = 4, 200, 4096


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source file, in bytes."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Recognised:
    """A container, and what FFmpeg may see of it: bytes of ours and stretches of the file; none means all of it."""

    container: str  # "wav", "mp3", "mp4", "aac", "flac", "ogg" or "webm"
    parts: list[bytes | Span] = field(default_factory=list)


class NoSoundError(ValueError):
    """The container is one we read, but there is no sound in it."""


def sniff(file: BinaryIO, size: int) -> Recognised | None:
    """Recognise the container of `file`, `size` bytes long; None where it is none of ours. Raises NoSoundError."""
    head = _read(file, 0, HEAD_BYTES)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return Recognised("wav", _wav_parts(file, size))
    if head[:5] == b"OggS\0":
        return Recognised("ogg")
    if head[:4] == b"\x1a\x45\xdf\xa3" and (b"webm" in head[:128] or b"matroska" in head[:128]):
        return Recognised("webm")
    if describe(head):
        return None  # it says that it is something else; do not search it for sound
    if head[4:8] == b"ftyp":
        return Recognised("mp4")

    start = _after_id3_tags(file)
    head = _read(file, start, HEAD_BYTES)
    if head[:4] == b"fLaC":
        return Recognised("flac", _flac_parts(file, size, start))
    if _frames_follow(head, _adts_frame_bytes, FIRST_ADTS_FRAME_WITHIN):
        return Recognised("aac", [Span(start, size - start)])
    if _frames_follow(head, _mp3_frame_bytes, FIRST_MP3_FRAME_WITHIN):
        return Recognised("mp3", [Span(start, _before_end_tags(file, size) - start)])
    return None


def gettext_noop(phrase: str) -> str:
    """Marks it for translators; `refusals.py` translates it. The child that this runs in knows no Django."""
    return phrase


# What people upload by mistake, by its first bytes. The phrase ends the sentence "This is …".
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", gettext_noop("a PDF document, not a recording")),
    (b"\xff\xd8\xff", gettext_noop("a JPEG picture, not a recording")),
    (b"\x89PNG\r\n", gettext_noop("a PNG picture, not a recording")),
    (b"GIF8", gettext_noop("a GIF picture, not a recording")),
    (b"PK\x03\x04", gettext_noop("a ZIP archive or an Office document, not a recording")),
    (b"PK\x05\x06", gettext_noop("an empty ZIP archive, not a recording")),
    (b"\x1f\x8b\x08", gettext_noop("a gzip archive, not a recording")),
    (b"7z\xbc\xaf\x27\x1c", gettext_noop("a 7-Zip archive, not a recording")),
    (b"Rar!\x1a\x07", gettext_noop("a RAR archive, not a recording")),
    (b"\x7fELF", gettext_noop("a program, not a recording")),
    (b"MZ", gettext_noop("a Windows program, not a recording")),
    (b"SQLite format 3\0", gettext_noop("a database, not a recording")),
    (b"MThd", gettext_noop("a MIDI file: notes to be played, not a recording")),
    (b"FORM", gettext_noop("an AIFF recording, which is a format we do not read")),
    (b"caff", gettext_noop("a CAF recording, which is a format we do not read")),
    (b"#!AMR", gettext_noop("an AMR recording, which is a format we do not read")),
    (b".snd", gettext_noop("an AU recording, which is a format we do not read")),
    (b"wvpk", gettext_noop("a WavPack recording, which is a format we do not read")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", gettext_noop("a Windows Media file, which is a format we do not read")),
    (b"FLV\x01", gettext_noop("a Flash video, which is a format we do not read")),
)
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (
        rb"#EXTM3U|ffconcat|\[playlist\]|v=0\r?\n|(<\?xml[^>]*>\s*)?<MPD",
        gettext_noop("a playlist: a list of files, not a recording"),
    ),
    (rb"<!doctype html|<html|<script|<head|<body", gettext_noop("a web page, not a recording")),
    (rb"(<\?xml[^>]*>\s*)?<svg", gettext_noop("an SVG picture, not a recording")),
    (rb"WEBVTT|\[Script Info\]|1\r?\n\d\d:\d\d:\d\d,", gettext_noop("a file of subtitles, not a recording")),
)
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")


def describe(head: bytes) -> str | None:
    """Name content that is no recording of ours from its first bytes, to end the sentence "This is …"; None if unsure.

    >>> describe(b"%PDF-1.7 ...")
    'a PDF document, not a recording'
    """
    for beginning, phrase in _BEGINNINGS:
        if head.startswith(beginning):
            return phrase
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return gettext_noop("a HEIC or AVIF picture, not a recording")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return gettext_noop("a WebP picture, not a recording")
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return gettext_noop("an AVI video, which is a format we do not read")
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for pattern, phrase in _TEXTS:
        if re.match(pattern, start, re.IGNORECASE):
            return phrase
    return gettext_noop("a text file, not a recording") if _is_text(head[:4096]) else None


def _is_text(head: bytes) -> bool:
    """Printable UTF-8 (a character cut off at the end is forgiven), or UTF-16 of mostly Latin letters."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and 0 < len(head[2:64]) <= 2 * head[2:64].count(0):
        return True
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and all(character.isprintable() or character in "\t\r\n\f\x1b" for character in text)


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    return file.read(length)


def _wav_parts(file: BinaryIO, size: int) -> list[bytes | Span]:
    """The first `fmt ` and the first `data` chunk under a header of ours; LIST, bext, id3, cue… are dropped."""
    offset, layout, long_length = 12, b"", 0
    for _ in range(MAX_WAV_CHUNKS):
        chunk = _read(file, offset, 8)
        if len(chunk) < 8:
            break
        length = int.from_bytes(chunk[4:], "little")
        if chunk[:4] == b"ds64" and length >= 24:  # RF64 keeps its lengths here, as 64 bits
            long_length = int.from_bytes(_read(file, offset + 16, 8), "little")
        elif chunk[:4] == b"fmt " and not layout and 16 <= length <= 64:
            layout = _read(file, offset + 8, length)
        elif chunk[:4] == b"data":
            if length == 0xFFFFFFFF and long_length:
                length = long_length
            # A recorder that was cut off, or wrote to a pipe, leaves 0 or all ones: the sound is the rest of the file.
            length = min(length or size, size - offset - 8)
            if not layout or length <= 0:
                break
            header = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", length)
            return [b"RIFF" + struct.pack("<I", len(header) + length) + header, Span(offset + 8, length)]
        offset += 8 + length + (length & 1)
    raise NoSoundError


def _flac_parts(file: BinaryIO, size: int, start: int) -> list[bytes | Span]:
    """STREAMINFO and the frames; comments, pictures, cue sheets and padding are dropped."""
    offset, stream_info = start + 4, b""
    for _ in range(MAX_FLAC_BLOCKS):
        header = _read(file, offset, 4)
        if len(header) < 4:
            break
        is_last, kind, length = header[0] & 0x80, header[0] & 0x7F, int.from_bytes(header[1:], "big")
        if kind == 0 and length == 34 and not stream_info:
            stream_info = _read(file, offset + 4, 34)
        offset += 4 + length
        if is_last:
            if not stream_info or offset >= size:
                break
            return [b"fLaC\x80\x00\x00\x22" + stream_info, Span(offset, size - offset)]
    raise NoSoundError


def _after_id3_tags(file: BinaryIO) -> int:
    """Where the file goes on after its leading ID3v2 tags."""
    offset = 0
    for _ in range(MAX_ID3_TAGS):
        tag = _read(file, offset, 10)
        if len(tag) < 10 or tag[:3] != b"ID3":
            break
        length = (tag[6] & 127) << 21 | (tag[7] & 127) << 14 | (tag[8] & 127) << 7 | tag[9] & 127
        footer = 10 if tag[5] & 0x10 else 0
        offset += 10 + length + footer
    return offset


def _before_end_tags(file: BinaryIO, size: int) -> int:
    """Where the sound of an MP3 ends: before an ID3v1 and an APE tag at the end of the file."""
    if size >= 128 and _read(file, size - 128, 3) == b"TAG":
        size -= 128
    footer = _read(file, size - 32, 32) if size >= 32 else b""
    if footer[:8] == b"APETAGEX":
        length = int.from_bytes(footer[12:16], "little") + (32 if footer[23] & 0x80 else 0)
        if 32 <= length <= size:
            size -= length
    return size


def _frames_follow(head: bytes, frame_bytes: Callable[[bytes, int], int], within: int) -> bool:
    """Do frames that lead to each other begin in the first `within` bytes? Two are enough where the file ends there."""
    start = head.find(b"\xff")
    while 0 <= start < within:
        offset, frames = start, 0
        while frames < FRAMES_IN_A_ROW and (length := frame_bytes(head, offset)):
            offset, frames = offset + length, frames + 1
        if frames == FRAMES_IN_A_ROW or (frames == 2 and offset >= len(head)):
            return True
        start = head.find(b"\xff", start + 1)
    return False


# kbit/s by the four bits of a layer III header; the first row is MPEG-1, the second MPEG-2 and 2.5.
_MPEG1_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _mp3_frame_bytes(head: bytes, offset: int) -> int:
    """Length of the MPEG layer III frame at `offset`, 0 where there is none."""
    if offset + 4 > len(head) or head[offset] != 0xFF or head[offset + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[offset + 1] >> 3 & 3, head[offset + 1] >> 1 & 3
    kbits, rate, padding = head[offset + 2] >> 4, head[offset + 2] >> 2 & 3, head[offset + 2] >> 1 & 1
    if version == 1 or layer != 1 or kbits in (0, 15) or rate == 3:
        return 0
    hertz = (44100, 48000, 32000)[rate] >> {3: 0, 2: 1, 0: 2}[version]
    if version == 3:
        return 144_000 * _MPEG1_KBITS[kbits] // hertz + padding
    return 72_000 * _MPEG2_KBITS[kbits] // hertz + padding


def _adts_frame_bytes(head: bytes, offset: int) -> int:
    """Length of the ADTS (raw AAC) frame at `offset`, 0 where there is none."""
    if offset + 7 > len(head) or head[offset] != 0xFF or head[offset + 1] & 0xF6 != 0xF0:
        return 0
    if head[offset + 2] >> 2 & 15 > 12:  # no such sample rate
        return 0
    length = (head[offset + 3] & 3) << 11 | head[offset + 4] << 3 | head[offset + 5] >> 5
    return length if length >= 7 else 0
