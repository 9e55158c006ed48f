"""A treasurer alone records what came back, and touches a closed period; what is asked back of a term and a
fund is at most what the order paid of them (DOMAIN §6, §9)."""

from django.db import migrations

from ales.row_security import ASSOCIATION, TREASURER, change_policy, in_own_name

#: The order's line is locked first: of two demands at once, the second sees the first.
RECOVERED_WITHIN_PAID = migrations.RunSQL(
    sql=[
        """CREATE FUNCTION payments_recovered_within_paid() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        DECLARE
            asked_of bigint := (SELECT order_id FROM payments_paymentrecovery WHERE id = NEW.recovery_id);
            paid numeric;
            coming_back numeric;
        BEGIN
            SELECT line.amount INTO paid FROM payments_paymentorderline AS line
            WHERE line.order_id = asked_of AND line.term_id = NEW.term_id AND line.fund_id = NEW.fund_id
            FOR NO KEY UPDATE;
            SELECT sum(line.amount) INTO coming_back FROM payments_paymentrecoveryline AS line
            JOIN payments_paymentrecovery AS recovery ON recovery.id = line.recovery_id
            WHERE recovery.order_id = asked_of AND recovery.state <> 'DROPPED'
                AND line.term_id = NEW.term_id AND line.fund_id = NEW.fund_id;
            IF paid IS NULL OR coming_back > paid THEN
                RAISE EXCEPTION 'payments_paymentrecoveryline: more asked back than the order paid'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'recovery_within_payment';
            END IF;
            RETURN NULL;
        END $$""",
        """CREATE TRIGGER recovery_within_payment AFTER INSERT ON payments_paymentrecoveryline
        FOR EACH ROW EXECUTE FUNCTION payments_recovered_within_paid()""",
    ],
    reverse_sql=[
        "DROP TRIGGER recovery_within_payment ON payments_paymentrecoveryline",
        "DROP FUNCTION payments_recovered_within_paid()",
    ],
)
#: A dropped one that came back to life would escape the sum above.
SETTLED_ONCE = migrations.RunSQL(
    sql=[
        """CREATE FUNCTION payments_recovery_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'payments_paymentrecovery: settled already'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'recovery_settled_once';
        END $$""",
        """CREATE TRIGGER recovery_settled_once BEFORE UPDATE OF state ON payments_paymentrecovery
        FOR EACH ROW WHEN (OLD.state <> 'ASKED' AND NEW.state <> OLD.state)
        EXECUTE FUNCTION payments_recovery_settled_once()""",
    ],
    reverse_sql=[
        "DROP TRIGGER recovery_settled_once ON payments_paymentrecovery",
        "DROP FUNCTION payments_recovery_settled_once()",
    ],
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0016_rows_start_at_the_beginning")]
    operations = [
        change_policy("payments_accountingperiod", "update", rule=TREASURER, former=ASSOCIATION),
        in_own_name("payments_paymentrecovery", states=("RECEIVED",), names=("settled_by_id",)),
        RECOVERED_WITHIN_PAID,
        SETTLED_ONCE,
    ]
