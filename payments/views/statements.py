"""Relevés de la banque: bring one in, see what it will do, apply it or set it aside."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from ales.dates import format_date
from ales.documents.links import file_of_document
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading, writing
from ales.keyset import page_of
from ales.money import ZERO, format_euros
from ales.text import group_by_four
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from payments import operations, statement_permissions, tasks
from payments.forms.orders import add_faults
from payments.forms.statements import SetAsideForm, StatementUploadForm
from payments.models import BankStatement, PaymentOrder, StatementLine
from payments.models.statement import LineOutcome, StatementState
from payments.operations.statements import TO_APPLY
from payments.reconciliation import PlannedLine, digest_of, plan_of
from payments.rules.statements import return_label

READERS = (Role.TREASURER, Role.ASSOCIATION_ADMIN)
STATE_TONES = {
    StatementState.READ: "warning",
    StatementState.APPLYING: "progress",
    StatementState.APPLIED: "success",
    StatementState.SET_ASIDE: "neutral",
}
OUTCOME_TONES = {
    LineOutcome.EXECUTION: "success",
    LineOutcome.REJECT: "danger",
    LineOutcome.KNOWN: "neutral",
    LineOutcome.TO_SETTLE: "warning",
    LineOutcome.SETTLED: "info",
    LineOutcome.UNRELATED: "neutral",
}
#: A line's outcome, as the page counts them: of one line, of several.
OUTCOME_LABELS = {
    LineOutcome.EXECUTION: ngettext_lazy("exécution", "exécutions"),
    LineOutcome.REJECT: ngettext_lazy("rejet", "rejets"),
    LineOutcome.TO_SETTLE: ngettext_lazy("à rapprocher à la main", "à rapprocher à la main"),
    LineOutcome.KNOWN: ngettext_lazy("déjà constaté", "déjà constatés"),
    LineOutcome.SETTLED: ngettext_lazy("rapproché à la main", "rapprochés à la main"),
    LineOutcome.UNRELATED: ngettext_lazy("sans rapport", "sans rapport"),
}
#: A number of lines that takes the plural.
MANY = 2
#: Lines that the request itself applies; more are left to the queue.
AT_ONCE = 40


# --- The list, and the upload ---------------------------------------------------------------------


@form_page
@roles_required(*READERS)
def statement_list(request: HttpRequest) -> HttpResponse:
    """The statements, the latest first; the treasurer brings one in here."""
    verdict = statement_permissions.may_import_statements(request.actor)
    is_sent = request.method == "POST"
    form = StatementUploadForm(*((request.POST, request.FILES) if is_sent else ()))
    if is_sent:
        if not verdict:
            messages.warning(request, verdict.reason)
            return redirect("payments:statements")
        if form.is_valid() and (answer := _import(request, form)):
            return answer
    page = page_of(
        BankStatement.objects.visible_to(request.actor).select_related("imported_by"),
        request.GET,
        ("imported_at", "id"),
        descending=True,
    )
    context = {
        "form": form,
        "may_import": verdict,
        "rows": _statement_rows(page.rows),
        "page": page,
        "to_settle_url": reverse("payments:lines_to_settle"),
        "is_to_settle": StatementLine.objects.to_settle().exists(),
    }
    return render(request, "payments/statement_list.html", context, status=422 if is_sent else 200)


def _import(request: HttpRequest, form: StatementUploadForm) -> HttpResponse | None:
    """Read the file; None, with its faults in the form, when it is refused."""
    uploaded = form.cleaned_data["file"]
    try:
        statement, is_new = operations.import_statement(
            actor=request.actor, content=uploaded.read(), file_name=uploaded.name, at=timezone.now()
        )
    except InvalidInputError as error:
        add_faults(form, error)
        return None
    if is_new:
        messages.success(request, _("Relevé lu : vérifiez ce qu’il fera, puis appliquez-le."))
    else:
        day = format_date(localtime(statement.imported_at).date())
        messages.info(request, _("Ce fichier est déjà connu : il a été importé le %s.") % day)
    return redirect("payments:statement", statement.public_id)


def _statement_rows(statements: Sequence[BankStatement]) -> list[dict[str, Any]]:
    """The rows; one query more counts the lines still to settle."""
    counted = StatementLine.objects.to_settle().filter(statement__in=[row.pk for row in statements])
    left = dict(
        counted.order_by().values("statement").annotate(number=Count("pk")).values_list("statement", "number")
    )
    return [
        {
            "url": reverse("payments:statement", args=[statement.public_id]),
            "reference": str(statement),
            "period": _period(statement),
            "imported": format_date(localtime(statement.imported_at).date()),
            "by": statement.imported_by.full_name,
            "state": statement.get_state_display(),
            "tone": STATE_TONES[StatementState(statement.state)],
            "to_settle": _lines_text(left[statement.pk]) if statement.pk in left else "",
        }
        for statement in statements
    ]


def _lines_text(number: int) -> str:
    return ngettext("%s ligne à rapprocher", "%s lignes à rapprocher", number) % number


def _period(statement: BankStatement) -> str:
    if statement.from_on == statement.to_on:
        return format_date(statement.from_on)
    return _("du %(first)s au %(last)s") % {
        "first": format_date(statement.from_on),
        "last": format_date(statement.to_on),
    }


# --- One statement --------------------------------------------------------------------------------


@reading
@roles_required(*READERS)
def statement_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Before it is applied: what it will do now, line by line. Afterwards: what became of each line."""
    statement = _visible(request, public_id)
    is_waiting = statement.state == StatementState.READ
    plan = _plan(request.actor, statement) if is_waiting else None
    chosen = request.GET.get("suite", "")
    chosen = chosen if chosen in LineOutcome.values else ""
    lines = statement.lines.select_related("order", "settled_by").order_by("position")
    if chosen and plan is not None:
        lines = lines.filter(position__in=[row.position for row in plan if row.outcome == chosen])
    elif chosen:
        lines = lines.filter(outcome=chosen)
    page = page_of(lines, request.GET, ("position",), descending=False)
    totals = _planned_totals(statement, plan) if plan is not None else _totals(statement)
    context = {
        "statement": statement,
        "state": statement.get_state_display(),
        "tone": STATE_TONES[StatementState(statement.state)],
        "details": _details(statement),
        "file": file_of_document(statement.document),
        "is_waiting": is_waiting,
        "progress": _progress(statement),
        "digest": digest_of(plan) if plan is not None else "",
        "totals": _stats(totals, chosen),
        "consequence": _consequence(totals),
        "rows": _line_rows(request.actor, page.rows, plan),
        "page": page,
        "chosen_label": OUTCOME_LABELS[LineOutcome(chosen)] % MANY if chosen else "",
        "all_url": reverse("payments:statement", args=[statement.public_id]),
        "apply_url": reverse("payments:statement_apply", args=[statement.public_id]),
        "may_apply": statement_permissions.may_apply(request.actor, statement),
        "may_set_aside": statement_permissions.may_set_aside(request.actor, statement),
        "set_aside_url": reverse("payments:statement_set_aside", args=[statement.public_id]),
    }
    return render(request, "payments/statement_detail.html", context)


def _visible(request: HttpRequest, public_id: UUID) -> BankStatement:
    statements = BankStatement.objects.visible_to(request.actor)
    return get_object_or_404(
        statements.select_related("document", "imported_by", "decided_by"), public_id=public_id
    )


def _plan(actor: Actor, statement: BankStatement) -> list[PlannedLine]:
    # Once as the treasurer who reads: what they may not execute is to settle by another.
    return plan_of(actor, statement, list(statement.lines.order_by("position")), today=localdate())


Totals = dict[str, tuple[int, Decimal]]


def _planned_totals(statement: BankStatement, plan: Sequence[PlannedLine]) -> Totals:
    amounts = dict(statement.lines.values_list("position", "amount"))
    totals: Totals = {}
    for row in plan:
        number, euros = totals.get(row.outcome, (0, ZERO))
        totals[row.outcome] = (number + 1, euros + amounts[row.position])
    return totals


def _totals(statement: BankStatement) -> Totals:
    counted = statement.lines.order_by().values("outcome").annotate(number=Count("pk"), euros=Sum("amount"))
    return {row["outcome"]: (row["number"], row["euros"]) for row in counted}


def _stats(totals: Totals, chosen: str) -> list[dict[str, Any]]:
    """A figure an outcome that has lines, each opening its lines."""
    return [
        {
            "value": str(totals[outcome][0]),
            "label": label % totals[outcome][0],
            "help": format_euros(totals[outcome][1]),
            "url": f"?suite={outcome}",
            "tone": OUTCOME_TONES[outcome] if outcome in (*TO_APPLY, LineOutcome.TO_SETTLE) else "",
            "is_chosen": outcome == chosen,
        }
        for outcome, label in OUTCOME_LABELS.items()
        if outcome in totals
    ]


def _consequence(totals: Totals) -> str:
    """What applying writes, in a sentence."""
    paid, euros = totals.get(LineOutcome.EXECUTION, (0, ZERO))
    back, returned = totals.get(LineOutcome.REJECT, (0, ZERO))
    parts = []
    if paid:
        text = ngettext(
            "%(number)s ordre sera constaté exécuté (%(euros)s)",
            "%(number)s ordres seront constatés exécutés (%(euros)s)",
            paid,
        )
        parts.append(text % {"number": paid, "euros": format_euros(euros)})
    if back:
        text = ngettext(
            "%(number)s ordre sera constaté rejeté (%(euros)s)",
            "%(number)s ordres seront constatés rejetés (%(euros)s)",
            back,
        )
        parts.append(text % {"number": back, "euros": format_euros(returned)})
    if not parts:
        return _("Aucun ordre ne changera : le relevé sera classé, ses lignes à rapprocher le resteront.")
    return _("%s.") % ", ".join(parts)


def _details(statement: BankStatement) -> list[tuple[str, str]]:
    details = [
        (_("Compte"), group_by_four(statement.account_iban)),
        (_("Période"), _period(statement)),
        (_("Référence de la banque"), statement.statement_id),
    ]
    for label, amount in ((_("Solde initial"), statement.opening), (_("Solde final"), statement.closing)):
        if amount is not None:
            details.append((label, format_euros(amount)))
    details.append((_("Importé"), _by_at(statement.imported_by.full_name, statement.imported_at)))
    if statement.decided_at:
        labels = {StatementState.SET_ASIDE: _("Écarté")}
        label = labels.get(StatementState(statement.state), _("Appliqué"))
        details.append((label, _by_at(statement.decided_by.full_name, statement.decided_at)))
    return details


def _by_at(name: str, at) -> str:
    return _("par %(name)s le %(day)s") % {"name": name, "day": format_date(localtime(at).date())}


def _line_rows(
    actor: Actor, lines: Sequence[StatementLine], plan: Sequence[PlannedLine] | None
) -> list[dict[str, Any]]:
    """The rows; before the statement is applied, one query more for the orders of the page."""
    planned = {row.position: row for row in plan or ()}
    keys = {planned[line.position].order_id for line in lines if line.position in planned}
    orders = PaymentOrder.objects.defer("frozen").in_bulk(keys - {None})
    return [_line_row(actor, line, planned.get(line.position), orders) for line in lines]


def _line_row(
    actor: Actor, line: StatementLine, planned: PlannedLine | None, orders: dict[int, PaymentOrder]
) -> dict[str, Any]:
    outcome = LineOutcome(planned.outcome if planned else line.outcome)
    order = orders.get(planned.order_id) if planned else line.order
    reason = planned.reason if planned else line.note
    if outcome == LineOutcome.REJECT and not reason:
        reason = return_label(line.return_reason)
    may_settle = statement_permissions.may_settle_line(actor, line)
    return line_row(line) | {
        "outcome": outcome.label,
        "tone": OUTCOME_TONES[outcome],
        "reason": reason,
        "settled_by": line.settled_by.full_name if line.settled_by else "",
        "order": order.number if order else "",
        "order_url": reverse("payments:order", args=[order.public_id]) if order else "",
        "settle_url": reverse("payments:statement_line", args=[line.public_id]) if may_settle else "",
    }


def line_row(line: StatementLine) -> dict[str, Any]:
    """A movement as every list shows it."""
    return {
        "booked": f"{line.booked_on:%d/%m/%Y}",
        "party": line.counterparty or line.label or _("mouvement sans libellé"),
        "label": line.label if line.counterparty else "",
        "reference": line.end_to_end_id or line.bank_reference,
        "amount": line.amount if line.is_credit else -line.amount,
    }


# --- Applying, setting aside ----------------------------------------------------------------------


@writing
@roles_required(Role.TREASURER)
def statement_apply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Apply what the page showed; a large statement goes to the queue and its page shows how far it is."""
    statement = _visible(request, public_id)
    arguments = {"actor": request.actor, "statement_id": public_id, "at": timezone.now()}
    try:
        statement = operations.start_applying(digest=request.POST.get("digest", ""), **arguments)
        if statement.state == StatementState.APPLYING:
            if statement.lines.filter(outcome__in=TO_APPLY, settled_at=None).count() > AT_ONCE:
                tasks.send_on_commit(public_id, request.actor)
            else:
                statement = operations.apply_statement(**arguments)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        if statement.state == StatementState.APPLIED:
            messages.success(request, _("Relevé appliqué."))
    return redirect("payments:statement", public_id)


def _progress(statement: BankStatement) -> dict[str, Any] | None:
    """How far a statement being applied is; one query."""
    if statement.state != StatementState.APPLYING:
        return None
    counted = statement.lines.filter(outcome__in=TO_APPLY).aggregate(
        total=Count("pk"), done=Count("settled_at")
    )
    return counted | {
        "text": _("%(done)s sur %(total)s") % counted,
        "url": reverse("payments:statement_progress", args=[statement.public_id]),
    }


@reading
@roles_required(*READERS)
def statement_progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The progress, asked again every two seconds; the whole page once the statement is applied."""
    statement = _visible(request, public_id)
    progress = _progress(statement)
    if progress is None:
        response = HttpResponse()
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "payments/_statement_progress.html", {"progress": progress})


@form_page
@roles_required(Role.TREASURER)
def statement_set_aside(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A statement that must not be applied, and why."""
    statement = _visible(request, public_id)
    address = reverse("payments:statement", args=[public_id])
    form = SetAsideForm(request.POST if request.method == "POST" else None)
    verdict: Verdict = statement_permissions.may_set_aside(request.actor, statement)
    if not verdict:
        messages.warning(request, verdict.reason)
        return redirect(address)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_aside(
                actor=request.actor, statement_id=public_id, at=timezone.now(), **form.cleaned_data
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(address)
        else:
            messages.success(request, _("Relevé écarté : il ne sera pas appliqué."))
            return redirect(address)
    context = {"statement": statement, "form": form, "statement_url": address, "details": _details(statement)}
    return render(request, "payments/statement_set_aside.html", context)
