"""Orders, batches, statements, recoveries and closed periods are journaled (ales/journal)."""

from django.db import migrations

from ales.journal.attaching import journaled


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_statement_lines"), ("journal", "0002_chain")]
    operations = [
        journaled(
            "payments_paymentorder",
            columns=(
                "id",
                "organisation_id",
                "request_id",
                "landlord_id",
                "year",
                "sequence",
                "state",
                "amount",
                "bank_details_id",
                "batch_id",
                "requested_by_id",
                "signed_by_id",
                "executed_on",
                "executed_by_id",
                "given_up_by_id",
                "rejected_on",
                "rejected_by_id",
                "rejection_outcome",
                "rejection_settled_by_id",
            ),
            fingerprints=("iban",),
        ),
        journaled(
            "payments_paymentadvice",
            columns=(
                "id",
                "organisation_id",
                "landlord_id",
                "request_id",
                "order_id",
                "amount",
                "executed_on",
                "received_on",
                "received_by_id",
                "cancelled_on",
            ),
        ),
        journaled(
            "payments_paymentbatch",
            columns=(
                "id",
                "year",
                "sequence",
                "state",
                "execution_on",
                "orders_count",
                "control_sum",
                "created_by_id",
                "sent_by_id",
                "cancelled_by_id",
            ),
        ),
        journaled(
            "payments_bankstatement",
            columns=(
                "id",
                "document_id",
                "sha256",
                "state",
                "from_on",
                "to_on",
                "opening",
                "closing",
                "imported_by_id",
                "decided_by_id",
            ),
            fingerprints=("account_iban",),
        ),
        journaled(
            "payments_statementline",
            columns=(
                "id",
                "statement_id",
                "position",
                "booked_on",
                "amount",
                "is_credit",
                "outcome",
                "order_id",
                "settled_by_id",
            ),
        ),
        journaled(
            "payments_paymentrecovery",
            columns=(
                "id",
                "organisation_id",
                "landlord_id",
                "order_id",
                "amount",
                "state",
                "asked_by_id",
                "received_on",
                "settled_by_id",
            ),
        ),
        journaled(
            "payments_accountingperiod",
            columns=("id", "starts_on", "ends_on", "first_number", "last_number", "total", "closed_by_id"),
        ),
    ]
