"""`manage.py demo`: demo data of every room, in the order of settings.DEMO_BUILDERS."""

from time import monotonic

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Remplit la base de données de démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="ne rien faire s’il y a déjà quelqu’un")
        parser.add_argument("--accounts", action="store_true", help="imprimer les comptes, sans rien écrire")

    def handle(self, *args, **options) -> None:
        if not settings.DEMO:
            raise CommandError("La démonstration est refusée hors du mode DEMO=1.")
        if options["accounts"]:
            self._print_accounts()
            return
        if options["if_empty"] and get_user_model().objects.exists():
            self.stdout.write("La base contient déjà des comptes : rien n’est ajouté.")
            return
        # What happened years ago is mailed to nobody.
        mails, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.dummy.EmailBackend"
        try:
            # All or nothing: a half-filled database would be taken for a filled one by --if-empty.
            with transaction.atomic():
                self._build()
        finally:
            settings.EMAIL_BACKEND = mails

    def _build(self) -> None:
        for name in settings.DEMO_BUILDERS:
            module = name.rpartition(".")[0]
            self.stdout.write(f"{module}…")
            start = monotonic()
            import_string(name)(lambda line: self.stdout.write(f"  {line}"))
            self.stdout.write(f"  {monotonic() - start:.1f} s")

    def _print_accounts(self) -> None:
        accounts = import_string(settings.DEMO_ACCOUNTS)
        width = max(len(account.email) for account in accounts)
        self.stdout.write(f"Mot de passe de tous les comptes : {import_string(settings.DEMO_PASSWORD)}")
        for account in accounts:
            self.stdout.write(f"  {account.email:<{width}}  {account.title}")
