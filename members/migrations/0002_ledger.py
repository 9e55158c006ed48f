"""The ledger keeps its fund's sums itself: nobody else may write them (DOMAIN §6)."""

from django.db import migrations

APPLY = """
CREATE FUNCTION members_fund_apply_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE members_fund SET
        contributed = contributed + CASE WHEN NEW.kind = 'CONTRIBUTION' THEN NEW.amount ELSE 0 END,
        transferred_in = transferred_in + CASE WHEN NEW.kind = 'TRANSFER_IN' THEN NEW.amount ELSE 0 END,
        transferred_out = transferred_out + CASE WHEN NEW.kind = 'TRANSFER_OUT' THEN NEW.amount ELSE 0 END,
        committed = committed + CASE WHEN NEW.kind = 'COMMITMENT' THEN NEW.amount ELSE 0 END,
        released = released + CASE WHEN NEW.kind = 'RELEASE' THEN NEW.amount ELSE 0 END,
        paid = paid + CASE WHEN NEW.kind = 'PAYMENT' THEN NEW.amount ELSE 0 END,
        recovered = recovered + CASE WHEN NEW.kind = 'RECOVERY' THEN NEW.amount ELSE 0 END
    WHERE id = NEW.fund_id AND owner_id = NEW.owner_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'fund % does not belong to organisation %', NEW.fund_id, NEW.owner_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER members_fundentry_apply AFTER INSERT ON members_fundentry
    FOR EACH ROW EXECUTE FUNCTION members_fund_apply_entry();

CREATE FUNCTION members_fund_opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.contributed + NEW.transferred_in + NEW.transferred_out + NEW.committed
        + NEW.released + NEW.paid + NEW.recovered <> 0 THEN
        RAISE EXCEPTION 'a fund opens empty: its sums come from its ledger';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_fund_opens_empty BEFORE INSERT ON members_fund
    FOR EACH ROW EXECUTE FUNCTION members_fund_opens_empty();
"""

REVERSE = """
DROP TRIGGER members_fund_opens_empty ON members_fund;
DROP FUNCTION members_fund_opens_empty();
DROP TRIGGER members_fundentry_apply ON members_fundentry;
DROP FUNCTION members_fund_apply_entry();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunSQL(APPLY, REVERSE)]
