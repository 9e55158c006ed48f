from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Adhérents")

    def ready(self) -> None:
        from members import exports, hooks, imports, personal_data
        from members.sign_in import alerts, second_factor, sessions

        hooks.register()
        exports.register()
        imports.register()
        personal_data.register()
        second_factor.connect()
        sessions.connect()
        alerts.connect()
