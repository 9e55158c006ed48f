"""A fund's name, year and what is left are for every member; its lines for its owner and the association."""

from django.db import migrations

from ales.row_security import (
    ANYONE_KNOWN,
    ASSOCIATION,
    ASSOCIATION_ADMIN,
    LANDLORD_AGENT,
    MANAGER,
    both,
    either,
    own,
    protect,
)


class Migration(migrations.Migration):
    dependencies = [("members", "0002_ledger")]
    operations = [
        protect(
            "members_fund",
            read=ANYONE_KNOWN,
            insert=ASSOCIATION_ADMIN,
            # Needed to lock the row; no column but the name is granted (ales/grants.py).
            update=either(MANAGER, ASSOCIATION),
        ),
        protect(
            "members_fundentry",
            read=either(both(own("owner_id"), MANAGER), ASSOCIATION),
            insert=either(MANAGER, ASSOCIATION),
        ),
        protect(
            "members_bankdetails",
            read=either(ASSOCIATION, MANAGER, both(own("landlord_id"), LANDLORD_AGENT)),
            insert=ASSOCIATION_ADMIN,
            update=ASSOCIATION,
        ),
    ]
