"""The protocole d'accord of an aid: prepared, written, issued, signed, replaced (DOMAIN §8).

One live version a request; `terms` is what aids/ handed down, frozen with the version.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from ales.dates import add_months, format_date
from ales.documents import production
from ales.documents.models import Audience
from ales.documents.uploads import store_upload
from ales.errors import InvalidInputError, require
from ales.money import ZERO, format_euros, parse_euros
from cases import facts, permissions
from cases.documents import protocol as document
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


def versions(request_id: UUID) -> list[Protocol]:
    """Every version of a request's agreement, the latest first, with who filed its signed copy; one query."""
    found = Protocol.objects.filter(request_id=request_id).select_related("filed_by")
    return list(found.order_by("-version"))


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
    require(permissions.may_follow(actor, case))
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
    return _create_version(case, request_id, terms, actor, at, former=former)


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


def in_order(protocol: Protocol) -> list[Undertaking]:
    """The undertakings as the agreement prints them: the household's first."""
    return sorted(protocol.undertakings.all(), key=lambda u: (u.party != Party.TENANT, u.rank, u.pk))


@transaction.atomic
def issue(*, actor: Actor, protocol_id: UUID, at: datetime) -> Protocol:
    """Freeze the agreement and have its PDF produced; issued twice, it is produced once.

    Raises InvalidInputError while the file can't be printed (no tenant, no dwelling, no undertakings).
    """
    protocol, case = _lock_protocol(actor, protocol_id)
    if protocol.state == ProtocolState.ISSUED:
        return protocol
    require(permissions.may_write_protocol(actor, case, protocol))
    faults = [
        fault.message
        for fault in facts.missing_points(case)
        if fault.code in ("no_person", "no_tenant", "no_tenancy", "unexplained_entitlements")
    ]
    parties = {undertaking.party for undertaking in protocol.undertakings.all()}
    if parties != set(Party.values):
        faults.append("Écrivez les engagements du ménage et ceux du référent.")
    if not protocol.place:
        faults.append("Indiquez où le protocole est signé.")
    if faults:
        raise InvalidInputError({"": faults})
    protocol.job = production.enqueue(
        kind=document.KIND,
        subject_kind=document.KIND,
        subject_id=protocol.public_id,
        unique_key=f"{document.KIND}:{protocol.public_id}",
        payload=document.payload_of(protocol, case, day_of(at)),
        title=f"Protocole d’accord – {case.tenant_name}",
        file_name=f"protocole-{protocol.terms['reference']}-v{protocol.version}.pdf",
        organisation_id=case.organisation_id,
        audience=Audience.SOCIAL,
        created_by_id=actor.user_id,
        created_at=at,
    )
    protocol.state = ProtocolState.ISSUED
    protocol.issued_at = at
    protocol.save(update_fields=["job", "state", "issued_at"])
    record(case, actor, at, "protocol_issued", f"Protocole version {protocol.version} édité, à faire signer")
    return protocol


@transaction.atomic
def revise(*, actor: Actor, protocol_id: UUID, at: datetime) -> Protocol:
    """A new draft of an issued, still unsigned agreement: same aid, undertakings to rewrite."""
    protocol, case = _lock_protocol(actor, protocol_id)
    require(permissions.may_revise_protocol(actor, case, protocol))
    terms = protocol.terms
    _replace(protocol, actor, at)
    return _create_version(case, protocol.request_id, terms, actor, at, former=protocol)


@transaction.atomic
def file_signed_scan(
    *, actor: Actor, protocol_id: UUID, uploaded: UploadedFile | None, signed_on: date | None, at: datetime
) -> Protocol:
    """File the copy signed by both sides; signed between the day of issue and today.

    Raises InvalidInputError at `file` or `signed_on`.
    """
    protocol, case = _lock_protocol(actor, protocol_id)
    require(permissions.may_sign_protocol(actor, case, protocol))
    faults: dict[str, list[str]] = {}
    if uploaded is None:
        faults["file"] = ["Joignez l’exemplaire signé, en PDF, JPEG ou PNG."]
    if signed_on is None:
        faults["signed_on"] = ["Indiquez la date de signature."]
    elif signed_on > day_of(at):
        faults["signed_on"] = ["La date de signature est dans le futur."]
    elif signed_on < day_of(protocol.issued_at):
        faults["signed_on"] = [
            f"Cette version a été éditée le {format_date(day_of(protocol.issued_at))} : "
            "elle n’a pas pu être signée avant."
        ]
    if faults:
        raise InvalidInputError(faults)
    protocol.signed_scan = store_upload(
        uploaded,
        organisation_id=case.organisation_id,
        audience=Audience.SOCIAL,
        subject_kind=document.KIND,
        subject_id=protocol.public_id,
        kind="signed_protocol",
        title=f"Protocole signé – {case.tenant_name}",
        created_by_id=actor.user_id,
    )
    protocol.signed_on = signed_on
    protocol.filed_by_id = actor.user_id
    protocol.state = ProtocolState.SIGNED
    protocol.save(update_fields=["signed_scan", "signed_on", "filed_by", "state"])
    record(case, actor, at, "protocol_signed", f"Protocole version {protocol.version} signé et déposé")
    return protocol


@transaction.atomic
def replace(request_id: UUID, *, actor: Actor, at: datetime) -> None:
    """The aid's terms changed: its issued or signed version no longer counts. A draft stays."""
    protocol = current(request_id)
    if protocol is None or protocol.state == ProtocolState.DRAFT:
        return
    lock(actor, protocol.case.public_id)
    _replace(protocol, actor, at)


@transaction.atomic
def discard(request_id: UUID, *, actor: Actor, at: datetime) -> None:
    """The request was withdrawn: no version of its agreement counts, and its draft can't be issued."""
    protocol = current(request_id)
    if protocol is not None:
        lock(actor, protocol.case.public_id)
        _replace(protocol, actor, at, because="la demande d’aide est retirée")


def _create_version(
    case: TenantCase,
    request_id: UUID,
    terms: dict[str, Any],
    actor: Actor,
    at: datetime,
    *,
    former: Protocol | None,
) -> Protocol:
    """The next version, as a draft, with the former one's undertakings or the usual ones."""
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


def _replace(protocol: Protocol, actor: Actor, at: datetime, *, because: str = "l’aide a changé") -> None:
    protocol.state = ProtocolState.REPLACED
    protocol.save(update_fields=["state"])
    record(
        protocol.case,
        actor,
        at,
        "protocol_replaced",
        f"Protocole version {protocol.version} sans effet : {because}",
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
