"""The agreement of an aid: written, issued, signed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ales import conflicts, registry
from ales.documents.links import file_of_document, file_of_job
from ales.errors import InvalidInputError, Refusal
from ales.http import form_page, writing
from ales.templatetags.components import error_summary
from ales.text import fold
from cases import facts, operations, permissions, protocols
from cases.entry.typed import as_query, typed_text, with_a_row_more
from cases.forms.protocol import ProtocolForm, SignedScanForm, UndertakingFormSet
from cases.models import Protocol, StepDraft, TenantCase
from cases.models.protocol import ProtocolState
from cases.views.case import PROTOCOL_TONES
from cases.views.entry import keep_typed, load_own, social_only


def step_name(request_id) -> str:
    """Name of the agreement's draft among the steps'."""
    return f"protocol:{request_id.hex[:30]}"


def _current(case: TenantCase, request_id) -> Protocol:
    """The live version of this case's agreement; 404 before the aid handed its terms down."""
    protocol = (
        case.protocols.filter(request_id=request_id)
        .exclude(state=ProtocolState.REPLACED)
        .select_related("job__document", "signed_scan")
        .first()
    )
    if protocol is None:
        raise Http404(request_id)
    return protocol


def _former(case: TenantCase, request_id, version: str) -> Protocol:
    if not version.isdecimal() or len(version) > 4:
        raise Http404(version)
    return get_object_or_404(
        case.protocols.select_related("job__document", "signed_scan"),
        request_id=request_id,
        version=int(version),
    )


@form_page
@social_only
def page(request: HttpRequest, public_id, request_id) -> HttpResponse:
    """The agreement of one aid: a form while it is prepared, then what was issued and signed."""
    case = load_own(request, public_id)
    if case.anonymised_on:
        return redirect("cases:detail", case.public_id)
    wanted = request.GET.get("version", "")
    protocol = _former(case, request_id, wanted) if wanted else _current(case, request_id)
    verdict = permissions.may_write_protocol(request.actor, case, protocol)
    if request.method == "POST":
        return _take(request, case, protocol)
    data = None
    if verdict:
        draft = StepDraft.objects.filter(
            case=case, step=step_name(request_id), user_id=request.actor.user_id
        ).first()
        data = as_query(draft.data) if draft else None
    agreement = _forms(protocol, data)
    if data is not None:
        agreement.is_valid()
    return _show(request, case, protocol, agreement)


@dataclass(frozen=True)
class AgreementForms:
    """What one types of an agreement: its place and plan, and its undertakings."""

    form: ProtocolForm
    rows: Any

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.rows.is_valid()])

    def entries(self) -> dict[str, conflicts.Entry]:
        rows = conflicts.rows_of(self.rows, key=_undertaking_key, label=_undertaking_label)
        return rows | conflicts.fields_of(self.form)

    def undertakings(self) -> list[protocols.UndertakingInput]:
        removed = self.rows.deleted_forms
        kept = [row.cleaned_data for row in self.rows if row.has_changed() and row not in removed]
        return [
            protocols.UndertakingInput(row["party"], row["text"], row["due_on"], row["is_follow_up"])
            for row in kept
        ]


def _undertaking_key(posted: conflicts.Posted) -> str:
    return " ".join((*posted["party"], fold(" ".join(posted["text"]))))


def _undertaking_label(row: Any) -> str:
    return _("Engagement : %s") % conflicts.text_of(row, "party")


def _forms(protocol: Protocol, data: QueryDict | None) -> AgreementForms:
    if data is not None:
        data = data.copy()
        data["engagements-INITIAL_FORMS"] = "0"
    initial = {"place": protocol.place, "repayment_monthly": protocol.repayment_monthly}
    lines = [
        {"party": u.party, "text": u.text, "due_on": u.due_on, "is_follow_up": u.is_follow_up}
        for u in protocols.in_order(protocol)
    ]
    return AgreementForms(
        ProtocolForm(data, initial=initial),
        UndertakingFormSet(data, prefix="engagements", initial=None if data else lines),
    )


def _take(request: HttpRequest, case: TenantCase, protocol: Protocol) -> HttpResponse:
    if "ajouter" in request.POST:
        return _with_a_row_more(request, case, protocol)
    # Locked before it is compared: two people who save at the same moment come one after the other.
    list(TenantCase.objects.filter(pk=case.pk).select_for_update(no_key=True))
    protocol.refresh_from_db(fields=["place", "repayment_monthly"])
    agreement, data, differing = conflicts.compare(
        request.POST, lambda data: _forms(protocol, data), AgreementForms.entries
    )
    if differing and permissions.may_write_protocol(request.actor, case, protocol):
        return _two_versions(request, case, protocol, data, differing)
    name, at = step_name(protocol.request_id), timezone.now()
    if agreement.is_valid():
        try:
            protocols.update_undertakings(
                actor=request.actor,
                protocol_id=protocol.public_id,
                place=agreement.form.cleaned_data["place"],
                repayment_monthly=agreement.form.cleaned_data["repayment_monthly"],
                undertakings=agreement.undertakings(),
                at=at,
            )
        except Refusal as error:
            _refuse(agreement.form, error)
        else:
            operations.discard_draft(actor=request.actor, case_id=case.public_id, step=name)
            if "editer" in request.POST:
                return _issue(request, case, protocol.request_id)
            messages.success(request, _("Engagements enregistrés."))
            return redirect("cases:protocol", case.public_id, protocol.request_id)
    _keep(request, case, protocol, data)
    return _show(request, case, protocol, agreement, status=422)


def _two_versions(
    request: HttpRequest,
    case: TenantCase,
    protocol: Protocol,
    data: QueryDict,
    differing: list[conflicts.Difference],
) -> HttpResponse:
    """What was typed, kept as a draft, beside what a colleague has saved meanwhile."""
    _keep(request, case, protocol, data)
    data["version"] = conflicts.fingerprint(_forms(protocol, None).entries())
    return conflicts.page(
        request,
        conflicts.Conflict(differing),
        data=data,
        what=_("protocole d’accord"),
        lead=case.tenant_name,
        crumbs=[
            (_("Dossiers"), reverse("cases:list")),
            (case.reference, reverse("cases:detail", args=[case.public_id])),
            (_("Protocole"), reverse("cases:protocol", args=[case.public_id, protocol.request_id])),
        ],
        leave_url=reverse("cases:detail", args=[case.public_id]),
        asked=conflicts.MARK in request.POST,
    )


def _with_a_row_more(request: HttpRequest, case: TenantCase, protocol: Protocol) -> HttpResponse:
    """What the button « Ajouter » does without JavaScript: nothing typed is judged yet."""
    data = with_a_row_more(request.POST, "engagements")
    _keep(request, case, protocol, data)
    agreement = _forms(protocol, data)
    for typed in (agreement.form, *agreement.rows):
        typed.errors.clear()
    return _show(request, case, protocol, agreement)


def _keep(request: HttpRequest, case: TenantCase, protocol: Protocol, data: QueryDict) -> None:
    """Keep what was typed as this person's draft, while they may change the case."""
    if permissions.may_edit(request.actor, case):
        operations.save_draft(
            actor=request.actor,
            case_id=case.public_id,
            step=step_name(protocol.request_id),
            data=typed_text(data),
            at=timezone.now(),
        )


def _show(
    request: HttpRequest,
    case: TenantCase,
    protocol: Protocol,
    agreement: AgreementForms,
    *,
    scan: SignedScanForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    address = [case.public_id, protocol.request_id]
    shown, typed = conflicts.fingerprint(_forms(protocol, None).entries()), agreement.form.is_bound
    context = {
        "case": case,
        "protocol": protocol,
        "terms": protocol.terms,
        "state_label": capfirst(protocol.get_state_display()),
        "state_tone": PROTOCOL_TONES[protocol.state],
        "is_current": protocol.state != ProtocolState.REPLACED,
        "form": agreement.form,
        # Typed text keeps the version it was typed on, in a draft too.
        "page_version": agreement.form.data.get("version", conflicts.NO_VERSION) if typed else shown,
        "page_shown": agreement.form.data.get("shown", "") if typed else shown,
        "rows": agreement.rows,
        "scan_form": scan or SignedScanForm(initial={"signed_on": timezone.localdate()}),
        "entries": error_summary(agreement.form, *agreement.rows.forms)["entries"],
        "row_errors": agreement.rows.non_form_errors() if agreement.rows.is_bound else [],
        "write": permissions.may_write_protocol(actor, case, protocol),
        "sign": permissions.may_sign_protocol(actor, case, protocol),
        "revise": permissions.may_revise_protocol(actor, case, protocol),
        "file": file_of_job(protocol.job) if protocol.job else None,
        "scan": file_of_document(protocol.signed_scan) if protocol.signed_scan else None,
        "undertakings": protocols.in_order(protocol),
        "residual": facts.residual_rent_of(case)[0],
        "versions": list(
            case.protocols.filter(request_id=protocol.request_id).exclude(pk=protocol.pk).order_by("-version")
        ),
        "url": reverse("cases:protocol", args=address),
        "aid_url": registry.aid_page(protocol.request_id),
        "autosave_url": reverse("cases:protocol_autosave", args=address),
        "revise_url": reverse("cases:protocol_revise", args=address),
        "sign_url": reverse("cases:protocol_sign", args=address),
    }
    return render(request, "cases/protocol.html", context, status=status)


def _refuse(form: Any, error: Refusal) -> None:
    faults = error.faults if isinstance(error, InvalidInputError) else {"": [error.message]}
    for name, texts in faults.items():
        form.add_error(name if name in form.fields else None, texts)


@writing
@social_only
def autosave(request: HttpRequest, public_id, request_id) -> HttpResponse:
    """Keep the undertakings being typed; as the page itself, for who follows the case only."""
    case = get_object_or_404(TenantCase.objects.followed_by(request.actor), public_id=public_id)
    _current(case, request_id)
    return keep_typed(request, case, step_name(request_id))


@writing
@social_only
def issue(request: HttpRequest, public_id, request_id) -> HttpResponse:
    return _issue(request, load_own(request, public_id), request_id)


def _issue(request: HttpRequest, case: TenantCase, request_id: UUID) -> HttpResponse:
    try:
        protocols.issue(
            actor=request.actor, protocol_id=_current(case, request_id).public_id, at=timezone.now()
        )
    except InvalidInputError as error:
        for texts in error.faults.values():
            for text in texts:
                messages.error(request, text)
    except Refusal as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Protocole édité : faites-le signer, puis déposez l’exemplaire signé."))
    return redirect("cases:protocol", case.public_id, request_id)


@writing
@social_only
def revise(request: HttpRequest, public_id, request_id) -> HttpResponse:
    case = load_own(request, public_id)
    try:
        protocols.revise(
            actor=request.actor, protocol_id=_current(case, request_id).public_id, at=timezone.now()
        )
    except Refusal as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Nouvelle version en préparation."))
    return redirect("cases:protocol", case.public_id, request_id)


@writing
@social_only
def sign(request: HttpRequest, public_id, request_id) -> HttpResponse:
    """File the signed copy; a refused one comes back on the page with its reason."""
    case = load_own(request, public_id)
    protocol = _current(case, request_id)
    scan = SignedScanForm(request.POST, request.FILES)
    if scan.is_valid():
        try:
            protocols.file_signed_scan(
                actor=request.actor,
                protocol_id=protocol.public_id,
                uploaded=scan.cleaned_data["file"],
                signed_on=scan.cleaned_data["signed_on"],
                at=timezone.now(),
            )
        except Refusal as error:
            _refuse(scan, error)
        else:
            messages.success(request, _("Exemplaire signé déposé : la demande d’aide peut être soumise."))
            return redirect("cases:protocol", case.public_id, request_id)
    return _show(request, case, protocol, _forms(protocol, None), scan=scan, status=422)
