"""A person's notifications and choices are theirs; the worker reads all, to mail them. Anybody who acts may
tell others something, and reads back nothing of it."""

from django.db import migrations

from ales.row_security import ANYONE_KNOWN, WORKER, both, either, own, protect
from ales.tenancy import USER

OWN = f"user_id = {USER}"
READERS = either(both(OWN, own()), WORKER)


class Migration(migrations.Migration):
    dependencies = [("members", "0021_notifications")]
    operations = [
        protect("members_notification", read=READERS, insert=ANYONE_KNOWN, update=READERS, delete=WORKER),
        protect("members_notificationpreference", read=either(OWN, WORKER), insert=OWN, update=OWN),
        protect("members_notificationdigest", read=WORKER, insert=WORKER, update=WORKER, delete=WORKER),
    ]
