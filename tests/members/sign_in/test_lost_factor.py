"""`manage.py reset_second_factor`: the team's way out for a person who lost factor and recovery codes."""

import builtins
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.models import SessionRecord, User
from members.sign_in import second_factor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("production")]

DASHBOARD = "/tableau-de-bord/"
ENROLMENT_PAGE = "/compte/double-authentification/"


@pytest.fixture
def claire(world, client, enrol, type_password) -> User:
    """Claire, signed in with her application; she has recovery codes too."""
    user = User.objects.get(pk=world.claire.user_id)
    application = enrol(user)
    RecoveryCodes.activate(user)
    type_password(client, user)
    client.post("/connexion/code/", {"code": application.code(time.time())})
    assert client.get(DASHBOARD).status_code == 200
    mail.outbox.clear()
    return user


def answer(monkeypatch, text: str) -> None:
    monkeypatch.setattr(builtins, "input", lambda prompt: text)


def test_takes_every_factor_away_and_closes_every_session(client, claire, type_password, caplog, capsys):
    call_command("reset_second_factor", claire.email.upper(), "--yes")
    assert not Authenticator.objects.filter(user=claire).exists()
    assert not SessionRecord.objects.open_of(claire.pk, timezone.now()).exists()
    assert client.get(DASHBOARD).headers["Location"].startswith("/connexion/")
    assert "sessions fermées" in capsys.readouterr().out
    # The log says whose by the public id alone.
    assert f"second factor of user {claire.public_id} reset" in caplog.text
    assert claire.email not in caplog.text
    # The password alone opens nothing but a new enrolment.
    type_password(client, claire)
    assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE


def test_tells_the_person(claire):
    call_command("reset_second_factor", claire.email, "--yes")
    (message,) = mail.outbox
    assert message.to == [claire.email]
    assert "remise à zéro par l’équipe ALES" in message.body


def test_leaves_everybody_else_alone(world, claire, enrol):
    marc = User.objects.get(pk=world.marc.user_id)
    enrol(marc)
    call_command("reset_second_factor", claire.email, "--yes")
    assert second_factor.has_factor(marc)


def test_asks_to_type_the_address_again(claire, monkeypatch):
    answer(monkeypatch, "oui")
    with pytest.raises(CommandError, match="Rien n’a été changé"):
        call_command("reset_second_factor", claire.email)
    assert second_factor.has_factor(claire)
    answer(monkeypatch, f" {claire.email} ")
    call_command("reset_second_factor", claire.email)
    assert not second_factor.has_factor(claire)


def test_an_unknown_address_is_an_error(claire):
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("reset_second_factor", "personne@test.example", "--yes")
    assert second_factor.has_factor(claire)


def test_a_person_without_a_factor_is_said_so(world, capsys):
    call_command("reset_second_factor", User.objects.get(pk=world.marc.user_id).email, "--yes")
    assert "n’avait pas de second facteur" in capsys.readouterr().out
