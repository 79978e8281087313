"""The secret with which webhooks are signed, for receivers that ask for it."""

from __future__ import annotations

from typing import Any

from ninja import Field, Router, Schema

from voiceclone.api import results, schemas
from voiceclone.api.auth import ProgramRequest
from voiceclone.predictions.webhooks import signing

router = Router(tags=["Webhooks"])


class Secret(Schema):
    secret: str = Field(description="whsec_… Sign with what comes after the underscore, as text.")


@router.get(
    "/webhook/secret",
    response=schemas.Envelope[Secret],
    summary="The secret of your webhooks",
)
def secret(request: ProgramRequest) -> dict[str, Any]:
    """One for each account, made when it is first asked for. Rotate it on the account page."""
    return results.success({"secret": signing.secret_of(request.user)})
