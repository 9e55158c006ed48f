"""Orders and advices follow their request to another organisation; not while an order is under way."""

from django.db import migrations

from ales.row_security import documents_follow, stays_while


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_order_indexes"), ("aids", "0008_handover")]
    operations = [
        stays_while(
            "payments_paymentorder",
            "OLD.state IN ('to_sign', 'signed')",
            "Un ordre de paiement est en cours : le dossier ne peut pas changer d’organisme.",
        ),
        documents_follow("payments_paymentorder", "payment_order"),
        documents_follow("payments_paymentadvice", "payment_advice"),
    ]
