"""The waveform, the clock, the time that is left and the colour of a voice, as a page shows them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import timezone

from voiceclone.templatetags.sound import clock, orb, time_left, waveform


def bars_of(svg: str) -> list[float]:
    return [float(height) for height in re.findall(r"v([\d.]+)", svg)]


def test_waveform_has_one_bar_for_each_place() -> None:
    assert len(bars_of(waveform(list(range(100)) + [50] * 60))) == 96
    assert len(bars_of(waveform([50] * 160, 64))) == 64


def test_waveform_shows_the_loudest_peak_of_each_bar() -> None:
    assert bars_of(waveform([0, 100, 0, 50], 2)) == [40, 20]


def test_waveform_stretches_a_few_peaks() -> None:
    assert bars_of(waveform([100, 50], 4)) == [40, 40, 20, 20]


def test_waveform_of_nothing_is_a_line_of_dots() -> None:
    for peaks in (None, [], [0, 0]):
        assert set(bars_of(waveform(peaks, 8))) == {0.6}


def test_waveform_stays_in_its_box_whatever_it_is_given() -> None:
    assert max(bars_of(waveform([250, -4, 100], 3))) <= 40


def test_waveform_is_hidden_from_screen_readers_and_has_no_style() -> None:
    svg = waveform([10, 20])
    assert 'aria-hidden="true"' in svg
    assert "style=" not in svg


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (7.2, "0:07"),
        (0, "0:00"),
        (None, "0:00"),
        (59.9, "0:59"),
        (29.999, "0:30"),
        (61, "1:01"),
        (600, "10:00"),
        (3700, "1:01:40"),
        (-3, "0:00"),
    ],
)
def test_clock(seconds: float | None, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(days=6, hours=23, minutes=59, seconds=30), "6 d 23 h"),
        (timedelta(days=1, seconds=30), "1 d 0 h"),
        (timedelta(hours=4, minutes=10, seconds=30), "4 h 10 min"),
        (timedelta(minutes=9, seconds=30), "9 min"),
        (timedelta(seconds=119.5), "1 min 59 s"),
        (timedelta(seconds=64.5), "1 min 4 s"),
        (timedelta(seconds=20.5), "20 s"),
        (timedelta(days=-2), "0 s"),
    ],
)
def test_time_left_names_the_two_largest_units(left: timedelta, shown: str) -> None:
    assert time_left(timezone.now() + left) == shown


def test_time_left_of_nothing() -> None:
    assert time_left(None) == "0 s"


def test_orb_is_the_same_for_an_id_every_time_and_all_twelve_are_worn() -> None:
    assert orb("ReadingVoice-2026") == orb("ReadingVoice-2026")
    assert {orb(f"Voice{number:04}") for number in range(400)} == set(range(12))


def test_player_can_be_used_by_keyboard_screen_reader_and_without_javascript() -> None:
    html = render_to_string("_player.html", {"src": "/x", "peaks": [10, 90], "seconds": 12.4, "label": "your clone"})
    assert 'aria-label="Play your clone"' in html
    assert 'aria-valuetext="0:00 of 0:12"' in html
    assert 'max="12.40"' in html
    assert "<noscript><audio controls" in html
    assert "data-autoplay" not in html


def test_field_ties_help_and_errors_to_the_control() -> None:
    class Form(forms.Form):
        name = forms.CharField(help_text="Your own <b>words</b>.")

    html = render_to_string("_field.html", {"field": Form({"name": ""})["name"]})
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'role="alert" id="id_name_error"' in html
    assert "<b>" not in html
