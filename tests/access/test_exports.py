"""Each list's file, asked by each role: it opens to who reads the list, and names nobody else's rows."""

import pytest
from django.db import transaction

from ales import registry
from ales.errors import NotAllowedError
from tests.access.canaries import mark, marked_tables, marks_in
from tests.access.test_canaries import BOTH, OWN
from tests.works.conftest import ask_export, run_to_end

pytestmark = pytest.mark.django_db

EXPORTS = [kind for kind in registry.work_kinds.values() if kind.family == "export"]
PEOPLE = ("claire", "marc", "lea", "bruno", "anne", "theo", "sonia", "rachid")


def test_every_list_has_its_file(scene):
    mark(scene)
    names = {letters: table for table, letters in marked_tables().items()}
    assert len(EXPORTS) >= 8
    shown = 0
    for export in EXPORTS:
        for who in PEOPLE:
            actor = getattr(scene.world, who)
            point = transaction.savepoint()
            if actor.role not in export.roles:
                with pytest.raises(NotAllowedError):
                    ask_export(actor, export.name)
                continue
            work = run_to_end(actor, ask_export(actor, export.name))
            assert (work.state, work.total) == ("DONE", work.done), (export.name, who, work.error)
            with work.file.open("rb") as file:
                marks = marks_in(file.read().decode())
            transaction.savepoint_rollback(point)
            shown += len(marks)
            leaked = [
                (side, names[letters])
                for side, letters in marks
                if names[letters] not in OWN[who] | BOTH.get(who, set())
                or (side == "b" and names[letters] not in BOTH.get(who, set()))
            ]
            assert leaked == [], (export.name, who)
    assert shown, "the marks are read somewhere, or this test proves nothing"
