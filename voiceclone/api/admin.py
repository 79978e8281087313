"""What programs asked for, in the admin panel: which key made which task. Bodies are the people's own."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from voiceclone.api.models import Submission
from voiceclone.audit.panel import ReadOnly


@admin.register(Submission)
class SubmissionAdmin(ReadOnly[Submission]):
    list_display = fields = ("id", "key_number", "prediction", "created_at")
    list_select_related = ("prediction",)
    ordering = ("-pk",)
    person, ids = "key__owner", ("prediction",)
    search_help_text = _("The id of a task, or the e-mail address of the owner of the key.")

    @admin.display(description=_("key"), ordering="key")
    def key_number(self, submission: Submission) -> int:
        return submission.key_id
