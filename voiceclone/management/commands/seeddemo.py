"""An account that looks as after some weeks of use, for developers: everything in it was made by the real paths."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from voiceclone.accounts.models import User
from voiceclone.accounts.opening import find_or_open, password_link
from voiceclone.cloning.demo import demo_sample
from voiceclone.cloning.forms import CloneForm
from voiceclone.cloning.submit import submit
from voiceclone.predictions import erasure, lifecycle
from voiceclone.predictions.models import Prediction
from voiceclone.speech.forms import SpeechForm
from voiceclone.voices.models import Voice

LOOK = 0.2  # seconds between looks at a task that a worker has taken


@dataclass(frozen=True, slots=True)
class Scene:
    """One voice, what it says, and what happens to it then: "", "soon" (it is about to end) or "expired"."""

    voice_id: str
    preview: str
    name: str = ""
    speeches: tuple[str, ...] = ()
    then: str = ""


SCENES = (
    Scene(
        "Narrator-2026",
        "Chapter one. The lighthouse had been dark for eleven years when the letter came.",
        speeches=(
            "Nobody on the island could say who had lit the lamp. <#0.6#> But everybody had seen it.",
            "Thank you for listening. The next chapter is out on Friday, wherever you get your audiobooks.",
        ),
    ),
    Scene(
        "TavernKeeper-07",
        "Welcome, traveller! Sit down by the fire. What news from the north?",
        name="Tavern keeper (game, act two)",
        speeches=("You have been through the marsh, have you? <#0.4#> Then you had better eat something.",),
    ),
    Scene("PodcastIntro-1", "This is the slow news: twenty minutes, once a week, and nothing that cannot wait."),
    Scene(
        "HotelAssistant-2",
        "Good evening, you have reached the front desk. How may I help you tonight?",
        then="soon",
    ),
    Scene("OldTrailer-2025", "In a city that never sleeps, one baker gets up even earlier.", then="expired"),
)
FAILED = "WrongScript-01"
CANCELLED = "A sentence that somebody thought better of."


class Command(BaseCommand):
    help = "Fill an account with voices, speeches and tasks in every state. Run it again and it adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", default="demo@example.org")
        parser.add_argument("--voices", type=int, default=len(SCENES), help=f"how many, 1 to {len(SCENES)} (all)")
        parser.add_argument("--force", action="store_true", help="also on a public site")

    def handle(self, *args: Any, email: str, voices: int, force: bool, **options: Any) -> None:
        if settings.HTTPS and not force:
            raise CommandError(f"{settings.SITE_URL} looks like a real site. If you mean it, add --force.")
        if not 1 <= voices <= len(SCENES):
            raise CommandError(f"--voices is between 1 and {len(SCENES)}; {voices} was given.")
        call_command("migrate", interactive=False, verbosity=0)
        try:
            user, is_new = find_or_open(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        for scene in SCENES[:voices]:
            self._play(user, scene)
        self._fail(user)
        self._cancel(user, SCENES[0])
        self.stdout.write(f"{user.email} is ready: {settings.BASE_URL}")
        if is_new:
            self.stdout.write(
                f"The account is new. Set its password here (the link works for three days): {password_link(user)}"
            )

    def _play(self, user: User, scene: Scene) -> None:
        self._once(user, f"voice {scene.voice_id}", partial(clone, user, scene.voice_id, scene.preview))
        voice = latest(user, scene.voice_id)
        if scene.name and not voice.name:
            voice.rename(scene.name)
        for place, text in enumerate(scene.speeches, 1):
            self._once(user, f"speech {place} of {scene.voice_id}", partial(speak, voice, text))
        if scene.then and voice.is_ready and not voice.is_permanent:
            age(voice, timedelta(hours=30) if scene.then == "soon" else timedelta(seconds=-1))
        if scene.then == "expired":
            erasure.end_voice(voice, Voice.State.EXPIRED, Voice.EndReason.UNUSED)

    def _fail(self, user: User) -> None:
        """A sample that does not say the text that was to be read."""
        read: dict[str, Any] = {"text_validation": "Seven swans swam slowly south.", "accuracy": 0.9}
        self._once(user, "clone that fails", partial(clone, user, FAILED, "Never heard.", **read))

    def _cancel(self, user: User, scene: Scene) -> None:
        voice = latest(user, scene.voice_id)
        self._once(user, "cancelled task", lambda nonce: cancelled(speak(voice, CANCELLED, nonce)))

    def _once(self, user: User, title: str, make: Callable[[str], Prediction]) -> None:
        """The nonce that keeps a double click from becoming two tasks makes a second run add nothing."""
        nonce = f"seeddemo: {title}"
        started = time.monotonic()
        earlier = Prediction.objects.for_user(user).filter(nonce=nonce).first()
        finish(earlier or make(nonce))
        how = "was there already" if earlier and not earlier.is_unfinished else f"{time.monotonic() - started:.1f} s"
        self.stdout.write(f"  {title}: {how}")


def latest(user: User, voice_id: str) -> Voice:
    return Voice.objects.for_user(user).filter(voice_id=voice_id).latest("created_at")


def clone(user: User, voice_id: str, preview: str, nonce: str, **options: Any) -> Prediction:
    sample = demo_sample(user)
    given = {"sample": sample.pk, "custom_voice_id": voice_id, "text": preview, "consent": "on", **options}
    form = CloneForm(user, given)
    return submit(user, sample, checked(form), nonce, give_consent=form.give_consent)


def speak(voice: Voice, text: str, nonce: str) -> Prediction:
    form = SpeechForm(voice.owner, {"voice_id": voice.voice_id, "text": text})
    inputs = checked(form)
    return lifecycle.submit(voice.owner, form.chosen_model, form.voice.engine, form.voice, inputs, nonce)


def checked(form: CloneForm | SpeechForm) -> dict[str, Any]:
    if not form.is_valid():
        raise CommandError(" ".join(str(message) for messages in form.errors.values() for message in messages))
    return form.inputs()


def finish(task: Prediction) -> None:
    """Do a worker's job here and now, unless a worker has taken the task: then wait for it."""
    lifecycle.run.call(task.pk)
    while Prediction.objects.unfinished().filter(pk=task.pk).exists():
        time.sleep(LOOK)
        lifecycle.run.call(task.pk)


def cancelled(task: Prediction) -> Prediction:
    lifecycle.cancel(task)
    return task


def age(voice: Voice, left: timedelta) -> None:
    """Move a voice's clock, so that it has at most so much time left."""
    end = now() + left
    if voice.expires_at and voice.expires_at <= end:
        return
    made = end - timedelta(days=settings.RETENTION_DAYS)
    Voice.objects.filter(pk=voice.pk).update(expires_at=end, created_at=made)
    voice.refresh_from_db()
