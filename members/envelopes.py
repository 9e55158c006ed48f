"""What members promise their funds: entered with its agreement, cancelled with a reason (DOMAIN §6)."""

import datetime as dt
from decimal import Decimal
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.documents.models import Audience
from ales.documents.uploads import store_upload
from ales.errors import InvalidInputError, StalePageError, require
from ales.money import ZERO, format_euros
from members import permissions
from members.access import Actor
from members.models import Envelope, Fund, FundAlert

SUBJECT = "envelope"
AGREEMENT_KIND = "fund_agreement"
REASON_LENGTH = Envelope._meta.get_field("cancel_reason").max_length


@transaction.atomic
def promise(
    *,
    actor: Actor,
    fund_id: int,
    name: str,
    amount: Decimal,
    agreed_on: dt.date,
    agreement: UploadedFile,
    form_key: UUID | None = None,
) -> Envelope:
    """Record what a member has promised a fund (euros), with the signed agreement, which the association and
    the member's managers read. `form_key` makes a form sent twice count once.

    Raises InvalidInputError (amount, agreement), NotAllowedError, StalePageError.
    """
    require(permissions.may_manage_funds(actor))
    (fund,) = Fund.objects.locked([fund_id])
    if written := Envelope.objects.filter(public_id=form_key).first():
        if written.fund_id != fund_id:
            raise StalePageError
        return written
    if amount <= 0:
        raise InvalidInputError({"amount": [_("Indiquez le montant promis, en euros.")]})
    envelope = Envelope(
        public_id=form_key or uuid4(),
        fund=fund,
        owner_id=fund.owner_id,
        name=name.strip(),
        amount=amount,
        agreed_on=agreed_on,
        created_by_id=actor.user_id,
    )
    try:
        envelope.agreement = store_upload(
            agreement,
            organisation_id=fund.owner_id,
            audience=Audience.MONEY,
            subject_kind=SUBJECT,
            subject_id=envelope.public_id,
            kind=AGREEMENT_KIND,
            title=envelope.name,
            created_by_id=actor.user_id,
        )
    except InvalidInputError as error:
        raise InvalidInputError({"agreement": error.faults["file"]}) from error
    envelope.save(force_insert=True)
    return envelope


@transaction.atomic
def cancel(*, actor: Actor, envelope_id: UUID, reason: str, at: dt.datetime | None = None) -> Envelope:
    """Cancel an envelope entered by mistake; one under which money came stays.

    Raises InvalidInputError (reason), NotAllowedError, StalePageError.
    """
    require(permissions.may_manage_funds(actor))
    # The lock first, then what was received under it: a contribution takes the same lock.
    envelope = Envelope.objects.select_for_update().get(public_id=envelope_id)
    if envelope.cancelled_at:
        raise StalePageError(_("Cette enveloppe est déjà annulée."))
    received = Envelope.objects.with_received().get(pk=envelope.pk).received
    if received:
        raise InvalidInputError(
            _("%(received)s ont été versés au titre de cette enveloppe : elle ne peut plus être annulée.")
            % {"received": format_euros(received)}
        )
    reason = reason.strip()
    if not reason:
        raise InvalidInputError({"reason": [_("Indiquez pourquoi cette enveloppe est annulée.")]})
    if len(reason) > REASON_LENGTH:
        message = _("Le motif tient en %(limit)s caractères au plus.") % {"limit": REASON_LENGTH}
        raise InvalidInputError({"reason": [message]})
    envelope.cancelled_at = at or timezone.now()
    envelope.cancelled_by_id = actor.user_id
    envelope.cancel_reason = reason
    envelope.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return envelope


@transaction.atomic
def set_alert(*, actor: Actor, fund_id: int, threshold: Decimal) -> FundAlert:
    """Choose under how many euros left the fund is low. Raises InvalidInputError, NotAllowedError."""
    fund = Fund.objects.get(pk=fund_id)
    require(permissions.may_set_alert(actor, fund.owner_id))
    if threshold < ZERO:
        raise InvalidInputError({"threshold": [_("Le seuil ne peut pas être négatif.")]})
    alert, _created = FundAlert.objects.update_or_create(
        fund=fund,
        defaults={"threshold": threshold},
        create_defaults={"owner_id": fund.owner_id, "threshold": threshold},
    )
    return alert
