"""How sound looks in a page: the waveform, the clock, time that is left, the colour of a voice."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from math import ceil

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

HEIGHT = 44  # of the drawing, in its own units; the page stretches it
PITCH = 4  # from one bar to the next
MIDDLE = HEIGHT / 2
REACH = 20  # the longest bar goes this far up and down; the round cap takes the rest
FLOOR = 0.3  # silence is drawn as a dot
ORBS = 12


@register.simple_tag
def waveform(peaks: Sequence[float] | None, bars: int = 96) -> SafeString:
    """Draw peaks (0…100, any number of them) as bars in one SVG path. Decoration: hidden from screen readers."""
    path = "".join(
        f"M{PITCH * place + 2} {_short(MIDDLE - reach)}v{_short(2 * reach)}"
        for place, reach in enumerate(_reaches(peaks or [], bars))
    )
    return format_html(
        '<svg class="wave" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true"><path d="{}"/></svg>',
        PITCH * bars,
        HEIGHT,
        path,
    )


def _reaches(peaks: Sequence[float], bars: int) -> list[float]:
    """The half length of each bar: the loudest of the peaks that fall into it."""
    if not peaks:
        return [FLOOR] * bars
    reaches = []
    for bar in range(bars):
        start = bar * len(peaks) // bars
        stop = max(start + 1, (bar + 1) * len(peaks) // bars)
        loudest = min(max(float(peak) for peak in peaks[start:stop]), 100.0)
        reaches.append(max(FLOOR, loudest / 100 * REACH))
    return reaches


def _short(number: float) -> str:
    """A coordinate with one decimal at most: 4.0 is 4."""
    return f"{number:.1f}".removesuffix(".0")


@register.filter
def clock(seconds: float | None) -> str:
    """7.2 → 0:07, 61 → 1:01, 3700 → 1:01:40; nothing → 0:00."""
    whole = max(0, int((seconds or 0) + 0.05))  # a codec drops some milliseconds of a whole second
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def time_left(until: datetime | None) -> str:
    """What is left until a moment, in the two largest units: “6 d 23 h”, “4 h 10 min”, “9 min”, “1 min 5 s”, “42 s”."""
    left = int(_seconds(until))
    minutes, seconds = divmod(left, 60)
    days, hours = divmod(minutes // 60, 24)
    if left < 120:
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


@register.filter
def countdown(until: datetime) -> SafeString:
    """The same in an element that static/js/library.js keeps true, from here on: the person's clock may be wrong."""
    return format_html(
        '<time datetime="{}" data-left="{}">{}</time>', until.isoformat(), ceil(_seconds(until)), time_left(until)
    )


def _seconds(until: datetime | None) -> float:
    return max(0.0, (until - timezone.now()).total_seconds()) if until else 0.0


@register.filter
def orb(voice_id: str) -> int:
    """Which of the twelve gradients a voice wears: the same for an id on every machine, in every process."""
    return zlib.crc32(str(voice_id).encode()) % ORBS
