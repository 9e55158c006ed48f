"""The manager reads what was cleared of the organisation's files; only the owner's function writes it."""

from django.db import migrations

from ales.row_security import MANAGER, both, own, protect


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_scrub_log")]
    operations = [protect("audit_scrublog", read=both(own("subject_organisation_id"), MANAGER))]
