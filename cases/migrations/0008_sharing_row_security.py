"""A case shared with another organisation: its social workers and managers read, or write, its rows.

The share is looked up once a query (an uncorrelated subquery, reached only by rows of others), so a list of
one's own cases keeps its index. A write must also leave the row in the organisation that follows the case.
"""

from django.db import migrations

from ales.row_security import (
    MANAGER,
    OWN_SOCIAL,
    SOCIAL,
    both,
    change_policy,
    either,
    follow_parent,
    own,
    protect,
)
from ales.tenancy import ORGANISATION

TODAY = "(now() AT TIME ZONE 'Europe/Paris')::date"
LIVE = f"s.revoked_at IS NULL AND s.starts_on <= {TODAY} AND s.ends_on >= {TODAY}"

#: Rows of a case that a share opens: those a sharee may write, those they only read.
WRITTEN = (
    "household",
    "person",
    "employment",
    "tenancy",
    "budgetsnapshot",
    "budgetline",
    "entitlement",
    "stepdraft",
)
READ_ONLY = ("protocol", "undertaking")

TWELVE_MONTHS_AT_MOST = migrations.RunSQL(
    sql="""ALTER TABLE cases_caseshare ADD CONSTRAINT share_twelve_months_at_most
        CHECK (ends_on <= decided_on + INTERVAL '12 months')""",
    reverse_sql="ALTER TABLE cases_caseshare DROP CONSTRAINT share_twelve_months_at_most",
)


def shared(column: str) -> str:
    """SQL: the case is shared with the active organisation today, and its capacity is a social one."""
    return (
        f"({SOCIAL} AND {column} = ANY (ARRAY(SELECT s.case_id FROM cases_caseshare s"
        f" WHERE s.shared_with_id = {ORGANISATION} AND {LIVE})))"
    )


def shared_for(table: str, column: str, *, levels: str = "'WRITE'") -> str:
    """SQL: the same at one of these levels, the row staying with the organisation that follows the case."""
    return (
        f"({SOCIAL} AND EXISTS (SELECT 1 FROM cases_caseshare s WHERE s.case_id = {table}.{column}"
        f" AND s.organisation_id = {table}.organisation_id AND s.shared_with_id = {ORGANISATION}"
        f" AND s.level IN ({levels}) AND {LIVE}))"
    )


def opened(table: str, verbs: dict[str, str]) -> list:
    """Operations that add the share's condition to the policies of `table`, by verb."""
    return [
        change_policy(table, verb, rule=either(OWN_SOCIAL, condition), former=OWN_SOCIAL)
        for verb, condition in verbs.items()
    ]


def written(row: str) -> list:
    table = f"cases_{row}"
    writable = shared_for(table, "case_id")
    return opened(
        table,
        {"read": shared("case_id"), "insert": writable, "update": writable, "delete": writable},
    )


OF_MY_SHARES = "EXISTS (SELECT 1 FROM cases_caseshare s WHERE s.case_id = content_object_id"
SENT_OR_RECEIVED = both(either(own("from_organisation_id"), own("to_organisation_id")), MANAGER)


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_sharing")]
    operations = [
        TWELVE_MONTHS_AT_MOST,
        protect(
            "cases_caseshare",
            read=both(SOCIAL, either(own(), own("shared_with_id"))),
            insert=OWN_SOCIAL,
            update=OWN_SOCIAL,
        ),
        follow_parent("cases_caseshare", "case_id", "cases_tenantcase"),
        protect(
            "cases_casehandover",
            read=either(OWN_SOCIAL, SENT_OR_RECEIVED),
            insert=both(own(), own("from_organisation_id"), MANAGER),
            update=SENT_OR_RECEIVED,
        ),
        follow_parent("cases_casehandover", "case_id", "cases_tenantcase"),
        # A grant is seen by both sides of its share, and written by the one that follows the case.
        protect(
            "cases_casegroupobjectpermission",
            read=f"{OF_MY_SHARES})",
            insert=both(SOCIAL, f"{OF_MY_SHARES} AND s.{own()})"),
            delete=both(SOCIAL, f"{OF_MY_SHARES} AND s.{own()})"),
        ),
        *opened("cases_tenantcase", {"read": shared("id"), "update": shared_for("cases_tenantcase", "id")}),
        # Reading leaves a line in the timeline too.
        *opened(
            "cases_caseevent",
            {
                "read": shared("case_id"),
                "insert": shared_for("cases_caseevent", "case_id", levels="'READ', 'WRITE'"),
            },
        ),
        *(operation for row in WRITTEN for operation in written(row)),
        *(
            operation
            for row in READ_ONLY
            for operation in opened(f"cases_{row}", {"read": shared("case_id")})
        ),
    ]
