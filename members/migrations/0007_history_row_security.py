"""Who reads the history: the association, and each organisation's own managers (DOMAIN §3)."""

from django.db import migrations

from ales.row_security import ASSOCIATION, LANDLORD_AGENT, MANAGER, both, either, own, protect_history


class Migration(migrations.Migration):
    dependencies = [("members", "0006_history"), ("ales", "0002_history_context")]
    operations = [
        protect_history(
            "members_organisationchange", read=either(ASSOCIATION, both(own("pgh_obj_id"), MANAGER))
        ),
        protect_history("members_membershipchange", read=either(ASSOCIATION, both(own(), MANAGER))),
        protect_history("members_fundchange", read=either(ASSOCIATION, both(own("owner_id"), MANAGER))),
        protect_history(
            "members_bankdetailschange",
            read=either(ASSOCIATION, both(own("landlord_id"), either(MANAGER, LANDLORD_AGENT))),
        ),
    ]
