"""Envelopes of a fund: entered with the signed agreement, cancelled with a reason."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ales.errors import Refusal
from ales.forms import add_faults
from ales.http import form_page
from members import envelopes
from members.access import roles_required
from members.fund_forms import CancelForm, EnvelopeForm
from members.models import Envelope
from members.roles import Role
from members.views.funds import find_fund


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def create(request: HttpRequest, fund_id: uuid.UUID) -> HttpResponse:
    """What the member has promised, with its agreement."""
    fund = find_fund(request, fund_id)
    initial = {"name": _("Convention %(year)s") % {"year": fund.year}, "agreed_on": timezone.localdate()}
    form = EnvelopeForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            envelope = envelopes.promise(actor=request.actor, fund_id=fund.pk, **form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("« %(name)s » est enregistrée.") % {"name": envelope.name})
            return redirect("members:fund", fund.public_id)
    return render(request, "members/envelope_form.html", {"fund": fund, "form": form})


@form_page
@roles_required(Role.ASSOCIATION_ADMIN)
def cancel(request: HttpRequest, envelope_id: uuid.UUID) -> HttpResponse:
    """Cancel an envelope entered by mistake."""
    envelope = get_object_or_404(
        Envelope.objects.visible_to(request.actor).select_related("fund__owner"), public_id=envelope_id
    )
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            envelopes.cancel(actor=request.actor, envelope_id=envelope_id, **form.cleaned_data)
        except Refusal as refusal:
            add_faults(form, refusal)
        else:
            messages.success(request, _("« %(name)s » est annulée.") % {"name": envelope.name})
            return redirect("members:fund", envelope.fund.public_id)
    return render(request, "members/envelope_cancel.html", {"envelope": envelope, "form": form})
