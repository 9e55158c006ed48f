"""The protocole d'accord of an aid: prepared, written, issued, signed, replaced (DOMAIN §8).

One live version a request; `terms` is what aids/ handed down, frozen with the version.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from ales.dates import add_months
from ales.errors import InvalidInputError, require
from ales.money import ZERO, format_euros, parse_euros
from cases import facts, permissions
from cases.models import Protocol, TenantCase, Undertaking
from cases.models.protocol import Party, ProtocolState
from cases.operations.base import day_of, lock, record
from members.access import Actor

MAX_UNDERTAKINGS = 20


@dataclass(frozen=True)
class UndertakingInput:
    """One undertaking as typed: who, what, by when; a follow-up date is one of the référent's."""

    party: str
    text: str
    due_on: date | None = None
    is_follow_up: bool = False


def current(request_id: UUID) -> Protocol | None:
    """The live version of a request's agreement (of the transaction's organisation), None before any."""
    return Protocol.objects.filter(request_id=request_id).exclude(state=ProtocolState.REPLACED).first()


def is_signed(request_id: UUID) -> bool:
    """Whether the live version is signed: what submitting an aid asks for."""
    return Protocol.objects.filter(request_id=request_id, state=ProtocolState.SIGNED).exists()


@transaction.atomic
def prepare(
    *, actor: Actor, case_id: UUID, request_id: UUID, terms: dict[str, Any], at: datetime
) -> Protocol:
    """Hand an aid's terms to its agreement: the live draft takes them, an issued version is replaced.

    `case_id` and `request_id` are public UUIDs; `terms` as documented on `Protocol`, amounts as texts.
    The same terms twice change nothing. Undertakings follow from one version to the next.
    Raises NotAllowedError when the case isn't the actor's or is closed.
    """
    case = lock(actor, case_id)
    require(permissions.may_edit(actor, case))
    former = current(request_id)
    if former is not None:
        if former.case_id != case.pk:
            raise InvalidInputError("Cette demande d’aide appartient à un autre dossier.")
        if former.terms == terms:
            return former
        if former.state == ProtocolState.DRAFT:
            former.terms = terms
            former.save(update_fields=["terms"])
            return former
        _replace(former, actor, at)
    version = Protocol.objects.filter(request_id=request_id).count() + 1
    protocol = Protocol.objects.create(
        case=case,
        request_id=request_id,
        version=version,
        terms=terms,
        place=former.place if former else case.town,
        repayment_monthly=former.repayment_monthly if former else None,
        created_by_id=actor.user_id,
        created_at=at,
    )
    if former is None:
        typed = default_undertakings(case, terms, day_of(at))
    else:
        typed = [
            UndertakingInput(u.party, u.text, u.due_on, u.is_follow_up) for u in former.undertakings.all()
        ]
    _write_undertakings(protocol, typed)
    record(
        case,
        actor,
        at,
        "protocol_prepared",
        f"Protocole de l’aide {terms.get('reference', '')} préparé (version {version})",
    )
    return protocol


def default_undertakings(case: TenantCase, terms: dict[str, Any], on: date) -> list[UndertakingInput]:
    """What most households and référents undertake: proposed, then rewritten freely."""
    tenancy = facts.tenancy_of(case)
    residual = parse_euros(str(terms.get("residual_rent") or "0"))
    plan = parse_euros(str(terms.get("plan_after") or "0"))
    tenant = []
    if residual > ZERO:
        tenant.append(
            UndertakingInput(
                Party.TENANT,
                f"Reprendre le paiement du loyer résiduel, {format_euros(residual)} par mois, "
                "à chaque échéance.",
            )
        )
    if plan > ZERO:
        tenant.append(
            UndertakingInput(
                Party.TENANT,
                f"Rembourser la dette restante de {format_euros(plan)} selon le plan d’apurement "
                "convenu avec le bailleur.",
            )
        )
    tenant += [
        UndertakingInput(
            Party.TENANT,
            "Remettre au référent les justificatifs demandés : avis d’échéance, ressources, "
            "décisions des organismes.",
        ),
        UndertakingInput(Party.TENANT, "Prévenir le référent de tout changement de situation."),
    ]
    landlord = f" auprès de {tenancy.landlord.name}" if tenancy else ""
    referent = [
        UndertakingInput(
            Party.REFERENT, "Accompagner le ménage dans l’ouverture des droits cités au présent protocole."
        ),
        UndertakingInput(Party.REFERENT, f"Transmettre la demande d’aide et suivre son versement{landlord}."),
        UndertakingInput(
            Party.REFERENT, "Premier rendez-vous de suivi.", due_on=on + timedelta(days=30), is_follow_up=True
        ),
        UndertakingInput(
            Party.REFERENT, "Bilan de l’accompagnement.", due_on=add_months(on, 3), is_follow_up=True
        ),
    ]
    return [*tenant, *referent]


@transaction.atomic
def update_undertakings(
    *,
    actor: Actor,
    protocol_id: UUID,
    place: str,
    repayment_monthly: Decimal | None,
    undertakings: list[UndertakingInput],
    at: datetime,
) -> Protocol:
    """Write what both sides undertake, the place and the monthly repayment (euros, None without a plan).

    Raises InvalidInputError when one side undertakes nothing or there are more than 20 lines, and
    NotAllowedError once the agreement is issued.
    """
    protocol, case = _lock_protocol(actor, protocol_id)
    require(permissions.may_write_protocol(actor, case, protocol))
    faults: dict[str, list[str]] = {}
    for party, who in ((Party.TENANT, "du ménage"), (Party.REFERENT, "du référent")):
        if not any(u.party == party for u in undertakings):
            faults.setdefault("", []).append(f"Écrivez au moins un engagement {who}.")
    if len(undertakings) > MAX_UNDERTAKINGS:
        faults.setdefault("", []).append(f"{MAX_UNDERTAKINGS} engagements au plus.")
    if not place.strip():
        faults["place"] = ["Indiquez où le protocole est signé."]
    if faults:
        raise InvalidInputError(faults)
    protocol.place = place.strip()
    protocol.repayment_monthly = repayment_monthly
    protocol.save(update_fields=["place", "repayment_monthly"])
    protocol.undertakings.all().delete()
    _write_undertakings(protocol, undertakings)
    return protocol


@transaction.atomic
def replace(request_id: UUID, *, actor: Actor, at: datetime) -> None:
    """The aid's terms changed: its issued or signed version no longer counts. A draft stays."""
    protocol = current(request_id)
    if protocol is None or protocol.state == ProtocolState.DRAFT:
        return
    lock(actor, protocol.case.public_id)
    _replace(protocol, actor, at)


def _replace(protocol: Protocol, actor: Actor, at: datetime) -> None:
    protocol.state = ProtocolState.REPLACED
    protocol.save(update_fields=["state"])
    record(
        protocol.case,
        actor,
        at,
        "protocol_replaced",
        f"Protocole version {protocol.version} remplacé : l’aide a changé",
    )


def _lock_protocol(actor: Actor, protocol_id: UUID) -> tuple[Protocol, TenantCase]:
    protocol = Protocol.objects.select_related("case").filter(public_id=protocol_id).first()
    if protocol is None:
        raise InvalidInputError("Ce protocole n’existe pas.")
    case = lock(actor, protocol.case.public_id)
    return Protocol.objects.select_for_update().get(pk=protocol.pk), case


def _write_undertakings(protocol: Protocol, undertakings: list[UndertakingInput]) -> None:
    Undertaking.objects.bulk_create(
        Undertaking(
            case_id=protocol.case_id,
            organisation_id=protocol.organisation_id,
            protocol=protocol,
            party=u.party,
            text=u.text,
            due_on=u.due_on,
            is_follow_up=u.is_follow_up,
            rank=rank,
        )
        for rank, u in enumerate(undertakings)
    )
