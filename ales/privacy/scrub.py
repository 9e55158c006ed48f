"""The one privileged way to clear a file: a function of the database's owner, built from the declarations.

The application may not rewrite append-only tables, histories, nor what row security hides. It calls
`privacy_scrub(case, stage, reason)`, which checks by itself that the moment has come
(`registry.scrub_guard`), writes a line in `audit_scrublog`, then clears. It is made anew after each migrate,
so that a declaration and what is done never differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connections, models
from pgtrigger.registry import registered

from ales import registry
from ales.privacy.declarations import PersonalData, history_models

ANONYMISE, ACCOUNTS = "ANONYMISE", "ACCOUNTS"


@dataclass(frozen=True)
class Guard:
    """PL/pgSQL that raises unless the moment has come, from one room; one of them names the root model.

    The code reads `file` (the root's row), `target` (its id), `stage` and `reason`.
    """

    root: type[models.Model] | None
    check: str


def rows_of_case(model: type[models.Model], path: str, target: str = "target") -> str:
    """SQL condition on `model`'s table: the rows that hang on the case of id `target`."""
    if not path:
        return f"id = {target}"
    first, _, rest = path.partition("__")
    found = model._meta.get_field(first)
    if not rest:
        return f"{found.column} = {target}"
    parent = found.related_model
    inner = rows_of_case(parent, rest, target)
    return f"{found.column} IN (SELECT id FROM {parent._meta.db_table} WHERE {inner})"


def _rows_by_subject() -> str:
    """SQL condition on rows that name their subject by kind and UUID."""
    conditions = []
    for subject in registry.case_subjects:
        table, inner = subject.model._meta.db_table, rows_of_case(subject.model, subject.path)
        own_ids = f"SELECT public_id FROM {table} WHERE {inner}"
        conditions.append(f"(subject_kind = '{subject.kind}' AND subject_id IN ({own_ids}))")
    return " OR ".join(conditions)


def _where(declaration: PersonalData) -> str:
    if declaration.by_subject:
        return _rows_by_subject()
    return rows_of_case(declaration.model, declaration.path or "")


def _where_history(history: type[models.Model], declaration: PersonalData) -> str:
    """Its own copy of the foreign key, since a deleted row's history has nothing else to be found by."""
    names = {found.name for found in history._meta.local_concrete_fields}
    if declaration.path and declaration.path.partition("__")[0] in names:
        return rows_of_case(history, declaration.path)
    if not declaration.path and not declaration.by_subject:
        return "pgh_obj_id = target"
    return f"pgh_obj_id IN (SELECT id FROM {declaration.model._meta.db_table} WHERE {_where(declaration)})"


def _update(model: type[models.Model], changes: dict[str, str], where: str) -> str:
    own = {found.name: found.column for found in model._meta.local_concrete_fields}
    parts = [
        f"{own[name]} = {expression.format(column=own[name])}"
        for name, expression in changes.items()
        if name in own
    ]
    return f"UPDATE {model._meta.db_table} SET {', '.join(parts)} WHERE {where};" if parts else ""


def statements(stage: str) -> Iterator[str]:
    """The SQL of a stage: the rows, then their histories (clearing a row adds to its history)."""
    declared = [d for d in registry.personal_data if d.is_of_a_case]
    for declaration in declared:
        if stage == ANONYMISE and declaration.deleted:
            yield f"DELETE FROM {declaration.model._meta.db_table} WHERE {_where(declaration)};"
        elif changes := _changes(declaration, stage):
            yield _update(declaration.model, changes, _where(declaration))
    for declaration in declared:
        for history in history_models(declaration.model):
            where = _where_history(history, declaration)
            if stage == ANONYMISE and declaration.deleted:
                yield f"DELETE FROM {history._meta.db_table} WHERE {where};"
            elif changes := _changes(declaration, stage):
                yield _update(history, changes, where)


def _changes(declaration: PersonalData, stage: str) -> dict[str, str]:
    return dict(declaration.cleared if stage == ANONYMISE else declaration.cleared_with_accounts)


def _protections() -> list[str]:
    """Names of the triggers that forbid to rewrite rows of a case and its history."""
    models_of_cases = {d.model for d in registry.personal_data if d.is_of_a_case}
    models_of_cases |= {history for model in models_of_cases for history in history_models(model)}
    return sorted(
        trigger.get_pgid(model)
        for model, trigger in registered()
        if model in models_of_cases and type(trigger).__name__ in {"Protect", "ReadOnly"}
    )


FUNCTION = """
CREATE OR REPLACE FUNCTION public.privacy_scrub(target bigint, stage text, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $privacy$
#variable_conflict use_column
DECLARE
    file public.{root}%ROWTYPE;
    actor bigint := NULLIF(current_setting('ales.user_id', true), '')::bigint;
    former text := coalesce(current_setting('pgtrigger.ignore', true), '');
BEGIN
    IF stage NOT IN ('{anonymise}', '{accounts}') OR reason NOT IN ('RETENTION', 'ERASURE') THEN
        RAISE EXCEPTION 'unknown stage or reason';
    END IF;
    SELECT * INTO file FROM {root} WHERE id = target FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such file';
    END IF;
{check}
    INSERT INTO audit_scrublog
        (id, at, transaction_id, user_id, subject_id, subject_organisation_id, stage, reason)
    VALUES (gen_random_uuid(), now(), pg_current_xact_id()::text::bigint, actor,
        file.public_id, file.organisation_id, stage, reason);
    PERFORM set_config('pgtrigger.ignore', '{{{protections}}}', true);
    IF stage = '{anonymise}' THEN
{clear}
    ELSE
{clear_accounts}
    END IF;
    PERFORM set_config('pgtrigger.ignore', former, true);
END $privacy$;
REVOKE ALL ON FUNCTION public.privacy_scrub(bigint, text, text) FROM PUBLIC;
"""

# The triggers that keep tables append-only obey a setting anybody may write: it counts for the owner's own
# session, and within the transaction of a scrub, whose line only the function above can have written.
SILENCE = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN trigger_name::text
            = ANY (coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{{}}')::text[])
        AND (session_user = {owner} OR EXISTS (
            SELECT 1 FROM public.audit_scrublog
            WHERE transaction_id = pg_current_xact_id_if_assigned()::text::bigint
        ));
END $$
"""


def function_sql() -> str:
    (root,) = (guard.root for guard in registry.scrub_guard if guard.root)
    return FUNCTION.format(
        root=root._meta.db_table,
        check="\n".join(guard.check for guard in registry.scrub_guard),
        anonymise=ANONYMISE,
        accounts=ACCOUNTS,
        protections=",".join(_protections()),
        clear="\n".join(statements(ANONYMISE)),
        clear_accounts="\n".join(statements(ACCOUNTS)) or "NULL;",
    )


def install(sender, using="default", **kwargs) -> None:
    """Make the function anew; runs as the owner, once a migrate, after the last application."""
    if sender.label != "ales" or not registry.scrub_guard:
        return
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('public.audit_scrublog'), session_user, quote_literal(session_user)"
        )
        log, owner, literal = cursor.fetchone()
        if log is None:
            return  # migrated back to before the log
        cursor.execute(function_sql())
        cursor.execute(SILENCE.format(owner=literal))
        if owner != settings.APPLICATION_ROLE:
            role = connection.ops.quote_name(settings.APPLICATION_ROLE)
            cursor.execute(f"GRANT EXECUTE ON FUNCTION privacy_scrub(bigint, text, text) TO {role}")
