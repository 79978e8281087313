"""The second seam: an engine whose work a vendor does, for money.

Nothing here waits for a result or tries anything twice: a task is submitted once, and looked at from time to time. Who
may ask what and when is `voiceclone.predictions.remote`'s business. A vendor is two things in two places: how it is
talked to (a `Vendor`, such as wavespeed/client.py), and what can be asked for (a `HostedEngine`).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from voiceclone.engines.base import Engine, EngineError


class NotTaken(Exception):
    """A submit that has surely not reached the vendor's books: it may be sent again. `pause`: seconds asked for."""

    def __init__(self, reason: str, pause: float | None = None, *, is_failure: bool = True) -> None:
        super().__init__(reason)
        self.pause, self.is_failure = pause, is_failure  # being told to slow down is no failure


class Unclear(Exception):
    """A submit that may or may not have been taken: sending it again could be paid twice."""


class Unavailable(Exception):
    """A question that was not answered properly. Asking again costs nothing. `pause`: seconds asked for."""

    def __init__(self, reason: str, pause: float | None = None, *, is_failure: bool = True) -> None:
        super().__init__(reason)
        self.pause, self.is_failure = pause, is_failure


class UnknownTask(Exception):
    """The vendor does not know this task."""


class Meaning(StrEnum):
    """What a refusal means, as far as anything depends on it."""

    OTHER = "other"
    DUPLICATE = "duplicate"  # this voice ID is there already
    LOST = "lost"  # this voice ID is not there any more


class Refused(EngineError):
    """The vendor said no: nothing was made, and nothing is to be paid."""

    def __init__(self, sentence: str, code: int = 1403, meaning: Meaning = Meaning.OTHER) -> None:
        super().__init__(sentence)
        self.code, self.meaning = code, meaning


class Phase(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """What is submitted, and what it will cost (US dollars, by the vendor's price list)."""

    model: str
    inputs: Mapping[str, Any] = field(repr=False)
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the vendor says of a task."""

    id: str
    phase: Phase
    word: str  # the vendor's own status
    outputs: tuple[str, ...] = field(default=(), repr=False)
    error: str = field(default="", repr=False)
    code: int = 0
    model: str = ""
    created_at: datetime | None = None
    inputs: Mapping[str, Any] | None = field(default=None, repr=False)  # where the vendor tells them


@dataclass(frozen=True, slots=True)
class Access:
    """Whose account at the vendor, and where that is."""

    key: str = field(repr=False)
    address: str
    timeout: float = 30.0  # seconds for one answer, all of it


class Vendor(Protocol):
    """An account at a vendor. Any number of threads may use it."""

    def upload(self, sound: bytes, name: str, content_type: str) -> str:
        """Give a file to the vendor. Returns its address there. Raises Unavailable, Refused."""

    def submit(self, run: Run, webhook: str = "") -> Report:
        """Ask for something that costs money, once. Raises NotTaken, Unclear, Refused."""

    def report(self, task: str) -> Report:
        """What has become of a task. Raises Unavailable, UnknownTask, Refused."""

    def recent(self, model: str, since: datetime, until: datetime) -> list[Report]:
        """The tasks of this account and model that began in that time. Raises Unavailable, Refused."""

    def webhook_secret(self) -> str:
        """With what this account's webhooks are signed. Raises Unavailable, Refused."""


class HostedEngine(Engine):
    """What can be asked for at a vendor: names, limits, prices, and what its refusals mean."""

    vendor: str
    """Its name, for sentences."""
    key_hint: str
    """Where one gets a key, as a sentence; for gettext."""
    keeps_unused: int
    """Days after which the vendor deletes a voice that nothing was spoken with there."""

    @abstractmethod
    def account(self, access: Access) -> Vendor: ...

    @abstractmethod
    def new_voice_id(self) -> str:
        """A random ID for a voice at the vendor: who has it knows that the voice is theirs."""

    @abstractmethod
    def clone(self, audio: str, voice_id: str, inputs: Mapping[str, Any]) -> Run:
        """A clone from what lies at `audio`; `inputs` in the names of the v3 contract. Raises EngineError."""

    @abstractmethod
    def speech(self, model: str, voice_id: str, inputs: Mapping[str, Any]) -> Run:
        """A speech, losslessly where the vendor can. Raises EngineError."""

    @abstractmethod
    def preview(self, voice_id: str, inputs: Mapping[str, Any]) -> Run:
        """The preview of a clone as a speech, for a voice that was made but whose own preview is not known."""

    @abstractmethod
    def clone_price(self) -> float:
        """US dollars, by the vendor's price list."""

    @abstractmethod
    def speech_price(self, model: str, characters: int) -> float:
        """US dollars, by the vendor's price list."""

    @abstractmethod
    def is_genuine(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook was sent by the vendor, and just now."""

    @abstractmethod
    def announced(self, body: bytes) -> Report | None:
        """The task that a webhook tells of; None where it tells of none."""

    @abstractmethod
    def refusal(self, report: Report) -> Refused:
        """Why a failed task failed, in the vendor's words and ours."""
