"""What the panel calls models, their fields and their values: Django makes English of their names, and we translate it.

So no model says its words, and a library's speak the same languages as ours. The texts stand in no source:
`manage.py languages` finds them here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

CONTEXT = "panel"
SAID = {
    "e-mail": "email",
    "may log in": "may sign in",
    "is permanent": "permanent",
    "Task Results": "task results",
}
"""What Django makes of a name, where another word is better."""
APPS = {"account": "Sign-in", "mfa": "Second factors", "django_tasks_database": "Background messages"}
"""Libraries whose own names say little, or the same as one of ours."""
TEXTS: defaultdict[str, set[str]] = defaultdict(set)
"""For translators: the texts of each module of pages."""


def name_in_each_language(page: admin.ModelAdmin[Any], only_english: bool) -> None:
    """A page's model, its app, and those of its fields that the page shows.

    What is lazy is translated by whoever wrote it, unless it is `only_english`.
    """
    opts, found = page.opts, TEXTS[type(page).__module__]

    def named(text: Any) -> Any:
        if not text or (isinstance(text, Promise) and not only_english):
            return text
        said = SAID.get(str(text), str(text))
        found.add(said)
        return pgettext_lazy(CONTEXT, said)

    if not isinstance(opts.verbose_name, Promise):
        opts.verbose_name_plural = str(opts.verbose_name_plural)  # Django adds the s late, so that it is lazy
    opts.verbose_name, opts.verbose_name_plural = named(opts.verbose_name), named(opts.verbose_name_plural)
    opts.app_config.verbose_name = named(APPS.get(opts.app_label, opts.app_config.verbose_name))
    shown = {*page.list_display, *(page.fields or ())}
    for field in opts.fields:
        if field.name in shown:
            field.verbose_name, field.help_text = named(field.verbose_name), named(field.help_text)
            if field.choices:
                field.choices = [(value, named(label)) for value, label in field.choices]
