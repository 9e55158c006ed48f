"""`manage.py reset_second_factor EMAIL`: for a person who lost both factor and recovery codes."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.models import User
from members.sign_in.lost_factor import reset_second_factor


class Command(BaseCommand):
    help = (
        "Retire la double authentification d’une personne et ferme ses sessions : à sa prochaine connexion, "
        "elle en choisira une autre. Vérifiez d’abord que c’est bien elle qui le demande."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="adresse électronique du compte")
        parser.add_argument("--yes", action="store_true", help="ne pas demander de confirmation")

    def handle(self, *args, email: str, yes: bool, **options) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Aucun compte à l’adresse {email}.")
        if not yes and not self._confirmed(user):
            raise CommandError("Rien n’a été changé.")
        removed = reset_second_factor(user=user, at=timezone.now())
        if removed:
            self.stdout.write(f"Double authentification de {user.full_name} remise à zéro, sessions fermées.")
        else:
            self.stdout.write(f"{user.full_name} n’avait pas de second facteur ; ses sessions sont fermées.")

    def _confirmed(self, user: User) -> bool:
        self.stdout.write(f"Compte de {user.full_name} : sa double authentification sera retirée.")
        return input("Retapez l’adresse du compte pour confirmer : ").strip().lower() == user.email
