"""The person's own file: every field with its French label, and who opened it (GDPR art. 15)."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.timezone import localtime

from ales import registry
from ales.audit.models import AccessLog
from ales.dates import format_date
from ales.documents.models import Audience, ProductionJob
from ales.documents.production import Builder, FileBuilder, enqueue
from ales.money import format_euros
from ales.privacy.declarations import PersonalData
from cases.facts import budgets_of
from cases.models import BudgetLine, TenantCase
from cases.models.budget import LineKind
from cases.personal_data.accesses import rows_of, subject_ids_of
from cases.pictures import budget_picture, frozen_months, thawed_months
from cases.rules import codes
from cases.rules.month import months_of
from members.access import Actor
from members.roles import Role

PDF, JSON = "person_export_pdf", "person_export_json"
#: Keys and stamps of the program, which tell the person nothing.
_SILENT = {"id", "public_id", "organisation", "case", "version", "last_form_key", "job"}
_SILENT |= {"step_versions", "step_saves"}
#: Codes that the text beside them says in French, and the bank account of the landlord: somebody else's.
_SILENT |= {"from_state", "to_state", "author_ids", "barred_ids", "iban", "bic", "account_holder"}
_SILENT |= {"bank_details", "end_to_end_id", "search_text"}
#: The frozen order repeats the file and holds that account.
_SILENT_OF = {"PaymentOrder": {"frozen", "sequence"}, "AidEvent": {"kind"}, "CaseEvent": {"kind"}}
#: Keys to another row of the file, which have no name of their own.
_PARENTS = {
    "request": "Demande",
    "order": "Ordre de paiement",
    "person": "Personne",
    "snapshot": "Budget",
    "protocol": "Protocole",
}
#: The person's own story first, then what was asked, paid and written for them.
_ROOMS = ("cases", "aids", "payments", "documents")
_CODES_OF_LINES = {LineKind.RESOURCE: codes.ResourceCode, LineKind.CHARGE: codes.ChargeCode}
_CENTS = 2
#: A table reads better than as many lists, while its lines hold on the page.
_MOST_COLUMNS = 4


def _heads(rows: list[list[dict[str, Any]]]) -> list[str]:
    """The heads of a table of these rows; none where a list of each reads better."""
    heads = list(dict.fromkeys(line["label"] for row in rows for line in row))
    return heads if len(rows) > 1 and len(heads) <= _MOST_COLUMNS else []


def _on_paper(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload as its pages print it: without what only a program reads, short rows in tables."""
    sections = []
    for section in payload["sections"]:
        rows = [[line for line in row if not line.get("raw")] for row in section["rows"]]
        heads = _heads(rows)
        said = [{line["label"]: line["value"] for line in row} for row in rows]
        table = [[row.get(head, "") for head in heads] for row in said] if heads else []
        sections.append({"title": section["title"], "rows": rows, "heads": heads, "table": table})
    picture = budget_picture(thawed_months(payload.get("months", [])))
    return payload | {"sections": sections, "picture": picture}


pdf_builder = Builder(template="documents/person_export.html", context=_on_paper)


def json_bytes(payload: dict[str, Any]) -> bytes:
    """The export as JSON, indented, for another program or a patient reader."""
    return json.dumps(payload, ensure_ascii=False, indent=2).encode()


json_builder = FileBuilder(json_bytes, "application/json")


def _text(row: models.Model, field: Any) -> str:
    """A field's value in French; empty for nothing."""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if field.name == "capacity" and value in Role.values:
        return str(Role(value).label)
    if isinstance(row, BudgetLine) and field.name == "code":
        return codes.label(_CODES_OF_LINES[LineKind(row.kind)](value))
    if isinstance(value, Decimal) and field.decimal_places == _CENTS:
        return format_euros(value)
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
    silent = _SILENT | _SILENT_OF.get(field.model.__name__, set())
    return field.editable and field.name not in silent and field.get_internal_type() != "FileField"


def _label(field: Any) -> str:
    return _PARENTS.get(field.name) or capfirst(str(field.verbose_name))


def _line(row: models.Model, field: Any, text: str) -> dict[str, Any]:
    """`raw` marks what only a program reads (frozen data): in the JSON file, not on paper."""
    line = {"label": _label(field), "value": text}
    return line | {"raw": True} if isinstance(getattr(row, field.attname), dict | list) else line


def _room(declared: PersonalData) -> int:
    room = declared.model._meta.app_label
    return _ROOMS.index(room) if room in _ROOMS else len(_ROOMS)


def sections_of(case: TenantCase) -> list[dict[str, Any]]:
    """Every table of the file that says something, as labels and values; two queries a table at most."""
    sections = []
    for declared in sorted(registry.personal_data, key=_room):
        if not declared.is_of_a_case or not declared.exported:
            continue
        fields = [f for f in declared.model._meta.local_concrete_fields if _is_told(f)]
        rows = [
            [_line(row, field, text) for field in fields if (text := _text(row, field))]
            for row in _rows(declared, case)
        ]
        if told := [row for row in rows if row]:
            title = capfirst(str(declared.model._meta.verbose_name))
            sections.append({"title": title, "rows": told})
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
        "months": frozen_months(months_of(budgets_of(case))),
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
