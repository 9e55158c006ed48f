"""What is added is at its beginning and in one's own name: an order to sign, a batch prepared, a statement to
check, a recovery asked for; what comes after is an update, which its own guards watch (DOMAIN §9)."""

from django.db import migrations

from ales.row_security import (
    ASSOCIATION,
    LANDLORD_AGENT,
    MANAGER,
    TREASURER,
    both,
    change_policy,
    either,
    own,
)
from ales.tenancy import USER

OWN_MANAGER = both(own(), MANAGER)
MONEY = either(OWN_MANAGER, ASSOCIATION)
OWN_TENANTS = both(own("landlord_id"), LANDLORD_AGENT)

#: table -> who adds a row, and how the row starts.
STARTS = {
    "payments_paymentorder": (
        OWN_MANAGER,
        (
            "state = 'to_sign'",
            "signed_by_id IS NULL",
            "given_up_by_id IS NULL",
            f"requested_by_id = {USER}",
            f"{USER} = ANY (barred_ids)",
        ),
    ),
    "payments_paymentorderline": (OWN_MANAGER, ("is_live",)),
    "payments_paymentbatch": (
        TREASURER,
        ("state = 'prepared'", "cancelled_by_id IS NULL", f"created_by_id = {USER}"),
    ),
    "payments_paymentadvice": (TREASURER, ("received_on IS NULL", "cancelled_on IS NULL")),
    "payments_paymentquery": (OWN_TENANTS, ("answered_at IS NULL", f"asked_by_id = {USER}")),
    "payments_paymentrecovery": (MONEY, ("state = 'ASKED'", f"asked_by_id = {USER}")),
    "payments_bankstatement": (TREASURER, ("state = 'READ'", f"imported_by_id = {USER}")),
    "payments_statementline": (TREASURER, ("settled_by_id IS NULL", "settled_at IS NULL")),
    "payments_accountingperiod": (TREASURER, (f"closed_by_id = {USER}",)),
}


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0015_search"),
        ("members", "0023_accounts_start_proposed"),
    ]
    operations = [
        change_policy(table, "insert", rule=both(who, *start), former=who)
        for table, (who, start) in STARTS.items()
    ]
