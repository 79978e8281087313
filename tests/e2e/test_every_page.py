"""Every page and state: no barrier that axe-core finds, in both schemes; nothing from elsewhere; little weight."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.npm import NPM, installed
from tests.prepared import started
from voiceclone.management.showcase import camera, instance
from voiceclone.management.showcase.instance import Instance

pytestmark = pytest.mark.browser
HEAVIEST = 120 * 1024  # bytes of a first visit, as they travel
# Django's search field has a picture for its label
LOOK = """async ([scheme]) => {
    const drawn = document.querySelector("#searchbar") ? {rules: {"label-title-only": {enabled: false}}} : {};
    const only = scheme === "dark" ? {runOnly: ["color-contrast", "link-in-text-block"]} : drawn;
    const fading = document.getAnimations().filter(one => one instanceof CSSTransition);
    await Promise.allSettled(fading.map(one => one.finished));
    const found = await axe.run(document, {...only, resultTypes: ["violations"]});
    const where = nodes => nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ");
    return found.violations.map(one => `${one.id}: ${one.help} ${where(one.nodes)}`);
}"""

# the way from a sample to hearing one's clone, as a screen reader tells it; what may stand between is left out
TREES = {
    "clone-sample": """
      - heading "Clone a voice" [level=1]
      - region "Your sample":
        - heading "Your sample" [level=2]
        - link "Change"
        - group "Your sample":
          - button "Play your sample"
          - slider "Position in your sample"
          - text: "0:24"
        - status:
          - paragraph: /A good sample/
          - group: What was checked speech, level, clipping, noise, echo, bandwidth, speakers
      - region "Name it and say something":
        - textbox "Voice ID": /NewcomerVoice-\\d+/
        - textbox /Preview text/: /Hello!/
        - paragraph: This speech belongs to nobody, so nobody has to agree.
        - button "Clone voice"
      - complementary:
        - region "Your clone":
          - heading "Your clone will be here" [level=2]
    """,
    "clone-running": """
      - region "Your clone":
        - status: Learning your voice
        - heading "Learning your voice" [level=2]
        - progressbar "Progress of this task"
        - list:
          - listitem:
            - img "Done"
            - text: Checking your sample
          - listitem:
            - img "Done"
            - text: Listening to your sample
          - listitem: Learning your voice
          - listitem: Speaking
        - button "Cancel"
    """,
    "clone-done": """
      - region "Your clone":
        - status: Your clone is ready.
        - heading "Narrator-2026" [level=2]
        - group "Compare":
          - button "Your sample"
          - button "Your clone" [pressed]
        - group "Your clone":
          - button "Play your clone"
          - slider "Position in your clone"
        - link "Speak with this voice"
    """,
}


@pytest.fixture(scope="module")
def studio(chromium: str) -> Iterator[Instance]:
    with instance.opened(begin_with=started()) as studio:
        yield studio


@pytest.fixture(scope="module")
def axe() -> str:
    if not NPM:
        pytest.skip("BARRIERS WERE NOT LOOKED FOR: install node and npm")
    return (installed(Path(__file__).parent / "package.json", "BARRIERS WERE") / "axe-core" / "axe.min.js").read_text()


def barriers(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [f"{scheme} {one}" for one in page.evaluate(LOOK, [scheme])]
    return found


def test_no_page_has_a_barrier_and_none_asks_anybody_else(browser: Browser, studio: Instance, axe: str) -> None:
    found: dict[str, Any] = {}
    urls: list[str] = []
    seen = 0
    for name, page in camera.visit(browser, studio, on_request=lambda request: urls.append(request.url)):
        seen += 1
        if problems := barriers(page, axe):
            found[name] = problems
    assert seen > 80
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    outside = {url for url in urls if not url.startswith(("data:", "blob:"))}
    assert not {url for url in outside if urlsplit(url).netloc != urlsplit(studio.url).netloc}


def test_a_screen_reader_is_told_the_way_to_a_clone(browser: Browser, studio: Instance) -> None:
    seen = []
    for scene, tree in TREES.items():
        for name, page in camera.visit(browser, studio, scene):
            if name != scene:  # another that begins like it
                continue
            expect(page.locator("main")).to_match_aria_snapshot(tree)
            seen.append(name)
    assert seen == list(TREES)


@pytest.mark.parametrize("path", ["/", "/account/login/", "/clone/", "/voices/", "/speak/"])
def test_a_first_visit_is_light(studio: Instance, path: str) -> None:
    """The page (as a proxy compresses it) and everything that it names, as this server sends it."""
    cookies = {"sid": studio.cookies["maker"]} if path not in ("/", "/account/login/") else {}
    page = requests.get(studio.url + path, cookies=cookies, timeout=10)
    assert page.status_code == 200
    named = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text)) | fonts(studio, page.text)
    weights = {address: weight(studio.url + address) for address in named}
    total = len(gzip.compress(page.content)) + sum(weights.values())
    assert total <= HEAVIEST, weights


def fonts(studio: Instance, page: str) -> set[str]:
    sheet = re.search(r'href="(/static/css/[^"]+)', page)
    assert sheet
    text = requests.get(studio.url + sheet[1], timeout=10).text
    return {f"/static/{name}" for name in re.findall(r'url\("?\.\./([^")]+)', text)}


def weight(url: str) -> int:
    """Bytes on the wire."""
    with requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10) as answer:
        assert answer.status_code == 200, url
        return len(answer.raw.read(decode_content=False))
