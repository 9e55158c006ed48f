"""One's own columns and views, and nobody else's."""

from django.db import migrations

from ales.row_security import protect
from ales.tenancy import USER

OWN = f"user_id = {USER}"


class Migration(migrations.Migration):
    dependencies = [("ales", "0004_lists")]
    operations = [
        protect("ales_listcolumns", read=OWN, insert=OWN, update=OWN),
        protect("ales_savedview", read=OWN, insert=OWN, update=OWN, delete=OWN),
    ]
