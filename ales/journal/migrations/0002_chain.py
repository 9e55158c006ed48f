"""The functions that write the chain (docs/adr/0009-chained-journal.md).

A journaled table's deferred trigger (`journal_note`) runs when its transaction commits and leaves a note in
`journal_pending`. The note's own deferred trigger (`journal_append`) then runs after every check of that
commit, foreign keys included: it takes the chain's lock, and no other lock is taken after it.
"""

from django.db import migrations

from ales.row_security import ASSOCIATION, either, protect

ENTRIES, PENDING = "journal_journalentry", "journal_pending"


def owner_of(table: str) -> str:
    return f"current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = '{table}'::regclass)"


# Emptied by the transaction that fills it, so nothing is lost with its log.
PENDING_TABLE = """
CREATE UNLOGGED TABLE journal_pending (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_table text NOT NULL,
    event text NOT NULL,
    subject_id text NOT NULL,
    content text NOT NULL
)
"""

# `ales.journal.chain.entry_hash` says the same in Python.
HASH = r"""
CREATE FUNCTION journal_hash(
    previous_hash text, sequence bigint, subject_table text, event text, subject_id text,
    occurred_at timestamptz, content text
) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\n', 'ales-journal-1', previous_hash, sequence, subject_table,
        event, subject_id, (extract(epoch FROM occurred_at) * 1000000)::bigint, content), 'UTF8')), 'hex')
$$
"""

CONTENT = """
CREATE FUNCTION journal_content(subject jsonb, columns text[], fingerprints text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ((SELECT jsonb_object_agg(name, subject -> name) FROM unnest(columns) AS name)
        || coalesce((
            SELECT jsonb_object_agg(name || '_sha256', encode(sha256(convert_to(
                (subject ->> 'id') || ':' || (subject ->> name), 'UTF8')), 'hex'))
            FROM unnest(fingerprints) AS name
        ), '{}'::jsonb))::text
$$
"""

# The zone is fixed: a moment among the columns reads the same whoever commits.
NOTE = """
CREATE FUNCTION journal_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    subject jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN subject := to_jsonb(OLD); ELSE subject := to_jsonb(NEW); END IF;
    INSERT INTO public.journal_pending (subject_table, event, subject_id, content)
    VALUES (TG_TABLE_NAME, lower(TG_OP), subject ->> 'id', public.journal_content(
        subject, string_to_array(TG_ARGV[0], ','), string_to_array(TG_ARGV[1], ',')));
    RETURN NULL;
END $$
"""

# 1095518799: "ALJO" in ASCII, kept by nothing else (ales/database_roles.py locks in another database).
APPEND = """
CREATE FUNCTION journal_append() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head record;
    next_sequence bigint;
    former_hash text;
    moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(1095518799);
    SELECT e.sequence, e.hash INTO head FROM public.journal_journalentry e ORDER BY e.sequence DESC LIMIT 1;
    next_sequence := coalesce(head.sequence, 0) + 1;
    former_hash := coalesce(head.hash, repeat('0', 64));
    moment := clock_timestamp();
    INSERT INTO public.journal_journalentry
        (sequence, subject_table, event, subject_id, content, occurred_at, previous_hash, hash)
    VALUES (next_sequence, NEW.subject_table, NEW.event, NEW.subject_id, NEW.content, moment, former_hash,
        public.journal_hash(former_hash, next_sequence, NEW.subject_table, NEW.event, NEW.subject_id,
            moment, NEW.content));
    DELETE FROM public.journal_pending WHERE id = NEW.id;
    RETURN NULL;
END $$
"""

ADOPT = """
CREATE FUNCTION journal_adopt(subject_table regclass, columns text[], fingerprints text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO public.journal_pending (subject_table, event, subject_id, content)'
        ' SELECT %L, ''adopt'', subject.id::text, public.journal_content(to_jsonb(subject), $1, $2)'
        ' FROM %s AS subject ORDER BY subject.id', subject_table, subject_table
    ) USING columns, fingerprints;
END $$
"""

TRIGGER = """
CREATE CONSTRAINT TRIGGER journal_pending_append AFTER INSERT ON journal_pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_append()
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [
        migrations.RunSQL(PENDING_TABLE, "DROP TABLE journal_pending"),
        protect(ENTRIES, read=either(ASSOCIATION, owner_of(ENTRIES)), insert=owner_of(ENTRIES)),
        protect(PENDING, read=owner_of(PENDING), insert=owner_of(PENDING), delete=owner_of(PENDING)),
        migrations.RunSQL(
            HASH, "DROP FUNCTION journal_hash(text, bigint, text, text, text, timestamptz, text)"
        ),
        migrations.RunSQL(CONTENT, "DROP FUNCTION journal_content(jsonb, text[], text[])"),
        migrations.RunSQL(NOTE, "DROP FUNCTION journal_note()"),
        migrations.RunSQL(APPEND, "DROP FUNCTION journal_append()"),
        migrations.RunSQL(ADOPT, "DROP FUNCTION journal_adopt(regclass, text[], text[])"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER journal_pending_append ON journal_pending"),
    ]
