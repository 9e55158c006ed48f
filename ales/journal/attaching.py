"""The migration operation that makes a table journaled (docs/adr/0009-chained-journal.md)."""

from collections.abc import Sequence

from django.db import migrations


def journaled(table: str, *, columns: Sequence[str], fingerprints: Sequence[str] = ()):
    """Operation: from now on the journal records each row of `table` added, deleted, or changed in `columns`.

    `columns` hold ids, codes, amounts and days, `fingerprints` texts that are recorded as a hash (an IBAN);
    the model names the same in `journaled_columns` and `journaled_fingerprints`. Rows that stand already are
    recorded as adopted. The migration depends on ("journal", "0002_chain"). To journal other columns, or to
    change the type of one, a migration drops the two triggers (`trigger_names`) and calls this anew.
    """
    former = ", ".join(f"OLD.{name}" for name in (*columns, *fingerprints))
    current = ", ".join(f"NEW.{name}" for name in (*columns, *fingerprints))
    arguments = f"'{','.join(columns)}', '{','.join(fingerprints)}'"
    arrays = f"string_to_array('{','.join(columns)}', ','), string_to_array('{','.join(fingerprints)}', ',')"
    rows, changes = trigger_names(table)
    note = f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {{}} EXECUTE FUNCTION journal_note({arguments})"
    return migrations.RunSQL(
        sql=[
            f"CREATE CONSTRAINT TRIGGER {rows} AFTER INSERT OR DELETE ON {table} {note.format('')}",
            f"CREATE CONSTRAINT TRIGGER {changes} AFTER UPDATE ON {table} "
            + note.format(f"WHEN (({former}) IS DISTINCT FROM ({current}))"),
            f"SELECT journal_adopt('{table}', {arrays})",
        ],
        reverse_sql=[f"DROP TRIGGER {changes} ON {table}", f"DROP TRIGGER {rows} ON {table}"],
    )


def trigger_names(table: str) -> tuple[str, str]:
    """The triggers of a journaled table: rows added and deleted, rows changed."""
    return f"{table}_journal_rows", f"{table}_journal_changes"
