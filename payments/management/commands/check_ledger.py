"""`manage.py check_ledger`: every invariant of the money, and the rows at fault (DOMAIN §6, §9)."""

from django.core.management.base import BaseCommand, CommandError

from payments import integrity


class Command(BaseCommand):
    help = "Vérifie tous les invariants des fonds, des ordres, des bordereaux et de la comptabilité."

    def handle(self, *args, **options) -> None:
        broken = 0
        for finding in integrity.findings():
            self.stdout.write(f"{'FAUTE' if finding.count else 'ok   '} {finding.check.title}")
            for row in finding.rows:
                self.stderr.write(f"      {row}")
            if finding.count > len(finding.rows):
                self.stderr.write(f"      … et {finding.count - len(finding.rows)} autres")
            broken += finding.count
        if broken:
            raise CommandError(f"{broken} anomalie{'s' if broken > 1 else ''} dans les comptes.")
        self.stdout.write(f"{len(integrity.CHECKS)} vérifications, aucune anomalie.")
