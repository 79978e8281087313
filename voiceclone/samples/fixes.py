"""One-click fixes: another version of a sample, made from the recording as it came and all that was done to it.

A version is a sample like any other, so it is learnt from, played, exported and erased like any other. The recording
itself is never changed: each fix can be taken back, and no fix is applied to the loss of an earlier one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import soundfile
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from voiceclone.audio.encode import encode
from voiceclone.audio.peaks import peaks
from voiceclone.figures import Figure
from voiceclone.samples import report
from voiceclone.samples.intake import SampleRefused
from voiceclone.samples.models import Sample
from voiceclone.templatetags.sound import clock

log = logging.getLogger("samples")
SHORTEST_PART = 3.0  # seconds
SPEECH_LEVEL = -20.0  # dBFS, to which *Raise it for me* brings the speech
Edits = dict[str, Any]
"""`start` and `end` in seconds of the recording, `clean` (true), `gain_db`; each only where it was done."""


def raised(sample: Sample) -> Sample:
    """With its speech at SPEECH_LEVEL, whether it was quieter or louder."""
    gain = SPEECH_LEVEL - report.obtain(sample).level_db + edits_of(sample).get("gain_db", 0.0)
    return _version(sample, gain_db=round(gain, 1))


def cleaned(sample: Sample) -> Sample:
    return _version(sample, clean=True)


def clearest(sample: Sample) -> Sample:
    """Only its best part; the sample itself where it has none that is better than the rest."""
    best = report.obtain(sample).clearest
    if best is None:
        return sample
    offset = edits_of(sample).get("start", 0.0)
    return part(sample, best[0] + offset, best[1] + offset)


def part(sample: Sample, start: float, end: float) -> Sample:
    """Only these seconds of the recording. Raises SampleRefused for what is no part of it."""
    seconds = sample.source_sample.seconds
    start, end = max(0.0, start), min(end, seconds)
    if not end - start >= SHORTEST_PART - 0.05:
        raise SampleRefused(
            _("The part from {start} to {end} has {found:.1f} seconds; at least {least:.0f} are needed.").format(
                start=clock(start), end=clock(end), found=Figure(max(0.0, end - start)), least=SHORTEST_PART
            )
        )
    if start < 0.05 and end > seconds - 0.05:
        return _version(sample, start=None, end=None)
    return _version(sample, start=round(start, 2), end=round(end, 2))


def edits_of(sample: Sample) -> Edits:
    """What was done to the recording; nothing where that is gone, as then the sample is all there is."""
    return dict(sample.edits) if sample.origin_id else {}


def _version(sample: Sample, **changes: Any) -> Sample:
    source = sample.source_sample
    edits = {name: value for name, value in {**edits_of(sample), **changes}.items() if value is not None}
    if not edits:
        return source
    digest = hashlib.sha256(f"{source.sha256}{json.dumps(edits, sort_keys=True)}".encode()).hexdigest()
    mine = Sample.objects.filter(owner=source.owner_id, sha256=digest)
    return mine.first() or _make(source, edits, digest)


def _make(source: Sample, edits: Edits, digest: str) -> Sample:
    with source.file.open("rb") as sound:
        waveform, rate = soundfile.read(sound, dtype="float32")
    waveform = waveform[int(edits.get("start", 0) * rate) : int(edits.get("end", source.seconds) * rate)]
    if edits.get("clean"):
        from voiceclone.audio.noise import reduce_noise  # scipy again

        waveform = reduce_noise(waveform, rate)
    if "gain_db" in edits:
        from voiceclone.audio.loudness import amplify

        waveform = amplify(waveform, rate, edits["gain_db"])
    version = Sample(
        owner=source.owner,
        original_name=source.original_name,
        source=source.source,
        sha256=digest,
        seconds=len(waveform) / rate,
        peaks=peaks(waveform),
        transcript="" if "start" in edits else source.transcript,
        origin=source,
        edits=edits,
    )
    try:
        with transaction.atomic():
            version.file.save("sample.flac", ContentFile(encode(waveform, rate, format="flac")), save=False)
            version.save(force_insert=True)
    except IntegrityError:  # the same click, twice at once
        version.file.delete(save=False)
        return Sample.objects.get(owner=source.owner_id, sha256=digest)
    log.info("made sample=%s of=%s edits=%s", version.pk, source.pk, ",".join(sorted(edits)))
    return version
