"""The report card in words: what was found, why it matters, what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from voiceclone.audio.quality import Quality
from voiceclone.audio.quality.grades import (
    ENOUGH_SPEECH,
    LEAST_SPEECH,
    LOWEST_LEVEL,
    MOST_SPEECH,
    Grade,
    grades,
    noise_reduction_helps,
)
from voiceclone.templatetags.sound import clock

RAISE, CLEAN, CLEAREST = "raise", "clean", "clearest"


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of the card that is not fine."""

    check: str
    grade: Grade
    found: str
    why: str
    advice: str
    fixes: tuple[str, ...] = ()
    anew: str = ""
    """The advice where the sample has to be another one, if that is not the same."""

    @property
    def stops(self) -> bool:
        return self.grade == Grade.STOP

    @property
    def sentence(self) -> str:
        return f"{self.found} {self.why} {self.advice}"


@dataclass(frozen=True, slots=True)
class Card:
    """All that is to be said about a sample."""

    quality: Quality
    findings: tuple[Finding, ...]
    is_long: bool = False
    """There is more speech than the engine learns from."""
    cleaned: bool = False
    """Its noise was taken out already."""

    @property
    def stops(self) -> bool:
        return any(finding.stops for finding in self.findings)

    @property
    def tone(self) -> str:
        return "err" if self.stops else "warn" if self.findings else "ok"

    @property
    def verdict(self) -> str:
        if self.stops:
            return _("No voice can be cloned from this sample.")
        if not self.findings:
            return _("A good sample: %(seconds)s of clear speech.") % {"seconds": clock(self.quality.speech_seconds)}
        count = len(self.findings)
        return ngettext("Usable. One thing could be better.", "Usable. %(count)s things could be better.", count) % {
            "count": capfirst(str(apnumber(count)))
        }

    @property
    def fine(self) -> list[tuple[str, str]]:
        """What needs no word of its own: the name of each check, and its figure."""
        worse = {finding.check for finding in self.findings}
        unheard = {"echo", "bandwidth", "speakers"} if self.quality.speech_seconds < LEAST_SPEECH else set()
        return [(name, figure) for check, name, figure in _figures(self.quality) if check not in worse | unheard]

    @property
    def refusal(self) -> str:
        """Why no voice can be cloned; empty where one can."""
        return " ".join(finding.sentence for finding in self.findings if finding.stops)

    @property
    def reduces_noise(self) -> bool:
        """Whether noise reduction is to be on, where nobody has said anything else."""
        return noise_reduction_helps(self.quality) and not self.cleaned


def _figures(quality: Quality) -> list[tuple[str, str, str]]:
    """Each check, its name, and what was measured, as a person reads it."""
    level = f"{quality.level_db:.0f}".replace("-", "−")
    return [
        ("speech", _("speech"), clock(quality.speech_seconds)),
        ("level", _("level"), _("%(level)s\u00a0dBFS") % {"level": level}),
        (
            "clipping",
            _("clipping"),
            _("%(share)s%% of the recording") % {"share": number_format(quality.clipping * 100, 2)},
        ),
        ("noise", _("noise"), _("%(snr).0f\u00a0dB below the speech") % {"snr": quality.snr_db}),
        ("echo", _("echo"), _("none")),
        (
            "bandwidth",
            _("bandwidth"),
            _("up to %(top)s\u00a0kHz") % {"top": number_format(quality.bandwidth_hz / 1000, 1)},
        ),
        ("speakers", _("speakers"), _("one")),
    ]


def card(quality: Quality, hears: float = MOST_SPEECH, *, cleaned: bool = False) -> Card:
    """`hears`: how many seconds of a sample the engine learns from; `cleaned`: its noise was taken out before."""
    found, is_long = grades(quality), quality.speech_seconds > max(hears, MOST_SPEECH)
    rows = [_WRITERS[check](quality, grade) for check, grade in found.items() if check != "speech"]
    if "speech" in found and (quality.speech_seconds <= MOST_SPEECH or is_long):
        rows.insert(0, _speech(quality, found["speech"]))
    rows.sort(key=lambda row: not row.stops)
    if rows and rows[0].stops:  # what only warns need not be mended: this sample is of no use
        rows = [row if row.stops else replace(row, advice=row.anew or row.advice, fixes=()) for row in rows]
    offered = [row.check for row in rows if CLEAREST in row.fixes][:1]  # one button for all of them
    rows = [replace(row, fixes=_fixes(row, CLEAREST, row.check in offered)) for row in rows]
    if cleaned:
        rows = [replace(row, fixes=_fixes(row, CLEAN, False)) for row in rows]
    return Card(quality, tuple(rows), is_long, cleaned)


def _fixes(row: Finding, fix: str, is_offered: bool) -> tuple[str, ...]:
    return row.fixes if is_offered else tuple(one for one in row.fixes if one != fix)


def _speech(quality: Quality, grade: Grade) -> Finding:
    seconds = quality.speech_seconds
    found = _("It has %(seconds)s seconds of speech.") % {"seconds": number_format(int(seconds * 10) / 10, 1)}
    if grade == Grade.STOP:
        why = _("At least %(least).0f are needed to hear what a voice is like.") % {"least": LEAST_SPEECH}
        return Finding("speech", grade, found, why, _("Record or upload more: 30 seconds are best."))
    if seconds < ENOUGH_SPEECH:
        why = _("With less than %(enough).0f seconds the clone sounds less like you.") % {"enough": ENOUGH_SPEECH}
        advice, anew = _("Add a few sentences, or go on with what you have."), _("Add a few sentences.")
        return Finding("speech", grade, found, why, advice, anew=anew)
    found = _("It has %(length)s of speech.") % {"length": clock(seconds)}
    why = _("The voice is learnt from the first minute of it: 0:00 to %(end)s.") % {"end": clock(quality.heard_until)}
    return Finding("speech", grade, found, why, _("Choose the part that is to be used."), _part(quality))


def _level(quality: Quality, grade: Grade) -> Finding:
    level = f"{quality.level_db:.0f}".replace("-", "−")
    if quality.level_db > LOWEST_LEVEL:
        found = _("The speech is very loud (%(level)s\u00a0dBFS).") % {"level": level}
        why = _("This close to the limit it distorts easily.")
        advice, anew = _("Turn the microphone down, or have it lowered."), _("Turn the microphone down.")
        return Finding("level", grade, found, why, advice, (RAISE,), anew)
    if grade == Grade.STOP:
        found = _("The speech is almost silent (%(level)s\u00a0dBFS).") % {"level": level}
    else:
        found = _("The speech is quiet (%(level)s\u00a0dBFS).") % {"level": level}
    why = _("Quiet speech leaves less of the voice to learn from.")
    advice, anew = _("Go nearer to the microphone, or have it raised."), _("Go nearer to the microphone.")
    return Finding("level", grade, found, why, advice, (RAISE,), anew)


def _clipping(quality: Quality, grade: Grade) -> Finding:
    share = number_format(quality.clipping * 100, 1)
    found = _("%(share)s%% of it is clipped: too loud for the microphone.") % {"share": share}
    why = _("This distortion is learnt as a part of the voice.")
    advice = _("Record again further away, or turn the microphone down.")
    return Finding("clipping", grade, found, why, advice, _part(quality))


def _noise(quality: Quality, grade: Grade) -> Finding:
    if grade == Grade.STOP:
        found = _("The background is nearly as loud as the speech (%(snr).0f\u00a0dB between them).")
    else:
        found = _("There is noise in the background (%(snr).0f\u00a0dB below the speech).")
    why = _("Whatever else is heard becomes part of the voice.")
    helps = noise_reduction_helps(quality) and grade != Grade.STOP
    advice = _("Record somewhere quieter, or have it cleaned.") if helps else _("Record somewhere quieter.")
    fixes = ((CLEAN,) if helps else ()) + _part(quality)
    anew = _("Record somewhere quieter.")
    return Finding("noise", grade, found % {"snr": max(0, round(quality.snr_db))}, why, advice, fixes, anew)


def _echo(quality: Quality, grade: Grade) -> Finding:
    found, why = _("The room echoes."), _("The clone will sound as if it always stood in that room.")
    advice = _("Record nearer to the microphone, in a room with curtains, a bed or clothes.")
    return Finding("echo", grade, found, why, advice)


def _bandwidth(quality: Quality, grade: Grade) -> Finding:
    top = number_format(quality.bandwidth_hz / 1000, 1)
    found = _("There is nothing above %(top)s\u00a0kHz, as on the phone.") % {"top": top}
    why = _("The clone will sound just as dull.")
    return Finding("bandwidth", grade, found, why, _("Use the original file, or a microphone instead of a call."))


def _speakers(quality: Quality, grade: Grade) -> Finding:
    why = _("A voice made of two people is like neither of them.")
    advice = _("Use a part in which only one person speaks.")
    if grade == Grade.STOP:
        return Finding("speakers", grade, _("Two or more people speak in it."), why, advice, _part(quality))
    found = _("There may be a second voice in it.")
    return Finding("speakers", grade, found, why, advice, _part(quality))


def _part(quality: Quality) -> tuple[str, ...]:
    return (CLEAREST,) if quality.clearest else ()


_WRITERS = {
    "level": _level,
    "clipping": _clipping,
    "noise": _noise,
    "echo": _echo,
    "bandwidth": _bandwidth,
    "speakers": _speakers,
}
