"""POST /api/v3/{model}: one address for each model that can be run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from ninja import Header, Query, Router
from ninja.constants import NOT_SET

from voiceclone.api import catalog, inputs, results, schemas, submissions, waiting
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.lenient import lenient
from voiceclone.predictions.catalog import MODEL_IDS
from voiceclone.work.leases import UNFINISHED

router = Router(tags=["Run a model"])
Webhook = Annotated[
    str, Query(description="An https address that gets the finished task by POST; signed, with retries.")
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Ours. The same key and body within 24 hours are one task; another body is 422.",
    ),
]


def _operation(model_id: str) -> Callable[..., dict[str, Any]]:
    def run(request: ProgramRequest, webhook: Webhook = "", idempotency_key: IdempotencyKey = None) -> dict[str, Any]:
        asked = submissions.read(request, model_id, webhook, idempotency_key)
        sync = inputs.switch(asked.body, "enable_sync_mode")
        prediction = submissions.submit(asked)
        if not sync:
            return results.success(results.prediction(request, prediction))
        limit = waiting.FOR_OLD_CLIENTS if asked.is_old_client else waiting.FOR_OTHERS
        waited = waiting.until_done(prediction, limit)
        prediction = results.find_prediction(request, prediction.pk)  # it may have been deleted meanwhile
        if prediction.status in UNFINISHED:
            return results.success(results.timed_out(request, prediction, waited))
        return results.success(results.prediction(request, prediction))

    return run


for _model_id in MODEL_IDS:
    _name = _model_id.partition("/")[2]
    router.add_api_operation(
        f"/{_model_id}",
        ["POST"],
        _operation(_model_id),
        response=schemas.Envelope[schemas.Prediction],
        exclude_unset=True,
        auth=NOT_SET,
        operation_id=f"run_{_name}".replace("-", "_").replace(".", "_"),
        url_name=f"run-{_name}",
        summary=f"Run {_model_id}",
        description=catalog.about(_model_id),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": lenient(catalog.request_schema(_model_id))}},
            }
        },
    )
