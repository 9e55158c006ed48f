"""The social file: own organisation's social workers and managers only (DOMAIN §3)."""

from django.db import migrations

from ales.row_security import OWN_SOCIAL, follow_parent, protect

ROWS = (
    "household",
    "person",
    "employment",
    "tenancy",
    "budgetsnapshot",
    "budgetline",
    "entitlement",
    "protocol",
    "undertaking",
    "stepdraft",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial")]
    operations = [
        protect("cases_tenantcase", read=OWN_SOCIAL, insert=OWN_SOCIAL, update=OWN_SOCIAL),
        protect("cases_caseevent", read=OWN_SOCIAL, insert=OWN_SOCIAL),
        follow_parent("cases_caseevent", "case_id", "cases_tenantcase"),
        *(
            protect(f"cases_{row}", read=OWN_SOCIAL, insert=OWN_SOCIAL, update=OWN_SOCIAL, delete=OWN_SOCIAL)
            for row in ROWS
        ),
        *(follow_parent(f"cases_{row}", "case_id", "cases_tenantcase") for row in ROWS),
        follow_parent("cases_employment", "person_id", "cases_person"),
        follow_parent("cases_budgetline", "snapshot_id", "cases_budgetsnapshot"),
        follow_parent("cases_budgetline", "person_id", "cases_person"),
        follow_parent("cases_undertaking", "protocol_id", "cases_protocol"),
    ]
