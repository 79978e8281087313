"""What all pages of the admin panel have in common: quick with many rows, no names kept, acts on record."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import get_permission_codename, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import DateTimeField, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from voiceclone.audit.models import Action, record
from voiceclone.audit.naming import name_in_each_language

M = TypeVar("M", bound=Model)
ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
AT_ONCE = 500  # rows for one act, so that it ends before the web server gives up on it


class CountedFar(Paginator[M]):
    """Counts no further than FAR: counting a large table costs more than showing a page of it, and so does its end."""

    FAR = 10_000

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[M]", self.object_list)
        return rows.order_by()[: self.FAR].count()


class Panel(admin.ModelAdmin[M]):
    """A list that stays quick, and a form that shows only the fields it names."""

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count every row of every filter
    paginator = CountedFar
    view_on_site = False  # the pages of a person's things are for that person alone
    save_on_top = False

    person: ClassVar[str] = ""
    """The path to whom a row belongs; what has an @ in it is looked for there, from the beginning."""
    ids: ClassVar[Sequence[str]] = ("pk",)
    """Where an id of 32 hex digits is looked for. Anything else is looked for in `names`, from the beginning."""
    names: ClassVar[Sequence[str]] = ()
    on_record: ClassVar[Mapping[int, Action]] = {}
    """What the audit trail calls an addition, a change and a deletion made by Django's own forms."""
    only_english: ClassVar[bool] = False
    """Whether the model is a library's that has no translations."""

    def __init__(self, model: type[M], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        name_in_each_language(self, self.only_english)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))  # Django's is "Select … to change"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[str | Callable[[M], str | bool]]:
        """A moment is short in a list, so that more of its columns are in sight; the form writes it out."""
        return [self._moments.get(str(column), column) for column in self.list_display]

    @cached_property
    def _moments(self) -> dict[str, Callable[[M], str | bool]]:
        return {field.name: _moment(field) for field in self.opts.fields if isinstance(field, DateTimeField)}

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [*self.ids, *self.names, *filter(None, [self.person])]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """The shape of the words says where to look, so that each search can use an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if "@" in term and self.person:
            people = get_user_model().objects.filter(email__startswith=term.lower())
            return queryset.filter(**{f"{self.person}__in": people}), False
        if ID.fullmatch(term):
            found = [Q((path, term.lower())) for path in self.ids]
        else:
            found = [self._begins(path, term) for path in self.names]
        return (queryset.filter(reduce(or_, found)) if found else queryset.none()), False

    def _begins(self, path: str, term: str) -> Q:
        """A row of another table is looked for there first: over a join no index would help."""
        relation, _, field = path.rpartition("__")
        if not relation:
            return Q((f"{path}__startswith", term))
        related = self.opts.get_field(relation).related_model
        assert isinstance(related, type)
        return Q((f"{relation}__in", related._default_manager.filter(**{f"{field}__startswith": term})))

    def act(self, request: HttpRequest, queryset: QuerySet[M], did: str, act: Callable[[M], str]) -> list[M]:
        """Do something to each selected row, and say to how many it was done and why not to the rest.

        `did`: the act in words, such as “frozen”. `act` returns "" or the reason why it was not done.
        Returns the rows to which it was done.
        """
        rows = list(queryset[: AT_ONCE + 1])
        if len(rows) > AT_ONCE:
            sentence = gettext("More than {most} are selected; that many can be done at once. Nothing was.")
            messages.error(request, sentence.format(most=AT_ONCE))
            return []
        done, refused = [], Counter[str]()
        for row in rows:
            reason = act(row)
            if reason:
                refused[reason] += 1
            else:
                done.append(row)
        if done:
            messages.success(request, gettext("{count} {did}.").format(count=len(done), did=did))
        if refused:
            why = "; ".join(f"{count} {reason}" for reason, count in refused.most_common())
            sentence = gettext("{count} not {did}: {why}.")
            messages.warning(request, sentence.format(count=refused.total(), did=did, why=why))
        return done

    def has_act_permission(self, request: HttpRequest) -> bool:
        """May do what only an admin does with such rows, though nobody edits them by hand."""
        return self._may(request, "change")

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "delete")

    def _may(self, request: HttpRequest, what: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename(what, self.opts)}")

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> LogEntry:
        return self._log(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> LogEntry:
        return self._log(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[M]) -> list[LogEntry]:
        return [self._log(request, row, DELETION) for row in queryset]

    def _log(self, request: HttpRequest, row: M, flag: int, message: Any = "") -> LogEntry:
        """Django's own history of the panel outlives a person's account, so it has ids where Django puts names."""
        if flag in self.on_record:
            record(self.on_record[flag], self.concerns(row), cast("AbstractBaseUser", request.user))
        return LogEntry.objects.create(
            user_id=cast("int", request.user.pk),
            content_type=ContentType.objects.get_for_model(self.model),
            object_id=row.pk,
            object_repr=str(row.pk),
            action_flag=flag,
            change_message=json.dumps(message) if isinstance(message, list) else message,
        )

    def concerns(self, row: M) -> object:
        """The id that the audit trail names: of the account, where the row is a part of one."""
        return row.pk


def _moment(field: DateTimeField[Any, Any]) -> Callable[[Any], str]:
    """A column of the list that shows `2026-11-27 15:03` and is sorted as its field is."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def moment(row: Model) -> str:
        at = getattr(row, field.name)
        return date_format(at, "Y-m-d H:i") if at else ""

    moment.__name__ = field.name
    return moment


class ReadOnly(Panel[M]):
    """Facts that nobody edits by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
