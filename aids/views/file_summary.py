"""What the decision screen shows of the social file, for the organisation's own people."""

from datetime import date
from typing import Any

from aids.models import AidRequest
from ales.dates import format_date
from ales.documents.links import file_of_document, file_of_job
from cases import protocols
from cases.models import TenantCase
from cases.models.household import PersonPosition
from cases.rules import codes
from cases.rules.budget import AVAILABLE_THRESHOLD, Indicators, below_threshold

MOMENT_LABELS = {
    codes.SnapshotMoment.BEFORE: "Avant la difficulté",
    codes.SnapshotMoment.DURING: "Aujourd’hui",
    codes.SnapshotMoment.AFTER: "Avec l’aide",
}
#: Attribute of Indicators -> label on the screen.
INDICATORS = {
    "available_per_person": "Disponible par personne",
    "living_remainder": "Reste à vivre",
    "debt_ratio": "Taux d’endettement",
}
ENTITLEMENT_TONES = {
    codes.EntitlementState.ACTIVATED: "success",
    codes.EntitlementState.REQUESTED: "progress",
    codes.EntitlementState.REFUSED: "danger",
}


def household_rows(case: TenantCase) -> list[dict[str, Any]]:
    """Who lives there, with their work."""
    rows = []
    for person in case.persons.all():
        job = getattr(person, "employment", None)
        rows.append(
            {
                "name": person.full_name,
                "position": str(PersonPosition(person.position).label),
                "born": format_date(person.birth_date) if person.birth_date else "",
                "work": str(person.get_employment_status_display()) if person.employment_status else "",
                "employer": job.employer_name if job else "",
            }
        )
    return rows


def indicator_rows(found: dict[str, Indicators]) -> dict[str, Any]:
    """The three indicators at each moment that exists, with their explanations."""
    moments = [moment for moment in codes.SnapshotMoment if moment in found]
    heads = [MOMENT_LABELS[moment] + (" (simulé)" if found[moment].simulated else "") for moment in moments]
    rows = []
    for name, label in INDICATORS.items():
        figures = [getattr(found[moment], name) for moment in moments]
        cells = [
            {
                "head": head,
                "text": figure.text,
                "explanation": figure.explanation,
                "low": name == "available_per_person" and bool(below_threshold(figure.value)),
            }
            for head, figure in zip(heads, figures, strict=True)
        ]
        rows.append({"label": label, "cells": cells})
    return {"heads": heads, "rows": rows, "threshold": AVAILABLE_THRESHOLD}


def entitlement_rows(case: TenantCase) -> dict[str, Any]:
    """The entitlements that apply, and the names of those that don't."""
    shown, idle = [], []
    for entitlement in case.entitlements.all():
        state = entitlement.state
        if state in (codes.EntitlementState.NOT_APPLICABLE, codes.EntitlementState.NOT_ELIGIBLE):
            idle.append(str(entitlement.get_code_display()))
            continue
        shown.append(
            {
                "label": str(entitlement.get_code_display()),
                "state": str(entitlement.get_state_display()) if state else "non expliqué",
                "tone": ENTITLEMENT_TONES.get(state, "warning"),
                "on": _on(entitlement.on_date),
                "note": entitlement.note,
            }
        )
    return {"shown": shown, "idle": ", ".join(idle)}


def _on(day: date | None) -> str:
    return f"le {format_date(day)}" if day else ""


def protocol_files(request: AidRequest) -> list[dict[str, Any]]:
    """The agreement as issued and its signed copy, ready for `stored_file`."""
    protocol = protocols.current(request.public_id)
    if protocol is None:
        return []
    files = [file_of_document(protocol.signed_scan)] if protocol.signed_scan_id else []
    if protocol.job_id:
        files.append(file_of_job(protocol.job))
    return files
