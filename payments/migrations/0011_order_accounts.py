"""An order pays the account of its bank details: landlord, IBAN, BIC and holder are theirs (DOMAIN §9)."""

from django.db import migrations

ORDER_OF_ITS_ACCOUNT = migrations.RunSQL(
    sql="""ALTER TABLE payments_paymentorder ADD CONSTRAINT order_of_its_account
        FOREIGN KEY (bank_details_id, landlord_id, iban, bic, account_holder)
        REFERENCES members_bankdetails (id, landlord_id, iban, bic, account_holder)
        DEFERRABLE INITIALLY DEFERRED""",
    reverse_sql="ALTER TABLE payments_paymentorder DROP CONSTRAINT order_of_its_account",
)


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_recovery_letter"), ("members", "0018_accounts_and_recoveries")]
    operations = [ORDER_OF_ITS_ACCOUNT]
