"""A term says its organisation to the rows that refer to it: what it draws on a fund, the lines of orders."""

from django.db import migrations, models

from ales.row_security import follow_parent


class Migration(migrations.Migration):
    dependencies = [("aids", "0012_stop_cause_required")]
    operations = [
        migrations.AddConstraint(
            "rentterm",
            models.UniqueConstraint(fields=["id", "organisation"], name="term_with_organisation"),
        ),
        follow_parent("aids_fundallocation", "term_id", "aids_rentterm"),
    ]
