"""Avis de paiement: what the landlord reads of a payment, without fund nor evidence (DOMAIN §3, §9)."""

import datetime as dt
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
from payments.documents.contact import association_contact, printed_contact
from payments.documents.order import letterhead_of, printed_day
from payments.models import PaymentAdvice, PaymentOrder

KIND = "payment_advice"


def produce(advice: PaymentAdvice, order: PaymentOrder, *, actor: Actor, at: dt.datetime) -> ProductionJob:
    """The advice's document. The tenant is named, as the landlord needs it to credit the right account;
    nothing else of the household, no fund and no evidence."""
    frozen = order.frozen
    return enqueue(
        kind=KIND,
        subject_kind=KIND,
        subject_id=advice.public_id,
        unique_key=f"{KIND}:{order.public_id}",
        payload={
            "number": order.number,
            "issuer": frozen["issuer"],
            "contact": association_contact(),
            "landlord": frozen["landlord"],
            "request": {
                name: frozen["request"][name]
                for name in ("reference", "tenant", "landlord_reference", "town")
            },
            "months": advice.months,
            "amount": frozen["amount"],
            "amount_in_words": frozen["amount_in_words"],
            "account_holder": frozen["account_holder"],
            "iban": frozen["iban"],
            "end_to_end_id": order.end_to_end_id,
            "executed_on": advice.executed_on.isoformat(),
            "written_on": localtime(at).date().isoformat(),
        },
        title=_("Avis de paiement %s") % order.number,
        file_name=f"avis-{order.number}.pdf",
        organisation_id=advice.organisation_id,
        landlord_id=advice.landlord_id,
        audience=Audience.LANDLORD,
        created_by_id=actor.user_id,
        created_at=at,
    )


def context(payload: dict[str, Any]) -> dict[str, Any]:
    """The frozen data as the template prints them; reads nothing else."""
    issuer, landlord = letterhead_of(payload["issuer"]), letterhead_of(payload["landlord"])
    return payload | {
        "reference": payload["number"],
        "your_reference": payload["request"]["landlord_reference"],
        "issuer": issuer,
        "recipient": {"lines": [landlord["name"], *landlord["lines"]]},
        "date": payload["written_on"],
        # Advices written before it was frozen have none.
        "contact": printed_contact(payload["contact"]) if "contact" in payload else "",
        "months": [row | {"amount": format_euros(Decimal(row["amount"]))} for row in payload["months"]],
        "amount": format_euros(Decimal(payload["amount"])),
        "iban": group_by_four(payload["iban"]),
        "executed_on": printed_day(payload["executed_on"]),
    }


BUILDER = Builder(
    template="documents/payment_advice.html",
    stylesheets=(*PRINT_STYLES, "css/print-advice.css"),
    context=context,
)
