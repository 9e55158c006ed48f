"""Requests at each stage of their life, told through the operations, for the tests of aids and payments."""

import datetime as dt
import io
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Pdf

from aids import operations as ops
from aids.models import AidRequest
from ales import tenancy
from ales.documents.models import ProductionJob, StoredDocument
from cases.models import Protocol, TenantCase
from members.access import Actor
from members.models import Fund
from tests.world import NOW, World

#: The months of S0's worked case, all inside the arrears of 7,130 € counted on 15 June 2026.
MONTHS = (dt.date(2026, 3, 1), dt.date(2026, 4, 1), dt.date(2026, 5, 1))


def pdf_upload(name: str = "avis.pdf") -> SimpleUploadedFile:
    """A real, one-page PDF."""
    file = Pdf.new()
    file.add_blank_page()
    buffer = io.BytesIO()
    file.save(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="application/pdf")


def term_inputs(months: Sequence[dt.date] = MONTHS, **fields) -> list[ops.TermInput]:
    """One term a month, whole ceiling, with its proof."""
    values = {"proof_kind": "RENT_NOTICE", "proof": None} | fields
    return [
        ops.TermInput(month=month, **(values | {"proof": values["proof"] or pdf_upload()}))
        for month in months
    ]


def draft(
    actor: Actor,
    case: TenantCase,
    *,
    months: Sequence[dt.date] = MONTHS,
    renewal_of: AidRequest | None = None,
    at: dt.datetime = NOW,
) -> AidRequest:
    """A draft with its terms computed and proven."""
    with tenancy.tenant(actor.context):
        request = ops.create_request(
            actor=actor,
            case_id=case.public_id,
            purpose="MAINTIEN",
            renewal_of=renewal_of.public_id if renewal_of else None,
            at=at,
        )
        return ops.save_terms(
            actor=actor,
            request_id=request.public_id,
            version=request.version,
            purpose="MAINTIEN",
            terms=term_inputs(months),
            at=at,
        )


def sign_protocol(actor: Actor, request: AidRequest, *, at: dt.datetime = NOW) -> Protocol:
    """The protocol of the request's terms, issued and signed; its files are rows without content."""
    with tenancy.tenant(actor.context):
        protocol = ops.prepare_protocol(actor=actor, request_id=request.public_id, version=None, at=at)
        common = {
            "organisation_id": request.organisation_id,
            "audience": "SOCIAL",
            "subject_kind": "protocol",
            "subject_id": protocol.public_id,
            "title": "Protocole",
            "file_name": "protocole.pdf",
        }
        protocol.job = ProductionJob.objects.create(
            kind="protocol", unique_key=f"protocol:{uuid.uuid4()}", payload={}, **common
        )
        protocol.signed_scan = StoredDocument.objects.create(
            kind="signed_protocol",
            content_type="application/pdf",
            size=1,
            sha256="0" * 64,
            file="x",
            **common,
        )
        protocol.state, protocol.issued_at, protocol.signed_on = "SIGNED", at, at.date()
        protocol.filed_by_id = actor.user_id
        protocol.save()
    return protocol


def submitted(actor: Actor, case: TenantCase, *, at: dt.datetime = NOW, **options) -> AidRequest:
    """A request waiting for its decision."""
    request = draft(actor, case, at=at, **options)
    sign_protocol(actor, request, at=at)
    with tenancy.tenant(actor.context):
        return ops.submit(actor=actor, request_id=request.public_id, version=None, at=at)


def grant(
    manager: Actor, request: AidRequest, fund: Fund, *, granted: Sequence[str] = (), at: dt.datetime = NOW
) -> AidRequest:
    """Validated on one fund, whole or with these amounts (euros, one a term)."""
    with tenancy.tenant(manager.context):
        return ops.validate(
            actor=manager,
            request_id=request.public_id,
            version=None,
            decisions=decisions(request, fund, granted),
            at=at,
        )


def decisions(request: AidRequest, fund: Fund, granted: Sequence[str] = ()) -> list[ops.TermDecision]:
    """Every term on one fund."""
    terms = list(request.terms.all())
    amounts = [Decimal(text) for text in granted] or [term.asked for term in terms]
    return [
        ops.TermDecision(
            term.public_id,
            amount,
            reason="" if amount == term.asked else "Fonds compté.",
            allocations=((fund.public_id, amount),) if amount else (),
        )
        for term, amount in zip(terms, amounts, strict=True)
    ]


def validated(world: World, *, at: dt.datetime = NOW) -> AidRequest:
    """S0's case entered by Claire, granted by Marc on a fund of 10,000 €."""
    world.scale()
    request = submitted(world.claire, world.complete_case(), at=at)
    return grant(world.marc, request, world.fund(), at=at)
