"""Who adds which line to a ledger: a manager commits and releases, the association writes the rest.

What the code asks (`members.permissions.may_write_ledger`), asked again by the database (DOMAIN §6).
"""

from django.db import migrations

from ales.row_security import ASSOCIATION, MANAGER, both, change_policy, either


class Migration(migrations.Migration):
    dependencies = [("members", "0009_cache_table")]
    operations = [
        change_policy(
            "members_fundentry",
            "insert",
            rule=either(
                both(MANAGER, "kind IN ('COMMITMENT', 'RELEASE')"),
                # A release too: an order of a stopped aid is given up by the treasurer.
                both(ASSOCIATION, "kind <> 'COMMITMENT'"),
            ),
            former=either(MANAGER, ASSOCIATION),
        ),
    ]
