"""Orders found from the search box: number, amount, and what their frozen data say of the aid and the landlord.

Frozen data lose the household's name with the case (payments/personal_data.py), and the index with them.
"""

from django.db import migrations

from ales.row_security import ASSOCIATION, MANAGER, both, own
from ales.search.sql import Reach, searchable

FROZEN = (
    ("request", "reference"),
    ("request", "tenant"),
    ("request", "landlord_reference"),
    ("request", "town"),
    ("landlord", "name"),
)
_SAID = " || ' ' || ".join(f"COALESCE(frozen #>> '{{{part},{name}}}', '')" for part, name in FROZEN)
WORDS = (
    f"search_fold('op ' || year::text || ' ' || lpad(sequence::text, 6, '0') || ' ' || {_SAID})"
    " || ' ' || amount::text"
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_statement_batch_reference"), ("ales", "0003_search")]
    operations = [
        searchable(
            "payments_paymentorder",
            text=WORDS,
            latest="requested_at",
            reaches=[Reach(both(own(), MANAGER), column="organisation_id"), Reach(ASSOCIATION)],
        )
    ]
