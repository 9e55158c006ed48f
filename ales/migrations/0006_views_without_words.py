"""Views kept before words looked for were left out of them: « lieu » could hold a name.

Undone, the views stay without them: the words are not kept anywhere.
"""

from django.db import migrations
from django.http import QueryDict

WORDS = ("q", "lieu")


def forget_words(apps, schema_editor):
    for view in apps.get_model("ales", "SavedView").objects.exclude(query=""):
        query = QueryDict(view.query, mutable=True)
        if not query.keys() & set(WORDS):
            continue
        for name in WORDS:
            query.pop(name, None)
        view.query = query.urlencode()
        view.save(update_fields=["query"])


class Migration(migrations.Migration):
    dependencies = [("ales", "0005_lists_row_security")]

    operations = [migrations.RunPython(forget_words, migrations.RunPython.noop)]
