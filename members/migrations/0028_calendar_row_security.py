"""An address of calendar is its person's; the feed finds it by its hash and sees nothing else."""

from django.db import migrations

from ales.row_security import either, protect
from ales.tenancy import CAPACITY, USER

OWN = f"user_id = {USER}"
FEED = f"{CAPACITY} = 'CALENDAR'"


class Migration(migrations.Migration):
    dependencies = [("members", "0027_calendar")]
    operations = [
        protect("members_calendaraddress", read=either(OWN, FEED), insert=OWN, delete=OWN),
    ]
