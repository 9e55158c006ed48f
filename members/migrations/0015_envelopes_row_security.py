"""Envelopes and alerts: for the fund's own managers and the association, and of the fund's own member."""

from django.db import migrations

from ales.row_security import (
    ASSOCIATION,
    ASSOCIATION_ADMIN,
    MANAGER,
    both,
    either,
    own,
    protect,
    protect_history,
)

OWN_MANAGER = both(own("owner_id"), MANAGER)
READERS = either(ASSOCIATION, OWN_MANAGER)
THRESHOLD = either(ASSOCIATION_ADMIN, OWN_MANAGER)

#: table, what is the same, its columns, what they refer to: foreign keys ignore row security.
SAME = (
    ("members_envelope", "owner", "fund_id, owner_id", "members_fund (id, owner_id)"),
    ("members_fundalert", "owner", "fund_id, owner_id", "members_fund (id, owner_id)"),
    ("members_fundentry", "fund", "envelope_id, fund_id", "members_envelope (id, fund_id)"),
)


def same(table: str, what: str, columns: str, referred: str) -> migrations.RunSQL:
    name = f"{table}_same_{what}"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {referred}"
        " DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0014_envelopes")]
    operations = [
        protect("members_envelope", read=READERS, insert=ASSOCIATION_ADMIN, update=ASSOCIATION_ADMIN),
        protect("members_fundalert", read=READERS, insert=THRESHOLD, update=THRESHOLD),
        protect_history("members_envelopechange", read=READERS),
        protect_history("members_fundalertchange", read=READERS),
        *(same(*columns) for columns in SAME),
    ]
