"""Every mail: written once as text, in the language of whoever reads it; its HTML part is made of that text.

A mail is two templates, `NAME_subject.txt` and `NAME_message.txt`. In the message an empty line ends a paragraph. A
line `words: address` at the end of one, or `words:` with the address on the next line, becomes a button where the
address is ours; a paragraph that is nothing but a code is set large. Greeting and signature are put around it here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from voiceclone.accounts.language import language_of
from voiceclone.accounts.models import User

log = logging.getLogger("accounts")
BUTTON = re.compile(r"(?:(?P<text>.*)\n)?(?P<label>[^\n]*[^\s:]):\s(?P<url>https?://\S+)", re.DOTALL)
CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
BARS = (7, 15, 9, 4)  # of the logo, which is drawn without a picture: mail programs show none unasked


def send(reader: User, name: str, context: Mapping[str, Any]) -> bool:
    """Mail it, in the language of the reader's account. False, and a line in the log, where it could not be sent.

    Without a mail server nothing is sent. A worker or another person's request may call it: neither knows a browser.
    """
    if not settings.EMAIL_URL:
        return False
    with translation.override(language_of(reader) or settings.LANGUAGE_CODE):
        letter = compose(name, [reader.email], {**context, "site": settings.BASE_URL})
    try:
        letter.send()
    except OSError as error:  # what smtplib raises, too
        log.warning("%s: the mail to user=%s could not be sent: %s", name, reader.pk, error.__class__.__name__)
        return False
    return True


def compose(
    name: str, to: list[str], context: Mapping[str, Any], request: HttpRequest | None = None
) -> EmailMultiAlternatives:
    """A letter in the language that is active, from the site that the request was sent to."""
    here = f"{request.scheme}://{request.get_host()}" if request else settings.BASE_URL
    site = settings.SITE_URL or here
    subject = " ".join(render_to_string(f"{name}_subject.txt", {**context}).split())
    message = render_to_string(f"{name}_message.txt", {"site": here, **context}, request).strip()
    message = translation.gettext("Hello,") + f"\n\n{message}"
    looks = {"subject": subject, "parts": parts(message, (site, here)), "site": site, "name": settings.SITE_NAME}
    letter = EmailMultiAlternatives(subject, f"{message}\n\n{settings.SITE_NAME}\n{site}\n", to=to)
    letter.attach_alternative(render_to_string("mail/letter.html", {**looks, "bars": BARS}), "text/html")
    return letter


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph; with an address, its button stands below the text."""

    text: str
    label: str = ""
    url: str = ""

    @property
    def is_code(self) -> bool:
        return bool(CODE.fullmatch(self.text))


def parts(message: str, sites: tuple[str, ...]) -> Iterator[Part]:
    """The paragraphs. Only addresses of these sites become buttons: what others have written into a mail does not."""
    for paragraph in re.split(r"\n\s*\n", message):
        found = BUTTON.fullmatch(paragraph.strip())
        if found and any(found["url"].startswith(f"{site}/") for site in sites):
            yield Part(found["text"] or "", found["label"], found["url"])
        else:
            yield Part(paragraph.strip())
