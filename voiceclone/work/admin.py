"""The machinery in the admin panel: workers, the periodic table, the queue's messages without what they carry."""

from __future__ import annotations

import django_tasks_db.admin  # noqa: F401 - it registers first, and shows tracebacks, which quote people's texts
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from voiceclone.audit.panel import ReadOnly
from voiceclone.work.models import PeriodicRun, Worker

admin.site.unregister(DBTaskResult)


@admin.register(Worker)
class WorkerAdmin(ReadOnly[Worker]):
    list_display = fields = ("name", "seen_at", "is_alive")
    ordering = ("-seen_at",)
    ids, names = (), ("name",)

    @admin.display(boolean=True, description=_("is alive"))
    def is_alive(self, worker: Worker) -> bool:
        return worker.is_alive


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnly[PeriodicRun]):
    list_display = fields = ("name", "due_at")
    ordering = ("name",)
    ids, names = (), ("name",)


@admin.register(DBTaskResult)
class MessageAdmin(ReadOnly["DBTaskResult[..., object]"]):
    only_english = True
    list_display = ("id", "task_path", "status", "priority", "enqueued_at", "started_at", "finished_at")
    list_filter = ("status", "enqueued_at")
    fields = (*list_display, "worker_ids", "exception_class_path")
    ordering = ("-enqueued_at",)
    names = ("task_path",)
    search_help_text = _("The id of a message, or what it runs, from its beginning.")
