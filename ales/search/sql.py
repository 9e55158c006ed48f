"""The search in the database, as migration operations: an index of trigrams, and a function that reads it.

The match of a text search vector isn't leakproof, so under row security it would leave its index and read the
tenant's whole table (PITFALLS: up to 251 times slower). Each searched table therefore has a function
`search_<table>(exact, tolerant, grams, most)` that runs as the owner and narrows the rows itself, by the very
conditions of the table's policy. It gives keys only: what becomes of them is read under `visible_to` and row
security, like everything else.
"""

from dataclasses import dataclass

from django.db import migrations

#: Under this many rows that hold the words as typed, those that nearly hold them are looked for too.
FEW = 5

# Trigrams of a folded text, its words kept apart by spaces, and tags (`o=12`: the organisation; folding
# leaves no `=` in a text). Immutable, for an index.
_GRAMS = """
CREATE FUNCTION search_grams(words text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_to_tsvector(
        tags || ARRAY(SELECT DISTINCT substr(' ' || words || ' ', at, 3)
                      FROM generate_series(1, length(words)) AS at)
    );
END
"""
# What ales.text.fold does, for names written in France: the two agree (tests/ales/search).
_LETTERS = (
    ("àáâãäåçèéêëìíîïñòóôõöùúûüýÿšžÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸŠŽ"),
    ("aaaaaaceeeeiiiinooooouuuuyyszAAAAAACEEEEIIIINOOOOOUUUUYYSZ"),
)
_FOLD = f"""
CREATE FUNCTION search_fold(plain text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT btrim(regexp_replace(
        lower(translate(
            replace(replace(replace(replace(replace(plain, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
                    'ß', 'ss'),
            '{_LETTERS[0]}', '{_LETTERS[1]}') COLLATE "C"),
        '[^a-z0-9@.+]+', ' ', 'g'));
END
"""


def functions():
    """Operation that creates what every index of the search is made of."""
    return migrations.RunSQL(
        sql=[_GRAMS, _FOLD],
        reverse_sql=["DROP FUNCTION search_grams(text, text[])", "DROP FUNCTION search_fold(text)"],
    )


@dataclass(frozen=True)
class Reach:
    """Rows somebody may find: the policy's condition on a row of `t`, and the column whose organisation
    narrows the index to them (`None`: no organisation does)."""

    condition: str
    column: str | None = None


def searchable(table: str, *, text: str, latest: str, reaches: list[Reach]):
    """Operations that make `table` searchable.

    `text` is SQL for the folded words of a row, over its own columns alone; of rows that match as well, those
    with the highest column `latest` come first.
    """
    columns = sorted({reach.column for reach in reaches if reach.column})
    tags = ", ".join(f"'{column}=' || {column}::text" for column in columns)
    vector = f"search_grams({text}, ARRAY[{tags}]::text[])"
    arms = " UNION ALL ".join(_arm(table, text, latest, vector, reach) for reach in reaches)
    create = f"""
CREATE FUNCTION search_{table}(exact tsquery, tolerant tsquery, grams text[], most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE wanted tsquery := exact; found bigint;
BEGIN
    RETURN QUERY SELECT f.id FROM ({arms}) f ORDER BY f.latest DESC, f.id DESC LIMIT most;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found >= {FEW} OR tolerant IS NULL THEN
        RETURN;
    END IF;
    wanted := tolerant;
    RETURN QUERY SELECT f.id FROM ({arms}) f
        ORDER BY (SELECT count(*) FROM unnest(grams) g WHERE strpos(' ' || f.words || ' ', g) > 0) DESC,
                 f.latest DESC, f.id DESC
        LIMIT most;
END $$"""
    return migrations.RunSQL(
        sql=[f"CREATE INDEX {table}_search ON {table} USING gin ({vector})", create],
        reverse_sql=[
            f"DROP FUNCTION search_{table}(tsquery, tsquery, text[], integer)",
            f"DROP INDEX {table}_search",
        ],
    )


def _arm(table: str, text: str, latest: str, vector: str, reach: Reach) -> str:
    wanted = "wanted"
    if reach.column:
        # Narrowed in the index itself: only rows of the organisation are read.
        wanted = (
            f"(wanted && ('''{reach.column}=' || NULLIF(current_setting('ales.organisation_id', true), '')"
            " || '''')::tsquery)"
        )
    return (
        f"SELECT id, {text} AS words, {latest} AS latest FROM {table}"
        f" WHERE {reach.condition} AND {vector} @@ {wanted}"
    )
