"""What the pages promise: nothing inline, nothing from elsewhere, colours that can be read, a small stylesheet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
CSS = (STATIC / "css" / "app.css").read_text()
OUR_SCRIPTS = [path for path in sorted((STATIC / "js").glob("*.js")) if not path.name.startswith("htmx")]
STANDALONE = {"500.html"}  # shown when nothing else can be trusted, so it names its files itself


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.fixture(params=TEMPLATES, ids=name)
def template(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_template_has_no_inline_style(template: Path) -> None:
    if template.parent.name == "mail":  # a mail brings its looks along: it may name no file of ours
        return
    assert not re.search(r"<style|\sstyle\s*=", template.read_text())


def test_template_has_no_inline_script(template: Path) -> None:
    text = template.read_text()
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "application/json" in attributes or ("src=" in attributes and not body.strip())
    assert not re.search(r"""\son[a-z]+\s*=\s*["']|javascript:""", text)


def test_template_asks_htmx_for_nothing_that_needs_eval(template: Path) -> None:
    text = template.read_text()
    assert "hx-on" not in text
    assert not re.search(r"""hx-(vals|headers)=["']js:""", text)
    assert not re.search(r"""hx-trigger="[^"]*\w\[""", text)


def test_template_loads_nothing_from_elsewhere(template: Path) -> None:
    assert not re.search(r"""(?:src|href|action|hx-get|hx-post)=["'](?:https?:)?//""", template.read_text())


def test_template_trusts_no_text(template: Path) -> None:
    assert not re.search(r"\|\s*safe\b", template.read_text())


def test_template_finds_our_pages_by_their_names(template: Path) -> None:
    """An address that is written out goes wrong silently; only the start page may be."""
    if template.name in STANDALONE:
        return
    written = re.findall(r"""(?:href|action|hx-get|hx-post|src)=["'](/[^"']*)""", template.read_text())
    assert set(written) <= {"/"}


def test_buttons_say_what_they_do(template: Path) -> None:
    for attributes, body in re.findall(r"<button\b((?:{%.*?%}|[^>])*)>(.*?)</button>", template.read_text(), re.DOTALL):
        spoken = re.sub(r"{% include .*?%}|<[^>]*>", "", body).strip()
        assert spoken or "aria-label" in attributes


def test_htmx_is_told_to_stay_inside_the_policy() -> None:
    found = re.search(
        r"name=\"htmx-config\" content='(.*?)'", (settings.BASE_DIR / "templates" / "base.html").read_text()
    )
    assert found
    config = json.loads(found[1])
    assert config["allowEval"] is False
    assert config["selfRequestsOnly"] is True
    assert config["includeIndicatorStyles"] is False
    assert config["historyCacheSize"] == 0
    assert "style" not in config["attributesToSettle"]  # copying a style attribute breaks the policy


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text()))
    used = {
        icon
        for path in TEMPLATES
        for icon in re.findall(r'_icon\.html" with name="([\w-]+)"', path.read_text())
        + re.findall(r'_nav_link\.html" with [^%]*icon="([\w-]+)"', path.read_text())
    }
    assert used <= drawn


@pytest.mark.parametrize("script", OUR_SCRIPTS, ids=name)
def test_our_scripts_build_no_markup_from_text_and_call_nobody_else(script: Path) -> None:
    text = script.read_text()
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert forbidden not in text
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"http://www.w3.org/2000/svg", "http://localhost."}


def test_stylesheet_is_small_and_calls_nobody_else() -> None:
    assert len(CSS.encode()) <= 30 * 1024
    assert set(re.findall(r"url\(\"?([^)\"]+)", CSS)) == {"../fonts/inter.woff2", "../img/chevron.svg"}
    assert "@import" not in CSS


def test_vendored_files_carry_their_licences() -> None:
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts" / "inter.LICENSE.txt").read_text().upper()
    assert (STATIC / "js" / "htmx.LICENSE.txt").exists()


# --- contrast, by the formula of WCAG 2.2 ---


def tokens() -> Iterator[tuple[str, str, str]]:
    """Name, light value, dark value."""
    yield from re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", CSS)


LIGHT = {token: light for token, light, _ in tokens()}
DARK = {token: dark for token, _, dark in tokens()}
for scheme in (LIGHT, DARK):
    scheme["button"] = scheme["ink"]


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT = [
    *((text, ground) for text in ("ink", "muted", "accent", "err") for ground in ("bg", "surface", "sunken", "lift")),
    *((text, ground) for text in ("ok", "warn") for ground in ("bg", "surface")),
    *((tone, f"{tone}-bg") for tone in ("ok", "warn", "err", "accent")),
    *(("ink", f"{tone}-bg") for tone in ("ok", "warn", "err", "accent")),
    ("muted", "accent-bg"),
    ("button-text", "button"),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(scheme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(scheme[text], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "surface"])
def test_the_edge_of_a_field_can_be_seen(scheme: dict[str, str], ground: str) -> None:
    assert contrast(scheme["field-line"], scheme[ground]) >= 3
