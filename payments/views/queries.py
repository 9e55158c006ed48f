"""The landlords' questions about payments: the list, and one with its answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from aids.views.shared import log_access
from ales.dates import format_date
from ales.errors import InvalidInputError, Refusal
from ales.forms import add_faults
from ales.http import form_page, reading
from ales.keyset import page_of
from ales.money import format_euros
from members.access import Actor, roles_required
from members.roles import Role
from payments import operations, permissions
from payments.follow_up import query_rows
from payments.forms.follow_up import AnswerForm, QueryFilters
from payments.models import PaymentQuery

READERS = (Role.MANAGER, Role.ASSOCIATION_ADMIN, Role.TREASURER)


@reading
@roles_required(*READERS)
def query_list(request: HttpRequest) -> HttpResponse:
    """Those without an answer, the oldest first; or those of the past, the latest first."""
    filters, chosen, queries = wanted_queries(request.actor, request.GET)
    page = page_of(
        queries.select_related("advice__request", "landlord", "organisation"),
        request.GET,
        ("asked_at", "id"),
        descending=bool(chosen),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "rows": [_row(query) for query in page.rows],
        "page": page,
        "list_url": reverse("payments:queries"),
    }
    return render(request, "payments/query_list.html", context)


def wanted_queries(actor: Actor, params: QueryDict) -> tuple[QueryFilters, str, QuerySet]:
    """The filter of an address, the state it asks for, and the questions it shows this person."""
    filters = QueryFilters(params)
    chosen = filters.cleaned_data["etat"] if filters.is_valid() else ""
    return filters, chosen, _chosen(PaymentQuery.objects.visible_to(actor), chosen)


def _chosen(queries: QuerySet, chosen: str) -> QuerySet:
    if chosen == "toutes":
        return queries
    return queries.exclude(answered_at=None) if chosen == "repondues" else queries.filter(answered_at=None)


def _row(query: PaymentQuery) -> dict[str, Any]:
    return {
        "url": reverse("payments:query", args=[query.public_id]),
        "reason": query.get_reason_display().capitalize(),
        "landlord": query.landlord.name,
        "tenant": query.advice.request.tenant_name,
        "payment": query.advice.order_number,
        "organisation": query.organisation.name,
        "asked": format_date(localdate(query.asked_at)),
        "is_answered": query.answered_at is not None,
        "amount": query.advice.amount,
    }


@form_page
@roles_required(*READERS)
def query(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One question: the payment, what was asked on it before, and the manager's answer."""
    found = get_object_or_404(
        PaymentQuery.objects.visible_to(request.actor).select_related("advice__request", "landlord"),
        public_id=public_id,
    )
    verdict = permissions.may_answer_query(request.actor, found)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer_query(
                actor=request.actor,
                query_id=public_id,
                answer=form.cleaned_data["answer"],
                at=timezone.now(),
            )
        except InvalidInputError as error:
            add_faults(form, error)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect("payments:query", public_id=public_id)
        else:
            messages.success(request, _("Réponse envoyée : le bailleur en est averti."))
            return redirect("payments:query", public_id=public_id)
    advice = found.advice
    log_access(request, advice.request)
    talk = advice.queries.select_related("advice", "asked_by", "answered_by").order_by("asked_at", "id")
    context = {
        "query": found,
        "verdict": verdict,
        "form": form if verdict else None,
        "talk": query_rows(talk),
        "summary": [
            (_("Bailleur"), found.landlord.name),
            (_("Montant payé"), format_euros(advice.amount)),
            (_("Exécuté le"), format_date(advice.executed_on)),
            (_("Référence du virement"), advice.end_to_end_id),
            (_("Échéances"), ", ".join(row["label"] for row in advice.months)),
            (_("Locataire"), advice.request.tenant_name),
            (_("Référence du bailleur"), advice.request.landlord_reference or "–"),
        ],
    }
    return render(request, "payments/query.html", context)
