"""What people type in the steps, as the browser posts it: valid by default, each test spoils one thing."""

import datetime as dt

from cases.models import TenantCase
from cases.rules import codes


def page(case: TenantCase, step: str) -> dict[str, str]:
    """The hidden fields of a step's page."""
    case.refresh_from_db()
    return {"version": str(case.step_versions.get(step, 0))}


def rows(prefix: str, *lines: dict[str, str]) -> dict[str, str]:
    """A formset's fields."""
    data = {f"{prefix}-TOTAL_FORMS": str(len(lines)), f"{prefix}-INITIAL_FORMS": "0"}
    for index, line in enumerate(lines):
        data |= {f"{prefix}-{index}-{name}": value for name, value in line.items()}
    return data


def person(last_name="Étienne", first_name="Zoé", position="TENANT", **more) -> dict[str, str]:
    return {"last_name": last_name, "first_name": first_name, "position": position, "birth_date": ""} | more


def household(*persons: dict[str, str], **fields) -> dict[str, str]:
    return rows("personnes", *(persons or (person(),))) | {"occupancy": "TENANT"} | fields


def housing(of, **fields) -> dict[str, str]:
    return {
        "landlord": str(of.public_id),
        "address": "3 rue du Drac",
        "commune": "38000 Grenoble",
        "lease_state": "CURRENT",
        "rent": "520,50",
        "housing_benefit": "138",
        "arrears": "1 200",
        "arrears_on": "01/06/2026",
        "arrears_since": "03/2026",
    } | fields


def resource(amount="1 200,00", code="SALARY", **more) -> dict[str, str]:
    return {"code": code, "amount": amount} | more


def budget(*resources: dict[str, str], charges: tuple[dict[str, str], ...] = ()) -> dict[str, str]:
    return rows("ressources", *resources) | rows("charges", *charges)


def entitlements(**fields) -> dict[str, str]:
    data = {}
    for code in codes.EntitlementCode:
        data |= {f"{code}_state": "NOT_APPLICABLE", f"{code}_on": f"{dt.date(2026, 6, 1):%d/%m/%Y}"}
    return data | fields
