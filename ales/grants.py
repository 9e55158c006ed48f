"""What the application's login may do to each table, granted anew after every migrate by the owner.

Row security says which rows; this says which verbs. A model whose class carries `append_only = True`
can only be read and added to: nobody serving pages can rewrite it (DESIGN §2.6). One that names
`updatable_columns` can be changed in those columns only; one with `read_only = True` can only be read: the
database itself writes it (ales/history).
"""

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

# Tables whose rows the application must never add or change itself.
READ_ONLY_TABLES = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "journal_pending",
    "pghistory_context",
)

# A trigger fires whoever may execute its function; only to hang the function on another table takes the
# right. Without this, a temporary table of the application's own, named as one of ours, could have the
# owner's functions write false sums, history or journal.
TRIGGER_FUNCTIONS = """
SELECT oid::regprocedure FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype
"""


def grant_application_rights(sender, using="default", **kwargs) -> None:
    """Give the application role its rights on every table; runs as the owner, once a migrate.

    Raises ImproperlyConfigured in production when the owner is the application's own login.
    """
    if sender.label != "ales":
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        (owner,) = cursor.fetchone()
        role = settings.APPLICATION_ROLE
        if owner == role:
            # A production that serves as the owner would give up every limit below.
            if not (settings.DEBUG or settings.DEMO):
                raise ImproperlyConfigured(
                    "Le propriétaire des tables sert aussi les pages : migrez avec MIGRATION_DATABASE_URL."
                )
            # One address for everything (a reader's machine): nothing to hand over.
            # The catalogue test says so.
            return
        quoted = connection.ops.quote_name
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted(role)}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted(role)}")
        models = {model._meta.db_table: model for model in apps.get_models()}
        for table in connection.introspection.table_names(cursor):
            verbs = "SELECT" if table in READ_ONLY_TABLES else _verbs(models.get(table))
            cursor.execute(f"GRANT {verbs} ON {quoted(table)} TO {quoted(role)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted(role)}")
        cursor.execute(TRIGGER_FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {quoted(role)}")


def _verbs(model) -> str:
    if getattr(model, "read_only", False):
        return "SELECT"
    if getattr(model, "append_only", False):
        return "SELECT, INSERT"
    columns = getattr(model, "updatable_columns", None)
    if columns:
        return f"SELECT, INSERT, UPDATE ({', '.join(columns)})"
    return "SELECT, INSERT, UPDATE, DELETE"
