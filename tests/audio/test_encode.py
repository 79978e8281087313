"""Our own sound as MP3, WAV, FLAC, Opus, AAC and PCM: the same sound, at the rate and in the channels asked for."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
import soundfile

from tests.audio.conftest import speechlike
from voiceclone.audio.encode import CODECS, CONTENT_TYPES, EXTENSIONS, Encoder, encode, encode_pcm16, pcm16
from voiceclone.predictions.catalog import FORMATS

RATES = (8000, 16000, 22050, 24000, 32000, 44100)
BITRATES = (32000, 64000, 128000, 256000)


def decode(content: bytes) -> tuple[np.ndarray, int]:
    """The first channel as floats, by FFmpeg, which reads them all."""
    with av.open(io.BytesIO(content)) as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
        rate = file.streams.audio[0].rate
    found = np.concatenate([frame.reshape(-1) if frame.shape[0] == 1 else frame[0] for frame in frames])
    return (found / 32768 if found.dtype == np.int16 else found), rate


def likeness(found: np.ndarray, waveform: np.ndarray) -> float:
    """Correlation where they fit best; coders put up to two frames of silence in front."""
    inner = waveform[4800:-4800]
    at = 4800 + np.argmax(np.correlate(found[4800 : 4800 + 2400 + inner.size], inner, "valid"))
    return np.corrcoef(found[at : at + inner.size], inner)[0, 1]


def read(content: bytes) -> tuple[np.ndarray, int]:
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    return samples, rate


def test_every_format_has_a_content_type_and_an_extension():
    assert set(CONTENT_TYPES) == set(EXTENSIONS) == {"mp3", "wav", "flac", "pcm", "opus", "aac"}


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_lossless_formats_keep_every_sample(kind):
    waveform = speechlike(2.0)
    samples, rate = read(encode(waveform, 24000, format=kind))
    assert (rate, samples.shape) == (24000, (48000, 1))
    assert np.abs(samples[:, 0] - waveform).max() <= 0.5 / 32768
    whole_numbers = np.arange(-32768, 32767, 7, dtype=np.int16)
    kept, _ = soundfile.read(io.BytesIO(encode_pcm16(whole_numbers, 24000, format=kind)), dtype="int16")
    assert np.array_equal(kept, whole_numbers)


def test_bare_pcm_is_little_endian_samples_and_nothing_else():
    assert encode(np.array([0, 0.5, -0.5], np.float32), 24000, format="pcm") == b"\x00\x00\x00\x40\x00\xc0"


def test_mp3_sounds_the_same_and_starts_and_ends_where_the_sound_does():
    waveform = speechlike(2.0, 44100)
    with av.open(io.BytesIO(encode(waveform, 44100, format="mp3", bitrate=256_000))) as file:
        decoded = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
    assert abs(decoded.size - waveform.size) <= 1152
    shortest = min(decoded.size, waveform.size)
    assert np.sqrt(np.mean((decoded[:shortest] - waveform[:shortest]) ** 2)) < 0.01


@pytest.mark.parametrize(("kind", "rate"), [("opus", 48000), ("aac", 24000)])
def test_opus_and_aac_sound_the_same(kind, rate):
    waveform = speechlike(2.0)
    found, found_rate = decode(encode(waveform, 24000, format=kind))
    assert found_rate == rate  # Opus is always played at 48 kHz
    assert likeness(found[:: rate // 24000], waveform) > 0.95


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_rate_of_the_api_can_be_had(kind, rate):
    content = encode(speechlike(1.0), 24000, format=kind, target_rate=rate)
    if kind == "pcm":
        assert len(content) == pytest.approx(rate * 2, abs=8)
        return
    samples, found = read(content)
    assert found == rate
    assert samples.shape[0] == pytest.approx(rate, abs=1200)


@pytest.mark.parametrize("bitrate", BITRATES)
def test_an_mp3_has_the_bitrate_asked_for(bitrate):
    content = encode(speechlike(4.0), 24000, target_rate=32000, bitrate=bitrate)
    assert len(content) * 8 / 4.0 == pytest.approx(bitrate, rel=0.05)


def test_an_mp3_of_a_low_rate_takes_the_highest_bitrate_it_can_hold():
    content = encode(speechlike(4.0), 24000, target_rate=8000, bitrate=256_000)
    assert len(content) * 8 / 4.0 == pytest.approx(64000, rel=0.1)


@pytest.mark.parametrize("kind", FORMATS)
def test_two_channels_carry_the_same_sound(kind):
    waveform = speechlike(1.0)
    content = encode(waveform, 24000, format=kind, channels=2)
    samples = np.frombuffer(content, "<i2").reshape(-1, 2) if kind == "pcm" else read(content)[0]
    assert samples.shape[1] == 2
    assert np.allclose(samples[:, 0], samples[:, 1], atol=1e-3)


@pytest.mark.parametrize("kind", ["mp3", "flac", "opus", "aac"])
def test_tags_are_found_under_their_own_names(kind):
    tags = {"voice_id": "Anna-2026", "comment": "Artificial voice – künstlich"}
    with av.open(io.BytesIO(encode(speechlike(1.0), 24000, format=kind, tags=tags))) as file:
        found = {**file.metadata, **file.streams.audio[0].metadata}
    assert {name: found[name] for name in tags} == tags


def test_a_wav_carries_its_tags_in_its_comment():
    content = encode(speechlike(1.0), 24000, format="wav", tags={"voice_id": "Anna-2026", "made_by": "a machine"})
    with av.open(io.BytesIO(content)) as file:
        assert file.metadata["comment"] == "voice_id=Anna-2026; made_by=a machine"
    assert read(content)[0].shape == (24000, 1)


@pytest.mark.parametrize("kind", FORMATS)  # Opus and AAC leave out what stands still
def test_what_is_too_loud_is_clipped_and_does_not_wrap_around(kind):
    content = encode(np.full(24000, 1.7, np.float32), 24000, format=kind)
    samples = np.frombuffer(content, "<i2") / 32768 if kind == "pcm" else read(content)[0][:, 0]
    assert samples[2000:20000].min() > 0.8


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_no_sound_at_all_is_still_a_file(kind):
    assert isinstance(encode(np.zeros(0, np.float32), 24000, format=kind), bytes)


def test_the_same_sound_makes_the_same_bytes():
    assert encode(speechlike(1.0), 24000) == encode(speechlike(1.0), 24000)


def test_what_a_format_cannot_hold_is_refused_in_words():
    with pytest.raises(ValueError, match="format is 'ogg'; it must be one of: mp3, wav, flac, opus, aac, pcm"):
        encode(speechlike(1.0), 24000, format="ogg")
    with pytest.raises(ValueError, match="3 channels; there must be 1 or 2"):
        encode(speechlike(1.0), 24000, channels=3)
    with pytest.raises(ValueError, match="rate is 96000 Hz; an MP3 has one of: 8000"):
        encode(speechlike(1.0), 24000, target_rate=96000)
    with pytest.raises(ValueError, match="rate is 22050 Hz; an Opus file has one of: 8000, 12000"):
        encode(speechlike(1.0), 22050, format="opus")


# --- as it grows ---


def grown(kind: str, waveform: np.ndarray, pieces: int = 7, **options: object) -> list[bytes]:
    """What an encoder gives for each piece, and at the end."""
    encoder = Encoder(kind, 24000, **options)
    return [*(encoder.add(piece) for piece in np.array_split(pcm16(waveform), pieces)), encoder.finish()]


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_sound_that_grows_becomes_one_file_with_the_same_sound(kind):
    waveform = speechlike(3.0)
    content = b"".join(grown(kind, waveform))
    if kind == "pcm":
        assert content == encode(waveform, 24000, format="pcm")
        return
    found, rate = decode(content)
    assert found.size / rate == pytest.approx(3.0, abs=0.13)  # coders fill up their last frame
    assert likeness(found[:: rate // 24000], waveform) > 0.95


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_each_piece_can_be_heard_soon_after_it_was_made(kind):
    sent = b""
    for second, content in enumerate(grown(kind, speechlike(3.0), pieces=3)[:3], start=1):
        sent += content
        heard = len(sent) / 48000 if kind == "pcm" else decode(sent)[0].size / (48000 if kind == "opus" else 24000)
        assert heard >= second - 0.3


@pytest.mark.parametrize("kind", ["mp3", "flac", "opus", "aac", "wav"])
def test_what_grows_has_its_tags_from_the_beginning(kind):
    content = grown(kind, speechlike(2.0), 2, tags={"comment": "AI-generated speech"})[0]
    with av.open(io.BytesIO(content)) as file:
        found = {**file.metadata, **file.streams.audio[0].metadata}
    assert "AI-generated speech" in found["comment"]


def test_a_wav_that_grows_is_read_to_its_end():
    waveform = speechlike(2.0)
    samples, rate = read(b"".join(grown("wav", waveform)))
    assert (rate, samples.shape) == (24000, (48000, 1))
    assert np.abs(samples[:, 0] - waveform).max() <= 0.5 / 32768


@pytest.mark.parametrize("kind", CONTENT_TYPES)
def test_nothing_that_grows_is_still_a_file(kind):
    assert isinstance(Encoder(kind, 24000).finish(), bytes)


def test_what_cannot_be_encoded_is_refused_before_it_grows():
    assert set(CODECS) < set(CONTENT_TYPES)
    with pytest.raises(ValueError, match="an Opus file has one of"):
        Encoder("opus", 44100)
