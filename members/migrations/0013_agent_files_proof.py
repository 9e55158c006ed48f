"""A landlord's agent files the proof of the details they propose, and nothing else (DOMAIN §3)."""

from django.db import migrations

from ales.row_security import LANDLORD_AGENT, both, own
from ales.tenancy import USER

TABLE = "documents_storeddocument"
OWN_PROOF = both(
    own("landlord_id"),
    LANDLORD_AGENT,
    "audience = 'LANDLORD'",
    "kind = 'bank_proof'",
    f"created_by_id = {USER}",
)


class Migration(migrations.Migration):
    dependencies = [("members", "0012_bank_details_proof")]
    operations = [
        migrations.RunSQL(
            f"CREATE POLICY {TABLE}_insert_agent ON {TABLE} FOR INSERT WITH CHECK ({OWN_PROOF})",
            f"DROP POLICY {TABLE}_insert_agent ON {TABLE}",
        )
    ]
