"""Demande de remboursement: the letter that asks a landlord for money back (DOMAIN §6).

It tells of the household what the payment advice tells, and why in the words of a closed list.
"""

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.documents.models import Audience, ProductionJob
from ales.documents.pdf import PRINT_STYLES
from ales.documents.production import Builder, enqueue
from ales.money import format_euros
from ales.text import group_by_four
from members.access import Actor
from payments import bank_account
from payments.documents.contact import association_contact, postal_lines, printed_contact
from payments.documents.order import letterhead_of, printed_day
from payments.models import PaymentOrder, PaymentRecovery, RecoveryCause
from payments.rules.references import iban_end
from payments.rules.words import euros_in_words

KIND = "recovery_letter"


def produce(
    recovery: PaymentRecovery, order: PaymentOrder, *, actor: Actor, at: dt.datetime
) -> ProductionJob:
    """The letter's document: the landlord reads it, with the managers and the association."""
    frozen = order.frozen
    return enqueue(
        kind=KIND,
        subject_kind=KIND,
        subject_id=recovery.public_id,
        unique_key=f"{KIND}:{recovery.public_id}",
        payload={
            "number": recovery.number,
            "issuer": frozen["issuer"],
            "contact": association_contact(),
            "account": _account(),
            "postal_lines": postal_lines(order.landlord),
            "landlord": frozen["landlord"],
            "request": {
                name: frozen["request"][name]
                for name in ("reference", "tenant", "landlord_reference", "town")
            },
            "cause": str(RecoveryCause(recovery.cause).label),
            "months": recovery.months,
            "amount": recovery.amount,
            "amount_in_words": euros_in_words(recovery.amount),
            "order": order.number,
            "end_to_end_id": order.end_to_end_id,
            "executed_on": order.executed_on,
            "account_end": iban_end(order.iban),
            "written_on": localtime(at).date(),
        },
        title=_("Demande de remboursement %s") % recovery.number,
        file_name=f"remboursement-{recovery.number}.pdf",
        organisation_id=recovery.organisation_id,
        landlord_id=recovery.landlord_id,
        audience=Audience.LANDLORD,
        created_by_id=actor.user_id,
        created_at=at,
    )


def _account() -> dict[str, str]:
    """Where the landlord pays back to; {} while the association's account isn't configured."""
    debtor = bank_account.debtor()
    return asdict(debtor) if debtor.iban else {}


def context(payload: dict[str, Any]) -> dict[str, Any]:
    """The frozen data as the template prints them; reads nothing else."""
    # Letters wanted before these were frozen have neither.
    account = payload.get("account")
    landlord = letterhead_of(payload["landlord"])
    postal_lines = payload.get("postal_lines") or [landlord["name"], *landlord["lines"]]
    return payload | {
        "reference": payload["number"],
        "your_reference": payload["request"]["landlord_reference"],
        "issuer": letterhead_of(payload["issuer"]),
        "recipient": {"lines": postal_lines},
        "account": account and account | {"iban": group_by_four(account["iban"])},
        "date": payload["written_on"],
        "contact": printed_contact(payload["contact"]),
        "months": [row | {"amount": format_euros(Decimal(row["amount"]))} for row in payload["months"]],
        "amount": format_euros(Decimal(payload["amount"])),
        "executed_on": printed_day(payload["executed_on"]),
    }


BUILDER = Builder(
    template="documents/recovery_letter.html",
    stylesheets=(*PRINT_STYLES, "css/print-advice.css"),
    context=context,
)
