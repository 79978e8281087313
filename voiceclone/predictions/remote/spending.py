"""What hosted engines cost whom. The prices are the vendor's list: estimates, but for what it charges in the end."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import F, Sum
from django.utils.formats import number_format
from django.utils.timezone import now
from django.utils.translation import gettext as _

from voiceclone.accounts.models import User
from voiceclone.accounts.vendor_keys import Key
from voiceclone.engines import registry
from voiceclone.predictions.models import CLONE, Prediction, RemoteJob
from voiceclone.voices.retention import NotUsable


class CannotPay(NotUsable):
    """There is no key, or the month's limit is reached; the message is a sentence."""


def month() -> datetime:
    """Where this month began, UTC."""
    return now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def this_month(owner: User | int, *, own_key: bool = False) -> float:
    """US dollars: what was charged, what is under way, and what may have been charged."""
    pk = owner if isinstance(owner, int) else owner.pk
    rows = RemoteJob.objects.filter(owner=pk, created_at__gte=month(), is_own_key=own_key)
    return float(rows.aggregate(sum=Sum(F("price") + F("settled")))["sum"] or 0)


def estimate(prediction: Prediction) -> float:
    engine = registry.hosted(prediction.engine)
    if prediction.model == CLONE:
        return engine.clone_price()
    return engine.speech_price(prediction.model, len(prediction.text))


def check(owner: User, key: Key | None, engine: str, price: float) -> Key:
    """The key that pays. Call it in a transaction that has locked the owner's row. Raises CannotPay."""
    vendor = registry.hosted(engine).vendor
    if key is None:
        sentence = _("There is no key for {vendor} here. Put your own into your account page, or ask the admin.")
        raise CannotPay(sentence.format(vendor=vendor))
    limit = settings.MONTHLY_SPENDING
    if limit and not key.is_own:
        spent = this_month(owner)
        if spent + price > limit + 1e-9:
            sentence = _(
                "This would cost about {price}. You have spent {spent} at {vendor} this month, and the limit of this "
                "site is {limit} a month for each person."
            )
            amounts = {"price": dollars(price), "spent": dollars(spent), "limit": dollars(limit)}
            raise CannotPay(sentence.format(vendor=vendor, **amounts))
    return key


def dollars(amount: float) -> str:
    """“$0.50”, as the reader's language writes it; small amounts as exactly as the price list is."""
    digits = f"{amount:.2f}"
    if 0 < amount < 0.1:
        digits = f"{max(amount, 0.0001):.4f}".rstrip("0")
        digits = f"{digits:0<4}"
    return _("${amount}").format(amount=number_format(digits, force_grouping=True))
