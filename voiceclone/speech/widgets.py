"""Choices of which some are greyed out: an engine cannot honour them, and the page says so."""

from __future__ import annotations

from typing import Any

from django import forms


class GreyedSelect(forms.Select):
    """A select whose `greyed` values cannot be chosen."""

    greyed: frozenset[str] = frozenset()

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        if str(option["value"]) in self.greyed:
            option["attrs"]["disabled"] = True
        return option
