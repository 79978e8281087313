"""An honest recording in any common format becomes 24 kHz mono FLAC; anything else gets a sentence that says why."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.audio.conftest import recorded, speechlike
from voiceclone.audio import decode as decode_module
from voiceclone.audio.decode import SAMPLE_RATE, DecodeError, DecodeLimits, decode
from voiceclone.audio.encode import encode, encode_pcm16

HONEST = {
    "mp3": ("mp3", "libmp3lame", 44100, 2, "mp3", "mp3float"),
    "m4a": ("ipod", "aac", 48000, 1, "mp4", "aac"),
    "m4a, Apple lossless": ("ipod", "alac", 44100, 2, "mp4", "alac"),
    "wav, 8 bit": ("wav", "pcm_u8", 8000, 1, "wav", "pcm_u8"),
    "wav, 16 bit": ("wav", "pcm_s16le", 16000, 1, "wav", "pcm_s16le"),
    "wav, 24 bit": ("wav", "pcm_s24le", 48000, 2, "wav", "pcm_s24le"),
    "wav, 32 bit": ("wav", "pcm_s32le", 96000, 2, "wav", "pcm_s32le"),
    "wav, float": ("wav", "pcm_f32le", 44100, 1, "wav", "pcm_f32le"),
    "wav, telephone": ("wav", "pcm_mulaw", 8000, 1, "wav", "pcm_mulaw"),
    "flac": ("flac", "flac", 44100, 2, "flac", "flac"),
    "ogg vorbis": ("ogg", "vorbis", 48000, 2, "ogg", "vorbis"),
    "opus": ("ogg", "libopus", 48000, 1, "ogg", "opus"),
    "webm": ("webm", "libopus", 48000, 1, "webm", "opus"),
    "aac": ("adts", "aac", 44100, 2, "aac", "aac"),
    "mp4": ("mp4", "aac", 44100, 2, "mp4", "aac"),
}


@pytest.mark.parametrize("name", HONEST)
def test_every_honest_format_decodes_to_24_khz_mono_flac(name, decoded):
    container, codec, rate, channels, found_container, found_codec = HONEST[name]
    result, kept = decoded(recorded(container, codec, sample_rate=rate, channels=channels))
    assert (result.container, result.codec.replace("float", "")) == (found_container, found_codec.replace("float", ""))
    assert (result.source_rate, result.source_channels) == (rate, channels)
    info = soundfile.info(kept)
    assert (info.format, info.subtype, info.samplerate, info.channels) == ("FLAC", "PCM_16", SAMPLE_RATE, 1)
    assert result.seconds == pytest.approx(info.duration, abs=0.001)
    assert result.seconds == pytest.approx(4.0, abs=0.1)


def test_the_sound_itself_survives(decoded):
    waveform = speechlike(4.0)
    result, kept = decoded(encode(waveform, 24000, format="wav"))
    samples, _ = soundfile.read(kept, dtype="float32")
    assert np.abs(samples - waveform).max() <= 1 / 32768
    assert result.peak == pytest.approx(np.abs(waveform).max(), abs=0.001)
    assert result.rms == pytest.approx(np.sqrt(np.mean(waveform**2)), abs=0.001)


def test_a_video_gives_its_sound(decoded):
    result, _ = decoded(recorded("mp4", "aac", sample_rate=44100, video=True))
    assert result.seconds == pytest.approx(4.0, abs=0.1)


def test_content_decides_and_the_name_does_not(tmp_path):
    source = tmp_path / "holiday.pdf"
    source.write_bytes(recorded("mp3", "libmp3lame"))
    assert decode(source, tmp_path / "sample.flac").container == "mp3"


def test_a_wav_that_was_never_finished_is_read_to_its_end(decoded):
    content = bytearray(encode(speechlike(4.0), 24000, format="wav"))
    for unfinished in (0, 0xFFFFFFFF):
        content[40:44] = struct.pack("<I", unfinished)
        assert decoded(bytes(content))[0].seconds == 4.0


def test_a_wav_with_64_bit_lengths_is_read(decoded):
    plain = encode(speechlike(4.0), 24000, format="wav")
    lengths = struct.pack("<QQQI", len(plain) + 28, len(plain) - 44, 0, 0)
    rf64 = (
        b"RF64"
        + b"\xff" * 4
        + b"WAVE"
        + b"ds64"
        + struct.pack("<I", 28)
        + lengths
        + plain[12:40]
        + b"\xff" * 4
        + plain[44:]
    )
    assert decoded(rf64 + b"LIST" + struct.pack("<I", 4) + b"INFO")[0].seconds == 4.0


def test_junk_in_front_of_an_mp3_is_forgiven(decoded):
    assert decoded(b"\0" * 300 + recorded("mp3", "libmp3lame"))[0].container == "mp3"


def test_an_mp3_with_broken_tags_is_read(decoded):
    content = encode(speechlike(4.0), 24000, format="mp3", tags={"title": "x"})
    broken = content.replace(b"TIT2", b"TI\xff\xfe", 1) + b"TAG" + b"\xff" * 125
    assert decoded(broken)[0].seconds == pytest.approx(4.0, abs=0.1)


def test_a_recording_of_just_the_longest_length_is_taken_with_its_padding(decoded):
    assert decoded(recorded("mp3", "libmp3lame", seconds=5.05), max_seconds=5.0)[0].seconds == pytest.approx(
        5.05, abs=0.1
    )


def test_nothing_private_survives(decoded):
    tags = {"title": "in the kitchen", "location": "+52.3731+004.8922/", "comment": "serial 12345"}
    for container, codec in (("mp4", "aac"), ("mp3", "libmp3lame"), ("flac", "flac"), ("wav", "pcm_s16le")):
        content = recorded(container, codec, sample_rate=44100, tags=tags)
        assert b"kitchen" in content
        kept = decoded(content)[1].read_bytes()
        for secret in (b"kitchen", b"52.37", b"12345"):
            assert secret not in kept


def test_a_target_is_replaced_whole(decoded):
    _, kept = decoded(recorded("mp3", "libmp3lame", seconds=4))
    before = kept.read_bytes()
    _, kept = decoded(recorded("mp3", "libmp3lame", seconds=5))
    assert kept.read_bytes() != before
    assert [file.name for file in kept.parent.iterdir()] == ["sample.flac"]


def test_many_threads_may_decode_at_once(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(recorded("mp3", "libmp3lame"))
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda n: decode(source, tmp_path / f"{n}.flac"), range(5)))
    assert {round(result.seconds) for result in results} == {4}


# ---- what is wrong, in words


def test_an_empty_file(refused):
    error = refused(b"")
    assert (error.code, str(error)) == ("empty", "The file is empty.")


def test_a_header_with_nothing_after_it(refused):
    error = refused(encode(np.zeros(0, np.float32), 24000, format="wav"))
    assert (error.code, str(error)) == ("empty", "There is no sound in this file.")


def test_too_big_names_both_sizes(tmp_path):
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.truncate(int(23.04 * 2**20))
    with pytest.raises(DecodeError) as caught:
        decode(source, tmp_path / "sample.flac")
    assert (caught.value.code, str(caught.value)) == ("too_big", "The file is 23.1 MB; the limit is 20 MB.")


@pytest.mark.parametrize(("seconds", "found"), [(1.4, "1.4"), (2.99, "2.9")])
def test_too_short_names_both_lengths(seconds, found, refused):
    error = refused(encode(speechlike(seconds), 24000, format="wav"))
    assert error.code == "too_short"
    assert str(error) == f"The recording is {found} seconds long; at least 3 seconds are needed."


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3"])
def test_too_long_names_the_limit_and_the_true_length(kind, refused):
    content = encode(np.tile(speechlike(4, 8000), 108), 8000, format=kind)
    error = refused(content)
    assert error.code == "too_long"
    assert str(error) == "The recording is longer than 5 minutes, which is the limit; it runs 7 min 12 s."


def test_silent(refused):
    error = refused(encode(np.full(24000 * 4, 1e-4, np.float32), 24000, format="wav"))
    assert error.code == "silent"
    assert str(error).startswith("The recording is silent.")


def test_a_video_without_sound(refused):
    error = refused(recorded("mp4", None, video=True))
    assert (error.code, str(error)) == ("no_audio", "This is a video without sound.")


@pytest.mark.parametrize(("container", "codec", "name"), [("wav", "adpcm_ms", "adpcm_ms"), ("mp4", "ac3", "ac3")])
def test_a_codec_that_we_do_not_read_is_named(container, codec, name, refused):
    error = refused(recorded(container, codec, sample_rate=48000))
    assert error.code == "codec"
    assert f"coded as {name}, which we do not read. We read MP3" in str(error)


def test_a_cut_and_garbled_file_is_called_damaged(refused):
    content = recorded("ipod", "aac", sample_rate=44100)
    error = refused(content[:200] + np.random.default_rng(1).bytes(20000))
    assert (error.code, str(error)[:20]) == ("damaged", "The file is damaged:")


def test_impossible_channels_are_named(refused):
    content = bytearray(encode(speechlike(4), 24000, format="wav"))
    content[22:24], content[32:34] = struct.pack("<H", 12), struct.pack("<H", 24)
    error = refused(bytes(content))
    assert error.code == "bad_header"
    assert "12 channels at 24000 Hz" in str(error)


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.xml", "hello")
    return file.getvalue()


OTHER_THINGS = {
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "a JPEG picture": b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + b"\x12\x34" * 400,
    "a PNG picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 200,
    "a GIF picture": b"GIF89a" + b"\0" * 200,
    "a WebP picture": b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 200,
    "a HEIC or AVIF picture": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200,
    "a ZIP archive": zipped(),
    "a web page": b"\n<!DOCTYPE html><title>Not found</title>",
    "a text file": "Hier ist, was ich sagen möchte.\n".encode() * 50,
    "a MIDI file": b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0",
    "a playlist": b"#EXTM3U\n#EXTINF:1,\nsong.mp3\n",
    "a Windows program": b"MZ\x90\0" + b"\0" * 400,
    "an AIFF recording": b"FORM\0\0\1\0AIFFCOMM" + b"\0" * 400,
    "an AMR recording": b"#!AMR\n" + b"\0" * 400,
}


@pytest.mark.parametrize("thing", OTHER_THINGS)
def test_what_is_no_recording_is_called_what_it_is(thing, refused):
    error = refused(OTHER_THINGS[thing])
    assert error.code == "unsupported"
    assert str(error).startswith(f"This is {thing}")
    assert str(error).endswith(" We read MP3, M4A, WAV, FLAC, OGG, Opus, WebM, AAC and MP4.")


def test_noise_of_no_known_kind(refused):
    error = refused(np.random.default_rng(7).bytes(5000))
    assert error.code == "unsupported"
    assert str(error).startswith("This is not an audio file we can read. We read MP3")


def test_a_full_disk_is_no_fault_of_the_recording(tmp_path):
    """A hard limit on file size stands for the disk: the kernel refuses the write in the same place."""
    source, kept = tmp_path / "source", tmp_path / "kept"
    kept.mkdir()
    source.write_bytes(recorded("mp3", "libmp3lame"))
    program = (
        "import resource, sys; from pathlib import Path; from voiceclone.audio.decode import decode, DecodeError\n"
        "from django.conf import settings; settings.configure(USE_I18N=False)\n"  # the sentences are translatable
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try: decode(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except DecodeError as error: print(error.code, error)"
    )
    root = Path(decode_module.__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-c", program, source, kept / "sample.flac"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("disk_full The recording could not be saved because the server's disk is full.")
    assert list(kept.iterdir()) == []


def test_a_link_or_a_pipe_is_not_opened(tmp_path):
    real, link, pipe = tmp_path / "real", tmp_path / "link", tmp_path / "pipe"
    real.write_bytes(encode_pcm16(np.zeros(100000, np.int16), 24000, format="wav"))
    link.symlink_to(real)
    os.mkfifo(pipe)
    for source in (link, pipe):
        with pytest.raises(OSError, match=r"links|plain file"):
            decode(source, tmp_path / "sample.flac", DecodeLimits())
