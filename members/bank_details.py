"""Bank details of landlords: entered or proposed by one person, confirmed by another (DOMAIN §3, §9)."""

import datetime as dt
import re
import unicodedata
from uuid import UUID

import schwifty
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from schwifty import exceptions

from ales.errors import InvalidInputError, NotAllowedError, require
from members import permissions
from members.access import Actor
from members.models import BankDetails, Organisation
from members.models.bank_details import BankDetailsState

#: A SEPA name holds 70 characters of this set once its accents are folded (EPC217-08).
HOLDER_LENGTH = 70
_HOLDER = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")

#: The European Economic Area: outside it a transfer must carry the landlord's address, which we don't send.
EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"


def group_by_four(iban: str) -> str:
    """`FR14 2004 1010 0505 0001 3M02 606`."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


@transaction.atomic
def enter(
    *,
    actor: Actor,
    landlord_id: int,
    account_holder: str,
    iban: str,
    bic: str = "",
    at: dt.datetime | None = None,
) -> BankDetails:
    """A new version of a landlord's details, awaiting its second person; payments wait for it too.

    Raises InvalidInputError (account_holder, iban, bic), NotAllowedError.
    """
    landlord = Organisation.objects.select_for_update(no_key=True).get(pk=landlord_id)
    require(permissions.may_enter_bank_details(actor, landlord))
    faults: dict[str, list[str]] = {}

    def read(field, reader, *args):
        try:
            return reader(*args)
        except InvalidInputError as error:
            faults[field] = error.faults[""]

    holder = read("account_holder", _read_holder, account_holder)
    account = read("iban", _read_iban, iban)
    bank = read("bic", _read_bic, bic, account) if account else None
    if faults:
        raise InvalidInputError(faults)
    standing = {row.state: row for row in landlord.bank_details.filter(state__in=["PROPOSED", "CONFIRMED"])}
    if BankDetailsState.PROPOSED in standing:
        raise InvalidInputError(
            _("D’autres coordonnées attendent déjà leur confirmation : elles doivent d’abord être traitées.")
        )
    confirmed = standing.get(BankDetailsState.CONFIRMED)
    if confirmed and (confirmed.account_holder, confirmed.iban, confirmed.bic) == (holder, account, bank):
        raise InvalidInputError({"iban": [_("Ce sont déjà les coordonnées confirmées de ce bailleur.")]})
    return BankDetails.objects.create(
        landlord=landlord,
        account_holder=holder,
        iban=account,
        bic=bank,
        entered_by_id=actor.user_id,
        entered_at=at or timezone.now(),
    )


@transaction.atomic
def confirm(*, actor: Actor, details_id: UUID, at: dt.datetime | None = None) -> BankDetails:
    """The treasurer confirms another person's entry; the former details become REPLACED."""
    details = _awaiting(actor, details_id)
    BankDetails.objects.filter(landlord_id=details.landlord_id, state=BankDetailsState.CONFIRMED).update(
        state=BankDetailsState.REPLACED
    )
    return _decide(details, BankDetailsState.CONFIRMED, actor, at)


@transaction.atomic
def refuse(*, actor: Actor, details_id: UUID, reason: str, at: dt.datetime | None = None) -> BankDetails:
    """The treasurer refuses another person's entry, with a reason; confirmed details, if any, serve again."""
    details = _awaiting(actor, details_id)
    if not reason.strip():
        raise InvalidInputError({"reason": [_("Indiquez pourquoi : la personne qui a saisi le lira.")]})
    details.refusal_reason = reason.strip()[:500]
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


# --- Reading what was typed ---------------------------------------------------------------------


def _read_holder(text: str) -> str:
    holder = " ".join(text.replace("’", "'").split())
    if not holder:
        raise InvalidInputError(_("Indiquez le titulaire du compte, tel qu’il figure sur le RIB."))
    if len(holder) > HOLDER_LENGTH:
        message = _("%(length)s caractères : un virement SEPA en accepte au plus %(limit)s.")
        raise InvalidInputError(message % {"length": len(holder), "limit": HOLDER_LENGTH})
    folded = "".join(
        c
        for c in unicodedata.normalize("NFKD", holder.replace("œ", "oe").replace("Œ", "OE"))
        if not unicodedata.combining(c)
    )
    if not _HOLDER.fullmatch(folded):
        refused = "".join(sorted({c for c in folded if not _HOLDER.fullmatch(c)}))
        message = _(
            "Un virement SEPA n’accepte pas « %(refused)s » : seulement lettres, chiffres, espaces "
            "et / - ? : ( ) . , ' + (écrivez « et » plutôt que « & »)."
        )
        raise InvalidInputError(message % {"refused": refused})
    return holder


def _read_iban(text: str) -> str:
    compact = re.sub(r"[\s\u00a0\u202f.-]", "", text).upper().removeprefix("IBAN")
    if not compact:
        raise InvalidInputError(_("Indiquez l’IBAN, par exemple FR14 2004 1010 0505 0001 3M02 606."))
    try:
        iban = schwifty.IBAN(compact, validate_bban=True)
    except exceptions.InvalidLength as error:
        message = _("Cet IBAN compte %(count)s caractères : un IBAN français en compte 27.")
        raise InvalidInputError(message % {"count": len(compact)}) from error
    except exceptions.InvalidCountryCode as error:
        raise InvalidInputError(_("Un IBAN commence par deux lettres de pays, par exemple FR.")) from error
    except exceptions.InvalidBBANChecksum as error:
        raise InvalidInputError(
            _("La clé RIB de cet IBAN est fausse : vérifiez le compte et les deux derniers chiffres.")
        ) from error
    except exceptions.InvalidChecksumDigits as error:
        raise InvalidInputError(
            _("Cet IBAN contient une faute de frappe : sa clé de contrôle ne correspond pas.")
        ) from error
    except exceptions.SchwiftyException as error:
        raise InvalidInputError(
            _(
                "Cet IBAN n’a pas la forme attendue : recopiez-le du RIB, "
                "par exemple FR14 2004 1010 0505 0001 3M02 606."
            )
        ) from error
    if iban.country_code not in EEA.split():
        raise InvalidInputError(
            _(
                "Ce compte est tenu hors de l’Espace économique européen : "
                "indiquez un compte en France ou dans l’EEE."
            )
        )
    return str(iban.compact)


def _read_bic(text: str, account: str) -> str:
    iban = schwifty.IBAN(account)
    known = {str(bic) for bic in _known_bics(iban)}
    typed = re.sub(r"\s", "", text).upper()
    if not typed:
        derived = str(iban.bic) if iban.bic else ""
        if not derived:
            raise InvalidInputError(
                _(
                    "Le BIC de cette banque n’est pas dans notre répertoire : "
                    "recopiez-le du RIB (8 ou 11 caractères)."
                )
            )
        return derived
    try:
        bic = schwifty.BIC(typed)
    except exceptions.SchwiftyException as error:
        raise InvalidInputError(
            _("Ce BIC n’a pas la forme attendue : 8 ou 11 caractères, par exemple PSSTFRPPLIL.")
        ) from error
    if bic.country_code != iban.country_code and not (iban.country_code == "FR" and bic.country_code == "MC"):
        raise InvalidInputError(_("Ce BIC et cet IBAN ne sont pas du même pays."))
    if known and typed[:8] not in {bic[:8] for bic in known}:
        message = _("Ce BIC n’est pas celui de la banque de l’IBAN : %(known)s est attendu.")
        raise InvalidInputError(message % {"known": _(" ou ").join(sorted(known)[:3])})
    return str(bic)


def _known_bics(iban: schwifty.IBAN) -> list:
    try:
        return list(schwifty.BIC.candidates_from_bank_code(iban.country_code, iban.bank_code))
    except exceptions.SchwiftyException:
        return []
