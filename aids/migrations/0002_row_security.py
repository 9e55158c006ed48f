"""Who sees an aid (DOMAIN §3): own organisation, the landlord's agents for their tenants, the association.

The figures and the points of the social file stay with the organisation.
"""

from django.db import migrations

from ales.row_security import (
    ASSOCIATION,
    BOARD,
    LANDLORD_AGENT,
    OWN_SOCIAL,
    both,
    either,
    follow_parent,
    own,
    protect,
)

OWN_OR_ASSOCIATION = either(OWN_SOCIAL, ASSOCIATION)
OWN_TENANTS = both(own("landlord_id"), LANDLORD_AGENT)

DECIDER_IS_NO_AUTHOR = migrations.RunSQL(
    sql="""ALTER TABLE aids_aidrequest ADD CONSTRAINT aid_decider_is_no_author
        CHECK (decided_by_id IS NULL OR NOT (decided_by_id = ANY (author_ids)))""",
    reverse_sql="ALTER TABLE aids_aidrequest DROP CONSTRAINT aid_decider_is_no_author",
)


class Migration(migrations.Migration):
    dependencies = [("aids", "0001_initial"), ("cases", "0003_row_security")]
    operations = [
        DECIDER_IS_NO_AUTHOR,
        protect(
            "aids_aidrequest",
            read=either(OWN_SOCIAL, ASSOCIATION, both(OWN_TENANTS, "state NOT IN ('draft', 'withdrawn')")),
            insert=OWN_SOCIAL,
            update=OWN_OR_ASSOCIATION,
        ),
        protect(
            "aids_rentterm",
            read=either(
                OWN_SOCIAL,
                ASSOCIATION,
                both(OWN_TENANTS, "state IN ('GRANTED', 'ORDERED', 'PAID', 'RELEASED')"),
            ),
            insert=OWN_SOCIAL,
            update=OWN_OR_ASSOCIATION,
            delete=OWN_SOCIAL,
        ),
        protect(
            "aids_aidcomputation", read=OWN_SOCIAL, insert=OWN_SOCIAL, update=OWN_SOCIAL, delete=OWN_SOCIAL
        ),
        protect("aids_sendbackpoint", read=OWN_SOCIAL, insert=OWN_SOCIAL, update=OWN_SOCIAL),
        protect("aids_aidevent", read=OWN_OR_ASSOCIATION, insert=OWN_OR_ASSOCIATION),
        protect(
            "aids_fundallocation",
            read=OWN_OR_ASSOCIATION,
            insert=OWN_SOCIAL,
            update=OWN_OR_ASSOCIATION,
            delete=OWN_SOCIAL,
        ),
        protect(
            "aids_aidprofile",
            read=either(OWN_SOCIAL, ASSOCIATION, BOARD),
            insert=OWN_SOCIAL,
            update=OWN_OR_ASSOCIATION,
        ),
        follow_parent("aids_aidrequest", "case_id", "cases_tenantcase"),
        follow_parent("aids_rentterm", "request_id", "aids_aidrequest"),
        follow_parent("aids_aidcomputation", "request_id", "aids_aidrequest"),
        follow_parent("aids_sendbackpoint", "request_id", "aids_aidrequest"),
        follow_parent("aids_aidevent", "request_id", "aids_aidrequest"),
        follow_parent("aids_fundallocation", "request_id", "aids_aidrequest"),
        follow_parent("aids_aidprofile", "request_id", "aids_aidrequest"),
    ]
