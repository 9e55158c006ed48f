"""One message a person, and a mail server that fails undoes nothing."""

import re
from pathlib import Path
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core import mail as outbox

from ales import mail

TEMPLATE = "emails/ledger_faults.txt"
CONTEXT = {"count": 3, "findings": [("CIL69-2026-0001", 3)]}


def test_each_person_once_and_alone():
    assert mail.send(
        ["b@test.example", "a@test.example", "b@test.example"], "Sujet", TEMPLATE, CONTEXT, about="x"
    )
    assert [message.to for message in outbox.outbox] == [["a@test.example"], ["b@test.example"]]
    assert outbox.outbox[0].subject == "[ALES] Sujet"
    assert "CIL69-2026-0001" in outbox.outbox[0].body


def test_headers_go_out_with_the_message():
    mail.send(["a@test.example"], "Sujet", TEMPLATE, CONTEXT, about="x", headers={"List-Unsubscribe": "<u>"})
    assert outbox.outbox[0].message()["List-Unsubscribe"] == "<u>"


def test_a_refused_address_is_logged_without_it_and_the_next_is_written_to(monkeypatch, caplog):
    written = []

    def refuse_the_first(message, **_options):
        if message.to == ["a@test.example"]:
            raise SMTPRecipientsRefused({"a@test.example": (550, b"unknown")})
        written.append(message.to)

    monkeypatch.setattr("ales.mail.EmailMessage.send", refuse_the_first)
    assert not mail.send(
        ["a@test.example", "b@test.example"], "Sujet", TEMPLATE, CONTEXT, about="aid request 7"
    )
    assert written == [["b@test.example"]]
    assert "mail about aid request 7 was not sent (SMTPRecipientsRefused)" in caplog.text
    assert "a@test.example" not in caplog.text
    assert "CIL69" not in caplog.text


def test_no_other_module_talks_to_the_mail_server():
    """`ales.mail` is the only way out (allauth's own mails apart)."""
    root = Path(settings.BASE_DIR)
    rooms = ("ales", "members", "cases", "aids", "payments", "association")
    found = [
        path.relative_to(root).as_posix()
        for room in rooms
        for path in (root / room).rglob("*.py")
        if re.search(r"^from django\.core(\.mail)? import .*(mail|EmailMessage)", path.read_text(), re.M)
    ]
    assert found == ["ales/mail.py"]
