"""A job's account at the vendor, and the address at which its webhook reaches us."""

from __future__ import annotations

import threading
from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from voiceclone.accounts import vendor_keys
from voiceclone.engines import registry
from voiceclone.engines.hosted import Access, Refused, Unavailable, UnknownTask, Vendor
from voiceclone.predictions.models import RemoteJob
from voiceclone.said import Said

SECRET_KEPT = 86400.0  # seconds
_accounts: dict[tuple[str, str], Vendor] = {}
_lock = threading.Lock()


def account(job: RemoteJob) -> Vendor:
    """Raises Refused where the key with which the job was begun is not there any more."""
    key = vendor_keys.of_account(job.owner_id, job.engine, job.account)
    engine = registry.hosted(job.engine)
    if key is None:
        sentence = Said(
            "This was begun with {whose} for {vendor}, which was changed or removed since.",
            whose=Said("your own key") if job.is_own_key else Said("this site's key"),
            vendor=engine.vendor,
        )
        raise Refused(sentence, 1403)
    with _lock:
        found = _accounts.get((job.engine, key.account))
        if found is None:
            access = Access(key.secret, settings.VENDOR_ADDRESSES[job.engine], settings.HOSTED_TIMEOUT)
            found = _accounts[job.engine, key.account] = engine.account(access)
    return found


def webhook(job: RemoteJob) -> str:
    """Where the vendor can tell us that the job is done; empty where it cannot reach us."""
    if not is_reachable():
        return ""
    return settings.SITE_URL + reverse("vendor-webhook", args=[job.engine, job.pk, job.token])


def is_reachable() -> bool:
    """Whether the internet reaches this site, or the operator has named it as a host that is asked nevertheless."""
    host = settings.SITE.hostname or ""
    if host in settings.ALLOW_PRIVATE_HOSTS:
        return True
    try:
        return settings.HTTPS and ip_address(host).is_global
    except ValueError:
        private = (".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa", ".test", ".ts.net")
        return settings.HTTPS and "." in host and not host.endswith(private)


def learn_secret(job: RemoteJob, vendor: Vendor) -> None:
    """So that a webhook can be checked when it comes. Without it, the token in its address has to do."""
    if cache.get(_key(job)) is None:
        try:
            sealed = vendor_keys.seal(vendor.webhook_secret())
        except (Refused, Unavailable, UnknownTask):
            sealed = ""
        cache.set(_key(job), sealed, SECRET_KEPT if sealed else settings.HOSTED_REST)


def secret(job: RemoteJob) -> str:
    """Empty where it is not known."""
    return vendor_keys.unseal(cache.get(_key(job)) or "") if cache.get(_key(job)) else ""


def _key(job: RemoteJob) -> str:
    return f"webhook-secret:{job.engine}:{job.account}"
