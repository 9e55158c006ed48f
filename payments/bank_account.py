"""The association's own account, which pays: read from the environment, checked when the product starts."""

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.translation import gettext as _

from payments.rules import sepa
from payments.rules.sepa import Debtor

#: Version of `pain.001.001` by the name of its schema (setting BANK_FILE_SCHEMA).
SCHEMAS = {f"pain.001.001.{version}": version for version in sepa.VERSIONS}


def debtor() -> Debtor:
    """The account of the settings, IBAN and BIC without blanks; empty where there is none."""
    return Debtor(
        name=settings.BANK_ACCOUNT_NAME.strip(),
        iban=_compact(settings.BANK_ACCOUNT_IBAN),
        bic=_compact(settings.BANK_ACCOUNT_BIC),
    )


def schema() -> str:
    """Name of the schema of bank files, `pain.001.001.09` unless the bank wants an older one."""
    return settings.BANK_FILE_SCHEMA


def problem() -> str:
    """Why no batch can be prepared, in French; "" when the account is known and right."""
    if not settings.BANK_ACCOUNT_IBAN.strip():
        return _(
            "Le compte de l’association n’est pas configuré : l’administrateur du serveur doit renseigner "
            "BANK_ACCOUNT_NAME, BANK_ACCOUNT_IBAN et BANK_ACCOUNT_BIC."
        )
    return " ".join(faults())


def faults() -> list[str]:
    """What is wrong in the settings, in French; an account left out is no fault."""
    found = []
    if schema() not in SCHEMAS:
        found.append(f"BANK_FILE_SCHEMA vaut « {schema()} » : {' ou '.join(SCHEMAS)} attendu.")
    account = debtor()
    if account.iban:
        found += sepa.debtor_faults(account)
    elif account.bic:
        found.append("BANK_ACCOUNT_BIC est renseigné sans BANK_ACCOUNT_IBAN.")
    return found


def check_bank_account(app_configs, **kwargs) -> list[CheckMessage]:
    """A wrong account is an error of `check`, `migrate` and `runserver`, not a surprise on payment day."""
    return [Error(fault, id="payments.E001") for fault in faults()]


def _compact(text: str) -> str:
    return "".join(text.split()).upper()
