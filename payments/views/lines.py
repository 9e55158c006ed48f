"""« À rapprocher »: the lines no order matched, across statements, and the page that settles one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ales.dates import format_date
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading, writing
from ales.keyset import page_of
from ales.money import format_euros
from ales.works.lines import sentence
from ales.works.notices import expect
from members.access import Actor, roles_required
from members.roles import Role
from payments import bulk, operations, statement_permissions
from payments.forms.orders import add_faults
from payments.forms.statements import LineBatchForm, LineCloseForm, LineOrderForm
from payments.models import PaymentBatch, PaymentOrder, PaymentRecovery, StatementLine
from payments.rules.statements import return_label
from payments.statement_hints import batches_like, batches_of, recoveries_quoted
from payments.states import MOVES, TONES, OrderState
from payments.views.statements import READERS, line_row

#: Orders proposed for a line.
PROPOSED = 5
#: Orders of a bordereau constated while one waits, about a second; a larger one is left to a worker.
AT_ONCE = 40


@reading
@roles_required(*READERS)
def lines_to_settle(request: HttpRequest) -> HttpResponse:
    """Every line left to settle, the oldest first; one query and a page of them."""
    lines = StatementLine.objects.visible_to(request.actor).to_settle().select_related("statement", "order")
    page = page_of(lines, request.GET, ("booked_on", "id"), descending=False)
    rows = [
        line_row(line)
        | {
            "url": reverse("payments:statement_line", args=[line.public_id]),
            "statement": str(line.statement),
            "reason": line.note,
            "order": line.order.number if line.order else "",
        }
        for line in page.rows
    ]
    return render(request, "payments/lines_to_settle.html", {"rows": rows, "page": page})


@form_page
@roles_required(Role.TREASURER)
def statement_line(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Settle one line: the order it belongs to is typed or chosen among those of its amount."""
    line = _waiting_line(request, public_id)
    if isinstance(line, HttpResponse):
        return line
    form = _order_form(request, line)
    if request.method == "POST" and form.is_valid():
        try:
            settled = operations.settle_with_order(
                actor=request.actor, line_id=public_id, at=timezone.now(), **form.cleaned_data
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect("payments:statement_line", public_id)
        else:
            return _settled(request, _("Ligne rapprochée de l’ordre %s.") % settled.order.number)
    return _page(request, line, form, LineCloseForm())


@writing
@roles_required(Role.TREASURER)
def statement_line_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Settle one line without an order."""
    line = _waiting_line(request, public_id)
    if isinstance(line, HttpResponse):
        return line
    form = LineCloseForm(request.POST)
    if form.is_valid():
        try:
            operations.settle_without_order(
                actor=request.actor, line_id=public_id, at=timezone.now(), **form.cleaned_data
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect("payments:lines_to_settle")
        else:
            return _settled(request, _("Ligne classée."))
    return _page(request, line, LineOrderForm(is_return=line.is_credit), form, status=422)


@writing
@roles_required(Role.TREASURER)
def statement_line_batch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Settle one line by the orders of a whole batch: now, or by a worker when they are many."""
    line = _waiting_line(request, public_id)
    if isinstance(line, HttpResponse):
        return line
    form = LineBatchForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choisissez le bordereau que la banque a passé en une ligne."))
        return redirect("payments:statement_line", public_id)
    batches = PaymentBatch.objects.visible_to(request.actor).defer("frozen")
    batch = get_object_or_404(batches, public_id=form.cleaned_data["batch"])
    try:
        if batch.orders.count() > AT_ONCE:
            work = bulk.settle_by_worker(request.actor, line, batch, timezone.now())
            expect(request)
            return redirect("works:detail", work.public_id)
        settled = operations.settle_with_batch(
            actor=request.actor, line_id=public_id, batch_id=batch.public_id, at=timezone.now()
        )
    except Refusal as refusal:
        messages.warning(request, sentence(refusal))
        return redirect("payments:statement_line", public_id)
    return _settled(request, settled.note)


def _waiting_line(request: HttpRequest, public_id: UUID) -> StatementLine | HttpResponse:
    """The line, or where to go when it is settled already."""
    lines = StatementLine.objects.visible_to(request.actor).select_related("statement", "order")
    line = get_object_or_404(lines, public_id=public_id)
    if verdict := statement_permissions.may_settle_line(request.actor, line):
        return line
    messages.warning(request, verdict.reason)
    return redirect("payments:statement", line.statement.public_id)


def _order_form(request: HttpRequest, line: StatementLine) -> LineOrderForm:
    initial = {"number": line.order.number} if line.order and not _other_amount(line) else {}
    if chosen := request.GET.get("ordre", ""):
        initial["number"] = chosen
    return LineOrderForm(
        request.POST if request.method == "POST" else None, initial=initial, is_return=line.is_credit
    )


def _other_amount(line: StatementLine) -> str:
    """Why the order that the line names isn't settled by it; "" when amounts agree or none is named."""
    if line.order is None or line.order.amount == line.amount:
        return ""
    return _(
        "La ligne cite l’ordre %(number)s, qui est de %(ours)s ; la banque dit %(told)s. "
        "Un ordre ne se constate qu’à son montant : faites expliquer l’écart par la banque, puis classez la "
        "ligne."
    ) % {
        "number": line.order.number,
        "ours": format_euros(line.order.amount),
        "told": format_euros(line.amount),
    }


def _settled(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("payments:lines_to_settle")


def _page(
    request: HttpRequest,
    line: StatementLine,
    form: LineOrderForm,
    close_form: LineCloseForm,
    status: int = 200,
) -> HttpResponse:
    context = {
        "line": line,
        "form": form,
        "close_form": close_form,
        "amount": line.amount if line.is_credit else -line.amount,
        "summary": _summary(line),
        "other_amount": _other_amount(line),
        "proposed": _proposed(request.actor, line),
        "statement_url": reverse("payments:statement", args=[line.statement.public_id]),
        "batches": _batches(line),
        "batch_url": reverse("payments:statement_line_batch", args=[line.public_id]),
        "recoveries": _recoveries(request.actor, line),
        "close_url": reverse("payments:statement_line_close", args=[line.public_id]),
    }
    return render(request, "payments/statement_line.html", context, status=status)


def _summary(line: StatementLine) -> list[tuple[str, str]]:
    side = _("crédit, l’argent est revenu") if line.is_credit else _("débit, l’argent est parti")
    summary = [
        (_("Montant"), f"{format_euros(line.amount)} ({side})"),
        (_("Date comptable"), format_date(line.booked_on)),
        (_("Contrepartie"), line.counterparty),
        (_("Libellé"), line.label),
        (_("Référence de bout en bout"), line.end_to_end_id),
        (_("Référence de la banque"), line.bank_reference),
    ]
    if line.return_reason:
        summary.append((_("Motif de la banque"), return_label(line.return_reason)))
    return [(name, text) for name, text in summary if text]


def _batches(line: StatementLine) -> list[dict[str, Any]]:
    """Sent batches that the line may book whole; one query."""
    return [
        {
            "id": batch.public_id,
            "number": batch.number,
            "url": reverse("payments:batch", args=[batch.public_id]),
            "orders": ngettext("%s ordre", "%s ordres", batch.orders_count) % batch.orders_count,
            "total": batch.control_sum,
            "may_settle": batch.is_waiting and not line.is_credit,
        }
        for batch in batches_like(line, batches_of([line]))
    ]


def _recoveries(actor: Actor, line: StatementLine) -> list[dict[str, Any]]:
    """The recoveries that money coming in quotes; a query each, PROPOSED at most."""
    found = (
        PaymentRecovery.objects.visible_to(actor).filter(year=year, sequence=rank).first()
        for year, rank in recoveries_quoted(line)[:PROPOSED]
    )
    return [
        {
            "number": recovery.number,
            "amount": recovery.amount,
            "state": recovery.get_state_display(),
            "url": reverse("payments:recovery", args=[recovery.public_id]),
        }
        for recovery in found
        if recovery
    ]


def _proposed(actor: Actor, line: StatementLine) -> list[dict[str, Any]]:
    """Orders of this amount that the line may belong to, the oldest first; one query."""
    sources, _target = MOVES["reject" if line.is_credit else "execute"]
    orders = PaymentOrder.objects.visible_to(actor).filter(state__in=sorted(sources), amount=line.amount)
    return [
        {
            "number": order.number,
            "landlord": order.landlord.name,
            "state": order.get_state_display(),
            "tone": TONES[OrderState(order.state)],
            "url": f"?ordre={order.number}",
            "order_url": reverse("payments:order", args=[order.public_id]),
        }
        for order in orders.select_related("landlord").defer("frozen").oldest_first()[:PROPOSED]
    ]
