"""What we answer, as the OpenAPI document tells it. Extra keys are ours; clients ignore what they do not know."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from ninja import Field, Schema
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from voiceclone.api.inputs import switched
from voiceclone.api.lenient import SWITCH

Data = TypeVar("Data")
STATUSES = Literal["created", "processing", "completed", "failed", "cancelled", "timeout", "deleted"]


class Envelope(Schema, Generic[Data]):
    code: Literal[200] = 200
    message: Literal["success"] = "success"
    data: Data


class Error(Schema):
    code: int = Field(description="The HTTP status again.")
    message: str = Field(description="A sentence that stands alone: what is wrong, the limit, the value found.")
    error: str | None = Field(default=None, description="The message again, where the vendor has it under this name.")
    errors: dict[str, str] | None = Field(default=None, description="A sentence for each field that is wrong.")


class Urls(Schema):
    get: str = Field(description="Where to ask for the result.")


class Timings(Schema):
    inference: int = Field(description="Milliseconds.")


class Prediction(Schema):
    id: str = Field(pattern="^[0-9a-f]{32}$")
    model: str
    outputs: list[str] = Field(
        description="Empty until the task is completed; then addresses of sound that need no key, or base64."
    )
    urls: Urls
    has_nsfw_contents: list[bool] = Field(description="One for each output, always false: nothing is judged here.")
    status: Literal["created", "processing", "completed", "failed", "cancelled"]
    created_at: str = Field(description="RFC 3339, UTC, with milliseconds.")
    error: str = Field(description="Why it failed, as a sentence; empty otherwise.")
    code: int = Field(description="0, or the task code: 1401 the sample is no good, 1402 it could not be fetched, "
                      "1403 it failed, 5000 our fault, 5004 sync mode timed out.")  # fmt: skip
    executionTime: int = Field(description="Milliseconds of work, 0 until it is over.")  # noqa: N815 - the contract's
    timings: Timings
    input: dict[str, Any] | None = Field(default=None, description="What was asked for, where that was wanted.")
    inputs: dict[str, Any] | None = Field(default=None, description="The same under its other name.")


class Predictions(Schema):
    page: int
    total: int
    items: list[Prediction]


def _is_written_out(value: Any) -> Any:
    """Not seconds since 1970, which would be read as a time as well."""
    if not isinstance(value, datetime | str) or str(value).replace(".", "").strip("+-").isdecimal():
        raise ValueError("A time looks like 2026-01-31T12:00:00Z")
    return value


def _in_range(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (OverflowError, ValueError) as error:
        raise ValueError("This time lies outside the calendar") from error


def _is_a_number(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, str) and not re.fullmatch("[0-9]{1,6}", value)):
        raise ValueError("It is a whole number")
    return value


def _whole(largest: int, pattern: str) -> dict[str, Any]:
    """1 to `largest`, also as a text: `pattern` is the same range."""
    number = {"type": "integer", "minimum": 1, "maximum": largest}
    return {"anyOf": [number, {"type": "string", "pattern": pattern}]}


Moment = Annotated[datetime, BeforeValidator(_is_written_out), AfterValidator(_in_range)]
Page = Annotated[
    int,
    Field(ge=1, le=100_000),
    BeforeValidator(_is_a_number),
    WithJsonSchema(_whole(100_000, "^([1-9][0-9]{0,4}|100000)$")),
]
PageSize = Annotated[
    int, Field(ge=1, le=100), BeforeValidator(_is_a_number), WithJsonSchema(_whole(100, "^([1-9][0-9]?|100)$"))
]
Switch = Annotated[bool, BeforeValidator(switched), WithJsonSchema(SWITCH)]


class Search(Schema):
    page: Page = 1
    page_size: PageSize = 20
    model: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9./-]*$")
    status: STATUSES | None = None
    created_after: Moment | None = Field(default=None, description="ISO 8601; without an offset UTC.")
    created_before: Moment | None = None
    include_inputs: Switch = False


class Ids(Schema):
    ids: list[str] = Field(max_length=1000, description="Unknown ones are ignored.")


class Deleted(Schema):
    deleted_count: int


class Voice(Schema):
    voice_id: str
    name: str
    state: Literal["cloning", "ready", "failed", "expired", "deleted"]
    is_usable: bool = Field(description="Can be spoken with now.")
    problem: str = Field(description="Why it cannot, as a sentence; empty otherwise.")
    is_permanent: bool = Field(description="It has been spoken with, so it stays.")
    created_at: str
    expires_at: str | None = Field(description="When a temporary voice goes unless it is used; null otherwise.")
    first_used_at: str | None
    language: str
    engine: str
    preview: str = Field(description="Address of the preview's sound (its best take), which needs no key; empty: none.")


class Voices(Schema):
    page: int
    total: int
    items: list[Voice]


class VoiceSearch(Schema):
    page: Page = 1
    page_size: PageSize = 20
    state: Literal["cloning", "ready", "failed", "expired", "deleted"] | None = Field(
        default=None, description="Without it: those that are being cloned, are ready, or have expired."
    )


class VoiceDeleted(Schema):
    voice_id: str
    deleted: Literal[True] = True


class Balance(Schema):
    balance: float = Field(description="US dollars. Nothing is paid for here, so it never changes.")


class AccountBalance(Balance):
    currency: Literal["USD"] = "USD"


class Priced(Schema):
    model_id: str = Field(max_length=100)
    inputs: dict[str, Any] | None = None


class Price(Schema):
    model_id: str
    price: float
    discounted_price: float
    discount_rate: float
    currency: Literal["USD"] = "USD"


class UnitPrice(Schema):
    model_id: str
    unit_price: float
    currency: Literal["USD"] = "USD"


class BillingSearch(Schema):
    page: Page = 1
    page_size: PageSize = 20


class Billings(Schema):
    page: int
    has_more: bool
    items: list[dict[str, Any]] = Field(description="Always empty: nothing is billed here.")


class UsageSearch(Schema):
    start_time: Moment | None = Field(default=None, description="The last 7 days where it is left out.")
    end_time: Moment | None = None
    model_uuid: str | None = Field(default=None, max_length=64, pattern=r"^[A-Za-z0-9./-]*$")


class ModelUsage(Schema):
    model_uuid: str
    total_cost: float
    total_count: int


class DayUsage(Schema):
    date: str
    amount: float
    count: int


class UsageSummary(Schema):
    total_cost: float
    total_requests: int
    success_requests: int


class Usage(Schema):
    summary: UsageSummary
    per_model_usage: list[ModelUsage]
    daily_usage: list[DayUsage]


# --- /v1, as OpenAI has it ---


class OpenAiProblem(Schema):
    message: str = Field(description="A sentence that stands alone: what is wrong, the limit, the value found.")
    type: str
    param: str | None = Field(description="Which field is wrong.")
    code: str | None


class OpenAiError(Schema):
    error: OpenAiProblem


class OpenAiModel(Schema):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class OpenAiModels(Schema):
    object: Literal["list"]
    data: list[OpenAiModel]


class OpenAiChoice(Schema):
    id: str
    name: str


class OpenAiChoices(Schema):
    models: list[OpenAiChoice]


class OpenAiVoices(Schema):
    voices: list[OpenAiChoice]
