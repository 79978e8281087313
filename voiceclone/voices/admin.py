"""Consents, and what was learnt from samples, in the admin panel. Voices themselves are in the library's room."""

from __future__ import annotations

from django.contrib import admin

from voiceclone.audit.panel import ReadOnly
from voiceclone.voices.models import Consent, Enrolment


@admin.register(Consent)
class ConsentAdmin(ReadOnly[Consent]):
    list_display = ("id", "person", "voice", "method", "version", "given_at")
    list_filter = ("method", "given_at")
    list_select_related = ("person", "voice")
    fields = ("id", "person", "voice", "method", "statement", "version", "sha256", "given_at")
    ordering = ("-given_at",)
    person = "person"
    search_help_text = "An id, or the e-mail address of the person."


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly[Enrolment]):
    """Its options carry what was read aloud, and its error may quote it: neither is shown."""

    list_display = ("id", "sample", "engine", "status", "stage", "attempts", "created_at", "finished_at")
    list_filter = ("status", "created_at")
    list_select_related = ("sample",)
    fields = (*list_display, "started_at", "lease_until")
    ordering = ("-created_at",)
    person, ids = "sample__owner", ("pk", "sample")
    search_help_text = "The id of an enrolment or a sample, or the e-mail address of its owner."
