"""Whoever entered, validated or asked records no execution either (DOMAIN §3, §9)."""

from django.db import migrations

EXECUTOR_IS_NOT_BARRED = migrations.RunSQL(
    sql="""ALTER TABLE payments_paymentorder ADD CONSTRAINT order_executor_is_not_barred
        CHECK (executed_by_id IS NULL OR NOT (executed_by_id = ANY (barred_ids)))""",
    reverse_sql="ALTER TABLE payments_paymentorder DROP CONSTRAINT order_executor_is_not_barred",
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_handover")]
    operations = [EXECUTOR_IS_NOT_BARRED]
