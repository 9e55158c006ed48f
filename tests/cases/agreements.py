"""Terms of an aid as aids/ hands them down, and agreements at each stage."""

import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from pikepdf import Pdf

from ales import tenancy
from cases import facts, protocols
from cases.models import Protocol, TenantCase
from tests.world import NOW

REQUEST = uuid.UUID("6a1e0c1e-7a50-4ef1-9a5e-0d8f4d2f7a11")


def terms(**fields) -> dict:
    """S0's worked case: three past months at 277.20 €."""
    months = [
        {
            "label": label,
            "month": month,
            "nature_label": "mois échu, compris dans la dette",
            "ceiling": "277.20",
            "amount": "277.20",
        }
        for label, month in (
            ("mars 2026", "2026-03-01"),
            ("avril 2026", "2026-04-01"),
            ("mai 2026", "2026-05-01"),
        )
    ]
    return {
        "reference": "A-2026-00001",
        "purpose": "MAINTIEN",
        "purpose_label": "maintien dans le logement",
        "is_renewal": False,
        "scale_name": "Barème d'exemple – à voter par le CA",
        "rate_percent": "60",
        "months": months,
        "total": "831.60",
        "residual_rent": "462.00",
        "arrears": "7130.00",
        "arrears_on": "2026-06-15",
        "plan_after": "6298.40",
    } | fields


def scan(name: str = "protocole.pdf") -> SimpleUploadedFile:
    """A real, one-page PDF."""
    file = Pdf.new()
    file.add_blank_page()
    buffer = io.BytesIO()
    file.save(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="application/pdf")


def prepared(world, case: TenantCase, **fields) -> Protocol:
    with tenancy.tenant(world.claire.context):
        full = TenantCase.objects.with_file().get(pk=case.pk)
        given = terms(explanation=facts.residual_rent_of(full)[1].as_dict()) | fields
        return protocols.prepare(
            actor=world.claire, case_id=case.public_id, request_id=REQUEST, terms=given, at=NOW
        )


def issued(world, case: TenantCase) -> Protocol:
    protocol = prepared(world, case)
    with tenancy.tenant(world.claire.context):
        return protocols.issue(actor=world.claire, protocol_id=protocol.public_id, at=NOW)
