"""Cases found from the search box: one's organisation's, and those shared with it today."""

from django.db import migrations

from ales.row_security import OWN_SOCIAL, SOCIAL
from ales.search.sql import Reach, searchable
from ales.tenancy import ORGANISATION

TODAY = "(now() AT TIME ZONE 'Europe/Paris')::date"
SHARED = (
    f"({SOCIAL} AND id = ANY (ARRAY(SELECT s.case_id FROM cases_caseshare s"
    f" WHERE s.shared_with_id = {ORGANISATION} AND s.revoked_at IS NULL"
    f" AND s.starts_on <= {TODAY} AND s.ends_on >= {TODAY})))"
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0014_longer_events"), ("ales", "0003_search")]
    operations = [
        searchable(
            "cases_tenantcase",
            text="search_text",
            latest="updated_at",
            reaches=[Reach(OWN_SOCIAL, column="organisation_id"), Reach(SHARED)],
        )
    ]
