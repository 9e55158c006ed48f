from django.apps import AppConfig
from django.db.models.signals import post_migrate

from ales import grants
from ales.history import guard


class AlesConfig(AppConfig):
    name = "ales"
    verbose_name = "Socle"

    def ready(self) -> None:
        from ales.privacy import house, scrub

        house.register()
        post_migrate.connect(grants.grant_application_rights, dispatch_uid="ales.grants")
        post_migrate.connect(guard.guard_history, dispatch_uid="ales.history")
        # After whatever else redefines the triggers' functions.
        post_migrate.connect(scrub.install, dispatch_uid="ales.privacy")
