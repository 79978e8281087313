"""Which browser on which system: the two words of a User-Agent that its owner knows it by."""

from __future__ import annotations

from django import template

register = template.Library()

# the first that is found; most name those after them, too
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(user_agent: str) -> str:
    """ "Firefox · Linux"; what names neither stays as it is."""
    found = [next((name for mark, name in known.items() if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or user_agent


@register.filter
def device(user_agent: str) -> str:
    """The icon of what it runs on."""
    return "phone" if any(mark in user_agent for mark in ("iPhone", "iPad", "Android")) else "device"
