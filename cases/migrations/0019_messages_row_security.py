"""Messages are the organisation's; the rooms above open to the others what is addressed to them.

Everybody writes in their own name, and changes a message in one way only: taking it back.
"""

from django.db import migrations

from ales.row_security import OWN_SOCIAL, both, follow_parent, protect
from ales.tenancy import USER

AUTHOR = f"author_id = {USER}"
OWN = f"user_id = {USER}"
TAKEN_BACK = both(AUTHOR, "withdrawn_at IS NOT NULL", "text = ''")


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_messages")]
    operations = [
        protect(
            "cases_message",
            read=OWN_SOCIAL,
            insert=both(OWN_SOCIAL, AUTHOR),
            update=both(OWN_SOCIAL, AUTHOR),
        ),
        migrations.RunSQL(
            f"ALTER POLICY cases_message_update ON cases_message WITH CHECK ({TAKEN_BACK})",
            migrations.RunSQL.noop,
        ),
        follow_parent("cases_message", "case_id", "cases_tenantcase"),
        protect("cases_threadreading", read=OWN, insert=OWN, update=OWN),
    ]
