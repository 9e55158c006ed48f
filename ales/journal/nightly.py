"""The verification of each night: what it finds is logged, and told to the administrators by mail."""

import logging
from collections import Counter

from django.conf import settings

from ales import tenancy
from ales.alerts import warn_administrators
from ales.journal import heads
from ales.journal.verification import READER, Verification

logger = logging.getLogger("ales.journal")

#: Faults logged one by one; the others are counted.
LOGGED = 100


def run() -> Counter[str]:
    """Verify the chain against the heads of the log; how many faults of each kind."""
    verification = Verification(heads.logged_in(settings.JOURNAL_LOG))
    found: Counter[str] = Counter()
    with tenancy.tenant(READER):
        for finding in verification.findings():
            found[finding.fault] += 1
            if found.total() <= LOGGED:
                logger.error("journal: %s", finding)
    if found:
        logger.error("journal: %s faults in all", found.total())
        warn_administrators(
            "Le journal des mouvements d’argent ne concorde plus",
            "emails/journal_faults.txt",
            {"faults": sorted(found.items())},
        )
    else:
        logger.info("journal verified: %s entries", verification.count)
    return found
