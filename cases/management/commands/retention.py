"""`manage.py retention`: what the law asks of the files today, done or only told (DOMAIN §14)."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ales.dates import format_date
from cases.personal_data import nightly
from cases.rules.retention import RetentionAction

LABELS = {
    RetentionAction.NOTICE: ("préavis", "préavis"),
    RetentionAction.ANONYMISE: ("anonymisation", "anonymisations"),
    RetentionAction.CLEAR_ACCOUNTS: ("fin de conservation comptable", "fins de conservation comptable"),
}


class Command(BaseCommand):
    help = "Préavis, anonymisation et fin de conservation comptable des dossiers."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="dire ce qui serait fait, sans rien changer"
        )
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="à cette date ; avec --dry-run seulement")

    def handle(self, *args, dry_run: bool, on: str | None, **options) -> None:
        day = timezone.localdate()
        if on:
            if not dry_run:
                raise CommandError("--on ne s’emploie qu’avec --dry-run : on n’efface pas à une autre date.")
            try:
                day = date.fromisoformat(on)
            except ValueError as error:
                raise CommandError(f"--on {on} : une date comme 2026-06-30 est attendue.") from error
        outcomes = nightly.run(day, dry_run=dry_run)
        for outcome in outcomes:
            self.stdout.write(
                f"{outcome.organisation} – {outcome.reference} : {LABELS[outcome.action][0]} "
                f"(dernier contact le {format_date(outcome.plan.last_contact_on)})"
            )
        self.stdout.write(self._summary(outcomes, day, dry_run=dry_run))

    def _summary(self, outcomes, day: date, *, dry_run: bool) -> str:
        counts = {action: sum(o.action is action for o in outcomes) for action in LABELS}
        told = [f"{count} {LABELS[a][count > 1]}" for a, count in counts.items() if count]
        verb = "À faire" if dry_run else "Fait"
        return f"{verb} au {format_date(day)} : {', '.join(told) if told else 'rien'}."
