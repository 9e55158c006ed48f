"""Ordre de paiement: the data frozen at the request, and what its page prints (DOMAIN §9)."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from aids.models import AidRequest, FundAllocation, RentTerm
from ales.dates import format_date, format_month
from ales.documents.models import Audience, ProductionJob
from ales.documents.pdf import PRINT_STYLES
from ales.documents.production import Builder, enqueue
from ales.money import format_euros
from ales.text import group_by_four
from cases.models import Protocol
from members.access import Actor
from members.models import Organisation
from members.roles import OrganisationKind
from payments.models import PaymentOrder
from payments.rules.fec import ACCOUNTS, LANDLORDS, MovementKind, accounts_of
from payments.rules.statements import return_label
from payments.rules.words import euros_in_words

KIND = "payment_order"

#: What the stamp beside the title says of each version of the document.
STAMPS = {
    "to_sign": _("À viser"),
    "signed": _("Visé"),
    "batched": _("Visé"),
    "sent": _("Transmis"),
    "executed": _("Exécuté"),
    "rejected": _("Rejeté par la banque"),
    "given_up": _("Abandonné"),
}


def term_label(month: dt.date | None) -> str:
    """`mars 2026`; the settlement of a RELOGEMENT has no month."""
    return format_month(month) if month else _("apurement de la dette")


def freeze_order(
    order: PaymentOrder,
    *,
    actor: Actor,
    aid: AidRequest,
    terms: Iterable[RentTerm],
    allocations: Iterable[FundAllocation],
) -> dict[str, Any]:
    """The data the order's document is built from, as they stand at the request. Three queries.

    Amounts are texts with two decimals, dates in ISO. Never changed afterwards (DESIGN §2.8).
    """
    months = {term.pk: term_label(term.month) for term in terms}
    return {
        "number": order.number,
        "issuer": _party(Organisation.objects.filter(kind=OrganisationKind.ALES).order_by("id").first()),
        "asked_by": {
            "name": actor.name,
            "capacity": actor.role_label,
            "organisation": actor.organisation_name,
            "at": order.requested_at.isoformat(),
        },
        "request": {
            "reference": aid.reference,
            "purpose": aid.get_purpose_display(),
            "tenant": aid.tenant_name,
            "landlord_reference": aid.landlord_reference,
            "town": aid.town,
            "decided_by": aid.decided_by.full_name,
            "decided_at": aid.decided_at.isoformat(),
        },
        "landlord": _party(aid.landlord),
        "account_holder": order.account_holder,
        "iban": order.iban,
        "bic": order.bic,
        "amount": str(order.amount),
        "amount_in_words": euros_in_words(order.amount),
        "end_to_end_id": order.end_to_end_id,
        "terms": [
            {"month": months[term.pk], "nature": term.get_nature_display(), "amount": str(term.granted)}
            for term in terms
        ],
        "imputations": _imputations(allocations),
        "lines": [
            {"month": months[line.term_id], "fund": str(line.fund), "amount": str(line.amount)}
            for line in allocations
        ],
        "evidence": _evidence(aid, terms),
    }


def _party(organisation: Organisation | None) -> dict[str, str]:
    if organisation is None:
        return {"name": "ALES", "siret": "", "address": ""}
    town = f"{organisation.postal_code} {organisation.town}".strip()
    return {
        "name": organisation.name,
        "siret": organisation.siret,
        "address": ", ".join(filter(None, (organisation.address, town))),
    }


def _imputations(allocations: Iterable[FundAllocation]) -> list[dict[str, str]]:
    """One line a fund, with the two accounts that the payment moves: what the landlord is owed, the bank."""
    debit, credit = accounts_of(MovementKind.PAYMENT)
    sums: dict[int, Decimal] = {}
    funds = {}
    for line in allocations:
        funds[line.fund_id] = line.fund
        sums[line.fund_id] = sums.get(line.fund_id, Decimal("0.00")) + line.amount
    return [
        {
            "fund": funds[fund_id].name,
            "owner": funds[fund_id].owner.name,
            "year": str(funds[fund_id].year),
            "debit": debit,
            "credit": credit,
            "amount": str(amount),
        }
        for fund_id, amount in sums.items()
    ]


def _evidence(aid: AidRequest, terms: Iterable[RentTerm]) -> list[dict[str, str]]:
    """The papers that justify the payment: decision, signed protocol, proof of each term. Names only:
    the treasurer reads which ones there are, not the social file."""
    decided = format_date(localtime(aid.decided_at).date())
    evidence = [
        {"what": _("Décision d’aide %s") % aid.reference, "detail": _("validée le %s") % decided},
    ]
    protocol = (
        Protocol.objects.filter(request_id=aid.public_id, state="SIGNED")
        .select_related("signed_scan")
        .first()
    )
    if protocol:
        evidence.append(
            {
                "what": _("Protocole d’accord signé, version %s") % protocol.version,
                "detail": _("signé le %(date)s – empreinte %(hash)s")
                % {"date": format_date(protocol.signed_on), "hash": protocol.signed_scan.sha256[:16]},
            }
        )
    for term in terms:
        if term.proof_kind:
            what = f"{term.get_proof_kind_display().capitalize()} – {term_label(term.month)}"
            detail = _("empreinte %s") % term.proof.sha256[:16] if term.proof else ""
            evidence.append({"what": what, "detail": detail})
    return evidence


def produce(order: PaymentOrder, *, actor: Actor, at: dt.datetime) -> ProductionJob:
    """The order's document in its present state: the frozen data and what has happened since.

    Once an order and state: asking twice gives the same job.
    """
    return enqueue(
        kind=KIND,
        subject_kind=KIND,
        subject_id=order.public_id,
        unique_key=f"{KIND}:{order.public_id}:{order.state}",
        payload=order.frozen | {"state": str(order.state), "happenings": _happenings(order)},
        title=_("Ordre de paiement %s") % order.number,
        file_name=f"{order.number}.pdf",
        organisation_id=order.organisation_id,
        audience=Audience.MONEY,
        created_by_id=actor.user_id,
        created_at=at,
    )


def _happenings(order: PaymentOrder) -> dict[str, dict[str, str]]:
    happenings = {}
    if order.signed_at:
        happenings["visa"] = {"by": order.signed_by.full_name, "at": order.signed_at.isoformat()}
    if order.executed_on:
        happenings["execution"] = {
            "on": order.executed_on.isoformat(),
            "by": order.executed_by.full_name,
        }
    if order.rejected_on:
        happenings["rejection"] = {
            "on": order.rejected_on.isoformat(),
            "by": order.rejected_by.full_name,
            "reason": return_label(order.rejected_code),
        }
    if order.given_up_at:
        happenings["given_up"] = {
            "by": order.given_up_by.full_name,
            "at": order.given_up_at.isoformat(),
            "reason": order.given_up_reason,
        }
    return happenings


def printed_day(text: str) -> str:
    """`1er mars 2026` of a frozen date or moment (Paris time)."""
    if "T" in text:
        return format_date(localtime(dt.datetime.fromisoformat(text)).date())
    return format_date(dt.date.fromisoformat(text))


def printed_moment(text: str) -> str:
    """`1er mars 2026 à 14:32` of a frozen moment (Paris time)."""
    at = localtime(dt.datetime.fromisoformat(text))
    return f"{format_date(at.date())} à {at:%H:%M}"


def printed_siret(siret: str) -> str:
    """`552 081 317 66522`, or nothing."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if siret else ""


def letterhead_of(party: dict[str, str]) -> dict[str, Any]:
    """A frozen party as `documents/base.html` prints an issuer: its name and the lines under it."""
    siret = printed_siret(party["siret"])
    lines = [party["address"], f"SIRET {siret}" if siret else ""]
    return {"name": party["name"], "lines": [line for line in lines if line]}


def _priced(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row | {"amount": format_euros(Decimal(row["amount"]))} for row in rows]


def _imputed(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines by fund, each account with its name; the auxiliary one is the landlord's."""
    landlord = payload["landlord"]["name"]

    def named(account: str) -> dict[str, str]:
        auxiliary = _("auxiliaire : %s") % landlord if account == LANDLORDS else ""
        return {"number": account, "name": ACCOUNTS[account], "auxiliary": auxiliary}

    return [
        line | {"debit": named(line["debit"]), "credit": named(line["credit"])}
        for line in _priced(payload["imputations"])
    ]


def _terms(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The terms, each with its part on each fund when the order draws on several."""
    is_split = len(payload["imputations"]) > 1
    lines = _priced(payload["lines"]) if is_split else []
    return [
        term | {"parts": [line for line in lines if line["month"] == term["month"]]}
        for term in _priced(payload["terms"])
    ]


def context(payload: dict[str, Any]) -> dict[str, Any]:
    """The frozen data as the template prints them; reads nothing else."""
    visa, execution, rejection, given_up = (
        payload["happenings"].get(name) for name in ("visa", "execution", "rejection", "given_up")
    )
    request = payload["request"]
    return {
        "number": payload["number"],
        "stamp": STAMPS[payload["state"]],
        "state": payload["state"],
        "reference": request["reference"],
        "issuer": letterhead_of(payload["issuer"]),
        "landlord": payload["landlord"] | {"siret": printed_siret(payload["landlord"]["siret"])},
        "request": request | {"decided_on": printed_day(request["decided_at"])},
        "asked_by": payload["asked_by"] | {"at": printed_moment(payload["asked_by"]["at"])},
        "account_holder": payload["account_holder"],
        "iban": group_by_four(payload["iban"]),
        "bic": payload["bic"],
        "amount": format_euros(Decimal(payload["amount"])),
        "amount_in_words": payload["amount_in_words"],
        "end_to_end_id": payload["end_to_end_id"],
        "terms": _terms(payload),
        "imputations": _imputed(payload),
        "evidence": payload["evidence"],
        "visa": visa and {"by": visa["by"], "at": printed_moment(visa["at"])},
        "execution": execution and {"by": execution["by"], "on": printed_day(execution["on"])},
        "rejection": rejection and rejection | {"on": printed_day(rejection["on"])},
        "given_up": given_up and given_up | {"at": printed_moment(given_up["at"])},
    }


BUILDER = Builder(
    template="documents/payment_order.html",
    stylesheets=(*PRINT_STYLES, "css/print-order.css"),
    context=context,
)
