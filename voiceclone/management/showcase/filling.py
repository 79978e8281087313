"""Fills an empty instance (`python -m …filling LANGUAGE`, DATA_DIR in the environment), prints what it made as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import redirect_stdout
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.utils import translation

if TYPE_CHECKING:
    from voiceclone.accounts.models import User

BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
)
DECLARATIONS = {
    "GrandmasVoice-1": "She is my grandmother; these are tapes from 1998, and she asked me to keep her voice.",
    "OldRadio-1974": "A speaker of the old radio station. Nobody knows where he lives today.",
}
PASSWORD = "correct horse battery staple"  # noqa: S105 - of an instance that lives for minutes, on localhost


def fill() -> dict[str, Any]:
    """The cookies of each person, the parts of addresses, and the stills: pages that no address shows at will."""
    from django.conf import settings
    from django.core.management import call_command

    from voiceclone.accounts import vendor_keys
    from voiceclone.accounts.models import User
    from voiceclone.cloning.demo import demo_sample
    from voiceclone.management.showcase import recordings, scenes, stills

    call_command("release", verbosity=0)
    call_command("seeddemo", "maker@example.org")
    User.objects.create_superuser("admin@example.org")
    new = ("newcomer", "guarded", "asker")
    newcomer, guarded, asker = (User.objects.create_user(f"{name}@example.org", PASSWORD) for name in new)
    _guard(guarded)
    User.objects.update(language=translation.get_language())
    people = {name: User.objects.get(email=f"{name}@example.org") for name in ("maker", *new, "admin")}
    maker, admin = people[scenes.MAKER], people[scenes.ADMIN]
    parts = {**_tasks(maker), **_account(maker), **_approvals(asker, admin)}
    parts |= {"sample": str(demo_sample(newcomer).pk), **recordings.samples(newcomer)}
    parts["microphone"] = recordings.microphone(settings.DATA_DIR)
    vendor_keys.keep(asker, "wavespeed", "a key that nobody uses")
    return {
        "stills": stills.all_of_them(maker, newcomer),
        "cookies": {name: _session(user) for name, user in people.items()},
        "parts": parts,
    }


def _session(user: User) -> str:
    """A browser session that has just typed its password, the latest of two."""
    from allauth.usersessions.models import UserSession
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    hour = 3600  # on a slow machine the pictures take longer than a password is trusted
    for number, browser in enumerate(BROWSERS):
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["account_authentication_methods_user"] = str(user.pk)
        typed = {"method": "password", "at": time.time() + hour, "reauthenticated": True}
        session["account_authentication_methods"] = [typed]
        session.create()
        key = str(session.session_key)
        UserSession.objects.create(user=user, session_key=key, ip=f"192.0.2.{number + 7}", user_agent=browser)
    return key


def _guard(user: User) -> None:
    """A second factor and recovery codes."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


def _approvals(asker: User, admin: User) -> dict[str, str]:
    """Two that wait for an admin, as on a site that asks for a sentence read aloud; one of them was refused."""
    from django.test.utils import override_settings

    from voiceclone.cloning import approvals
    from voiceclone.cloning.demo import demo_sample
    from voiceclone.cloning.forms import CloneForm
    from voiceclone.management.commands.seeddemo import checked
    from voiceclone.samples.models import Sample

    asked, sample = [], demo_sample(asker)
    Sample.objects.filter(pk=sample.pk).update(source=Sample.Source.UPLOAD)  # of the demo, nobody has to agree
    said = {"whose": "cannot_speak", "text": "Hello, my dear.", "consent": "on", "sample": sample.pk}
    for voice_id, declaration in DECLARATIONS.items():
        with override_settings(CONSENT="read_aloud"):
            form = CloneForm(asker, {**said, "custom_voice_id": voice_id, "declaration": declaration})
            checked(form)
            asked.append(approvals.ask(asker, form))
    approvals.refuse(asked[-1], admin)
    return {"approval": str(asked[0].pk)}


def _tasks(maker: User) -> dict[str, str]:
    """Tasks in every state. No worker runs here, so those that wait or run go on doing so."""
    from django.utils.timezone import now

    from voiceclone.management.commands.seeddemo import SCENES, clone, finish, latest, speak
    from voiceclone.predictions import takes
    from voiceclone.predictions.models import CLONE, Prediction
    from voiceclone.voices.models import Voice

    mine = Prediction.objects.for_user(maker)
    done = mine.filter(status="completed")
    voice = latest(maker, SCENES[0].voice_id)
    found = {
        "clone_done": done.filter(model=CLONE, voice=voice).latest("created_at"),
        "clone_failed": mine.filter(status="failed").latest("created_at"),
        "speech_done": done.filter(voice=voice).exclude(model=CLONE).latest("created_at"),
        "speech_cancelled": mine.filter(status="cancelled").latest("created_at"),
        "clone_running": clone(maker, "DocuVoice-2026", "Far below, the river turned.", "running"),
        "clone_queued": clone(maker, "QueuedVoice-1", "Soon to be heard.", "queued"),
        "speech_running": speak(voice, "The first sentence is made. The second one is not. And then a third.", "words"),
    }
    for _ in range(2):
        found["clone_takes"] = takes.another(done.get(model=CLONE, voice__voice_id="HotelAssistant-2", take_of=None))
        finish(found["clone_takes"])
    hour = now() + timedelta(hours=1)
    running = {"status": "processing", "lease_until": hour, "started_at": now() - timedelta(seconds=3), "attempts": 1}
    mine.filter(pk=found["clone_running"].pk).update(stage="learning", done=2, total=5, **running)
    mine.filter(pk=found["speech_running"].pk).update(stage="speaking", done=1, total=3, **running)
    Voice.objects.filter(owner=maker, voice_id="PodcastIntro-1").update(engine="wavespeed", lost_at=now())
    return {name: task.pk for name, task in found.items()}


def _account(maker: User) -> dict[str, str]:
    """Keys, webhooks, an archive, a receipt, and the links that mails carry."""
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from django.conf import settings
    from django.urls import reverse
    from django.utils.timezone import now

    from voiceclone.accounts import keys
    from voiceclone.accounts.opening import password_link
    from voiceclone.portability import exports
    from voiceclone.portability.models import Erasure, Export
    from voiceclone.predictions.models import Prediction, WebhookDelivery

    maker.set_password(PASSWORD)
    maker.save()
    for name in ("Home assistant", "Game build"):
        keys.make(maker, name)
    tasks = Prediction.objects.for_user(maker).filter(status="completed")[:2]
    for task, status, answer in zip(tasks, ("completed", "failed"), (200, 503), strict=True):
        WebhookDelivery.objects.create(
            owner=maker,
            prediction=task,
            url="https://studio.example.org/hooks/voices",
            event=f"event-{task.pk}",
            status=status,
            answer=answer,
            tries=1 if answer == 200 else 10,
            finished_at=now(),
            error="" if answer == 200 else "The address answered 503.",
        )
    exports.start(maker)
    exports.run.call(str(Export.objects.get(owner=maker).pk))
    ended = Erasure.objects.create(
        status="completed",
        finished_at=now(),
        found={"voices": 3, "samples": 2, "previews": 3, "speeches": 41, "consents": 3, "size": 48_000_000},
    )
    EmailAddress.objects.create(user=maker, email="maker@studio.example.org")
    address = EmailAddress.objects.get(user=maker, verified=False)
    confirm = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    reset = password_link(maker).removeprefix(settings.BASE_URL)
    return {"receipt": ended.get_absolute_url(), "confirm_link": confirm, "reset_link": reset}


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voiceclone.settings")
    django.setup()
    with redirect_stdout(sys.stderr), translation.override(sys.argv[1]):
        made = fill()
    print(json.dumps(made))
