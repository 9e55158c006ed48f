"""What a cause already wrote, for whoever repeats it: a manager can't read the lines of another member's fund.

The cause's UUID is unguessable, so the function tells nobody anything they did not write themselves.
"""

from django.db import migrations

APPLY = """
CREATE FUNCTION members_entries_of_cause(of_cause_kind text, of_cause_id uuid, of_kind text)
RETURNS TABLE (fund_id bigint, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT entry.fund_id, entry.amount FROM members_fundentry entry
    WHERE entry.cause_kind = of_cause_kind AND entry.cause_id = of_cause_id AND entry.kind = of_kind
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_row_security")]
    operations = [
        migrations.RunSQL(APPLY, "DROP FUNCTION members_entries_of_cause(text, uuid, text);"),
    ]
