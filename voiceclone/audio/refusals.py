"""Why a recording was not taken, in whole sentences that name what was found and what the limit is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from voiceclone.figures import Figure

WE_READ = _("We read MP3, M4A, WAV, FLAC, OGG, Opus, WebM, AAC and MP4.")
TRY_ANOTHER = _("Record it again or export it anew, for example as MP3, and send that file.")
# A length beyond this is a lie in a header rather than a recording.
LONGEST_BELIEVED_SECONDS = 24 * 3600
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one recording may be, and what reading it may cost."""

    max_bytes: int = 20 * 1024 * 1024
    min_seconds: float = 3.0
    max_seconds: float = 300.0
    cpu_seconds: int = 6
    wall_seconds: float = 20.0
    memory_mb: int = 512  # address space; importing PyAV alone takes 121


DEFAULT_LIMITS = DecodeLimits()


class DecodeError(ValueError):
    """A recording was not taken. `code` is for programs, `str(error)` is for the person.

    Codes: unsupported, empty, too_big, too_short, too_long, silent, no_audio, codec, bad_header, damaged, memory, cpu,
    timeout, crashed, disk_full, error. Only the last three are not the recording's own fault.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def refusal(code: str, limits: DecodeLimits, facts: Facts | None = None) -> DecodeError:
    """The error for `code`; `facts` are what was found, each under the name its sentence uses."""
    known, _ = _explained(code, limits, facts or {})
    return DecodeError(known, lazy(lambda: _explained(code, limits, facts or {})[1], str)())


def _explained(code: str, limits: DecodeLimits, facts: Facts) -> tuple[str, str]:
    """The code, and a sentence in the active language."""
    match code:
        case "unsupported":
            description = facts.get("description") or gettext_noop("not an audio file we can read")
            sentence = gettext("This is {description}.").format(description=gettext(str(description))) + f" {WE_READ}"
        case "empty":
            sentence = (
                gettext("There is no sound in this file.") if facts.get("bytes") else gettext("The file is empty.")
            )
        case "too_big":
            found, limit = _megabytes(facts["bytes"]), _megabytes(limits.max_bytes)
            sentence = gettext("The file is {found}; the limit is {limit}.").format(found=found, limit=limit)
        case "too_short":
            sentence = gettext("The recording is {found} seconds long; at least {least} are needed.").format(
                found=_tenths(facts["seconds"]), least=_seconds(limits.min_seconds)
            )
        case "too_long":
            sentence = _too_long(facts.get("runs_seconds"), limits)
        case "silent":
            sentence = gettext("The recording is silent. Check that the right microphone is on, and record it again.")
        case "no_audio":
            video, nothing = gettext("This is a video without sound."), gettext("There is no sound in this file.")
            sentence = video if facts.get("has_video") else nothing
        case "codec":
            coding = facts.get("codec") or gettext("a way we do not know")
            sentence = gettext("The sound in this file is coded as {coding}, which we do not read.").format(
                coding=coding
            )
            sentence += f" {WE_READ}"
        case "bad_header":
            sentence = gettext(
                "The file says that its sound has {channels} channels at {rate} Hz; we read 1 to 8 channels at 6000 to "
                "192000 Hz."
            ).format(channels=facts["source_channels"], rate=facts["source_rate"])
        case "damaged":
            sentence = gettext("The file is damaged: its sound cannot be read.") + f" {TRY_ANOTHER}"
        case "memory":
            sentence = gettext("Reading this file takes more memory than the limit of {limit} MB.")
            sentence = sentence.format(limit=limits.memory_mb) + f" {TRY_ANOTHER}"
        case "cpu":
            sentence = gettext("Reading this file takes more work than the limit of {limit}.")
            sentence = sentence.format(limit=_seconds(limits.cpu_seconds)) + f" {TRY_ANOTHER}"
        case "timeout":
            sentence = gettext("Reading this file takes longer than the limit of {limit}.")
            sentence = sentence.format(limit=_seconds(limits.wall_seconds)) + f" {TRY_ANOTHER}"
        case "crashed":
            sentence = gettext("The file is damaged in a way that stopped our reader.") + f" {TRY_ANOTHER}"
        case "disk_full":
            sentence = gettext(
                "The recording could not be saved because the server's disk is full. Please try again later."
            )
        case _:
            code, sentence = (
                "error",
                gettext("The recording could not be read because of a fault on our side. Please try again."),
            )
    return code, sentence


def _megabytes(size: object) -> str:
    """Rounded up, so that a file just over the limit never reads as if it met it."""
    assert isinstance(size, int)
    return f"{Figure(math.ceil(size / 2**20 * 10) / 10):g} MB"


def _tenths(seconds: object) -> str:
    """Rounded down, so that a recording just too short never reads as if it were long enough."""
    assert isinstance(seconds, float)
    return f"{Figure(math.floor(seconds * 10) / 10):g}"


def _seconds(seconds: float) -> str:
    return ngettext("{count} second", "{count} seconds", 1 if seconds == 1 else 2).format(count=f"{Figure(seconds):g}")


def _too_long(runs: object, limits: DecodeLimits) -> str:
    limit = _duration(limits.max_seconds)
    if isinstance(runs, int | float) and limits.max_seconds < runs < LONGEST_BELIEVED_SECONDS:
        sentence = gettext("The recording is longer than {limit}, which is the limit; it runs {found}.")
        return sentence.format(limit=limit, found=_duration(runs))
    return gettext("The recording is longer than {limit}, which is the limit.").format(limit=limit)


def _duration(seconds: float) -> str:
    """5 minutes; 7 min 12 s; 45 seconds; 1 h 5 min."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    if not minutes:
        return _seconds(seconds)
    if not whole % 60:
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    return f"{minutes} min {whole % 60} s"
