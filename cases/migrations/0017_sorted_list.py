"""Cases sorted by their tenant, accents folded."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0016_search_of_former_cases"),
        ("members", "0020_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="tenantcase",
            name="tenant_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("tenant_name", function="search_fold"),
                output_field=models.CharField(max_length=200),
            ),
        ),
        migrations.AddIndex(
            model_name="tenantcase",
            index=models.Index(fields=["organisation", "tenant_key", "id"], name="case_by_tenant"),
        ),
    ]
