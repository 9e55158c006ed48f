"""Organisations and people found from the search box: by the association, and one's own by who manages them."""

from django.db import migrations

from ales.row_security import ASSOCIATION, LANDLORD_AGENT, MANAGER, both, either, own
from ales.search.sql import Reach, searchable
from ales.tenancy import ORGANISATION

PHONE = r"regexp_replace(regexp_replace(phone, '^\s*(\+33|0033)', '0'), '[^0-9]', '', 'g')"
ORGANISATION_WORDS = f"search_fold(name || ' ' || town || ' ' || postal_code || ' ' || email || ' ' || siret) || ' ' || {PHONE}"
USER_WORDS = f"search_fold(first_name || ' ' || last_name || ' ' || email) || ' ' || {PHONE}"
KEEPER = either(MANAGER, LANDLORD_AGENT)
COLLEAGUE = (
    "EXISTS (SELECT 1 FROM members_membership m WHERE m.user_id = members_user.id"
    f" AND m.organisation_id = {ORGANISATION})"
)


class Migration(migrations.Migration):
    dependencies = [("members", "0019_accounts_decided_in_own_name"), ("ales", "0003_search")]
    operations = [
        searchable(
            "members_organisation",
            text=ORGANISATION_WORDS,
            latest="created_at",
            reaches=[Reach(ASSOCIATION), Reach(both(KEEPER, own("id")), column="id")],
        ),
        searchable(
            "members_user",
            text=USER_WORDS,
            latest="date_joined",
            reaches=[Reach(ASSOCIATION), Reach(both(KEEPER, COLLEAGUE))],
        ),
    ]
