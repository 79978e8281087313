"""The report card of a sample: measured once, by whoever asks for it first.

That is the page, right after the upload was answered: a queue would make it wait behind voices that are being learnt.
A program's sample, and a form that comes with its file, are measured where they are checked.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from dataclasses import asdict

import soundfile

from voiceclone.audio.quality import Quality
from voiceclone.samples.models import Sample

log = logging.getLogger("samples")
VERSION = 1  # of what is measured; older figures are measured again
_turn = threading.Lock()  # a second of processor time each: two at once would only make both wait longer


def obtain(sample: Sample) -> Quality:
    """What there is to know about a sample."""
    known = kept(sample)
    if known:
        return known
    with sample.file.open("rb") as sound:
        # the page asks one web process, and the form that is sent at once another: only the first of them measures
        fcntl.flock(sound, fcntl.LOCK_EX)
        sample.refresh_from_db(fields=["quality"])
        known = kept(sample)
        if known:
            return known
        from voiceclone.audio.quality.measuring import measure  # half of scipy: a second that few processes need

        with _turn:
            started = time.monotonic()
            waveform, rate = soundfile.read(sound, dtype="float32")
            quality = measure(waveform, rate)
        sample.quality = {"version": VERSION, **asdict(quality)}
        Sample.objects.filter(pk=sample.pk).update(quality=sample.quality)
    log.info("measured sample=%s seconds=%.1f in=%.1f", sample.pk, quality.seconds, time.monotonic() - started)
    return quality


def kept(sample: Sample) -> Quality | None:
    """The same, if it was measured before."""
    known = dict(sample.quality or {})
    if known.pop("version", None) != VERSION:
        return None
    if known["clearest"]:
        known["clearest"] = tuple(known["clearest"])
    return Quality(**known)
