"""Lines of orders and recoveries are in their term's organisation, an advice in its order's; a handover
takes them along."""

from django.db import migrations

from ales.row_security import follow_parent


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_order_accounts"), ("aids", "0013_term_with_organisation")]
    operations = [
        follow_parent("payments_paymentorderline", "term_id", "aids_rentterm"),
        follow_parent("payments_paymentrecoveryline", "term_id", "aids_rentterm"),
        follow_parent("payments_paymentadvice", "order_id", "payments_paymentorder"),
    ]
