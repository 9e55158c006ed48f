"""Orders sorted by their amount, bordereaux by their day and sum."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aids", "0017_messages_to_others"),
        ("documents", "0011_typographic_apostrophes"),
        ("members", "0030_people_sorted"),
        ("payments", "0019_recovery_guard_path"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="paymentbatch",
            index=models.Index(fields=["execution_on", "id"], name="batch_by_execution"),
        ),
        migrations.AddIndex(
            model_name="paymentbatch",
            index=models.Index(fields=["control_sum", "id"], name="batch_by_sum"),
        ),
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(fields=["amount", "id"], name="order_by_amount"),
        ),
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(fields=["state", "amount", "id"], name="order_by_state_amount"),
        ),
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(fields=["organisation", "amount", "id"], name="order_of_member_by_amount"),
        ),
    ]
