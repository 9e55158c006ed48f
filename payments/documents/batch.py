"""Bordereau: the data frozen at its preparation, the bank's file and the statement printed from them."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.documents.models import Audience, ProductionJob
from ales.documents.pdf import PRINT_STYLES
from ales.documents.production import Builder, FileBuilder, enqueue
from ales.money import ZERO, format_euros
from ales.text import group_by_four
from members.access import Actor
from payments.bank_account import SCHEMAS
from payments.documents.order import printed_day, printed_moment, printed_siret
from payments.models import PaymentBatch, PaymentOrder
from payments.rules import sepa
from payments.rules.words import euros_in_words
from payments.states import BatchState

SUBJECT = "payment_batch"
FILE_KIND = "payment_batch_file"
STATEMENT_KIND = "payment_batch_statement"

#: What the stamp beside the title says of each version of the statement.
STAMPS = {
    BatchState.PREPARED: _("À transmettre"),
    BatchState.SENT: _("Transmis"),
    BatchState.CANCELLED: _("Annulé"),
}


class BatchFileError(Exception):
    """The bank's file isn't the one that was prepared, or its schema refuses it: it must not be stored."""


def freeze_batch(
    batch: PaymentBatch, orders: Sequence[PaymentOrder], *, debtor: sepa.Debtor, actor: Actor
) -> dict[str, Any]:
    """All that the file and the statement say, as it stands at the preparation; never changed afterwards.

    Amounts are texts with two decimals, dates in ISO. No tenant's name: references only (DOMAIN §9). Raises
    sepa.TransferFileError with what a bank file can't hold.
    """
    frozen = {
        "number": batch.number,
        "message_id": batch.message_id,
        "payment_information_id": batch.payment_information_id,
        "schema": batch.schema,
        "created_at": localtime(batch.created_at).isoformat(timespec="seconds"),
        "execution_on": batch.execution_on.isoformat(),
        "debtor": {"name": debtor.name, "iban": debtor.iban, "bic": debtor.bic},
        "prepared_by": actor.name,
        "orders_count": batch.orders_count,
        "control_sum": str(batch.control_sum),
        "file_name": f"{batch.number}.xml",
        "orders": [_freeze_order(order) for order in orders],
    }
    content = sepa.write(_transfer_file(frozen))
    return frozen | {"sha256": hashlib.sha256(content).hexdigest()}


def _freeze_order(order: PaymentOrder) -> dict[str, str]:
    request = order.frozen["request"]
    return {
        "number": order.number,
        "end_to_end_id": order.end_to_end_id,
        "amount": str(order.amount),
        "landlord_id": str(order.landlord.public_id),
        "landlord": order.landlord.name,
        "siret": order.landlord.siret,
        "account_holder": order.account_holder,
        "iban": order.iban,
        "bic": order.bic,
        "aid": request["reference"],
        "landlord_reference": request["landlord_reference"],
        "remittance": _remittance(order.number, request),
        "signed_by": order.signed_by.full_name,
        "signed_at": order.signed_at.isoformat(),
    }


def _remittance(number: str, request: dict[str, str]) -> str:
    try:
        return sepa.remittance(request["landlord_reference"], f"ALES {request['reference']}")
    except ValueError as error:
        raise sepa.TransferFileError([f"{number} : {error}"]) from error


# --- The bank's file ------------------------------------------------------------------------------


def _transfer_file(frozen: dict[str, Any]) -> sepa.TransferFile:
    return sepa.TransferFile(
        message_id=frozen["message_id"],
        payment_information_id=frozen["payment_information_id"],
        created_at=dt.datetime.fromisoformat(frozen["created_at"]),
        execution_on=dt.date.fromisoformat(frozen["execution_on"]),
        debtor=sepa.Debtor(**frozen["debtor"]),
        transfers=tuple(
            sepa.Transfer(
                end_to_end_id=order["end_to_end_id"],
                amount=Decimal(order["amount"]),
                creditor_name=order["account_holder"],
                creditor_iban=order["iban"],
                creditor_bic=order["bic"],
                remittance=order["remittance"],
            )
            for order in frozen["orders"]
        ),
        version=SCHEMAS[frozen["schema"]],
    )


def build_file(frozen: dict[str, Any]) -> bytes:
    """The bank's file of a batch, checked against its schema, its number, its sum and its SHA-256.

    Raises BatchFileError rather than give a file that isn't the one prepared.
    """
    content = sepa.write(_transfer_file(frozen))
    if faults := sepa.validate(content, SCHEMAS[frozen["schema"]]):
        raise BatchFileError(" ".join(faults))
    if sepa.read_totals(content) != (frozen["orders_count"], Decimal(frozen["control_sum"])):
        raise BatchFileError("The file's number or sum differs from the batch's")
    if hashlib.sha256(content).hexdigest() != frozen["sha256"]:
        raise BatchFileError("The file differs from the one prepared")
    return content


def produce_file(batch: PaymentBatch, *, actor: Actor, at: dt.datetime) -> ProductionJob:
    """The file's job: one a batch, however often it is asked for."""
    return enqueue(
        kind=FILE_KIND,
        subject_kind=SUBJECT,
        subject_id=batch.public_id,
        unique_key=f"{FILE_KIND}:{batch.public_id}",
        payload=batch.frozen,
        title=_("Fichier de virements %s") % batch.number,
        file_name=batch.frozen["file_name"],
        organisation_id=actor.organisation_id,
        audience=Audience.ASSOCIATION,
        created_by_id=actor.user_id,
        created_at=at,
    )


FILE_BUILDER = FileBuilder(function=build_file, content_type="application/xml")


# --- The statement --------------------------------------------------------------------------------


def produce_statement(batch: PaymentBatch, *, actor: Actor, at: dt.datetime) -> ProductionJob:
    """The statement of the batch in its present state: once a batch and state."""
    return enqueue(
        kind=STATEMENT_KIND,
        subject_kind=SUBJECT,
        subject_id=batch.public_id,
        unique_key=f"{STATEMENT_KIND}:{batch.public_id}:{batch.state}",
        payload=batch.frozen | {"state": str(batch.state), "happenings": _happenings(batch)},
        title=_("Bordereau %s") % batch.number,
        file_name=f"{batch.number}.pdf",
        organisation_id=actor.organisation_id,
        audience=Audience.ASSOCIATION,
        created_by_id=actor.user_id,
        created_at=at,
    )


def _happenings(batch: PaymentBatch) -> dict[str, dict[str, str]]:
    happenings = {}
    if batch.sent_at:
        happenings["sent"] = {"by": batch.sent_by.full_name, "at": batch.sent_at.isoformat()}
    if batch.cancelled_at:
        happenings["cancelled"] = {
            "by": batch.cancelled_by.full_name,
            "at": batch.cancelled_at.isoformat(),
            "reason": batch.cancelled_reason,
        }
    return happenings


def landlord_totals(frozen: dict[str, Any]) -> list[dict[str, Any]]:
    """Each landlord's account, orders and total, by name. A landlord has one account in a batch: orders to
    another one are on hold."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for order in frozen["orders"]:
        group = groups.setdefault(
            (order["landlord_id"], order["iban"]),
            {
                "name": order["landlord"],
                "siret": order["siret"],
                "account_holder": order["account_holder"],
                "iban": order["iban"],
                "orders": [],
                "total": ZERO,
            },
        )
        group["orders"].append(order)
        group["total"] += Decimal(order["amount"])
    return sorted(groups.values(), key=lambda group: (group["name"].casefold(), group["siret"]))


def visas(frozen: dict[str, Any]) -> list[dict[str, Any]]:
    """Who signed the orders, how many, and when the last time."""
    signers: dict[str, dict[str, Any]] = {}
    for order in frozen["orders"]:
        visa = signers.setdefault(order["signed_by"], {"by": order["signed_by"], "count": 0, "last": ""})
        visa["count"] += 1
        visa["last"] = max(visa["last"], order["signed_at"])
    return [visa | {"last": printed_moment(visa["last"])} for visa in signers.values()]


def context(payload: dict[str, Any]) -> dict[str, Any]:
    """The frozen data as the statement prints them; reads nothing else."""
    sent, cancelled = (payload["happenings"].get(name) for name in ("sent", "cancelled"))
    landlords = [
        {
            "name": group["name"],
            "siret": printed_siret(group["siret"]),
            "account_holder": group["account_holder"],
            "iban": group_by_four(group["iban"]),
            "count": len(group["orders"]),
            "total": format_euros(group["total"]),
            "orders": [_printed_order(order) for order in group["orders"]],
        }
        for group in landlord_totals(payload)
    ]
    return {
        "number": payload["number"],
        "state": payload["state"],
        "stamp": STAMPS[BatchState(payload["state"])],
        "landlords": landlords,
        "count": payload["orders_count"],
        "total": format_euros(Decimal(payload["control_sum"])),
        "total_in_words": euros_in_words(Decimal(payload["control_sum"])),
        "execution_on": printed_day(payload["execution_on"]),
        "debtor": payload["debtor"] | {"iban": group_by_four(payload["debtor"]["iban"])},
        "file": {
            name: payload[name]
            for name in ("file_name", "sha256", "message_id", "payment_information_id", "schema")
        },
        "prepared": {"by": payload["prepared_by"], "at": printed_moment(payload["created_at"])},
        "visas": visas(payload),
        "sent": sent and {"by": sent["by"], "at": printed_moment(sent["at"])},
        "cancelled": cancelled and cancelled | {"at": printed_moment(cancelled["at"])},
    }


def _printed_order(order: dict[str, str]) -> dict[str, str]:
    return {
        "number": order["number"],
        "aid": order["aid"],
        "landlord_reference": order["landlord_reference"],
        "end_to_end_id": order["end_to_end_id"],
        "amount": format_euros(Decimal(order["amount"])),
    }


STATEMENT_BUILDER = Builder(
    template="documents/payment_batch.html",
    stylesheets=(*PRINT_STYLES, "css/print-batch.css"),
    context=context,
)
