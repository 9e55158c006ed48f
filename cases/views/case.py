"""A case at a glance, and what is done with it as a whole."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ales import registry
from ales.documents.links import file_of_document
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, reading, writing
from ales.money import format_euros
from cases import facts, operations, permissions
from cases.documents.proofs import add_proof
from cases.forms.case import ClosingForm, ProofForm, ReferentForm
from cases.models import CaseShare, TenantCase
from cases.models.protocol import ProtocolState
from cases.rules import budget, codes
from cases.views.entry import load, load_own, social_only
from cases.views.indicators import indicator_context
from cases.views.listing import TONES
from members.access import Actor
from members.roles import Role

MAX_EVENTS = 40
EVENT_LOOKS = {
    "opened": {"tone": "info", "icon": "folder-open"},
    "closed": {"tone": "neutral", "icon": "archive-box"},
    "reopened": {"tone": "info", "icon": "arrow-path"},
    "referent": {"tone": "info", "icon": "user"},
    "document": {"tone": "neutral", "icon": "paper-clip"},
    "shared": {"tone": "info", "icon": "share"},
    "share_ended": {"tone": "neutral", "icon": "share"},
    "shared_view": {"tone": "neutral", "icon": "eye"},
    "handover": {"tone": "info", "icon": "arrows-right-left"},
    "protocol_prepared": {"tone": "info", "icon": "document-text"},
    "protocol_issued": {"tone": "progress", "icon": "document-text"},
    "protocol_signed": {"tone": "success", "icon": "check"},
    "protocol_replaced": {"tone": "warning", "icon": "arrow-path"},
}
PROTOCOL_TONES = {
    ProtocolState.DRAFT: "neutral",
    ProtocolState.ISSUED: "progress",
    ProtocolState.SIGNED: "success",
    ProtocolState.REPLACED: "neutral",
}
ENTITLEMENT_TONES = {
    codes.EntitlementState.ACTIVATED: "success",
    codes.EntitlementState.REQUESTED: "progress",
    codes.EntitlementState.REFUSED: "warning",
}


@reading
@social_only
def detail(request: HttpRequest, public_id) -> HttpResponse:
    """The whole case on one page."""
    case = load(request, public_id)
    return render(request, "cases/detail.html", _detail_context(request, case))


def _detail_context(request: HttpRequest, case: TenantCase) -> dict[str, Any]:
    actor = request.actor
    held = operations.is_held(case)
    tenancy, household = facts.tenancy_of(case), facts.household_of(case)
    own = permissions.is_own(actor, case)
    panels = [panel for build in registry.case_panels for panel in build(request, case)]
    return {
        "case": case,
        "state_label": capfirst(case.get_state_display()),
        "state_tone": TONES[case.state],
        "own": own,
        "shares": CaseShare.objects.filter(case=case).live(timezone.localdate()).select_related("shared_with")
        if own
        else [],
        "received": None
        if own
        else CaseShare.objects.filter(case=case, shared_with_id=actor.organisation_id)
        .live(timezone.localdate())
        .select_related("organisation", "created_by")
        .first(),
        "hand_over": permissions.may_propose_handover(actor, case),
        "edit": permissions.may_edit(actor, case),
        "follow": permissions.may_follow(actor, case),
        "close": permissions.may_close(actor, case, held=held),
        "reopen": permissions.may_reopen(actor, case),
        "missing": [
            {"message": f.message, "url": reverse("cases:step", args=[case.public_id, f.field])}
            for f in facts.missing_points(case)
        ],
        "household": household,
        "family": _family(case),
        "persons": list(case.persons.all()),
        "tenancy": tenancy,
        "dwelling": _dwelling(case),
        "stats": _stats(case),
        **indicator_context(facts.budgets_of(case)),
        "entitlements": [
            {
                "label": codes.label(codes.EntitlementCode(e.code)),
                "state": e.get_state_display(),
                "tone": ENTITLEMENT_TONES.get(e.state, "neutral"),
                "on": e.on_date,
                "note": e.note,
            }
            for e in case.entitlements.all()
            if e.state and e.state not in ("NOT_APPLICABLE", "NOT_ELIGIBLE")
        ],
        "closed_entitlements": sum(
            e.state in ("NOT_APPLICABLE", "NOT_ELIGIBLE") for e in case.entitlements.all()
        ),
        "unexplained": [codes.label(code) for code in facts.unexplained_entitlements(case)],
        "protocols": _protocols(case),
        "panels": sorted(panels, key=lambda panel: panel.order),
        "events": _events(request, case),
        "documents": _documents(actor, case) if own else [],
        "proof_form": ProofForm(),
        "closing_form": ClosingForm(initial={"closed_on": timezone.localdate(), "version": case.version}),
        "referent_form": _referent_form(actor, case) if own else None,
    }


def _documents(actor: Actor, case: TenantCase) -> list[dict[str, Any]]:
    proofs = StoredDocument.objects.filter(kind="proof", erased_at=None)
    documents = proofs.visible_to(actor).about("case", case.public_id)
    return [file_of_document(document) for document in documents]


def _family(case: TenantCase) -> str:
    category = facts.family_category_of(case)
    return codes.label(codes.FamilyCategory(category)) if category else ""


def _stats(case: TenantCase) -> list[dict[str, str]]:
    """The four figures that sum up a case."""
    tenancy = facts.tenancy_of(case)
    figures = []
    if tenancy:
        on = f"au {tenancy.arrears_on:%d/%m/%Y}" if tenancy.arrears_on else ""
        figures.append(
            {
                "value": format_euros(tenancy.arrears),
                "label": "dette de loyer",
                "help": on,
                "tone": "warning" if tenancy.arrears else "",
            }
        )
        residual, _explanation = facts.residual_rent_of(case)
        figures.append(
            {"value": format_euros(residual), "label": "loyer résiduel", "help": "par mois", "tone": ""}
        )
    current = facts.indicators_of(case).get(codes.SnapshotMoment.DURING)
    if current:
        figures.append(
            {"value": current.debt_ratio.text, "label": "taux d’endettement", "help": "actuel", "tone": ""}
        )
        below = budget.below_threshold(current.available_per_person.value)
        figures.append(
            {
                "value": current.available_per_person.text,
                "label": "disponible par personne",
                "help": "seuil : 300 €",
                "tone": "warning" if below else "",
            }
        )
    # A figure that can't be computed is a sentence: it would not fit in a big number.
    return [figure for figure in figures if not figure["value"].startswith("non calculable")]


def _dwelling(case: TenantCase) -> list[tuple[str, str]]:
    tenancy = facts.tenancy_of(case)
    if tenancy is None:
        return []
    state_on = f", depuis le {tenancy.lease_state_on:%d/%m/%Y}" if tenancy.lease_state_on else ""
    since = f"{tenancy.arrears_since:%m/%Y}" if tenancy.arrears_since else ""
    return [
        ("Bailleur", tenancy.landlord.name),
        ("Référence", tenancy.landlord_reference),
        ("Adresse", f"{tenancy.address}, {tenancy.postal_code} {tenancy.town} ({tenancy.department})"),
        ("Bail", f"{tenancy.get_lease_state_display()}{state_on}"),
        ("Loyer et charges", format_euros(tenancy.rent + tenancy.annexes + tenancy.service_charges)),
        ("APL ou AL", format_euros(tenancy.housing_benefit)),
        ("Premier mois impayé", since),
    ]


def _protocols(case: TenantCase) -> list[dict[str, Any]]:
    return [
        {
            "title": f"Protocole de l’aide {protocol.terms.get('reference', '')}".strip(),
            "version": protocol.version,
            "state": capfirst(protocol.get_state_display()),
            "tone": PROTOCOL_TONES[protocol.state],
            "signed_on": protocol.signed_on,
            "url": reverse("cases:protocol", args=[case.public_id, protocol.request_id]),
        }
        for protocol in sorted(case.protocols.all(), key=lambda p: p.created_at, reverse=True)
        if protocol.state != ProtocolState.REPLACED
    ]


def _events(request: HttpRequest, case: TenantCase) -> list[dict[str, Any]]:
    """The case's own events and those of the rooms above, the latest first."""
    events = [
        {
            "at": event.at,
            "what": event.text,
            "who": event.by.full_name,
            "capacity": Role(event.capacity).label,
        }
        | EVENT_LOOKS.get(event.kind, {"tone": "neutral", "icon": "pencil"})
        for event in case.events.select_related("by").order_by("-at", "-id")[:MAX_EVENTS]
    ]
    for build in registry.case_events:
        events += build(request, case)
    return sorted(events, key=lambda event: _moment(event["at"]), reverse=True)[:MAX_EVENTS]


def _moment(at: Any) -> datetime:
    """A day without an hour counts from its midnight."""
    return at if isinstance(at, datetime) else timezone.make_aware(datetime.combine(at, time.min))


def _referent_form(actor: Actor, case: TenantCase, data: Any = None) -> ReferentForm:
    return ReferentForm(
        data,
        referents=operations.referents_of(case.organisation_id),
        initial={"referent": str(case.referent.public_id), "version": case.version},
    )


@form_page
@social_only
def close(request: HttpRequest, public_id) -> HttpResponse:
    """Close the case; a refused closing comes back on its own page."""
    case = load_own(request, public_id)
    form = ClosingForm(
        request.POST or None, initial={"closed_on": timezone.localdate(), "version": case.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.close_case(
                actor=request.actor,
                case_id=case.public_id,
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["closing_reason"],
                closed_on=form.cleaned_data["closed_on"],
                at=timezone.now(),
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Dossier clos."))
            return redirect("cases:detail", case.public_id)
    return act_page(request, case, form, "Clore le dossier", "Clore le dossier")


@writing
@social_only
def reopen(request: HttpRequest, public_id) -> HttpResponse:
    case = get_object_or_404(TenantCase.objects.followed_by(request.actor), public_id=public_id)
    try:
        operations.reopen_case(actor=request.actor, case_id=case.public_id, version=None, at=timezone.now())
    except Refusal as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Dossier rouvert."))
    return redirect("cases:detail", case.public_id)


@form_page
@social_only
def referent(request: HttpRequest, public_id) -> HttpResponse:
    """Hand the case over within the organisation."""
    case = load_own(request, public_id)
    form = _referent_form(request.actor, case, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_referent(
                actor=request.actor,
                case_id=case.public_id,
                version=form.cleaned_data["version"],
                referent_id=form.cleaned_data["referent"],
                at=timezone.now(),
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Référent enregistré."))
            return redirect("cases:detail", case.public_id)
    return act_page(request, case, form, "Changer de référent", "Enregistrer")


@form_page
@social_only
def documents(request: HttpRequest, public_id) -> HttpResponse:
    """Join a proof to the case."""
    case = load_own(request, public_id)
    form = ProofForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_proof(
                actor=request.actor,
                case_id=case.public_id,
                title=form.cleaned_data["title"],
                uploaded=form.cleaned_data["file"],
                at=timezone.now(),
            )
        except Refusal as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("Document joint au dossier."))
            return redirect("cases:detail", case.public_id)
    return act_page(request, case, form, "Joindre un document", "Joindre")


def add_refusal(form, error: Refusal) -> None:
    faults = error.faults if isinstance(error, InvalidInputError) else {"": [error.message]}
    for name, texts in faults.items():
        form.add_error(name if name in form.fields else None, texts)


def act_page(
    request: HttpRequest, case: TenantCase, form, title: str, label: str, *, back: str = "", note: str = ""
) -> HttpResponse:
    """A page with one form: where a refused dialog comes back with what was typed."""
    context = {
        "case": case,
        "form": form,
        "title": title,
        "label": label,
        "note": note,
        "back": back or reverse("cases:detail", args=[case.public_id]),
    }
    return render(request, "cases/act.html", context, status=422 if form.errors else 200)
