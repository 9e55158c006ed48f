"""The fund statement reads the ledger by value date, then as written: its index follows that order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0016_journal"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="fundentry",
            name="fund_entry_by_date",
        ),
        migrations.AddIndex(
            model_name="fundentry",
            index=models.Index(
                fields=["fund", "value_date", "created_at", "id"], name="fund_entry_by_statement"
            ),
        ),
    ]
