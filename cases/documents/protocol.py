"""The protocole d'accord on paper: what is frozen, and how it is built (DOMAIN §8)."""

from datetime import date
from typing import Any

from ales.documents.pdf import PRINT_STYLES
from ales.documents.production import Builder
from cases import facts
from cases.models import Protocol, TenantCase
from cases.models.household import PersonPosition
from cases.models.protocol import Party
from cases.rules import codes

KIND = "protocol"
_SIGNATORIES = frozenset({PersonPosition.TENANT, PersonPosition.CO_TENANT})
#: What is left to do about a benefit, and by whom; the others need nothing more.
_TO_ACTIVATE = {
    codes.EntitlementState.REQUESTED: (
        "Suivre la demande jusqu’à la décision",
        "Le ménage, avec le référent",
    ),
    codes.EntitlementState.REFUSED: ("Examiner un recours ou une nouvelle demande", "Le référent"),
}

builder = Builder(template="documents/protocol.html", stylesheets=(*PRINT_STYLES, "css/print-protocol.css"))


def payload_of(protocol: Protocol, case: TenantCase, on: date) -> dict[str, Any]:
    """Everything the agreement prints, as it is on the day of issue; the PDF reads nothing else."""
    tenancy, organisation = facts.tenancy_of(case), case.organisation
    undertakings = list(protocol.undertakings.all())
    follow_ups = sorted(u.due_on for u in undertakings if u.is_follow_up and u.due_on)
    tenants = [person for person in case.persons.all() if person.position in _SIGNATORIES]
    return {
        "issuer": {
            "name": organisation.name,
            "lines": [
                line
                for line in (
                    organisation.address,
                    f"{organisation.postal_code} {organisation.town}".strip(),
                    organisation.phone,
                )
                if line
            ],
        },
        "reference": f"{case.reference} · {protocol.terms['reference']}",
        "version": protocol.version,
        "issued_on": on,
        "place": protocol.place,
        "tenants": [{"name": t.full_name, "birth_date": t.birth_date} for t in tenants],
        "household_size": len(case.persons.all()),
        "referent": case.referent.full_name,
        "organisation": organisation.name,
        "dwelling": {
            "address": tenancy.address,
            "town": f"{tenancy.postal_code} {tenancy.town}",
            "kind": tenancy.dwelling,
            "landlord": tenancy.landlord.name,
            "landlord_reference": tenancy.landlord_reference,
            "lease_on": tenancy.lease_on,
            "lease_state": tenancy.get_lease_state_display(),
            "lease_state_on": tenancy.lease_state_on,
        },
        "difficulty": {
            "label": case.get_life_event_display() if case.life_event else "",
            "on": case.life_event_on,
        },
        "arrears": {
            "amount": tenancy.arrears,
            "on": tenancy.arrears_on,
            "since": tenancy.arrears_since,
            "benefit": tenancy.benefit_arrears,
        },
        "residual_rent": facts.residual_rent_of(case)[0],
        "indicators": _indicators(case),
        "entitlements": _entitlements(case, follow_ups[0] if follow_ups else None),
        "aid": protocol.terms,
        "repayment_monthly": protocol.repayment_monthly,
        "tenant_undertakings": _texts(undertakings, Party.TENANT),
        "referent_undertakings": _texts(undertakings, Party.REFERENT),
        "follow_ups": [{"text": u.text, "on": u.due_on} for u in undertakings if u.is_follow_up],
    }


def _texts(undertakings: list, party: str) -> list[dict[str, Any]]:
    return [
        {"text": u.text, "due_on": u.due_on} for u in undertakings if u.party == party and not u.is_follow_up
    ]


def _indicators(case: TenantCase) -> list[list[str]]:
    """The current indicators as ready texts; empty without a current budget."""
    current = facts.indicators_of(case).get(codes.SnapshotMoment.DURING)
    if current is None:
        return []
    figures = (current.debt_ratio, current.living_remainder, current.available_per_person)
    return [[figure.explanation.title, figure.text] for figure in figures]


def _entitlements(case: TenantCase, due_on: date | None) -> dict[str, list[dict[str, Any]]]:
    """Benefits to activate (what, by whom, by when), those that run, and those that don't concern them."""
    groups: dict[str, list[dict[str, Any]]] = {"to_activate": [], "active": [], "closed": []}
    order = list(codes.EntitlementCode)
    for entitlement in sorted(case.entitlements.all(), key=lambda e: order.index(e.code)):
        if not entitlement.state:
            continue
        row = {
            "label": codes.label(codes.EntitlementCode(entitlement.code)),
            "state": entitlement.get_state_display(),
            "on": entitlement.on_date,
            "note": entitlement.note,
        }
        if entitlement.state in _TO_ACTIVATE:
            what, who = _TO_ACTIVATE[entitlement.state]
            groups["to_activate"].append(row | {"what": what, "who": who, "due_on": due_on})
        elif entitlement.state == codes.EntitlementState.ACTIVATED:
            groups["active"].append(row)
        else:
            groups["closed"].append(row)
    return groups
