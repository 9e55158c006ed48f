"""`manage.py verify_journal`: has anybody rewritten the money's journal, or the rows it tells of?"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ales import tenancy
from ales.journal import heads
from ales.journal.chain import Head
from ales.journal.verification import READER, Verification


class Command(BaseCommand):
    help = "Vérifie la chaîne du journal, ses têtes consignées ailleurs et les lignes qu’il raconte."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="NUMÉRO:EMPREINTE",
            help="une tête consignée hors de la base (plusieurs fois possible)",
        )
        parser.add_argument(
            "--log",
            action="append",
            default=[],
            metavar="FICHIER",
            help="un journal où lire les têtes (plusieurs fois possible ; sinon celui de JOURNAL_LOG)",
        )

    def handle(self, *args, head: list[str], log: list[str], **options) -> None:
        verification = Verification(self._heads(head, log))
        faults = 0
        with tenancy.tenant(READER):
            for finding in verification.findings():
                faults += 1
                self.stderr.write(str(finding))
        if faults:
            raise CommandError(
                f"{faults} {'anomalies' if faults > 1 else 'anomalie'} "
                f"({verification.count} écritures lues). Ce que chacune veut dire : docs/operations.md.",
                returncode=1,
            )
        self.stdout.write(f"Journal intact : {verification.count} écritures, tête {verification.head}")

    def _heads(self, texts: list[str], paths: list[str]) -> list[Head]:
        given = []
        for text in texts:
            try:
                given.append(heads.parse(text))
            except ValueError as error:
                raise CommandError(
                    f"--head {text} : un numéro, deux-points et 64 chiffres hexadécimaux sont attendus.",
                    returncode=2,
                ) from error
        for path in paths:
            try:
                with Path(path).open(encoding="utf-8", errors="replace") as lines:
                    found = set(heads.logged(lines))
            except OSError as error:
                raise CommandError(f"--log {path} : {error.strerror}.", returncode=2) from error
            if not found:
                raise CommandError(f"--log {path} : aucune tête du journal n’y est consignée.", returncode=2)
            given.extend(sorted(found))
        if not paths:
            given.extend(sorted(heads.logged_in(settings.JOURNAL_LOG)))
        if not given:
            self.stderr.write(
                f"Attention : aucune tête consignée n’est lue (aucune dans {settings.JOURNAL_LOG}). "
                "Une fin coupée, ou une chaîne refaite en entier, ne se verrait pas : donnez --log ou --head."
            )
        return given
