"""Loaded by the worker of test_worker.py (`--include`): a builder, and deaths at a step.

`ALES_TEST_DIE` is "step:file": the process gives itself SIGKILL at that step, once (the file is the mark).
"""

import os
import signal
from pathlib import Path

from ales import registry
from ales.documents import production
from ales.documents.models import ProductionJob, StoredDocument
from ales.documents.production import FileBuilder

KIND = "test-dying"
STEPS = ("lease", "build", "built", "file", "commit", "done")

step, _, mark = os.environ.get("ALES_TEST_DIE", "").partition(":")


def die_at(name: str) -> None:
    if name == step and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def build(payload: dict) -> bytes:
    die_at("build")
    return payload["text"].encode()


registry.document_builders[KIND] = FileBuilder(build, "text/plain")

if step:
    save_job, save_document, store = ProductionJob.save, StoredDocument.save, production.store

    def dying_job_save(self, *args, **options):
        save_job(self, *args, **options)
        die_at("lease" if self.state == "RUNNING" else "commit")

    def dying_document_save(self, *args, **options):
        die_at("file")
        save_document(self, *args, **options)

    def dying_store(job, content):
        die_at("built")
        document = store(job, content)
        die_at("done")
        return document

    ProductionJob.save = dying_job_save
    StoredDocument.save = dying_document_save
    production.store = dying_store
