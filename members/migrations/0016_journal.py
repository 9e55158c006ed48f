"""Funds, their ledger and the landlords' accounts are journaled (ales/journal)."""

from django.db import migrations

from ales.journal.attaching import journaled


class Migration(migrations.Migration):
    dependencies = [("members", "0015_envelopes_row_security"), ("journal", "0002_chain")]
    operations = [
        journaled("members_fund", columns=("id", "owner_id", "kind", "year")),
        journaled(
            "members_fundentry",
            columns=(
                "id",
                "fund_id",
                "owner_id",
                "kind",
                "amount",
                "cause_kind",
                "cause_id",
                "value_date",
                "created_by_id",
            ),
        ),
        journaled(
            "members_bankdetails",
            columns=("id", "landlord_id", "state", "entered_by_id", "decided_by_id"),
            fingerprints=("iban",),
        ),
    ]
