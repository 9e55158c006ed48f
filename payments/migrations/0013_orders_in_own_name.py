"""A treasurer signs, sends, executes and rejects an order, in their own name; what follows an execution and
the closing of a period are theirs too (DOMAIN §9)."""

from django.db import migrations

from ales.row_security import ASSOCIATION, TREASURER, change_policy, in_own_name


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_lines_follow_their_terms"),
        ("members", "0019_accounts_decided_in_own_name"),
    ]
    operations = [
        in_own_name(
            "payments_paymentorder",
            states=("signed", "batched", "sent", "executed", "rejected"),
            names=(
                "signed_by_id",
                "executed_by_id",
                "rejected_by_id",
                "given_up_by_id",
                "rejection_settled_by_id",
            ),
        ),
        *(
            change_policy(table, "insert", rule=TREASURER, former=ASSOCIATION)
            for table in (
                "payments_paymentadvice",
                "payments_accountingperiod",
                "payments_accountingentry",
            )
        ),
    ]
