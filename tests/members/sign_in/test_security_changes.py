"""A change of the account's security is told by mail, without a personal detail."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.urls import reverse

from members.models import User
from members.sign_in import codes
from tests.world import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("production")]

SUBJECT = "[ALES] La sécurité de votre compte a changé"
NEW_PASSWORD = "sept lanternes bleues"


@pytest.fixture
def claire(world, settings) -> User:
    settings.SITE_URL = "https://extranet.example"
    return User.objects.get(pk=world.claire.user_id)


@pytest.fixture
def signed_in(client, claire, enrol, type_password):
    """A client signed in with an application's code; what was mailed before is forgotten."""
    application = enrol(claire)
    type_password(client, claire)
    client.post("/connexion/code/", {"code": application.code(time.time())})
    mail.outbox.clear()
    return client


def told(user: User) -> str:
    """The one mail, checked: to the person alone, nothing personal in it."""
    (message,) = mail.outbox
    assert (message.subject, message.to) == (SUBJECT, [user.email])
    for detail in (user.first_name, user.last_name, user.email, "127.0.0.1", "Mozilla"):
        assert detail not in message.body
    assert "/compte/mot-de-passe/oublie/" in message.body
    return message.body


def test_an_application_enrolled(client, claire, type_password):
    type_password(client, claire)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = codes.format_hotp_value(codes.hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    body = told(claire)
    assert "une application d’authentification a été ajoutée" in body
    assert secret not in body


def test_a_wrong_code_tells_nothing(client, claire, type_password):
    type_password(client, claire)
    client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert mail.outbox == []


def test_an_application_removed(signed_in, claire):
    signed_in.post(reverse("mfa_deactivate_totp"))
    assert "l’application d’authentification a été retirée" in told(claire)


def test_a_key_removed(signed_in, claire):
    key = Authenticator.objects.create(
        user=claire, type=Authenticator.Type.WEBAUTHN, data={"name": "Clé du bureau", "credential": {}}
    )
    signed_in.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    body = told(claire)
    assert "une clé d’accès a été retirée" in body
    assert "Clé du bureau" not in body


def test_new_recovery_codes(signed_in, claire):
    RecoveryCodes.activate(claire)
    signed_in.post(reverse("mfa_generate_recovery_codes"))
    body = told(claire)
    assert "de nouveaux codes de secours" in body
    stored = Authenticator.objects.get(user=claire, type=Authenticator.Type.RECOVERY_CODES)
    assert not any(code in body for code in stored.wrap().get_unused_codes())


def test_a_password_changed(signed_in, claire):
    typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    signed_in.post(reverse("account_change_password"), typed)
    assert "le mot de passe a été changé" in told(claire)
    claire.refresh_from_db()
    assert claire.check_password(NEW_PASSWORD)


def test_a_broken_mail_server_undoes_nothing(signed_in, claire, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert signed_in.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=claire).exists()
    assert str(claire.public_id) in caplog.text
    assert claire.email not in caplog.text
