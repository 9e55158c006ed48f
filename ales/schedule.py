"""What the scheduler runs, and when (a part of the settings; hours are Europe/Paris)."""

from typing import Any

from celery.schedules import crontab

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # Ticks nobody took must not pile up in the broker.
    "sweep-production": {"task": "ales.documents.tasks.sweep", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-statements": {
        "task": "payments.tasks.sweep_statements",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-works": {"task": "ales.works.tasks.sweep", "schedule": 15.0, "options": {"expires": 15}},
    "log-journal-head": {
        "task": "ales.journal.tasks.log_head",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "end-expired-shares": {"task": "cases.tasks.end_expired_shares", "schedule": crontab(hour=0, minute=20)},
    "check-ledger": {"task": "payments.tasks.check_ledger", "schedule": crontab(hour=1, minute=10)},
    "verify-journal": {"task": "ales.journal.tasks.verify", "schedule": crontab(hour=1, minute=30)},
    "check-files": {"task": "payments.tasks.check_files", "schedule": crontab(hour=1, minute=45)},
    "apply-retention": {"task": "cases.tasks.apply_retention", "schedule": crontab(hour=2, minute=30)},
    "clear-works": {"task": "ales.works.tasks.clear", "schedule": crontab(hour=3, minute=0)},
    "clear-sessions": {"task": "members.tasks.clear_sessions", "schedule": crontab(hour=3, minute=10)},
    "purge-access-log": {"task": "ales.audit.tasks.purge", "schedule": crontab(hour=3, minute=20)},
    # Three times, so that a morning's failure is made up for; each person gets one.
    "send-digests": {"task": "members.tasks.send_digests", "schedule": crontab(hour=6, minute="0,20,40")},
    "clear-orphan-files": {
        "task": "ales.documents.tasks.clear_orphans",
        "schedule": crontab(hour=3, minute=40),
    },
}
