"""The queue and webhooks in the admin panel. Texts, sounds, addresses and errors (which quote) are the people's own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts.requests import PersonRequest
from voiceclone.audit.models import Action, record
from voiceclone.audit.panel import ReadOnly
from voiceclone.engines import registry
from voiceclone.predictions import catalog, lifecycle, steps
from voiceclone.predictions.models import CLONE, Prediction, RemoteJob, WebhookDelivery, WebhookSecret
from voiceclone.predictions.remote import breaker, spending
from voiceclone.voices.retention import NotUsable
from voiceclone.work.leases import UNFINISHED, Status

PLACES = 1000
WORDS = {
    "closed": _("{vendor} answers"),
    "open": _("{vendor} does not answer and is left alone"),
    "half-open": _("{vendor} is being tried again"),
}
WENT_WRONG = {
    0: "",
    1401: _("The sample or the text could not be used; its owner is told why."),
    1402: _("The audio could not be fetched; its owner is told why."),
    1403: _("The engine could not do it; its owner is told why."),
    5000: _("Something went wrong on this machine: look for the id in the log."),
}


class InQueue(admin.SimpleListFilter):
    title, parameter_name = _("queue"), "queue"
    LOOKUPS: ClassVar[dict[str, tuple[Any, dict[str, Any]]]] = {
        "all": (_("In the queue"), {"status__in": UNFINISHED}),
        "waiting": (_("Waiting"), {"status": Status.CREATED}),
        "running": (_("Running"), {"status": Status.PROCESSING}),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, title) for value, (title, rows) in self.LOOKUPS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Prediction]) -> QuerySet[Prediction]:
        chosen = self.LOOKUPS.get(self.value() or "")
        return queryset.filter(**chosen[1]) if chosen else queryset


class Kind(admin.SimpleListFilter):
    title, parameter_name = _("kind"), "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("clone", gettext("Clones")), ("speech", gettext("Speeches"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Prediction]) -> QuerySet[Prediction]:
        speeches = [model.id for model in catalog.SPEECH_MODELS]
        chosen = {"clone": [CLONE], "speech": speeches}.get(self.value() or "")
        return queryset.filter(model__in=chosen) if chosen else queryset


class EngineFilter(admin.SimpleListFilter):
    """The engines there are, not those found in the rows: that would look at each of them."""

    title, parameter_name = _("engine"), "engine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in registry.available()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(engine=self.value()) if self.value() else queryset


class Queue(ChangeList):
    """Knows the place of each waiting task, by one query for the whole page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        if any(task.status == Status.CREATED for task in self.result_list):
            waiting = Prediction.objects.filter(status=Status.CREATED).order_by("created_at")
            places = {pk: place for place, pk in enumerate(waiting.values_list("pk", flat=True)[:PLACES], 1)}
            farther = gettext("over {number}").format(number=PLACES)
            for task in self.result_list:
                task.place = places.get(task.pk, farther) if task.status == Status.CREATED else None


@admin.register(Prediction)
class PredictionAdmin(ReadOnly[Prediction]):
    list_display = ("task", "status", "progress", "owner", "voice", "age", "place", "attempts", "lease", "model")
    list_filter = (InQueue, "status", Kind, EngineFilter, "created_at")
    list_select_related = ("owner", "voice")
    fields = (
        *("id", "owner", "model", "engine", "voice", "sample", "status", "progress", "attempts", "failures"),
        *("code", "what_went_wrong", "seconds", "created_at", "started_at", "finished_at", "lease"),
    )
    ordering = ("-created_at",)
    person, ids, names = "owner", ("pk", "voice"), ("voice__voice_id",)
    search_help_text = _("The id of a task, a voice ID from its beginning, or the e-mail address of the owner.")
    actions = ("cancel", "retry")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        private = ("input", "peaks", "parts", "error", "error_in")  # and a page of rows is quicker without them
        return super().get_queryset(request).defer(*private)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """In the queue the oldest is first, as it is for the workers."""
        return ("created_at",) if InQueue.parameter_name in request.GET else self.ordering

    @admin.display(description=_("task"), ordering="pk")
    def task(self, task: Prediction) -> str:
        return f"{task.pk[:8]}…"

    @admin.display(description=_("place"), empty_value="")
    def place(self, task: Prediction) -> object:
        return getattr(task, "place", None)

    @admin.display(description=_("age"), ordering="created_at")
    def age(self, task: Prediction) -> str:
        return timesince(task.created_at, depth=1)

    @admin.display(description=_("progress"))
    def progress(self, task: Prediction) -> str:
        return f"{steps.sentence(task)}, {steps.percent(task)} %" if task.status == Status.PROCESSING else ""

    @admin.display(description=_("lease"), ordering="lease_until")
    def lease(self, task: Prediction) -> str:
        if task.lease_until is None:
            return ""
        left = (task.lease_until - now()).total_seconds()
        return gettext("{seconds:.0f} s left").format(seconds=left) if left > 0 else gettext("ran out")

    @admin.display(description=_("what went wrong"))
    def what_went_wrong(self, task: Prediction) -> str:
        return str(WENT_WRONG.get(task.code, WENT_WRONG[1403]))

    @admin.action(description=_("Cancel the selected tasks"), permissions=["act"])
    def cancel(self, request: PersonRequest, queryset: QuerySet[Prediction]) -> None:
        def cancel(task: Prediction) -> str:
            with transaction.atomic():
                if not lifecycle.cancel(task):
                    return gettext("finished already")
                record(Action.PREDICTION_CANCELLED, task.pk, request.user)
            return ""

        self.act(request, queryset, gettext("cancelled"), cancel)

    @admin.action(description=_("Retry the selected tasks"), permissions=["act"])
    def retry(self, request: PersonRequest, queryset: QuerySet[Prediction]) -> None:
        again: list[Prediction] = []

        def retry(task: Prediction) -> str:
            if task.status not in (Status.FAILED, Status.CANCELLED):
                return gettext("in the queue") if task.is_unfinished else gettext("completed")
            try:
                with transaction.atomic():
                    again.append(lifecycle.retry(task))
                    record(Action.PREDICTION_RETRIED, task.pk, request.user)
            except NotUsable as error:
                return gettext("of which: {error}").format(error=error)
            return ""

        self.act(request, queryset, gettext("retried"), retry)
        if again:
            links = ((reverse("admin:predictions_prediction_change", args=[task.pk]), task.pk) for task in again)
            made = format_html_join(", ", '<a href="{}">{}</a>', links)
            messages.info(request, format_html(gettext("The new tasks: {}"), made))


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly[WebhookDelivery]):
    """Where it goes is its owner's affair: addresses often hold a password."""

    list_display = ("id", "owner", "status", "tries", "answer", "created_at", "not_before", "finished_at")
    list_filter = ("status", "created_at")
    list_select_related = ("owner",)
    fields = (
        *("id", "owner", "prediction", "status", "attempts", "tries", "answer"),
        *("created_at", "not_before", "finished_at"),
    )
    ordering = ("-created_at",)
    person, ids = "owner", ("pk", "prediction")
    search_help_text = _("The id of a delivery or of a task, or the e-mail address of the owner.")


@admin.register(RemoteJob)
class RemoteJobAdmin(ReadOnly[RemoteJob]):
    """What vendors do for people, and the account book. Addresses at the vendor are the person's own."""

    list_display = ("id", "owner", "engine", "state", "purpose", "submissions", "dollars", "created_at", "finished_at")
    list_filter = ("state", EngineFilter, "created_at")
    list_select_related = ("owner",)
    fields = (
        *("id", "owner", "prediction", "engine", "purpose", "state", "status", "is_own_key", "remote_id"),
        *("submissions", "submitted_at", "unknown_since", "looks", "failures", "dollars"),
        *("created_at", "not_before", "finished_at"),
    )
    ordering = ("-created_at",)
    person, ids = "owner", ("pk", "prediction")
    search_help_text = _("The id of a job or of a task, or the e-mail address of the owner.")

    @admin.display(description=_("dollars"))
    def dollars(self, job: RemoteJob) -> str:
        return str(number_format(job.price + job.settled, 4))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """In the title: whether the vendors answer, and what all the jobs cost that were found."""
        vendors = [name for name in settings.ENGINES if registry.is_hosted(name)]
        states = "; ".join(str(WORDS[breaker.state(name)]).format(vendor=name) for name in vendors)
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            found: ChangeList = response.context_data["cl"]
            cost = found.queryset.aggregate(sum=Sum(F("price") + F("settled"), default=0))["sum"]
            response.context_data["title"] = " · ".join(
                filter(None, (gettext("Remote jobs"), spending.dollars(cost), states))
            )
        return response


@admin.register(WebhookSecret)
class WebhookSecretAdmin(ReadOnly[WebhookSecret]):
    """Who has one. Nobody reads it but its owner."""

    list_display = fields = ("owner", "previous_until")
    list_select_related = ("owner",)
    ordering = ("-pk",)
    person, ids = "owner", ()
    search_help_text = _("The e-mail address of the owner.")
