"""What there is of a person: a table of (name, rows, what of each row). A new kind of data is one more line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import FileField, Model

from voiceclone.accounts.models import ApiKey, User, VendorKey
from voiceclone.audit.models import AuditEvent
from voiceclone.predictions import sounds
from voiceclone.predictions.models import Prediction, RemoteJob, WebhookDelivery
from voiceclone.samples.models import Sample, Upload
from voiceclone.voices.models import Approval, Consent, Evidence, Voice

CHUNK = 500  # rows, or ids in one query
BOOKKEEPING = ("owner", "person", "peaks", "nonce", "change", "not_before", "announced_at", "lease_until")
"""Columns that say nothing about the person: whose it is, pictures of sound, the workers' own."""

Row = dict[str, Any]


def every_column(found: Model, without: Collection[str] = ()) -> Row:
    """What is added to a model later is in the archive by itself. `without`: secrets, such as a digest."""
    kept = [field for field in found._meta.concrete_fields if field.name not in (*BOOKKEEPING, *without)]
    values = ((field, getattr(found, field.attname)) for field in kept)
    return {field.attname: "" if isinstance(field, FileField) else value for field, value in values}


def no_files(found: Any) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Table:
    name: str  # of the JSON file
    about: str  # for the README: what it is, a plain sentence
    rows: Callable[[User], Iterable[Any]]
    row: Callable[[Any], Row] = every_column
    files: Callable[[Any], dict[str, str]] = no_files
    """For each file column of a row: the name under which its file goes into the archive."""


def safe_name(text: str, longest: int = 60) -> str:
    """Letters, digits, “-” and “_”: a name that is no path on any system."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:longest].strip("-") or "voice"


def short(pk: object) -> str:
    return str(pk).replace("-", "")[:12]


def _account(user: User) -> Row:
    addresses = EmailAddress.objects.filter(user_id=user.pk).values("email", "verified", "primary")
    factors = Authenticator.objects.filter(user_id=user.pk).values("type", "created_at", "last_used_at")
    # written out, because the row also has the password's hash
    return {
        "email": user.email,
        "addresses": list(addresses),
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "may_enter_the_admin_panel": user.is_staff,
        "second_factors_and_passkeys": list(factors),
    }


def _sample_file(sample: Sample) -> dict[str, str]:
    voice = next(iter(sample.voices.all()), None)
    return {"file": f"samples/{safe_name(voice.voice_id if voice else sample.source)}-{short(sample.pk)}.flac"}


def _upload_file(upload: Upload) -> dict[str, str]:
    return {"file": f"uploads/{short(upload.pk)}.{upload.kind or 'bin'}"}


def _evidence_file(evidence: Evidence) -> dict[str, str]:
    return {"file": f"evidence/{short(evidence.pk)}.{'flac' if evidence.is_reading else 'bin'}"}


def _profile(voice: Voice) -> dict[str, str]:
    return {"profile": f"voices/{safe_name(voice.voice_id)}-{short(voice.pk)}.npz"}


def _outputs(task: Prediction) -> dict[str, str]:
    stem, _, extension = sounds.file_name(task, task.format).rpartition(".")
    folder = "previews" if task.is_clone else "speeches"
    name = f"{folder}/{safe_name(stem, 120)}-{short(task.pk)}"
    return {"audio": f"{name}.{extension}", "master": f"{name}-lossless.flac"}


def _events(user: User) -> Iterator[Row]:
    """What the person did, and what others did to their voices; who those were stays their own affair."""
    for event in AuditEvent.objects.filter(actor=user).iterator():
        yield {**_event(event), "by": "you"}
    theirs = [str(pk) for pk in Voice.objects.for_user(user).values_list("pk", flat=True)]
    for start in range(0, len(theirs), CHUNK):
        of_theirs = AuditEvent.objects.filter(object_id__in=theirs[start : start + CHUNK])
        for event in of_theirs.exclude(actor=user).iterator():
            yield {**_event(event), "by": "this site" if event.actor_id is None else "an admin"}


def _event(event: AuditEvent) -> Row:
    return {"at": event.at, "action": event.action, "object_id": event.object_id}


TABLES = (
    Table(
        "account", "Your address, your dates, your second factors (not their secrets).", lambda user: [user], _account
    ),
    Table(
        "samples",
        "Your recordings: what you called them, how long they are, the words that were on screen. The sound is in "
        "samples/, as FLAC.",
        lambda user: Sample.objects.for_user(user).prefetch_related("voices").iterator(CHUNK),
        files=_sample_file,
    ),
    Table(
        "voices",
        "Every voice you made, also those that expired or were deleted, with all dates. What an engine learnt is in "
        "voices/, one .npz each; only this program can read it.",
        lambda user: Voice.objects.for_user(user).iterator(CHUNK),
        files=_profile,
    ),
    Table(
        "consents",
        "What you agreed to for each voice, in full, and when.",
        lambda user: Consent.objects.filter(person=user).iterator(CHUNK),
    ),
    Table(
        "evidence",
        "Sentences that you read aloud to agree, what was heard, and files that show a permission. They are in "
        "evidence/; a sentence is FLAC, a file is as it came: its own name is in the list.",
        lambda user: Evidence.objects.for_user(user).iterator(CHUNK),
        files=_evidence_file,
    ),
    Table(
        "approvals",
        "Clones for which you asked an admin of the site, because their sentence could not be read aloud.",
        lambda user: Approval.objects.for_user(user).iterator(CHUNK),
        lambda asked: every_column(asked, without=("decided_by",)),
    ),
    Table(
        "tasks",
        "Everything you had cloned and spoken: the text, the settings, what came of it. The sound is in previews/ and "
        "speeches/, as it was made; “-lossless” is the same without the loss of MP3.",
        lambda user: Prediction.objects.for_user(user).select_related("voice").iterator(CHUNK),
        files=_outputs,
    ),
    Table(
        "uploads",
        "What your programs uploaded in the last days. The files are in uploads/, as they came.",
        lambda user: Upload.objects.for_user(user).iterator(CHUNK),
        files=_upload_file,
    ),
    Table(
        "api_keys",
        "Your API keys: their names and dates, not the keys themselves, which are stored nowhere.",
        lambda user: ApiKey.objects.for_user(user).iterator(CHUNK),
        lambda key: every_column(key, without=("digest",)),
    ),
    Table(
        "webhook_deliveries",
        "Finished tasks that were sent to your programs, and what those answered.",
        lambda user: WebhookDelivery.objects.for_user(user).iterator(CHUNK),
    ),
    Table(
        "vendor_tasks",
        "What a vendor did for you, and about what it cost.",
        lambda user: RemoteJob.objects.filter(owner=user).iterator(CHUNK),
        lambda job: every_column(job, without=("token", "account", "sample_url", "output")),
    ),
    Table(
        "vendor_keys",
        "Your own keys at vendors: that there are some and since when, not the keys themselves.",
        lambda user: VendorKey.objects.filter(owner=user).iterator(CHUNK),
        lambda key: every_column(key, without=("sealed",)),
    ),
    Table("events", "What was done to your account and your voices, of the last year.", _events, dict),
)
