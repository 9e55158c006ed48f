from django.apps import AppConfig
from django.db.models.signals import post_migrate

from ales import grants
from ales.history import guard


class AlesConfig(AppConfig):
    name = "ales"
    verbose_name = "Socle"

    def ready(self) -> None:
        post_migrate.connect(grants.grant_application_rights, dispatch_uid="ales.grants")
        post_migrate.connect(guard.guard_history, dispatch_uid="ales.history")
