"""A payment the bank returns is to pay again: the association commits it anew, for that cause only."""

from django.db import migrations

from ales.row_security import ASSOCIATION, MANAGER, both, change_policy, either

BY_MANAGER = both(MANAGER, "kind IN ('COMMITMENT', 'RELEASE')")


class Migration(migrations.Migration):
    dependencies = [("members", "0010_ledger_by_capacity")]
    operations = [
        change_policy(
            "members_fundentry",
            "insert",
            rule=either(
                BY_MANAGER, both(ASSOCIATION, "(kind <> 'COMMITMENT' OR cause_kind = 'returned_payment')")
            ),
            former=either(BY_MANAGER, both(ASSOCIATION, "kind <> 'COMMITMENT'")),
        ),
    ]
