"""The list of sign-ins names a browser as its owner would."""

from __future__ import annotations

import pytest

from voiceclone.accounts.templatetags.browsers import browser, device

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name", "icon"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox · Linux", "device"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/131.0 Safari/537.36 Edg/131.0", "Edge · Windows", "device"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/131.0 Mobile Safari/537.36", "Chrome · Android", "phone"),
        (f"Mozilla/5.0 (iPhone; like Mac OS X) {WEBKIT} Version/18.1 Safari/604.1", "Safari · iPhone", "phone"),
        ("curl/8.5.0", "curl/8.5.0", "device"),
    ],
)
def test_a_browser_has_a_name_and_an_icon(user_agent: str, name: str, icon: str) -> None:
    assert (browser(user_agent), device(user_agent)) == (name, icon)
