"""`manage.py volume --aids N`: N synthetic aids with their cases, by COPY, for benchmarks."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.timezone import localdate

from ales.numbering import next_number
from ales.volume import Volume


class Command(BaseCommand):
    help = "N aides synthétiques avec leurs dossiers, pour les mesures de vitesse."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--aids", type=int, default=10_000, help="nombre d'aides (10 000)")
        parser.add_argument("--seed", type=int, default=0, help="graine du hasard (0)")

    def handle(self, *, aids: int, seed: int, **options) -> None:
        if not settings.DEMO:
            raise CommandError("Refusé hors du mode démonstration (DEMO=1) : ces dossiers sont inventés.")
        if aids < 1:
            raise CommandError("--aids attend un nombre d'au moins 1.")
        fill(aids, seed=seed, report=self.stdout.write)


def fill(aids: int, *, seed: int = 0, report=print) -> Volume:
    """Run every room's builder in one transaction: all the rows, or none. Needs the migrator's login."""
    start = time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Checked table by table, so that a fault names its table.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        volume = Volume(aids=aids, until=localdate(), run=next_number("volume"), seed=seed, report=report)
        for name in settings.VOLUME_BUILDERS:
            report(f"{name.partition('.')[0]} ({time.perf_counter() - start:.0f} s)")
            import_string(name)(volume)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    seconds = time.perf_counter() - start
    report(f"{aids} aides, {volume.rows} lignes en {seconds:.0f} s ({aids / seconds:.0f} aides par seconde)")
    return volume
