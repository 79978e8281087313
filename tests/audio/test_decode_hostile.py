"""A file made to do harm reads nothing, sends nothing, stops in time and leaves nothing behind."""

from __future__ import annotations

import http.server
import random
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from tests.audio.conftest import in_another_python, recorded, speechlike
from voiceclone.audio.decode import DecodeError, DecodeLimits, decode
from voiceclone.audio.encode import encode, encode_pcm16

# ---- files that name other files and addresses


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server that a file may try to reach, and the paths that it was asked for."""
    asked: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile neighbour.wav\n",
    "ffconcat, absolute": "ffconcat version 1.0\nfile '{folder}/neighbour.wav'\n",
    "ffconcat, address": "ffconcat version 1.0\nfile '{server}/a.wav'\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{folder}/neighbour.wav\n#EXT-X-ENDLIST\n",
    "hls, address": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{server}/a.ts\n#EXT-X-ENDLIST\n",
    "hls, never ending": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{folder}/neighbour.wav\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    '<Representation id="1"><BaseURL>{server}/a.m4a</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n",
    "pls": "[playlist]\nFile1={server}/a.mp3\nNumberOfEntries=1\n",
}
DISGUISES = {
    "plain": b"",
    "after an ID3 tag": b"ID3\x04\0\0\0\0\0\0",
    "after a WAV's beginning": b"RIFF\x64\0\0\0WAVE",
    "after an M4A's beginning": b"\0\0\0\x14ftypM4A \0\0\0\0M4A ",
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_reaches_neither_a_neighbours_file_nor_the_network(kind, disguise, tmp_path, listener):
    server, asked = listener
    (tmp_path / "neighbour.wav").write_bytes(encode(speechlike(4), 24000, format="wav"))
    source, kept = tmp_path / "upload.m4a", tmp_path / "kept"
    kept.mkdir()
    source.write_bytes(DISGUISES[disguise] + PLAYLISTS[kind].format(folder=tmp_path, server=server).encode())
    with pytest.raises(DecodeError):
        decode(source, kept / "sample.flac")
    assert asked == []
    assert list(kept.iterdir()) == []


def test_the_trap_is_real(tmp_path):
    """What the test above guards against: FFmpeg left to guess reads the neighbour's file."""
    (tmp_path / "neighbour.wav").write_bytes(encode(speechlike(4), 24000, format="wav"))
    source = tmp_path / "upload.m4a"
    source.write_text(PLAYLISTS["ffconcat"])
    with av.open(source) as naive:
        assert next(naive.decode(audio=0)).samples


# ---- bombs


def test_less_than_a_megabyte_that_unpacks_to_an_hour_is_refused(refused):
    bomb = encode_pcm16(np.zeros(8000 * 3600, np.int16), 8000, format="flac")
    assert len(bomb) < 1_000_000
    error = refused(bomb)
    assert error.code == "too_long"
    assert "5 minutes" in str(error)


def test_an_index_of_fifty_million_samples_does_not_take_the_memory(tmp_path):
    """Left to itself, FFmpeg takes 1.8 GB for this small file."""
    content = bytearray(recorded("ipod", "aac", sample_rate=44100))
    for table, fields in (
        (b"stsz", struct.pack(">II", 2, 50_000_000)),
        (b"stsc", struct.pack(">4I", 1, 1, 50_000_000, 1)),
    ):
        start = content.index(table) + 8
        content[start : start + len(fields)] = fields
    (tmp_path / "source").write_bytes(content)
    program = """
        import resource, sys
        from pathlib import Path
        from django.conf import settings
        from voiceclone.audio.decode import decode, DecodeError
        settings.configure(USE_I18N=False)
        try:
            decode(Path(sys.argv[1]), Path(sys.argv[2]))
        except DecodeError as error:
            print(error.code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
    """
    code, megabytes = in_another_python(program, tmp_path / "source", tmp_path / "sample.flac").split()
    assert code in ("memory", "damaged", "empty")
    assert int(megabytes) < DecodeLimits().memory_mb


def test_hundreds_of_thousands_of_tags_do_not_hold_the_decoder_up(decoded):
    """FFmpeg alone needs minutes for these 14 MB: its list of tags takes quadratic time."""
    frames = b"".join(b"TXXX\0\0\0\x0a\0\0\0%07d\0v" % number for number in range(700_000))
    length = bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0))
    assert decoded(b"ID3\x04\0\0" + length + frames + recorded("mp3", "libmp3lame"))[0].container == "mp3"

    chunks = b"".join(b"%04d\x02\0\0\0a\0" % (number % 10_000) for number in range(1_000_000))
    listed = b"LIST" + struct.pack("<I", len(chunks) + 4) + b"INFO" + chunks
    plain = encode(speechlike(4), 24000, format="wav")
    assert decoded(plain[:12] + plain[12:36] + listed + plain[36:])[0].container == "wav"


def webm_with_tags(count: int) -> bytes:
    """WebM tags are left in place for FFmpeg, so their quadratic cost is what the limit on CPU time is for."""

    def element(name: bytes, content: bytes) -> bytes:
        return name + (1 << 56 | len(content)).to_bytes(8, "big") + content

    tags = (element(b"\x67\xc8", element(b"\x45\xa3", b"%07d" % n) + element(b"\x44\x87", b"v")) for n in range(count))
    content = recorded("webm", "libopus", sample_rate=48000)
    segment, cluster = content.index(b"\x18\x53\x80\x67") + 4, content.index(b"\x1f\x43\xb6\x75")
    unknown_length = b"\x01" + b"\xff" * 7
    listed = element(b"\x12\x54\xc3\x67", element(b"\x73\x73", b"".join(tags)))
    return content[:segment] + unknown_length + content[segment + 8 : cluster] + listed + content[cluster:]


def test_work_without_end_is_stopped(refused):
    error = refused(webm_with_tags(300_000), cpu_seconds=1)
    assert error.code == "cpu"
    assert "takes more work than the limit of 1 second." in str(error)
    error = refused(recorded("mp3", "libmp3lame"), wall_seconds=0.001)
    assert error.code == "timeout"
    assert "takes longer than the limit of 0.001 seconds" in str(error)


def test_too_little_memory_is_an_answer_and_no_crash(refused):
    assert refused(recorded("mp3", "libmp3lame"), memory_mb=100).code == "memory"


# ---- two things at once


def test_a_script_hidden_in_a_recording_does_not_survive(decoded):
    script = b"<script>alert(document.domain)</script> "
    plain = encode(speechlike(4), 24000, format="wav")
    hidden = plain[:36] + b"LIST" + struct.pack("<I", len(script)) + script + plain[36:] + script
    for content in (
        hidden,
        recorded("mp3", "libmp3lame") + script,
        recorded("flac", "flac", tags={"t": script.decode()}),
    ):
        assert script.strip() in content
        assert b"script" not in decoded(content)[1].read_bytes()


def test_a_page_or_a_document_in_front_of_a_recording_is_refused(refused):
    recording = recorded("mp3", "libmp3lame")
    assert "a web page" in str(refused(b"<html><script>alert(1)</script>" + recording))
    assert "a PDF document" in str(refused(b"%PDF-1.4\n" + recording))


# ---- damage


def mutants(count: int) -> list[bytes]:
    """Honest recordings with bits flipped, numbers exaggerated, stretches lost, doubled, swapped and cut off."""
    chance = random.Random(20260801)
    kinds = [("mp3", "libmp3lame"), ("ipod", "aac"), ("wav", "pcm_s16le"), ("flac", "flac"), ("ogg", "libopus"),
             ("webm", "libopus"), ("adts", "aac"), ("ogg", "vorbis")]  # fmt: skip
    honest = [recorded(*kind, sample_rate=48000, channels=2, seconds=1) for kind in kinds]
    extremes = [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"\xff\xff\xff\x7f"]
    made = []
    for _ in range(count):
        content = bytearray(chance.choice(honest))
        for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
            place = (
                chance.randrange(len(content)) if chance.random() < 0.5 else chance.randrange(min(len(content), 600))
            )
            length = chance.randrange(1, 400)
            match chance.randrange(6):
                case 0:
                    content[place] ^= 1 << chance.randrange(8)
                case 1:
                    content[place : place + 4] = chance.choice(extremes)
                case 2:
                    del content[place : place + length]
                case 3:
                    content[place:place] = content[max(0, place - length) : place]
                case 4:
                    content[place : place + length] = chance.choice(honest)[place : place + length]
                case 5:
                    content = content[: max(16, place)]
            content += bytes(max(0, 16 - len(content)))
        made.append(bytes(content))
    return made


def test_random_damage_never_gets_past_an_error_with_a_sentence(tmp_path):
    limits = DecodeLimits(min_seconds=0.1)

    def outcome(numbered: tuple[int, bytes]) -> str:
        number, content = numbered
        source = tmp_path / f"{number}"
        source.write_bytes(content)
        try:
            decode(source, tmp_path / f"{number}.flac", limits)
        except DecodeError as error:
            return error.code
        return "ok"

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(outcome, enumerate(mutants(80))))
    assert {"crashed", "error", "timeout"}.isdisjoint(outcomes)
    assert outcomes.count("ok") > 5
    assert len(list(tmp_path.glob("*.flac"))) == outcomes.count("ok")
    assert list(tmp_path.glob(".decoding-*")) == []
