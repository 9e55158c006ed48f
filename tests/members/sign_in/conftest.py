"""Sign-in as production asks it: the second factor is on, and commits are real."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from members.models import User
from members.sign_in import encryption
from tests.world import PASSWORD

STEP = 30


@pytest.fixture
def production(settings) -> None:
    """What the suite turns off, turned on again."""
    settings.SECOND_FACTOR_REQUIRED = True
    settings.DEMO = False


@dataclass
class Application:
    """An authentication application on somebody's telephone."""

    secret: str

    def code(self, at: float) -> str:
        """The six digits it shows at this instant (seconds since 1970)."""
        return format_hotp_value(hotp_value(self.secret, int(at) // STEP))


@pytest.fixture
def enrol() -> Callable[[User], Application]:
    """`enrol(user)` gives the person an application, and returns it."""

    def give(user: User) -> Application:
        secret = generate_totp_secret()
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP, data={"secret": encryption.encrypt(secret)}
        )
        return Application(secret)

    return give


@pytest.fixture
def type_password() -> Callable:
    """`type_password(client, user)` fills the sign-in page in."""

    def fill(client: Client, user: User, password: str = PASSWORD):
        return client.post("/connexion/", {"login": user.email, "password": password})

    return fill
