"""What the indexes of the search box are made of (ales/search/sql.py)."""

from django.db import migrations

from ales.search import sql


class Migration(migrations.Migration):
    dependencies = [("ales", "0002_history_context")]
    operations = [sql.functions()]
