"""The access log read with the cases it is about: who opened what, by case (DOMAIN §14)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime

from ales import registry
from ales.audit.models import AccessLog, Action
from cases.models import TenantCase
from members.models import Organisation, User
from members.roles import Role


def subject_ids_of(case: TenantCase) -> list[UUID]:
    """The case and everything that hangs on it (aids, agreements, orders…): one query a kind."""
    ids: list[UUID] = []
    for subject in registry.case_subjects:
        if subject.path:
            found = subject.model.objects.filter(**{subject.path: case.pk})
            ids += found.values_list("public_id", flat=True)
        else:
            ids.append(case.public_id)
    return ids


def _cases_of(lines: Iterable[AccessLog]) -> dict[UUID, tuple[str, str, UUID]]:
    """(reference, tenant, public id) of each line's case, as far as the reader may see it; a query a kind."""
    wanted: dict[str, set[UUID]] = {}
    for line in lines:
        wanted.setdefault(line.subject_kind, set()).add(line.subject_id)
    found = {}
    for subject in registry.case_subjects:
        if subject.kind in wanted:
            to_case = f"{subject.path}__" if subject.path else ""
            names = [f"{to_case}{name}" for name in ("reference", "tenant_name", "public_id")]
            rows = subject.model.objects.filter(public_id__in=wanted[subject.kind])
            for own_id, *case in rows.values_list("public_id", *names):
                found[own_id] = tuple(case)
    return found


def rows_of(lines: Sequence[AccessLog]) -> list[dict[str, Any]]:
    """Lines as lists and exports show them; a fixed number of queries, however many lines."""
    cases = _cases_of(lines)
    people = {
        person.pk: person.full_name
        for person in User.objects.filter(pk__in={line.user_id for line in lines if line.user_id})
    }
    organisations = dict(
        Organisation.objects.filter(
            pk__in={line.organisation_id for line in lines if line.organisation_id}
        ).values_list("pk", "name")
    )
    kinds = {subject.kind: str(subject.label) for subject in registry.case_subjects}
    rows = []
    for line in lines:
        reference, tenant, case_id = cases.get(line.subject_id, ("", "", None))
        rows.append(
            {
                "at": localtime(line.at),
                "who": people.get(line.user_id, "Compte supprimé"),
                "capacity": str(Role(line.capacity).label) if line.capacity in Role.values else "",
                "organisation": organisations.get(line.organisation_id, ""),
                "action": str(Action(line.action).label),
                "subject": _exported(line) or kinds.get(line.subject_kind, "Document"),
                "reference": reference,
                "tenant": tenant,
                "url": reverse("cases:detail", args=[case_id]) if case_id else "",
            }
        )
    return rows


def _exported(line: AccessLog) -> str:
    """`Liste « Dossiers », 1 234 lignes`; empty for anything but an export of a list."""
    kind = registry.work_kinds.get(line.route) if line.subject_kind == "export" else None
    if kind is None:
        return ""
    rows = f"{line.rows or 0:,}".replace(",", "\u202f")
    return f"Liste « {kind.title} », {rows} ligne{'s' if (line.rows or 0) > 1 else ''}"
