"""The Celery application. Messages only nudge: the queue's rows are the truth (DESIGN §2.9)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ales.settings")

app = Celery("ales")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
