"""Files joined to messages: for the organisation and the side the message was written to.

A landlord's agent may join one to a message of their own, for the landlord.
"""

from django.db import migrations

from ales.row_security import ASSOCIATION, LANDLORD_AGENT, SOCIAL, both, either, own
from ales.tenancy import USER

TABLE = "documents_storeddocument"
READ = either(
    both(own(), SOCIAL, "audience IN ('TO_ASSOC', 'TO_LANDLORD')"),
    both(ASSOCIATION, "audience = 'TO_ASSOC'"),
    both(own("landlord_id"), LANDLORD_AGENT, "audience = 'TO_LANDLORD'"),
)
OWN_FILE = both(
    own("landlord_id"),
    LANDLORD_AGENT,
    "audience = 'TO_LANDLORD'",
    "kind = 'message'",
    f"created_by_id = {USER}",
)


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_message_audiences")]
    operations = [
        migrations.RunSQL(
            [
                f"CREATE POLICY {TABLE}_read_message ON {TABLE} FOR SELECT USING ({READ})",
                f"CREATE POLICY {TABLE}_insert_message ON {TABLE} FOR INSERT WITH CHECK ({OWN_FILE})",
            ],
            [
                f"DROP POLICY {TABLE}_read_message ON {TABLE}",
                f"DROP POLICY {TABLE}_insert_message ON {TABLE}",
            ],
        )
    ]
