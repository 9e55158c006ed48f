"""An account comes in proposed, in the name of who enters it: nobody confirms theirs as another's (DOMAIN §9)."""

from django.db import migrations

from ales.row_security import ASSOCIATION_ADMIN, LANDLORD_AGENT, both, change_policy, either, own
from ales.tenancy import USER

PROPOSED_BY_ONESELF = ("state = 'PROPOSED'", f"entered_by_id = {USER}")
OWN_PROPOSAL = both(own("landlord_id"), LANDLORD_AGENT, *PROPOSED_BY_ONESELF)


class Migration(migrations.Migration):
    dependencies = [("members", "0022_notifications_row_security")]
    operations = [
        change_policy(
            "members_bankdetails",
            "insert",
            rule=both(
                either(ASSOCIATION_ADMIN, both(own("landlord_id"), LANDLORD_AGENT)), *PROPOSED_BY_ONESELF
            ),
            former=either(ASSOCIATION_ADMIN, OWN_PROPOSAL),
        )
    ]
