"""One's works: how far they are, what they made, what became of each line."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from csp.constants import HEADER
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ales import registry
from ales.audit.log import record
from ales.audit.models import Action
from ales.dates import format_date
from ales.documents.serving import serve
from ales.documents.views import NOTHING_MAY_RUN
from ales.http import acting, reading
from ales.keyset import page_of
from ales.spreadsheets import csv_response
from ales.works import operations
from ales.works.models import OUTCOME_TONES, TONES, Outcome, Work, WorkLine, WorkState
from ales.works.notices import notice_of
from ales.works.wording import done_text, outcome_labels, progress_text


def visible(request: HttpRequest, public_id: UUID) -> Work:
    """One's own work, 404 for any other."""
    return get_object_or_404(Work.objects.visible_to(request.actor), public_id=public_id)


@reading
@acting
def work_list(request: HttpRequest) -> HttpResponse:
    """What this person asked for in this capacity, the latest first."""
    page = page_of(Work.objects.visible_to(request.actor), request.GET, ("created_at", "id"), descending=True)
    kinds = registry.work_kinds.values()
    context = {
        "rows": [row_of(work) for work in page.rows],
        "page": page,
        "may_import": any(kind.family == "import" and kind.may_ask(request.actor) for kind in kinds)
        if request.actor
        else False,
    }
    return render(request, "works/list.html", context)


def row_of(work: Work) -> dict[str, Any]:
    """A work with its text and addresses ready made."""
    state = WorkState(work.state)
    return {
        "url": reverse("works:detail", args=[work.public_id]),
        "title": work.title,
        "asked": f"{localtime(work.created_at):%d/%m/%Y à %H:%M}",
        "state": capfirst(state.label),
        "tone": "warning" if state == WorkState.DONE and work.refused else TONES[state],
        "done": done_text(work),
        "progress": progress_of(work) if work.is_under_way else None,
        "file_url": reverse("works:download", args=[work.public_id]) if work.file else "",
    }


def progress_of(work: Work) -> dict[str, Any]:
    """What the bar shows, and where it asks again."""
    return {
        "done": work.done,
        "total": work.total or 1,
        "text": progress_text(work),
        "url": reverse("works:progress", args=[work.public_id]),
        "state": str(WorkState(work.state).label),
    }


@reading
@acting
def detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is; what to confirm; once it is over, its file or its report."""
    work = visible(request, public_id)
    # A GET that marks: only that its asker has read that it is over.
    operations.mark_seen(work, timezone.now())
    return render(request, "works/detail.html", context_of(request, work))


def context_of(request: HttpRequest, work: Work, form: Any = None) -> dict[str, Any]:
    """What the page of a work shows; `form` when it comes back with its faults."""
    kind = registry.work_kinds.get(work.kind)
    counts = _counts(work)
    chosen = request.GET.get("suite", "")
    chosen = chosen if chosen in counts else ""
    lines = work.lines.filter(outcome=chosen) if chosen else work.lines.all()
    page = page_of(lines, request.GET, ("position",), descending=False)
    to_confirm = work.state == WorkState.TO_CONFIRM
    if form is None and to_confirm and kind and hasattr(kind, "form"):
        form = kind.form(actor=request.actor)
    labels = outcome_labels(work)
    address = reverse("works:detail", args=[work.public_id])
    return {
        "work": work,
        "row": row_of(work),
        "family": kind.family if kind else "",
        "contents": kind.told(work.params) if kind and kind.family == "export" else "",
        "consequence": getattr(kind, "consequence", ""),
        "confirm_style": getattr(kind, "style", "primary"),
        "confirm_label": _confirm_label(work, kind, counts),
        "list_url": reverse(kind.url_name) if kind else "",
        "to_confirm": to_confirm,
        "waiting": counts.get(Outcome.WAITING, {}).get("number", 0),
        "total": counts.get(Outcome.WAITING, {}).get("amount"),
        "form": form,
        "tabs": [
            {
                "label": labels[outcome],
                "number": figures["number"],
                "url": f"{address}?suite={outcome}",
                "is_current": outcome == chosen,
                "tone": OUTCOME_TONES[Outcome(outcome)],
            }
            for outcome, figures in counts.items()
        ],
        "chosen": chosen,
        "lines": [line_row(line, labels) for line in page.rows],
        "page": page,
        "until": format_date(localtime(work.expires_at).date()) if work.expires_at else "",
        "file": {"url": reverse("works:download", args=[work.public_id]), "size": work.size}
        if work.file
        else None,
    }


def _counts(work: Work) -> dict[str, dict[str, Any]]:
    """Outcome -> number of lines and euros, for those there are; one query."""
    found: dict[str, dict[str, Any]] = {}
    for outcome, number, amount in work.lines.counted():
        found[outcome] = {"number": number, "amount": amount}
    return {outcome: found[outcome] for outcome in Outcome.values if outcome in found}


def _confirm_label(work: Work, kind: Any, counts: dict[str, dict[str, Any]]) -> str:
    number = counts.get(Outcome.WAITING, {}).get("number", 0)
    lines = ngettext("%s ligne", "%s lignes", number) % number
    if kind is not None and kind.family == "import":
        return _("Écrire %s") % lines
    return f"{getattr(kind, 'button', '')} ({lines})"


def line_row(line: WorkLine, labels: dict[str, str]) -> dict[str, Any]:
    """A line of the report."""
    return {
        "position": line.position,
        "label": line.label,
        "url": line.address,
        "amount": line.amount,
        "outcome": labels[line.outcome],
        "tone": OUTCOME_TONES[Outcome(line.outcome)],
        "detail": line.detail,
        "faults": line.faults,
    }


@reading
@acting
def progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The bar, asked again every two seconds; the whole page once a worker has no more to do."""
    work = visible(request, public_id)
    if not work.is_under_way:
        response = HttpResponse()
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "works/_progress.html", {"progress": progress_of(work)})


@reading
@acting
def notice(request: HttpRequest) -> HttpResponse:
    """What the header says of one's works, asked again while one is under way."""
    found = notice_of(request)
    # Nothing to tell any more: the empty answer takes the element away.
    return render(request, "works/_notice.html", {"works_notice": found}) if found else HttpResponse()


@reading
@acting
def download(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file a work made, to its asker alone, until it expires."""
    work = visible(request, public_id)
    if not work.file or work.state != WorkState.DONE:
        raise Http404
    _record_download(request, work)
    operations.mark_seen(work, timezone.now())
    response = serve(request, work, as_attachment=True)
    response.headers[HEADER] = NOTHING_MAY_RUN
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@reading
@acting
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The report line by line, as a CSV; its lines may name households."""
    work = visible(request, public_id)
    _record_download(request, work)
    labels = outcome_labels(work)
    lines = work.lines.order_by("position")
    name = f"compte-rendu-{localtime(work.created_at):%Y-%m-%d-%Hh%M}.csv"
    return csv_response(name, _report_rows(lines.iterator(), labels))


def _record_download(request: HttpRequest, work: Work) -> None:
    record(
        request,
        Action.DOWNLOADED,
        subject_kind="work",
        subject_id=work.public_id,
        organisation_id=work.organisation_id,
    )


def _report_rows(lines: Iterable[WorkLine], labels: dict[str, str]) -> Iterable[list[Any]]:
    yield [_("Ligne"), _("Objet"), _("Montant"), _("Suite"), _("Colonne"), _("Valeur"), _("Explication")]
    for line in lines:
        start = [line.position, line.label, line.amount, labels[line.outcome]]
        if not line.faults:
            yield [*start, "", "", line.detail]
        for fault in line.faults:
            yield [*start, fault["column"], fault["value"], fault["message"]]
