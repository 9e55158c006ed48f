"""A landlord's agent may propose the landlord's own bank details, never confirm them (DOMAIN §3)."""

from django.db import migrations

from ales.row_security import ASSOCIATION_ADMIN, LANDLORD_AGENT, both, either, own
from ales.tenancy import USER

TABLE = "members_bankdetails"
OWN_PROPOSAL = both(own("landlord_id"), LANDLORD_AGENT, "state = 'PROPOSED'", f"entered_by_id = {USER}")


def insert_policy(condition: str) -> list[str]:
    return [
        f"DROP POLICY {TABLE}_insert ON {TABLE}",
        f"CREATE POLICY {TABLE}_insert ON {TABLE} FOR INSERT WITH CHECK ({condition})",
    ]


class Migration(migrations.Migration):
    dependencies = [("members", "0004_entries_of_a_cause")]
    operations = [
        migrations.RunSQL(
            insert_policy(either(ASSOCIATION_ADMIN, OWN_PROPOSAL)), insert_policy(ASSOCIATION_ADMIN)
        ),
    ]
