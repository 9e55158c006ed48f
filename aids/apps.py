from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AidsConfig(AppConfig):
    name = "aids"
    verbose_name = _("Aides")

    def ready(self) -> None:
        from aids import bulk, exports, hooks, personal_data

        hooks.register()
        exports.register()
        bulk.register()
        personal_data.register()
