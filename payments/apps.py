from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Paiements")

    def ready(self) -> None:
        from payments import bank_account, bulk, exports, hooks, personal_data

        register(bank_account.check_bank_account)
        hooks.register()
        exports.register()
        bulk.register()
        personal_data.register()
