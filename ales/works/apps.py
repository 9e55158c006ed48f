from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorksConfig(AppConfig):
    name = "ales.works"
    label = "works"
    verbose_name = _("Travaux")

    def ready(self) -> None:
        from ales.works import personal_data

        personal_data.register()
