"""An account is confirmed, refused and replaced by a treasurer, in their own name (DOMAIN §9)."""

from django.db import migrations

from ales.row_security import in_own_name


class Migration(migrations.Migration):
    dependencies = [("members", "0018_accounts_and_recoveries")]
    operations = [
        in_own_name(
            "members_bankdetails", states=("CONFIRMED", "REFUSED", "REPLACED"), names=("decided_by_id",)
        )
    ]
