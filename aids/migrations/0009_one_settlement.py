"""A case bears one settlement, as long as it is asked for, granted or paid (DOMAIN §4)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aids", "0008_handover"),
        ("cases", "0009_handover"),
        ("documents", "0004_follow_subject"),
        ("members", "0009_cache_table"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="rentterm",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("month__isnull", True), ("state__in", ("ASKED", "GRANTED", "ORDERED", "PAID"))
                ),
                fields=("case",),
                name="term_settlement_once_a_case",
            ),
        ),
    ]
