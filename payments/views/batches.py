"""Bordereaux: their list, their page, and how they are prepared, sent and cancelled."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ales.dates import format_date
from ales.documents.links import file_of_job
from ales.documents.models import JobState
from ales.errors import InvalidInputError, Refusal, StalePageError
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.lists.reading import Listing, read_list
from ales.money import format_euros
from ales.text import group_by_four
from ales.verdict import Verdict
from members.access import Actor, roles_required
from members.roles import Role
from members.sign_in.again import asked_again
from payments import bank_account, holds, operations, permissions
from payments.documents import batch as batch_document
from payments.forms.batches import CancelBatchForm, PrepareBatchForm, SendBatchForm
from payments.forms.filters import visible_orders
from payments.lists import BATCHES
from payments.models import PaymentBatch, PaymentOrder
from payments.models.batch import PaymentBatchQuerySet
from payments.operations import MOST_AT_ONCE
from payments.rules.banking_days import next_banking_day
from payments.states import BATCH_TONES, BatchState, OrderState
from payments.views.selection import Selection, chosen_orders, landlords_of, posted_ids, total_of
from payments.views.signature import refused_rows
from payments.views.worklist import rows_of

READERS = (Role.TREASURER, Role.ASSOCIATION_ADMIN)
UNFINISHED = frozenset({JobState.QUEUED, JobState.RUNNING})


# --- The list -------------------------------------------------------------------------------------


@reading
@roles_required(*READERS)
def batch_list(request: HttpRequest) -> HttpResponse:
    """Latest first, of one state or of all."""
    listing = read_list(request, BATCHES)
    if listing.default_url:
        return redirect(listing.default_url)
    batches = PaymentBatch.objects.visible_to(request.actor).select_related("created_by", "sent_by")
    state = request.GET.get("etat", "")
    page = listing.page(batches_in(batches, state).defer("frozen"))
    context = {
        "rows": [_row(batch) for batch in page.rows],
        "listing": listing,
        "page": page,
        "tabs": _tabs(state, listing),
        "may_prepare": permissions.may_prepare_batches(request.actor) if request.actor.is_treasurer else None,
        "prepare_url": reverse("payments:batch_prepare"),
    }
    return render(request, "payments/batch_list.html", context)


def batches_in(batches: PaymentBatchQuerySet, state: str) -> PaymentBatchQuerySet:
    """Those of one state; all of them when it is none we know."""
    return batches.filter(state=state) if state in BatchState.values else batches


def _tabs(chosen: str, listing: Listing) -> list[dict[str, Any]]:
    tabs = [("", _("Tous")), *((state.value, str(state.label).capitalize()) for state in BatchState)]
    return [
        {
            "label": label,
            "url": f"?{urlencode([('etat', key), *listing.kept])}",
            "is_current": key == chosen,
        }
        for key, label in tabs
    ]


def _row(batch: PaymentBatch) -> dict[str, Any]:
    happened = _("préparé par %s") % batch.created_by.full_name
    if batch.sent_at:
        happened = _("transmis le %s") % format_date(localtime(batch.sent_at).date())
    return {
        "url": reverse("payments:batch", args=[batch.public_id]),
        "number": batch.number,
        "prepared": _("préparé le %s") % format_date(localtime(batch.created_at).date()),
        "execution": format_date(batch.execution_on),
        "orders": ngettext("%s ordre", "%s ordres", batch.orders_count) % batch.orders_count,
        "state": batch.get_state_display(),
        "tone": BATCH_TONES[BatchState(batch.state)],
        "happened": happened,
        "amount": batch.control_sum,
    }


# --- One batch ------------------------------------------------------------------------------------


def _visible_batch(request: HttpRequest, public_id: UUID) -> PaymentBatch:
    """The batch, and its orders as they stand now."""
    batches = PaymentBatch.objects.visible_to(request.actor).select_related(
        "created_by", "sent_by", "cancelled_by", "file_job__document", "statement_job__document"
    )
    orders = visible_orders(request.actor).oldest_first()
    return get_object_or_404(batches.prefetch_related(Prefetch("orders", orders)), public_id=public_id)


@reading
@roles_required(*READERS)
def batch_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file and its proof, the totals by landlord, the orders and what became of them."""
    batch = _visible_batch(request, public_id)
    orders = list(batch.orders.all())
    is_cancelled = batch.state == BatchState.CANCELLED
    context = {
        "batch": batch,
        "state": batch.get_state_display(),
        "tone": BATCH_TONES[BatchState(batch.state)],
        "printed": batch_document.context(batch.frozen | {"state": str(batch.state), "happenings": {}}),
        # A cancelled file must not reach the bank by mistake.
        "file": None if is_cancelled else file_of_job(batch.file_job),
        "statement": file_of_job(batch.statement_job),
        "rows": rows_of(orders, request.actor),
        "holds": _held(orders),
        "moves": _moves(request.actor, batch),
        "events": _events(batch),
        "is_prepared": batch.state == BatchState.PREPARED,
        # The buttons wait for the file: the page asks again until it is there.
        "awaits_file": batch.state == BatchState.PREPARED and batch.file_job.state in UNFINISHED,
        "is_read_only": not request.actor.is_treasurer,
    }
    return render(request, "payments/batch_detail.html", context)


def _held(orders: list[PaymentOrder]) -> list[dict[str, Any]]:
    waiting = holds.reasons(orders)
    return refused_rows([order for order in orders if order.pk in waiting], waiting)


def _moves(actor: Actor, batch: PaymentBatch) -> list[dict[str, Any]]:
    """The buttons of the treasurer while the batch isn't sent; a refused one stays, with its reason."""
    if not actor.is_treasurer or batch.state != BatchState.PREPARED:
        return []

    def move(name: str, verdict: Verdict, label: str, icon: str, style: str) -> dict[str, Any]:
        url = reverse(f"payments:{name}", args=[batch.public_id])
        return {"verdict": verdict, "label": label, "url": url, "icon": icon, "style": style}

    return [
        move(
            "batch_send",
            permissions.may_send_batch(actor, batch),
            _("Noter la remise à la banque"),
            "paper-airplane",
            "primary",
        ),
        move("batch_cancel", permissions.may_cancel_batch(actor, batch), _("Annuler"), "x-mark", "secondary"),
    ]


def _events(batch: PaymentBatch) -> list[dict[str, Any]]:
    """Who did what, the latest first."""
    treasurer = str(Role.TREASURER.label)
    events = [
        {
            "at": batch.created_at,
            "what": _("Bordereau préparé"),
            "who": batch.created_by.full_name,
            "capacity": treasurer,
            "tone": "info",
        }
    ]
    if batch.sent_at:
        events.append(
            {
                "at": batch.sent_at,
                "what": _("Fichier remis à la banque"),
                "who": batch.sent_by.full_name,
                "capacity": treasurer,
                "tone": "success",
                "icon": "paper-airplane",
            }
        )
    if batch.cancelled_at:
        events.append(
            {
                "at": batch.cancelled_at,
                "what": _("Bordereau annulé"),
                "who": batch.cancelled_by.full_name,
                "capacity": treasurer,
                "reason": batch.cancelled_reason,
                "tone": "neutral",
            }
        )
    return events[::-1]


# --- Preparing ------------------------------------------------------------------------------------


@form_page
@roles_required(Role.TREASURER)
def prepare_batch(request: HttpRequest) -> HttpResponse:
    """Orders ticked in the list, those of its filters, or all signed ones; what was shown is what is sent."""
    verdict = permissions.may_prepare_batches(request.actor)
    if not verdict:
        messages.warning(request, verdict.reason)
        return redirect("payments:batches")
    if request.method != "POST":
        form = PrepareBatchForm(initial={"execution_on": next_banking_day(localdate())})
        return _confirm(request, form, _proposed(request))
    form = PrepareBatchForm(request.POST)
    try:
        ids = posted_ids(request)
    except StalePageError as refusal:
        messages.error(request, refusal.message)
        return redirect("payments:batches")
    if form.is_valid():
        try:
            batch = operations.prepare_batch(
                actor=request.actor,
                order_ids=ids,
                execution_on=form.cleaned_data["execution_on"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            if earlier := _prepared_before(request.actor, ids):
                messages.info(request, _("Ces ordres sont déjà dans le bordereau %s.") % earlier.number)
                return redirect("payments:batch", earlier.public_id)
            add_faults(form, refusal)
        else:
            messages.success(
                request, _("Bordereau %s préparé : son fichier est en cours de production.") % batch.number
            )
            return redirect("payments:batch", batch.public_id)
    chosen = visible_orders(request.actor).filter(public_id__in=ids).oldest_first()
    return _confirm(request, form, Selection(list(chosen[:MOST_AT_ONCE])))


def _proposed(request: HttpRequest) -> Selection:
    if "o" in request.GET or "tout" in request.GET:
        return chosen_orders(request, OrderState.SIGNED)
    found = visible_orders(request.actor).filter(state=OrderState.SIGNED).oldest_first()
    orders = list(found[: MOST_AT_ONCE + 1])
    return Selection(orders[:MOST_AT_ONCE], is_cut=len(orders) > MOST_AT_ONCE)


def _prepared_before(actor: Actor, ids: list[UUID]) -> PaymentBatch | None:
    """The batch that holds exactly these orders: the same page was sent twice."""
    orders = PaymentOrder.objects.visible_to(actor).filter(public_id__in=ids)
    batches = set(orders.values_list("batch", flat=True))
    if len(batches) != 1 or batches == {None}:
        return None
    batch = PaymentBatch.objects.visible_to(actor).get(pk=batches.pop())
    return batch if batch.orders_count == len(ids) else None


def _confirm(request: HttpRequest, form: PrepareBatchForm, selection: Selection) -> HttpResponse:
    refusals = permissions.batch_refusals(request.actor, selection.orders)
    included = [order for order in selection.orders if order.pk not in refusals]
    account = bank_account.debtor()
    context = {
        "form": form,
        "rows": rows_of(included, request.actor),
        "total": total_of(included),
        "count": len(included),
        "landlords": landlords_of(included),
        "refused": refused_rows([order for order in selection.orders if order.pk in refusals], refusals),
        "is_cut": selection.is_cut,
        "most": MOST_AT_ONCE,
        "account": [
            (_("Titulaire"), account.name),
            (_("IBAN"), group_by_four(account.iban)),
            (_("BIC"), account.bic or "–"),
            (_("Format du fichier"), bank_account.schema()),
        ],
    }
    return render(request, "payments/batch_prepare.html", context)


# --- Sending and cancelling -----------------------------------------------------------------------


@form_page
@roles_required(Role.TREASURER)
@asked_again
def send_batch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The treasurer notes that the bank has the file."""
    batch = _visible_batch(request, public_id)
    held = _held(list(batch.orders.all()))

    def operation(data: dict[str, Any]) -> None:
        operations.mark_sent(
            actor=request.actor,
            batch_id=public_id,
            at=timezone.now(),
            already_gone=data.get("already_gone", False),
        )

    return _move_page(
        request,
        batch,
        verdict=permissions.may_send_batch(request.actor, batch),
        form=SendBatchForm(_typed(request), has_holds=bool(held)),
        operation=operation,
        done=_("Bordereau %s transmis : ses ordres attendent le relevé de la banque."),
        context={
            "heading": _("Noter la remise à la banque"),
            "submit_label": _("Noter la remise"),
            "submit_style": "primary",
            "consequence": _(
                "Les ordres passent à « transmis à la banque » ; le bordereau ne s’annule plus."
            ),
            "held": held,
        },
    )


@form_page
@roles_required(Role.TREASURER)
def cancel_batch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The batch will not be sent: its orders go back among the signed ones."""
    batch = _visible_batch(request, public_id)

    def operation(data: dict[str, Any]) -> None:
        operations.cancel_batch(actor=request.actor, batch_id=public_id, at=timezone.now(), **data)

    return _move_page(
        request,
        batch,
        verdict=permissions.may_cancel_batch(request.actor, batch),
        form=CancelBatchForm(_typed(request)),
        operation=operation,
        done=_("Bordereau %s annulé : ses ordres sont à nouveau signés, hors bordereau."),
        context={
            "heading": _("Annuler le bordereau"),
            "submit_label": _("Annuler le bordereau"),
            "submit_style": "danger",
            "consequence": _(
                "Le fichier ne doit plus être remis à la banque. "
                "Les ordres pourront entrer dans un autre bordereau."
            ),
            "held": [],
        },
    )


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _move_page(
    request: HttpRequest,
    batch: PaymentBatch,
    *,
    verdict: Verdict,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], None],
    done: str,
    context: dict[str, Any],
) -> HttpResponse:
    """A page that repeats number, total and file, then does one move."""
    batch_url = reverse("payments:batch", args=[batch.public_id])
    if request.method == "POST" and form.is_valid():
        try:
            operation(form.cleaned_data)
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(batch_url)
        else:
            messages.success(request, done % batch.number)
            return redirect(batch_url)
    elif not verdict:
        messages.warning(request, verdict.reason)
        return redirect(batch_url)
    summary = [
        (_("Bordereau"), batch.number),
        (_("Total"), format_euros(batch.control_sum)),
        (_("Ordres"), str(batch.orders_count)),
        (_("Exécution demandée"), format_date(batch.execution_on)),
        (_("Fichier"), batch.frozen["file_name"]),
    ]
    page = {"batch": batch, "batch_url": batch_url, "form": form, "summary": summary, **context}
    return render(request, "payments/batch_move.html", page)
