"""Orders are for the manager and the association's staff; a landlord reads advices instead (DOMAIN §3)."""

from django.db import migrations

from ales.row_security import (
    ASSOCIATION,
    LANDLORD_AGENT,
    MANAGER,
    OWN_SOCIAL,
    both,
    either,
    follow_parent,
    own,
    protect,
)

OWN_MANAGER = both(own(), MANAGER)
MONEY = either(OWN_MANAGER, ASSOCIATION)
OWN_TENANTS = both(own("landlord_id"), LANDLORD_AGENT)

SIGNER_IS_NOT_BARRED = migrations.RunSQL(
    sql="""ALTER TABLE payments_paymentorder ADD CONSTRAINT order_signer_is_not_barred
        CHECK (signed_by_id IS NULL OR NOT (signed_by_id = ANY (barred_ids)))""",
    reverse_sql="ALTER TABLE payments_paymentorder DROP CONSTRAINT order_signer_is_not_barred",
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("aids", "0002_row_security")]
    operations = [
        SIGNER_IS_NOT_BARRED,
        protect("payments_paymentorder", read=MONEY, insert=OWN_MANAGER, update=MONEY),
        protect("payments_paymentorderline", read=MONEY, insert=OWN_MANAGER, update=MONEY),
        protect(
            "payments_paymentadvice",
            read=either(OWN_SOCIAL, ASSOCIATION, OWN_TENANTS),
            insert=ASSOCIATION,
            update=either(ASSOCIATION, OWN_TENANTS),
        ),
        follow_parent("payments_paymentorder", "request_id", "aids_aidrequest"),
        follow_parent("payments_paymentorderline", "order_id", "payments_paymentorder"),
        follow_parent("payments_paymentadvice", "request_id", "aids_aidrequest"),
    ]
