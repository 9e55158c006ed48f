"""The person's own file: every field with its French label, and who opened it (GDPR art. 15)."""

import json
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.timezone import localtime

from ales import registry
from ales.audit.models import AccessLog
from ales.dates import format_date
from ales.documents.models import Audience, ProductionJob
from ales.documents.production import Builder, FileBuilder, enqueue
from ales.privacy.declarations import PersonalData
from cases.models import TenantCase
from cases.personal_data.accesses import rows_of, subject_ids_of
from members.access import Actor

PDF, JSON = "person_export_pdf", "person_export_json"
#: Keys and stamps of the program, which tell the person nothing.
_SILENT = {"id", "public_id", "organisation", "case", "version", "step_versions", "last_form_key"}

pdf_builder = Builder(template="documents/person_export.html")


def json_bytes(payload: dict[str, Any]) -> bytes:
    """The export as JSON, indented, for another program or a patient reader."""
    return json.dumps(payload, ensure_ascii=False, indent=2).encode()


json_builder = FileBuilder(json_bytes, "application/json")


def _text(row: models.Model, field: Any) -> str:
    """A field's value in French; empty for nothing."""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        moment = localtime(value)
        return f"{format_date(moment.date())} à {moment:%H:%M}"
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


def _rows(declared: PersonalData, case: TenantCase) -> models.QuerySet:
    rows = declared.model.objects.all()
    if declared.by_subject:
        rows = rows.filter(subject_id__in=subject_ids_of(case), erased_at=None)
    elif declared.path:
        rows = rows.filter(**{declared.path: case.pk})
    else:
        rows = rows.filter(pk=case.pk)
    keys = [f.name for f in declared.model._meta.local_concrete_fields if f.is_relation and _is_told(f)]
    return rows.select_related(*keys).order_by("pk")


def _is_told(field: Any) -> bool:
    return field.editable and field.name not in _SILENT and field.get_internal_type() != "FileField"


def sections_of(case: TenantCase) -> list[dict[str, Any]]:
    """Every table of the file that says something, as labels and values; two queries a table at most."""
    sections = []
    for declared in registry.personal_data:
        if not declared.is_of_a_case or not declared.exported:
            continue
        fields = [f for f in declared.model._meta.local_concrete_fields if _is_told(f)]
        rows = [
            [
                {"label": capfirst(str(field.verbose_name)), "value": text}
                for field in fields
                if (text := _text(row, field))
            ]
            for row in _rows(declared, case)
        ]
        if rows:
            title = capfirst(str(declared.model._meta.verbose_name))
            sections.append({"title": title, "rows": [row for row in rows if row]})
    return sections


def payload_of(case: TenantCase, actor: Actor, at: datetime) -> dict[str, Any]:
    """The frozen export: the file, the use made of rights, and the accesses of the last twelve months."""
    lines = AccessLog.objects.visible_to(actor).filter(subject_id__in=subject_ids_of(case))
    accesses = [
        {
            "at": f"{row['at']:%d/%m/%Y %H:%M}",
            "who": row["who"],
            "capacity": row["capacity"],
            "organisation": row["organisation"],
            "action": f"{row['subject']} {row['action']}",
        }
        for row in rows_of(list(lines.order_by("-at", "-id")))
    ]
    return {
        "reference": case.reference,
        "date": localtime(at).date().isoformat(),
        "issuer": {"name": actor.organisation_name, "role": f"{actor.name}, {actor.role_label}", "lines": []},
        "tenant": case.tenant_name,
        "treatments": [
            {"title": t.title, "purpose": t.purpose, "readers": t.readers, "retention": t.retention}
            for t in sorted(registry.treatments, key=lambda t: t.order)
            if t.code in {d.treatment for d in registry.personal_data if d.is_of_a_case}
        ],
        "sections": sections_of(case),
        "accesses": accesses,
    }


def wanted(case: TenantCase, actor: Actor, request_id: Any, at: datetime) -> list[ProductionJob]:
    """The two files of one request of access, in the production queue; the same request gives the same."""
    payload = payload_of(case, actor, at)
    stem = f"donnees-{case.reference}"
    return [
        enqueue(
            kind=kind,
            subject_kind="case",
            subject_id=case.public_id,
            unique_key=f"{kind}:{request_id}",
            payload=payload,
            title=f"Données personnelles du dossier {case.reference} ({extension.upper()})",
            file_name=f"{stem}.{extension}",
            organisation_id=case.organisation_id,
            audience=Audience.MANAGER,
            created_by_id=actor.user_id,
            created_at=at,
        )
        for kind, extension in ((PDF, "pdf"), (JSON, "json"))
    ]
