"""A work and its lines are its asker's, in the capacity they asked in.

The queue sees works (to take them, say how far they are, end them), never a line: what it does, it does as
the asker. `works_expire`, the owner's, clears what has outlived its days.
"""

from django.db import migrations

from ales.row_security import WORKER, both, either, own, protect
from ales.tenancy import CAPACITY, USER

ASKER = both(own(), f"user_id = {USER}", f"capacity = {CAPACITY}")
OF_ASKER = (
    "EXISTS (SELECT 1 FROM works_work w WHERE w.id = work_id AND"
    f" w.organisation_id = NULLIF(current_setting('ales.organisation_id', true), '')::bigint"
    f" AND w.user_id = {USER} AND w.capacity = {CAPACITY})"
)

EXPIRE = """
CREATE FUNCTION works_expire() RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM works_workline l USING works_work w WHERE l.work_id = w.id AND w.expires_at <= now();
    DELETE FROM works_work WHERE created_at < now() - interval '12 months';
    -- What nobody confirmed will not be done.
    UPDATE works_work SET state = 'CANCELLED', finished_at = now()
        WHERE expires_at <= now() AND state = 'TO_CONFIRM';
    RETURN QUERY UPDATE works_work SET expires_at = NULL, file = '', source = '', params = params - ARRAY['words', 'ids', 'answers', 'file_name']
        WHERE expires_at <= now() RETURNING public_id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("works", "0001_initial")]
    operations = [
        protect("works_work", read=either(ASKER, WORKER), insert=ASKER, update=either(ASKER, WORKER)),
        protect("works_workline", read=OF_ASKER, insert=OF_ASKER, update=OF_ASKER),
        migrations.RunSQL(EXPIRE, "DROP FUNCTION works_expire();"),
    ]
