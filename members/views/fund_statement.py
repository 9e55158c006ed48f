"""The statement of a fund: by pages on screen, whole as a PDF or a spreadsheet."""

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ales.documents.links import file_of_job
from ales.documents.models import ProductionJob
from ales.errors import Refusal
from ales.http import reading, writing
from ales.keyset import page_of
from ales.money import format_euros
from members import permissions, statements
from members.access import roles_required
from members.fund_forms import PeriodForm
from members.models import Fund, FundEntry
from members.pictures import fund_picture
from members.roles import Role
from members.statements import Balance
from members.views.funds import find_fund

READERS = (Role.ASSOCIATION_ADMIN, Role.TREASURER, Role.MANAGER)
LINES_A_PAGE = 100
#: Files shown on the page, the latest first.
FILES = 4
FILE_KINDS = {"pdf": statements.PDF_KIND, "tableur": statements.SHEET_KIND}


@reading
@roles_required(*READERS)
def statement(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """The lines of a period, oldest first, with what was left after each."""
    fund = find_fund(request, fund_id)
    form = PeriodForm(request.GET or None)
    period = form.period()
    entries = period.of(fund.entries.select_related("created_by"))
    page = page_of(entries, request.GET, statements.ORDER, descending=False, size=LINES_A_PAGE)
    opening = statements.opening_of(fund, period)
    before = _balance_before(fund, page.rows[0]) if page.previous_url else opening
    lines = statements.running(page.rows, before)
    closing = statements.balance_of(fund.entries.filter(value_date__lte=period.end)) if period.end else None
    sums = statements.sums_of(period.of(fund.entries))
    context = {
        "fund": fund,
        "form": form,
        "period": period,
        "page": page,
        "lines": [_printed(line) for line in lines],
        "before": format_euros(before.available),
        "opening": format_euros(opening.available),
        "closing": format_euros(closing.available if closing else fund.available),
        "sums": {name: format_euros(euros) for name, euros in sums.items()},
        "picture": fund_picture(
            statements.use_in(opening, sums, closing or Balance(fund.available, fund.to_pay)),
            None if closing else fund.alert_threshold,
        ),
        "to_pay": format_euros(closing.to_pay if closing else fund.to_pay),
        "files": [file_of_job(job) for job in _files(request, fund)],
        "may_manage": permissions.may_manage_funds(request.actor),
    }
    return render(request, "members/fund_statement.html", context)


def _printed(line: statements.Line) -> dict[str, str]:
    return {
        "date": f"{line.date:%d/%m/%Y}",
        "kind": line.kind,
        "label": line.label,
        "who": line.who,
        "into": format_euros(line.change) if line.change > 0 else "",
        "out": format_euros(-line.change) if line.change < 0 else "",
        "paid": format_euros(line.paid) if line.paid else "",
        "available": format_euros(line.balance.available),
    }


def _balance_before(fund: Fund, entry: FundEntry) -> statements.Balance:
    """What the lines before `entry`, in the order of the statement, leave; one query."""
    earlier = Q(value_date__lt=entry.value_date) | Q(value_date=entry.value_date) & (
        Q(created_at__lt=entry.created_at) | Q(created_at=entry.created_at, id__lt=entry.id)
    )
    return statements.balance_of(fund.entries.filter(earlier))


def _files(request: HttpRequest, fund: Fund) -> list[ProductionJob]:
    jobs = ProductionJob.objects.visible_to(request.actor).about(statements.SUBJECT, fund.public_id)
    return list(jobs.filter(kind__in=FILE_KINDS.values()).select_related("document").defer("payload")[:FILES])


@writing
@roles_required(*READERS)
def file(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """Want the statement of the period as a file; the page shows it as soon as it is ready."""
    fund = find_fund(request, fund_id)
    form = PeriodForm(request.POST)
    page_url = reverse("members:fund_statement", args=[fund.public_id])
    if not form.is_valid():
        messages.error(
            request, _("Ces dates ne font pas une période : corrigez-les, puis redemandez le fichier.")
        )
        return redirect(page_url)
    period = form.period()
    kind = FILE_KINDS.get(request.POST.get("format", ""), statements.PDF_KIND)
    try:
        statements.produce(actor=request.actor, fund_id=fund_id, period=period, kind=kind)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    days = {"start": period.start, "end": period.end}
    query = urlencode({name: f"{day:%d/%m/%Y}" for name, day in days.items() if day})
    return redirect(f"{page_url}?{query}#fichiers" if query else f"{page_url}#fichiers")
