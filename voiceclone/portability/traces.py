"""What mentions a person without being theirs: sessions, the admin panel's log, invitations, counted sign-ins."""

from __future__ import annotations

import json

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q

from voiceclone.accounts.models import Invitation, User


def sign_out(person: User) -> None:
    """End every session at once. Their cookies are worth nothing anyway: the account may not log in any more."""
    for session in UserSession.objects.filter(user=person):
        session.end()


def forget(person: User) -> None:
    """Delete or blank whatever mentions the address or the number of an account. Safe to run twice."""
    sign_out(person)
    _sessions(person)
    _admin_log(person)
    mentions = Q(used_by=person) | Q(note__icontains=person.email)
    Invitation.objects.filter(mentions).update(note="")
    _counted_sign_ins(person)


def _sessions(person: User) -> None:
    """Also those that never made a request after their sign-in, and half a sign-in with a second factor to come."""
    for session in Session.objects.iterator():
        data = session.get_decoded()
        if data.get(SESSION_KEY) == str(person.pk) or person.email in json.dumps(data, default=str).lower():
            session.delete()


def _admin_log(person: User) -> None:
    """What admins did to the account; what the person did as an admin goes with the account itself."""
    kind = ContentType.objects.get_for_model(User)
    mentions = Q(object_repr__icontains=person.email) | Q(change_message__icontains=person.email)
    LogEntry.objects.filter(Q(content_type=kind, object_id=str(person.pk)) | mentions).delete()


def _counted_sign_ins(person: User) -> None:
    """Limits count in the cache. Redis forgets by itself; a table keeps what is over until it is full."""
    cache = settings.CACHES["default"]
    if cache["BACKEND"].endswith("DatabaseCache"):
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(cache["LOCATION"])
            cursor.execute(f"DELETE FROM {table} WHERE cache_key LIKE %s", [f"%:user:{person.pk}"])  # noqa: S608


def forget_journal() -> None:
    """SQLite overwrites what is deleted (`secure_delete`), but its journal keeps old pages until it is cut off."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # where somebody is reading, the next one does it
