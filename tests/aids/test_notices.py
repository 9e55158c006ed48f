"""Mails about requests: to whom, and nothing of the social file (DOMAIN §14)."""

import re
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from aids import operations as ops
from aids.models import AidRequest
from ales import tenancy
from tests.aids import stories
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(world):
    world.scale()
    return stories.submitted(world.claire, world.complete_case())


def test_the_author_is_told_of_a_send_back_without_its_points(
    world, request_, django_capture_on_commit_callbacks
):
    with tenancy.tenant(world.marc.context), django_capture_on_commit_callbacks(execute=True):
        points = [ops.PointInput("BUDGET", "Le salaire de mars manque.")]
        ops.send_back(actor=world.marc, request_id=request_.public_id, version=None, points=points, at=NOW)
    (message,) = mail.outbox
    assert message.to == ["claire@test.example"]
    assert request_.reference in message.subject
    assert str(request_.public_id) in message.body
    assert "salaire" not in message.body


def test_the_author_is_told_of_a_decision_without_its_meaning(
    world, request_, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        stories.grant(world.marc, request_, world.fund())
    (message,) = mail.outbox
    assert message.to == ["claire@test.example"]
    assert "831" not in message.body
    assert "accord" not in message.body + message.subject


def test_a_broken_mail_server_undoes_nothing(
    world, request_, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise SMTPRecipientsRefused({"claire@test.example": (550, b"unknown")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        granted = stories.grant(world.marc, request_, world.fund())
    with tenancy.tenant(world.marc.context):
        assert AidRequest.objects.get(pk=granted.pk).state == "validated"
    assert re.search(r"notification aid_decided \S+ was not sent \(SMTPRecipientsRefused\)", caplog.text)
    assert "claire" not in caplog.text
