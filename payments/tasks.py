"""Periodic tasks of this room (schedule: ales/settings.py)."""

import logging

from celery import shared_task

from ales.alerts import warn_administrators
from payments import integrity

logger = logging.getLogger(__name__)


@shared_task
def check_ledger() -> int:
    """Every invariant of the money, once a night; what is wrong is logged and told by mail. How many rows."""
    broken = [finding for finding in integrity.findings() if finding.count]
    for finding in broken:
        logger.error("check_ledger %s: %s rows at fault", finding.check.name, finding.count)
    count = sum(finding.count for finding in broken)
    if broken:
        titles = "\n".join(f"- {finding.check.title} {finding.count}" for finding in broken)
        warn_administrators(
            "Contrôle des comptes : anomalies",
            f"Le contrôle de la nuit a trouvé {count} lignes en faute :\n\n{titles}\n\n"
            "Le détail : manage.py check_ledger, sur le serveur.\n",
        )
    return count
