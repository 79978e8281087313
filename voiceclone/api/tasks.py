"""/api/v3/predictions: the results of tasks, the list of them, cancelling and deleting."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Body, Path, Query, Router

from voiceclone.accounts.models import User
from voiceclone.api import results, schemas
from voiceclone.api.auth import ProgramRequest
from voiceclone.predictions import erasure, lifecycle
from voiceclone.predictions.models import Prediction

router = Router(tags=["Tasks"])
Id = Annotated[str, Path(description="The 32 digits that a submit has answered.")]
One, Some = schemas.Envelope[schemas.Prediction], schemas.Envelope[schemas.Predictions]


@router.post("/v3/predictions", response=Some, exclude_unset=True, url_name="predictions", summary="List")
def search(request: ProgramRequest, body: Annotated[schemas.Search | None, Body()] = None) -> dict[str, Any]:
    """One's tasks, the newest first."""
    return _page(request, body or schemas.Search())


@router.get("/v3/predictions", response=Some, exclude_unset=True, url_name="predictions", summary="List")
def listed(request: ProgramRequest, query: Query[schemas.Search]) -> dict[str, Any]:
    """The same by GET."""
    return _page(request, query)


def _page(request: ProgramRequest, wanted: schemas.Search) -> dict[str, Any]:
    rows = Prediction.objects.for_user(request.user)
    filters = {
        "model": wanted.model or None,
        "status": wanted.status,
        "created_at__gte": wanted.created_after,
        "created_at__lte": wanted.created_before,
    }
    rows = rows.filter(**{name: value for name, value in filters.items() if value is not None})
    start = (wanted.page - 1) * wanted.page_size
    page = rows[start : start + wanted.page_size]
    items = [results.prediction(request, row, with_input=wanted.include_inputs) for row in page]
    return results.success({"page": wanted.page, "total": rows.count(), "items": items})


@router.post(
    "/v3/predictions/delete",
    response=schemas.Envelope[schemas.Deleted],
    url_name="delete-predictions",
    summary="Delete",
)
def delete(request: ProgramRequest, body: schemas.Ids) -> dict[str, Any]:
    """Delete tasks with their sound, for good; what is still running is stopped. Voices stay."""
    return results.success({"deleted_count": sum(_delete(request.user, pk) for pk in dict.fromkeys(body.ids))})


def _delete(user: User, pk: str) -> bool:
    row = Prediction.objects.for_user(user).filter(pk=pk).first() if results.may_be_an_id(pk) else None
    if row is None:
        return False
    lifecycle.cancel(row)
    erasure.erase(row)
    return True


def result(request: ProgramRequest, prediction_id: Id) -> dict[str, Any]:
    """A task as it is now. A failed one is 200 with `status` failed and the reason in `error`."""
    return results.success(results.prediction(request, results.find_prediction(request, prediction_id)))


for _path in ("/v3/predictions/{prediction_id}/result", "/v3/predictions/{prediction_id}"):
    _name = "result" if _path.endswith("result") else "prediction"
    router.add_api_operation(
        _path, ["GET"], result, response=One, exclude_unset=True, url_name=_name, operation_id=_name, summary="Result"
    )
router.add_api_operation(
    "/v2/predictions/{prediction_id}/result",
    ["GET"],
    result,
    response=One,
    exclude_unset=True,
    url_name="v2-result",
    operation_id="v2_result",
    summary="Result, at the older address",
)


@router.post(
    "/v3/predictions/{prediction_id}/cancel",
    response=One,
    exclude_unset=True,
    url_name="cancel-task",
    summary="Cancel (ours)",
)
def cancel(request: ProgramRequest, prediction_id: Id) -> dict[str, Any]:
    """Stop a task. One that is finished stays as it is."""
    row = results.find_prediction(request, prediction_id)
    if lifecycle.cancel(row):
        row.refresh_from_db()
    return results.success(results.prediction(request, row))
