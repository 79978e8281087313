"""Consent that is read aloud: a sentence of its own for each voice, heard by a worker and compared.

The sentence names the app and the voice ID and ends with words drawn by lot, so that an old recording of the same
person does not fit. Names may sound like anything to the recogniser; the drawn words may not.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import soundfile
from django.conf import settings
from django.core import signing
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_tasks import task

from voiceclone.accounts.models import User
from voiceclone.engines import registry
from voiceclone.engines.base import EngineError, TextMatch
from voiceclone.said import Said, sentence_of
from voiceclone.samples.intake import Upload, clean_sound
from voiceclone.samples.models import Sample
from voiceclone.voices import likeness
from voiceclone.voices.consent import Approval, Evidence
from voiceclone.work.leases import Status, heartbeat
from voiceclone.work.leases import reap as reap_rows

log = logging.getLogger("voices")
LISTENER = "builtin"  # whichever engine clones: what was read aloud is heard on this machine
FRESH = timedelta(hours=1)
KEPT_UNUSED = timedelta(hours=24)
AGREES, CODE_WORDS_AGREE = 0.7, 0.6
ALIKE = 0.8
"""Of six readers nine seconds each: the same person 0.90 or more, another one 0.73 or less."""
DRAWN = 4
# two syllables or more, none like another
_WORDS = (
    "river candle yellow window seven garden purple mountain paper silver winter orange pencil tiger summer kitchen "
    "basket dragon button feather island lemon market monkey needle ocean pepper pocket rabbit saddle table thunder "
    "turtle valley velvet violin whisper hammer copper dinner forest carpet doctor engine finger golden hunter jacket"
)


class Stale(ValueError):
    """This sentence is not good any more; the message says why."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What one person is to read for one voice."""

    voice_id: str
    code_words: tuple[str, ...]

    @property
    def sentence(self) -> str:
        *others, last = self.code_words
        return (
            f"This is my own voice, and I agree that {settings.SITE_NAME} makes a copy of it, called {self.voice_id}. "
            f"My words today are {', '.join(others)} and {last}."
        )


def draw(voice_id: str) -> Challenge:
    return Challenge(voice_id, tuple(secrets.SystemRandom().sample(_WORDS.split(), DRAWN)))


def sign(user: User, challenge: Challenge) -> str:
    return signing.dumps([challenge.voice_id, challenge.code_words], salt=_salt(user), compress=True)


def unsign(user: User, token: str) -> Challenge:
    """Raises Stale."""
    try:
        voice_id, code_words = signing.loads(token, salt=_salt(user), max_age=FRESH)
    except signing.BadSignature as error:
        raise Stale(_("This sentence is not fresh any more: it is good for an hour. Read the new one.")) from error
    return Challenge(voice_id, tuple(code_words))


def _salt(user: User) -> str:
    return f"consent sentence of {user.pk}"


def take_in(user: User, upload: Upload, challenge: Challenge, sample: Sample | None) -> Evidence:
    """Keep what was read, and have a worker compare it. Raises SampleRefused where it is no recording."""
    folder = Path(tempfile.mkdtemp(dir=settings.FILE_UPLOAD_TEMP_DIR))
    try:
        clean_sound(upload, folder / "reading.flac")
        return _keep(user, folder / "reading.flac", challenge, sample)
    finally:
        shutil.rmtree(folder)


def from_sample(sample: Sample, challenge: Challenge) -> Evidence:
    """The sample itself is the sentence, read aloud; or ends with it, where that was on screen meanwhile."""
    read = sample.transcript if ends_with(sample.transcript, challenge) else ""
    return _keep(sample.owner, Path(sample.file.path), challenge, sample, read)


def ends_with(transcript: str, challenge: Challenge) -> bool:
    return transcript.strip().endswith(challenge.sentence)


def _keep(user: User, sound: Path, challenge: Challenge, sample: Sample | None, read: str = "") -> Evidence:
    content = sound.read_bytes()
    row = Evidence(
        owner=user,
        kind=Evidence.Kind.READING,
        original_name="reading.flac",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sample=sample,
        voice_id=challenge.voice_id,
        sentence=challenge.sentence,
        read=read,
        code_words=list(challenge.code_words),
    )
    with sound.open("rb") as file:
        row.file.save("reading.flac", File(file), save=False)
    with transaction.atomic():
        row.save(force_insert=True)
        _announce(row)
    return row


def _announce(row: Evidence) -> None:
    transaction.on_commit(partial(run.enqueue, str(row.pk)))


@task(priority=20)
def run(pk: str) -> None:
    """A worker's job: does this recording say its sentence?"""
    if not Evidence.objects.readings().claim(pk):
        return
    row = Evidence.objects.get(pk=pk)
    held = Evidence.objects.held(row)
    try:
        with heartbeat(held):
            match = registry.local(LISTENER).check_text(Path(row.file.path), row.read or row.sentence)
    except (EngineError, FileNotFoundError) as error:
        gone = gettext_noop("The recording is not there any more. Read the sentence again.")
        problem = sentence_of(error) if isinstance(error, EngineError) else gone
        held.update(status=Status.FAILED, error=problem, lease_until=None, finished_at=now())
        return
    if row.read:
        match = _its_end(match, row.sentence)
    alike = _likeness(row)
    problem = _problem(match, row.code_words) or _stranger(alike)
    found = {"heard": match.heard, "agreement": round(match.agreement, 3), "likeness": alike, "error": problem}
    status = Status.FAILED if problem else Status.COMPLETED
    held.update(status=status, lease_until=None, finished_at=now(), **found)
    log.info("compared reading=%s agreement=%.2f good=%s", row.pk, match.agreement, not problem)


def _its_end(match: TextMatch, sentence: str) -> TextMatch:
    """Of a longer text that ends with the sentence: how far the sentence itself was heard, by its own words."""
    words = match.words[-len(sentence.split()) :]
    heard = sum(share for _, share in words) / len(words) if words else 0.0
    return TextMatch(min(match.agreement, heard), match.heard, words)


def _problem(match: TextMatch, code_words: list[str]) -> str:
    """Why this is not the sentence, in words; empty where it is."""
    if match.agreement < AGREES:
        return Said(
            "What you read and the sentence agree to {found:.2f}; {wanted:.2f} is needed.",
            found=match.agreement,
            wanted=AGREES,
        )
    drawn = [share for word, share in match.words[-2 * len(code_words) :] if word in code_words]
    if sum(drawn) < CODE_WORDS_AGREE * len(code_words):
        return Said(
            "The last words were not heard: {words}. They are what shows that you read it just now.",
            words=", ".join(code_words),
        )
    return ""


def _likeness(row: Evidence) -> float | None:
    """None where nothing can be said: the sample is gone, or one of the two has too little speech."""
    if row.sample is None:
        return None
    waveform, rate = soundfile.read(row.file.path, dtype="float32")
    return likeness.score(row.sample, waveform, rate)


def _stranger(alike: float | None) -> str:
    """Why it was not the sample's speaker who read it, in words; empty where it may have been."""
    if alike is None or alike >= ALIKE:
        return ""
    return Said(
        "The voice that read the sentence is not the sample's: their likeness is {found:.2f}, and {wanted:.2f} is "
        "needed. The speaker of the sample has to read it, in the same way and near the same microphone.",
        found=alike,
        wanted=ALIKE,
    )


def reap() -> int:
    """Periodic: hand out again what a dead worker left."""
    return reap_rows(Evidence.objects.readings(), announce=_announce, give_up=_give_up)


def _give_up(row: Evidence) -> None:
    rows = Evidence.objects.filter(pk=row.pk, status=row.status, attempts=row.attempts)
    text = gettext_noop("Listening to this recording stopped the worker again and again. Read the sentence again.")
    rows.update(status=Status.FAILED, error=text, lease_until=None, finished_at=now())


def prune() -> None:
    """Periodic: a recording or a file that no consent rests on does not stay, nor one whose voice was never made."""
    old = now() - KEPT_UNUSED
    waiting = Approval.objects.waiting().filter(evidence__isnull=False).values("evidence")
    unused = Q(consent=None, created_at__lt=old) & ~Q(pk__in=waiting)
    gone = Q(consent__voice__state__in=("expired", "deleted"))
    never = Q(consent__voice__state="failed", consent__voice__ended_at__lt=now() - timedelta(settings.RETENTION_DAYS))
    for row in Evidence.objects.filter(unused | gone | never):
        row.erase()
