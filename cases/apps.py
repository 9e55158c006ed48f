from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Dossiers")

    def ready(self) -> None:
        from cases import exports, hooks, imports
        from cases.personal_data import declarations

        hooks.register()
        exports.register()
        imports.register()
        declarations.register()
