"""What makes the history the database's own: nobody serving pages can silence it or write in it.

Run after every migrate, as the owner: a migration that installs any trigger puts the package's own functions
back, and so does `manage.py pgtrigger install` (run `migrate` again after it).
"""

from django.db import connections
from pghistory.trigger import Event
from pgtrigger.registry import registered

# Only the owner's own session (a migration, a privileged scrub, COPY of made-up rows) may silence a trigger.
SILENCE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN session_user = {owner}
        AND trigger_name::text = ANY (
            coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{{}}')::text[]
        );
END $$
"""

# The context lies in each row of history: the table pghistory would write it to stays empty.
CONTEXT = """
CREATE OR REPLACE FUNCTION public._pgh_attach_context() RETURNS pghistory_context.id%TYPE
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT nullif(current_setting('pghistory.context_id', true), '')::uuid
$$
"""

DEFINER = "ALTER FUNCTION public.{function}() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"


def tracking_functions() -> list[str]:
    """Names of the functions that write the history."""
    return sorted({trigger.get_pgid(model) for model, trigger in registered() if isinstance(trigger, Event)})


def guard_history(sender, using="default", **kwargs) -> None:
    """Take the history out of the application's hands; runs as the owner, once a migrate."""
    if sender.label != "ales":
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, quote_literal(session_user)")
        _owner, literal = cursor.fetchone()
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        installed = {name for (name,) in cursor.fetchall()}
        if "_pgh_attach_context" not in installed:
            return  # migrated back to before the history
        cursor.execute(SILENCE.format(owner=literal))
        cursor.execute(CONTEXT)
        for function in tracking_functions():
            if function in installed:
                cursor.execute(DEFINER.format(function=connection.ops.quote_name(function)))
