"""A clone whose sentence nobody can read aloud waits for an admin, and starts by itself once one approves."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django_tasks import task

from voiceclone.accounts import letters
from voiceclone.accounts.models import User
from voiceclone.audit.models import Action, record
from voiceclone.cloning.forms import CloneForm
from voiceclone.cloning.submit import submit
from voiceclone.predictions.models import Prediction
from voiceclone.voices.models import Approval, Consent

MOST_WAITING = 5  # of one person


class TooMany(ValueError):
    """The message is a sentence."""


def ask(user: User, form: CloneForm) -> Approval:
    """Keep all that starts the clone later. The same sample and voice ID twice is one question. Raises TooMany."""
    given = form.cleaned_data
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        waiting = Approval.objects.for_user(user).waiting()
        earlier = waiting.filter(sample=given["sample"], voice_id=given["custom_voice_id"]).first()
        if earlier:
            return earlier
        if waiting.count() >= MOST_WAITING:
            raise TooMany(
                _("{count} clones of yours wait for an admin already, which is the limit. Wait for them.").format(
                    count=MOST_WAITING
                )
            )
        approval = Approval.objects.create(
            owner=user,
            voice_id=given["custom_voice_id"],
            whose=given["whose"],
            declaration=given["declaration"],
            sample=given["sample"],
            evidence=form.kept_permission,
            engine=given["engine"],
            inputs=form.inputs(),
        )
        record(Action.CONSENT_ASKED, approval.pk, user)
        transaction.on_commit(partial(tell_admins.enqueue, str(approval.pk)))
    return approval


def approve(approval: Approval, admin: User) -> Prediction | None:
    """Clone it. None where somebody else has decided already. Raises Duplicate, CannotPay; then it goes on waiting."""

    def give_consent() -> Consent:
        return Consent.give(
            approval.owner,
            method=Consent.Method.APPROVED,
            evidence=approval.evidence,
            whose=approval.whose,
            statement=Consent.STATEMENTS[approval.whose],
            declaration=approval.declaration,
        )

    with transaction.atomic():
        if not _decide(approval, Approval.State.APPROVED, admin):
            return None
        given = approval.owner, approval.sample, approval.inputs
        task = submit(*given, engine=approval.engine, give_consent=give_consent)
    _tell(approval)
    return task


def refuse(approval: Approval, admin: User) -> bool:
    """False where somebody else has decided already. Its file goes; what was said stays, as a record."""
    with transaction.atomic():
        if not _decide(approval, Approval.State.REFUSED, admin):
            return False
    if approval.evidence:
        approval.evidence.erase()
    _tell(approval)
    return True


def _decide(approval: Approval, state: Approval.State, admin: User) -> bool:
    rows = Approval.objects.waiting().filter(pk=approval.pk)
    if not rows.update(state=state, decided_at=now(), decided_by=admin):
        return False
    action = Action.CONSENT_APPROVED if state == Approval.State.APPROVED else Action.CONSENT_REFUSED
    record(action, approval.pk, admin)
    User.bump(approval.owner_id)
    approval.refresh_from_db()
    return True


def withdraw(approval: Approval) -> None:
    """Its owner does not want it any more, or has read how it was decided."""
    if approval.state == Approval.State.WAITING and approval.evidence:
        approval.evidence.erase()
    approval.delete()


def _tell(approval: Approval) -> None:
    """A mail that cannot be sent holds nothing up: the clone page says it, too."""
    letters.send(approval.owner, "cloning/email/decided", {"approval": approval})


@task()
def tell_admins(pk: str) -> None:
    """Mail all who may decide. A worker does it: whoever asked does not wait for a mail server."""
    approval = Approval.objects.waiting().filter(pk=pk).select_related("owner").first()
    if approval:  # it was not taken back meanwhile
        for admin in User.objects.filter(is_staff=True, is_active=True):
            if admin.has_perm("voices.change_approval"):
                letters.send(admin, "cloning/email/waiting", {"approval": approval})
