"""Aid requests found from the search box, also by an amount: see the policy of the table (0002)."""

from django.db import migrations

from ales.row_security import ASSOCIATION, LANDLORD_AGENT, OWN_SOCIAL, both, own
from ales.search.sql import Reach, searchable

OWN_TENANTS = both(own("landlord_id"), LANDLORD_AGENT, "state NOT IN ('draft', 'withdrawn')")


class Migration(migrations.Migration):
    dependencies = [("aids", "0013_term_with_organisation"), ("ales", "0003_search")]
    operations = [
        searchable(
            "aids_aidrequest",
            text="search_text || ' ' || asked_amount::text || COALESCE(' ' || granted_amount::text, '')",
            latest="updated_at",
            reaches=[
                Reach(OWN_SOCIAL, column="organisation_id"),
                Reach(OWN_TENANTS, column="landlord_id"),
                Reach(ASSOCIATION),
            ],
        )
    ]
