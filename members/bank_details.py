"""Bank details of landlords: entered or proposed by one person, confirmed by another (DOMAIN §3, §9)."""

import datetime as dt
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.documents.models import Audience, StoredDocument
from ales.documents.uploads import store_upload
from ales.errors import InvalidInputError, NotAllowedError, StalePageError, require
from members import bank_accounts, permissions
from members.access import Actor
from members.models import BankDetails, Organisation
from members.models.bank_details import BankDetailsState
from members.roles import OrganisationKind

PROOF_KIND = "bank_proof"
SUBJECT = "bank_details"
REASON_LENGTH = BankDetails._meta.get_field("refusal_reason").max_length
NOTE_LENGTH = BankDetails._meta.get_field("vouched_note").max_length


@transaction.atomic
def enter(
    *,
    actor: Actor,
    landlord_id: int,
    account_holder: str,
    iban: str,
    bic: str = "",
    proof: UploadedFile | None,
    form_key: UUID | None = None,
    at: dt.datetime | None = None,
) -> BankDetails:
    """A new version of a landlord's details with its proof (the RIB), awaiting its second person; payments
    wait for it too. `form_key` makes a form sent twice count once.

    Raises InvalidInputError (account_holder, iban, bic, proof), NotAllowedError, StalePageError.
    """
    landlord = Organisation.objects.select_for_update(no_key=True).get(pk=landlord_id)
    require(permissions.may_enter_bank_details(actor, landlord))
    if written := BankDetails.objects.filter(public_id=form_key).first():
        if (written.landlord_id, written.entered_by_id) != (landlord_id, actor.user_id):
            raise StalePageError
        return written
    holder, account, bank = _read(account_holder, iban, bic, has_proof=proof is not None)
    _refuse_what_stands(landlord, holder, account, bank)
    details = BankDetails(
        public_id=form_key or uuid4(),
        landlord=landlord,
        account_holder=holder,
        iban=account,
        bic=bank,
        entered_by_id=actor.user_id,
        entered_at=at or timezone.now(),
    )
    details.proof = _store_proof(actor, details, proof)
    details.save(force_insert=True)
    return details


def _read(account_holder: str, iban: str, bic: str, *, has_proof: bool) -> tuple[str, str, str]:
    """Holder, IBAN and BIC as they are kept; raises InvalidInputError with every fault at its field."""
    faults: dict[str, list[str]] = {}

    def read(field, reader, *args) -> str:
        try:
            return reader(*args)
        except InvalidInputError as error:
            faults[field] = error.faults[""]
            return ""

    holder = read("account_holder", bank_accounts.read_holder, account_holder)
    account = read("iban", bank_accounts.read_iban, iban)
    bank = read("bic", bank_accounts.read_bic, bic, account) if account else ""
    if not has_proof:
        faults["proof"] = [_("Joignez le RIB : le trésorier le compare avant de confirmer.")]
    if faults:
        raise InvalidInputError(faults)
    return holder, account, bank


def _refuse_what_stands(landlord: Organisation, holder: str, account: str, bank: str) -> None:
    standing = {row.state: row for row in landlord.bank_details.filter(state__in=["PROPOSED", "CONFIRMED"])}
    if BankDetailsState.PROPOSED in standing:
        raise InvalidInputError(
            _("D’autres coordonnées attendent déjà leur confirmation : elles doivent d’abord être traitées.")
        )
    confirmed = standing.get(BankDetailsState.CONFIRMED)
    if confirmed and (confirmed.account_holder, confirmed.iban, confirmed.bic) == (holder, account, bank):
        raise InvalidInputError({"iban": [_("Ce sont déjà les coordonnées confirmées de ce bailleur.")]})


def _store_proof(actor: Actor, details: BankDetails, proof: UploadedFile) -> StoredDocument:
    # Kept in the association's name: the landlord's agents read it, not its social workers (DOMAIN §3).
    association = Organisation.objects.filter(kind=OrganisationKind.ALES).earliest("id")
    try:
        return store_upload(
            proof,
            organisation_id=association.pk,
            landlord_id=details.landlord_id,
            audience=Audience.LANDLORD,
            subject_kind=SUBJECT,
            subject_id=details.public_id,
            kind=PROOF_KIND,
            title=_("RIB de %(landlord)s") % {"landlord": details.landlord.name},
            created_by_id=actor.user_id,
        )
    except InvalidInputError as error:
        raise InvalidInputError({"proof": error.faults["file"]}) from error


@transaction.atomic
def confirm(*, actor: Actor, details_id: UUID, at: dt.datetime | None = None) -> BankDetails:
    """The treasurer confirms another person's entry; the former details become REPLACED."""
    details = _awaiting(actor, details_id)
    BankDetails.objects.filter(landlord_id=details.landlord_id, state=BankDetailsState.CONFIRMED).update(
        state=BankDetailsState.REPLACED
    )
    return _decide(details, BankDetailsState.CONFIRMED, actor, at)


def note_bank_refusal(*, landlord_id: int, iban: str, refused_on: dt.date, reason: str) -> None:
    """The bank gave a transfer to this account back because of the account itself: `reason`, in French.

    While it is the landlord's account in force, payments wait: for other details, or until `vouch`. The
    caller holds the landlord's row, and is allowed to record the reject.
    """
    in_force = BankDetails.objects.filter(
        landlord_id=landlord_id, iban=iban, state=BankDetailsState.CONFIRMED
    )
    in_force.update(
        bank_refused_on=refused_on,
        bank_refused_reason=reason,
        vouched_by=None,
        vouched_at=None,
        vouched_note="",
    )


@transaction.atomic
def vouch(*, actor: Actor, details_id: UUID, note: str, at: dt.datetime | None = None) -> BankDetails:
    """The treasurer checked with the landlord that the account the bank refused is right: payments go on.

    `note` says how it was checked. Raises Http404, NotAllowedError, InvalidInputError (note).
    """
    found = get_object_or_404(BankDetails.objects.visible_to(actor), public_id=details_id)
    require(permissions.may_vouch_for_account(actor, found))
    # As payments do: who signs meanwhile waits, or is waited for.
    Organisation.objects.select_for_update(no_key=True).get(pk=found.landlord_id)
    details = BankDetails.objects.select_for_update(no_key=True).get(pk=found.pk)
    require(permissions.may_vouch_for_account(actor, details))
    details.vouched_note = _checked_note(note)
    details.vouched_by_id = actor.user_id
    details.vouched_at = at or timezone.now()
    details.save(update_fields=["vouched_note", "vouched_by", "vouched_at"])
    return details


def _checked_note(note: str) -> str:
    note = note.strip()
    if not note:
        raise InvalidInputError({"note": [_("Dites comment vous avez vérifié ce compte : c’est conservé.")]})
    if len(note) > NOTE_LENGTH:
        raise InvalidInputError({"note": [_("La note tient en %s caractères au plus.") % NOTE_LENGTH]})
    return note


@transaction.atomic
def refuse(*, actor: Actor, details_id: UUID, reason: str, at: dt.datetime | None = None) -> BankDetails:
    """The treasurer refuses another person's entry, with a reason; confirmed details, if any, serve again."""
    details = _awaiting(actor, details_id)
    if not reason.strip():
        raise InvalidInputError({"reason": [_("Indiquez pourquoi : la personne qui a saisi le lira.")]})
    if len(reason.strip()) > REASON_LENGTH:
        message = _("Le motif tient en %(limit)s caractères au plus.") % {"limit": REASON_LENGTH}
        raise InvalidInputError({"reason": [message]})
    details.refusal_reason = reason.strip()
    return _decide(details, BankDetailsState.REFUSED, actor, at)


def _awaiting(actor: Actor, details_id: UUID) -> BankDetails:
    # Row security lets the association alone lock these rows: to anybody else there is none.
    found = BankDetails.objects.visible_to(actor).filter(public_id=details_id)
    details = found.select_for_update(no_key=True).first()
    if details is None:
        raise NotAllowedError(_("La confirmation revient au trésorier."))
    require(permissions.may_decide_bank_details(actor, details))
    return details


def _decide(details: BankDetails, state: str, actor: Actor, at: dt.datetime | None) -> BankDetails:
    details.state = state
    details.decided_by_id = actor.user_id
    details.decided_at = at or timezone.now()
    details.save(update_fields=["state", "decided_by", "decided_at", "refusal_reason"])
    return details
