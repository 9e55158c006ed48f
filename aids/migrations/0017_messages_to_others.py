"""What is addressed to the association or to the landlord about an aid they may see (DOMAIN §3).

The inner query runs under the reader's own row security: an aid that is hidden hides its messages.
"""

from django.db import migrations

from ales.row_security import ASSOCIATION, LANDLORD_AGENT, OWN_SOCIAL, both, either, own
from ales.tenancy import USER

TABLE = "cases_message"
AUTHOR = f"author_id = {USER}"
ABOUT_A_VISIBLE_AID = (
    "EXISTS (SELECT 1 FROM aids_aidrequest aid WHERE aid.public_id = cases_message.subject_id"
    " AND aid.case_id = cases_message.case_id AND aid.organisation_id = cases_message.organisation_id"
    " AND aid.landlord_id = cases_message.landlord_id)"
)
ADDRESSED = either(
    both(ASSOCIATION, "audience = 'ASSOCIATION'"),
    both(own("landlord_id"), LANDLORD_AGENT, "audience = 'LANDLORD'"),
)
READ = either(OWN_SOCIAL, both("subject_kind = 'aid_request'", ADDRESSED, ABOUT_A_VISIBLE_AID))
WRITE = both(AUTHOR, READ)
FORMER_WRITE = both(OWN_SOCIAL, AUTHOR)


class Migration(migrations.Migration):
    dependencies = [
        ("aids", "0016_sorted_list"),
        ("cases", "0019_messages_row_security"),
        ("documents", "0010_message_audiences_row_security"),
    ]
    operations = [
        migrations.RunSQL(
            [
                f"ALTER POLICY {TABLE}_read ON {TABLE} USING ({READ})",
                f"ALTER POLICY {TABLE}_insert ON {TABLE} WITH CHECK ({WRITE})",
                f"ALTER POLICY {TABLE}_update ON {TABLE} USING ({WRITE})",
            ],
            [
                f"ALTER POLICY {TABLE}_read ON {TABLE} USING ({OWN_SOCIAL})",
                f"ALTER POLICY {TABLE}_insert ON {TABLE} WITH CHECK ({FORMER_WRITE})",
                f"ALTER POLICY {TABLE}_update ON {TABLE} USING ({FORMER_WRITE})",
            ],
        )
    ]
