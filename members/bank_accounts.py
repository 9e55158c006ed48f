"""What a RIB says: account holder, IBAN and BIC, read and checked offline (DOMAIN §9).

Banks are looked up in the directory that comes with `schwifty`; nothing leaves this machine.
"""

import re
import unicodedata
from dataclasses import dataclass

import schwifty
from django.utils.translation import gettext as _
from schwifty import exceptions

from ales.errors import InvalidInputError

#: A SEPA name holds 70 characters of this set once its accents are folded (EPC217-08).
HOLDER_LENGTH = 70
_HOLDER = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")

#: The European Economic Area: outside it a transfer must carry the landlord's address, which we don't send.
EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
#: Characters of a French IBAN; shorter, the person is still typing.
FRENCH_LENGTH = 27


@dataclass(frozen=True)
class Bank:
    """What the directory knows of an account's bank; `fault` (French) when the account can't serve as it is.

    `name` and `bic` are empty for a bank the directory doesn't know.
    """

    name: str = ""
    bic: str = ""
    fault: str = ""


def look_up(iban: str, bic: str = "") -> Bank | None:
    """The bank of what is typed so far; None while the IBAN is being typed."""
    typed = _compact(iban)
    if not typed or (typed.startswith("FR") and len(typed) < FRENCH_LENGTH) or len(typed) < 15:
        return None
    try:
        account = read_iban(iban)
        return Bank(name=bank_name(account), bic=read_bic(bic, account))
    except InvalidInputError as error:
        return Bank(fault=error.message)


def bank_name(iban: str) -> str:
    """The bank of a sound IBAN as the directory names it; empty for one it doesn't know."""
    return schwifty.IBAN(iban, allow_invalid=True).bank_name or ""


# --- Reading what was typed ---------------------------------------------------------------------


def read_holder(text: str) -> str:
    """The account holder as a transfer can carry it; raises InvalidInputError."""
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


def read_iban(text: str) -> str:
    """The IBAN without its spaces, French key checked; raises InvalidInputError."""
    compact = _compact(text)
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


def read_bic(text: str, account: str) -> str:
    """The BIC typed, or the directory's where none is; raises InvalidInputError for another bank's."""
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


def _compact(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f.-]", "", text).upper().removeprefix("IBAN")
