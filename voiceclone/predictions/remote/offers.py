"""The engines that a person may choose from, each with its quality, speed, price and privacy in an honest line."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from voiceclone.accounts import vendor_keys
from voiceclone.accounts.models import User
from voiceclone.engines import registry
from voiceclone.predictions import catalog, naming
from voiceclone.predictions.remote import spending


@dataclass(frozen=True, slots=True)
class Offer:
    name: str
    label: str
    line: str
    goes: str  # where a sample would go and what a clone costs, after the words “Clone voice”
    promise: str  # the same as a sentence
    problem: str  # why it cannot be chosen now, as a sentence; empty where it can


def offers(user: User) -> list[Offer]:
    """The site's default first."""
    return [_offer(user, name) for name in settings.ENGINES]


def _offer(user: User, name: str) -> Offer:
    capabilities = registry.capabilities(name)
    line, problem = gettext(capabilities.in_a_line), ""
    goes, promise = gettext("stays on this machine"), gettext("Your voice stays on this machine")
    if registry.is_hosted(name):
        engine = registry.hosted(name)
        where = {"vendor": engine.vendor, "price": spending.dollars(engine.clone_price())}
        goes = gettext("goes to {vendor}, about {price}").format(**where)
        promise = gettext("Your sample goes to {vendor}").format(**where)
        line = f"{line} {price_line(name)}"
        if vendor_keys.find(user, name) is None:
            vendor = registry.hosted(name).vendor
            problem = gettext("It needs a key of {vendor}: add yours under Engines and spending.").format(vendor=vendor)
    return Offer(name, naming.label(name), line, goes, promise, problem)


def price_line(name: str) -> str:
    """What a clone and a thousand characters cost, by the vendor's price list."""
    engine = registry.hosted(name)
    prices = [engine.speech_price(model.id, 1000) for model in catalog.SPEECH_MODELS]
    return gettext(
        "A clone costs about {clone}, and speaking with it {least} to {most} for 1,000 characters, depending on the "
        "model."
    ).format(
        clone=spending.dollars(engine.clone_price()),
        least=spending.dollars(min(prices)),
        most=spending.dollars(max(prices)),
    )


def model_label(engine: str, model: catalog.SpeechModel) -> str:
    """The name of a model, with its price for 1,000 characters where it has one."""
    if not registry.is_hosted(engine):
        return model.name
    price = spending.dollars(registry.hosted(engine).speech_price(model.id, 1000))
    return f"{model.name} · {price}"


def books(user: User, name: str) -> str:
    """What this person has spent this month, and how much they may."""
    key, limit = vendor_keys.find(user, name), settings.MONTHLY_SPENDING
    if key is None:
        return ""
    spent = spending.dollars(spending.this_month(user, own_key=key.is_own))
    if key.is_own:
        return gettext("About {spent} spent this month, with your own key.").format(spent=spent)
    if limit:
        limit_text = spending.dollars(limit)
        return gettext("About {spent} of {limit} spent this month.").format(spent=spent, limit=limit_text)
    return gettext("About {spent} spent this month.").format(spent=spent)


LEAVES = _("Your text leaves this machine: it goes to {vendor}.")
