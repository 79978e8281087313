"""The steps of a task that a vendor does, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from voiceclone.engines import registry

STEPS = {
    "checking": _("Checking what is asked for"),
    "sending": _("Sending it to {vendor}"),
    "away": _("{vendor} is working on it"),
    "fetching": _("Fetching the result"),
}
INSTEAD = {
    "resting": ("sending", _("{vendor} does not answer at the moment; trying again soon")),
    "unclear": (
        "sending",
        _("{vendor} did not answer clearly; finding out whether it was taken, so that nothing is paid twice"),
    ),
}
"""Stages that are no step of their own: which step they belong to, and what is said in its place."""
WEIGHTS = {"checking": 1, "sending": 2, "away": 6, "fetching": 1}


def steps(engine: str, stage: str) -> dict[str, str]:
    """The steps as they are to be shown at this stage."""
    vendor = registry.hosted(engine).vendor
    found = {name: str(text).format(vendor=vendor) for name, text in STEPS.items()}
    if stage in INSTEAD:
        name, text = INSTEAD[stage]
        found[name] = str(text).format(vendor=vendor)
    return found


def step_of(stage: str) -> str:
    return INSTEAD[stage][0] if stage in INSTEAD else stage
