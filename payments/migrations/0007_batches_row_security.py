"""Batches, statements and accounting are the association's alone; a landlord reads and asks about its own.

An order sent to the bank, or returned by it and not yet decided about, keeps the case in its organisation too.
"""

from django.db import migrations

from ales.row_security import (
    ASSOCIATION,
    LANDLORD_AGENT,
    MANAGER,
    OWN_SOCIAL,
    TREASURER,
    both,
    either,
    follow_parent,
    own,
    protect,
    stays_while,
)

OWN_MANAGER = both(own(), MANAGER)
MONEY = either(OWN_MANAGER, ASSOCIATION)
OWN_TENANTS = both(own("landlord_id"), LANDLORD_AGENT)

MESSAGE = "Un ordre de paiement est en cours : le dossier ne peut pas changer d’organisme."
FORMER_STAY = stays_while("payments_paymentorder", "OLD.state IN ('to_sign', 'signed')", MESSAGE)
UNDER_WAY = (
    "(OLD.state IN ('to_sign', 'signed', 'batched', 'sent')"
    " OR (OLD.state = 'rejected' AND OLD.rejection_outcome = ''))"
)

QUERY_OF_ITS_ADVICE = migrations.RunSQL(
    sql="""ALTER TABLE payments_paymentquery ADD CONSTRAINT query_of_its_advice
        FOREIGN KEY (advice_id, organisation_id, landlord_id)
        REFERENCES payments_paymentadvice (id, organisation_id, landlord_id)
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED""",
    reverse_sql="ALTER TABLE payments_paymentquery DROP CONSTRAINT query_of_its_advice",
)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_batches_statements_recoveries"),
        ("members", "0011_returned_payments"),
    ]
    operations = [
        protect("payments_paymentbatch", read=ASSOCIATION, insert=TREASURER, update=TREASURER),
        protect("payments_bankstatement", read=ASSOCIATION, insert=TREASURER, update=TREASURER),
        protect("payments_statementline", read=ASSOCIATION, insert=TREASURER, update=TREASURER),
        protect("payments_accountingperiod", read=ASSOCIATION, insert=ASSOCIATION, update=ASSOCIATION),
        protect("payments_accountingentry", read=ASSOCIATION, insert=ASSOCIATION),
        protect(
            "payments_paymentquery",
            read=either(OWN_SOCIAL, ASSOCIATION, OWN_TENANTS),
            insert=OWN_TENANTS,
            update=OWN_MANAGER,
        ),
        QUERY_OF_ITS_ADVICE,
        protect(
            "payments_paymentrecovery",
            read=either(MONEY, OWN_TENANTS),
            insert=MONEY,
            update=ASSOCIATION,
        ),
        protect("payments_paymentrecoveryline", read=MONEY, insert=MONEY),
        follow_parent("payments_paymentrecovery", "order_id", "payments_paymentorder"),
        follow_parent("payments_paymentrecoveryline", "recovery_id", "payments_paymentrecovery"),
        migrations.RunSQL(sql=FORMER_STAY.reverse_sql, reverse_sql=FORMER_STAY.sql),
        stays_while("payments_paymentorder", UNDER_WAY, MESSAGE),
    ]
