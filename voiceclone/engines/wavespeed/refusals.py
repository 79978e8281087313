"""What a refusal means: the vendor's words, and a sentence of ours that says what to do.

The vendor passes MiniMax's texts through, so its codes (2039, 2054 and so on) may stand in them. Which wording stands
for a duplicate is not documented; several are recognised.
"""

from __future__ import annotations

import re

from voiceclone.engines.base import gettext_noop
from voiceclone.engines.hosted import Meaning, Refused
from voiceclone.engines.wavespeed import answers
from voiceclone.said import Said

VENDOR = "WaveSpeed"
DUPLICATE = re.compile(r"duplicat|already (?:have|exist|in use|been|taken|used)|is taken|\b2039\b", re.IGNORECASE)
LOST = re.compile(
    r"\b2054\b|\b2042\b|voice[ _]?(?:id)?\b.{0,80}(?:not exist|n't exist|not found|no longer|expired|was deleted)"
    r"|no (?:such )?voice\b|no access to (?:the )?voice|[“\"].{1,256}[”\"] (?:expired|was deleted|was not made)",
    re.IGNORECASE,
)
CREDITS = re.compile(r"insufficient|credit|balance|\b1008\b|\b1407\b|top.?up", re.IGNORECASE)
WORDS = (
    (
        re.compile(r"\b2037\b|too (?:short|long)|duration", re.IGNORECASE),
        gettext_noop("It takes samples of 10 seconds to 5 minutes."),
    ),
    (
        re.compile(r"\b2038\b", re.IGNORECASE),
        gettext_noop("Cloning has to be allowed for the account at the vendor first."),
    ),
    (
        re.compile(r"\b104[34]\b", re.IGNORECASE),
        gettext_noop("Choose a sample that says the text that was to be read."),
    ),
    (re.compile(r"\b1042\b", re.IGNORECASE), gettext_noop("The text has too many invisible characters in it.")),
    (
        re.compile(r"\b102[67]\b|sensitive|moderat|nsfw", re.IGNORECASE),
        gettext_noop("Its moderation did not allow it. Change the text."),
    ),
)
BY_CODE = {
    1200: gettext_noop("Its moderation did not allow it. Change the text or the sample."),
    1400: gettext_noop("It misses a setting. Please tell the admin of this site."),
    1401: gettext_noop("It did not accept a setting. Change it and try again."),
    1402: gettext_noop("It could not read the sample. Try another recording."),
    1403: gettext_noop("Trying again may help."),
    1405: gettext_noop("Trying again may help."),
    5000: gettext_noop("Something went wrong there. Try again later."),
    5003: gettext_noop("It cannot work at the moment. Try again later."),
    5004: gettext_noop("It took too long there. Try again later."),
}
BY_STATUS = {
    400: 1401,
    401: 1403,
    402: 1407,
    403: 1403,
    404: 1401,
    413: 1401,
}
KEY = gettext_noop("The key is wrong, revoked, or was made before money was put into the account. Check it.")
CREDITS_ARE_GONE = gettext_noop("The account there has too little money. Top it up and try again.")
LEADS_ON = gettext_noop("The address leads on to another one. Check WAVESPEED_BASE_URL.")


def of_answer(status: int, body: bytes) -> Refused:
    """A request that was refused by its HTTP status."""
    said, code = answers.words(body)
    code = code if code not in (0, status) else BY_STATUS.get(status, 1403)
    if 300 <= status < 400:
        return Refused(_sentence(f"answer {status}", LEADS_ON), 1403)
    if status in (401, 403):
        return Refused(_sentence(said or f"answer {status}", KEY), 1403)
    if status == 402:
        return Refused(_sentence(said or f"answer {status}", CREDITS_ARE_GONE), 1407)
    return _refused(said or f"answer {status}", code)


def of_task(said: str, word: str, code: int) -> Refused:
    """A task that failed."""
    return _refused(said or word or "failed", code or 1405)


def no_output() -> Refused:
    sentence = Said(
        "{vendor} says that it is done, but has no sound to show for it. Failed tasks are not charged. Try again.",
        vendor=VENDOR,
    )
    return Refused(sentence, 1405)


def _refused(said: str, code: int) -> Refused:
    if DUPLICATE.search(said):
        return Refused(_sentence(said, gettext_noop("Try again: another ID is taken then.")), code, Meaning.DUPLICATE)
    if LOST.search(said):
        return Refused(_sentence(said, gettext_noop("The voice is not there any more.")), code, Meaning.LOST)
    if CREDITS.search(said):
        return Refused(_sentence(said, CREDITS_ARE_GONE), code)
    ours = next((sentence for found, sentence in WORDS if found.search(said)), BY_CODE.get(code, ""))
    return Refused(_sentence(said, ours), code)


def _sentence(said: str, ours: str) -> Said:
    theirs = Said("{vendor} says: “{said}”.", vendor=VENDOR, said=said.strip().rstrip("."))
    return Said("{theirs} {ours}", theirs=theirs, ours=Said(ours)) if ours else theirs
