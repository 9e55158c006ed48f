"""Requests sorted by their tenant, accents folded, and by the amount lists show."""

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aids", "0015_typographic_apostrophes"),
        ("cases", "0017_sorted_list"),
        ("members", "0020_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="aidrequest",
            name="listed_amount",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce("granted_amount", "asked_amount"),
                output_field=models.DecimalField(decimal_places=2, max_digits=9),
            ),
        ),
        migrations.AddField(
            model_name="aidrequest",
            name="tenant_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("tenant_name", function="search_fold"),
                output_field=models.CharField(max_length=200),
            ),
        ),
        migrations.AddIndex(
            model_name="aidrequest",
            index=models.Index(fields=["organisation", "tenant_key", "id"], name="aid_of_member_by_tenant"),
        ),
        migrations.AddIndex(
            model_name="aidrequest",
            index=models.Index(fields=["tenant_key", "id"], name="aid_by_tenant"),
        ),
        migrations.AddIndex(
            model_name="aidrequest",
            index=models.Index(
                fields=["organisation", "listed_amount", "id"], name="aid_of_member_by_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="aidrequest",
            index=models.Index(fields=["listed_amount", "id"], name="aid_by_amount"),
        ),
    ]
