"""What clients ask about the account: money (there is none here), the catalog of models, how much was used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.utils.timezone import now
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from ninja import Body, Router
from ninja.decorators import decorate_view

from voiceclone.api import catalog, results, schemas
from voiceclone.api.auth import ProgramRequest
from voiceclone.api.errors import Refused, no_model
from voiceclone.predictions.catalog import CLONE, MODEL_IDS
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Voice
from voiceclone.work.leases import Status

router = Router(tags=["Account"])
BALANCE = 1000.0
"""US dollars. Nothing is ever taken from it: some clients refuse to work on an empty account."""
BY_DEFAULT = timedelta(days=7)


@router.get("/balance", response=schemas.Envelope[schemas.Balance])
def balance(request: ProgramRequest) -> dict[str, Any]:
    """A constant: a self-hosted site has no money."""
    return results.success({"balance": BALANCE})


@router.get("/account/balance", response=schemas.Envelope[schemas.AccountBalance])
def account_balance(request: ProgramRequest) -> dict[str, Any]:
    """The same with its currency."""
    return results.success({"balance": BALANCE, "currency": "USD"})


@router.get(
    "/models",
    response=schemas.Envelope[list[dict[str, Any]]],
    summary="Catalog",
)
@decorate_view(conditional_page, gzip_page)
def models(request: ProgramRequest) -> HttpResponse:
    """Every model, in the vendor's shape, with the schema of its input. With an ETag, and compressed."""
    return HttpResponse(
        catalog.answer(results.base_url(request)),
        content_type="application/json; charset=utf-8",
        headers={"Cache-Control": "private, max-age=300"},
    )


@router.post("/model/price", response=schemas.Envelope[schemas.Price], summary="Price")
def price(request: ProgramRequest, body: schemas.Priced) -> dict[str, Any]:
    """What a run costs: nothing, unless a vendor does it."""
    amount = _price(request, body)
    asked = {"price": amount, "discounted_price": amount, "discount_rate": 0.0}
    return results.success({"model_id": body.model_id, **asked})


@router.post(
    "/model/pricing",
    response=schemas.Envelope[schemas.UnitPrice],
    summary="Price, as older clients ask for it",
)
def pricing(request: ProgramRequest, body: schemas.Priced) -> dict[str, Any]:
    """What a run costs: nothing, unless a vendor does it."""
    return results.success({"model_id": body.model_id, "unit_price": _price(request, body)})


def _price(request: ProgramRequest, body: schemas.Priced) -> float:
    """By the engine of the voice that is to speak; for a clone, by the site's default."""
    _must_be_here(body.model_id)
    inputs = body.inputs or {}
    named = str(inputs.get("voice_id") or "")
    voice = Voice.objects.for_user(request.user).living().filter(voice_id=named).first() if named else None
    engine = voice.engine if voice and body.model_id != CLONE else settings.ENGINE
    return catalog.price(engine, body.model_id, len(str(inputs.get("text") or "")) or 1000)


def _must_be_here(model_id: str) -> None:
    if model_id not in MODEL_IDS:
        raise Refused(404, no_model(model_id))


@router.post("/billings/search", response=schemas.Envelope[schemas.Billings], summary="Bills")
def billings(request: ProgramRequest, body: Annotated[schemas.BillingSearch | None, Body()] = None) -> dict[str, Any]:
    """Always empty: nothing is billed here."""
    return results.success({"page": body.page if body else 1, "has_more": False, "items": []})


@dataclass(slots=True)
class Tally:
    count: int = 0
    cost: float = 0.0


@router.post("/user/usage_stats", response=schemas.Envelope[schemas.Usage], summary="Usage")
def usage(request: ProgramRequest, body: Annotated[schemas.UsageSearch | None, Body()] = None) -> dict[str, Any]:
    """Tasks and US dollars, by model and by day (UTC); of all one's keys and pages. Deleted tasks do not count.

    A task costs what its vendor asks for it, if it has one.
    """
    wanted = body or schemas.UsageSearch()
    end = wanted.end_time or now()
    start = wanted.start_time or now() - BY_DEFAULT
    rows = Prediction.objects.for_user(request.user).filter(created_at__gte=start, created_at__lte=end)
    if wanted.model_uuid:
        rows = rows.filter(model=wanted.model_uuid)
    done = Count("pk", filter=Q(status=Status.COMPLETED))
    cost = Sum(F("remote__price") + F("remote__settled"), default=0.0)
    counted = rows.order_by().annotate(day=TruncDate("created_at")).values("model", "day")
    success = 0
    by_model: defaultdict[str, Tally] = defaultdict(Tally)
    by_day: defaultdict[str, Tally] = defaultdict(Tally)
    for row in counted.annotate(all=Count("pk"), done=done, cost=cost):
        for tally in (by_model[row["model"]], by_day[row["day"].isoformat()]):
            tally.count += row["all"]
            tally.cost += row["cost"]
        success += row["done"]
    models = sorted(by_model.items(), key=lambda item: -item[1].count)
    return results.success(
        {
            "summary": {
                "total_cost": round(sum(tally.cost for _, tally in models), 6),
                "total_requests": sum(tally.count for _, tally in models),
                "success_requests": success,
            },
            "per_model_usage": [
                {"model_uuid": name, "total_cost": round(tally.cost, 6), "total_count": tally.count}
                for name, tally in models
            ],
            "daily_usage": [
                {"date": day, "amount": round(tally.cost, 6), "count": tally.count}
                for day, tally in sorted(by_day.items())
            ],
        }
    )
