"""Whom a landlord writes to about a payment, as the documents print it."""

from members.models import Organisation
from members.roles import OrganisationKind


def association_contact() -> dict[str, str]:
    """Address and telephone of the association, "" where it has none; one query."""
    found = Organisation.objects.filter(kind=OrganisationKind.ALES).order_by("id").first()
    return {"email": found.email, "phone": found.phone} if found else {"email": "", "phone": ""}


def postal_lines(organisation: Organisation) -> list[str]:
    """Its name and address, a line each, as an envelope's window shows them."""
    town = f"{organisation.postal_code} {organisation.town}".strip()
    return [line for line in (organisation.name, organisation.address, town) if line]


def printed_contact(contact: dict[str, str]) -> str:
    """`contact@ales.example, 01 40 00 00 00`; "" when neither is known."""
    return ", ".join(part for part in (contact["email"], contact["phone"]) if part)
