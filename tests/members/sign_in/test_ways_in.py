"""By invitation or by a new password, no page opens before the second factor."""

import re
import time

import pytest
from django.core import mail
from django.urls import reverse

from ales import tenancy
from members import operations
from members.models import Membership, User
from members.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("production")]

ENROLMENT_PAGE = "/compte/double-authentification/"
PAGES = ("/tableau-de-bord/", "/dossiers/", "/compte/", "/statistiques/", "/compte/appareils/")
NEW_PASSWORD = "sept lanternes bleues"


def closed_to(client, page: str) -> None:
    """Every page leads to `page`, htmx's too."""
    for path in PAGES:
        assert client.get(path).headers["Location"].partition("?")[0] == page, path
    assert client.get("/dossiers/", headers={"HX-Request": "true"}).content == b""


@pytest.fixture
def claire(world) -> User:
    return User.objects.get(pk=world.claire.user_id)


@pytest.fixture
def invite(world):
    """`invite(email)` invites a person to Marc's organisation; returns the path of the mail's link."""

    def send(email: str, role: str = Role.SOCIAL_WORKER) -> str:
        with tenancy.tenant(world.marc.context):
            operations.invite(
                actor=world.marc,
                organisation_id=world.cil.public_id,
                email=email,
                first_name="Nora",
                last_name="Petit",
                role=role,
            )
        return re.search(r"/invitation/[^/\s]+/", mail.outbox[-1].body)[0]

    return send


class TestInvitation:
    def test_a_new_person_enrols_before_any_page(self, client, invite):
        answer = client.post(
            invite("nora@test.example"), {"password": NEW_PASSWORD, "confirmation": NEW_PASSWORD}
        )
        assert answer.status_code == 302, answer.content.decode()
        assert Membership.objects.filter(user__email="nora@test.example").exists()
        closed_to(client, ENROLMENT_PAGE)

    def test_a_known_person_shows_the_factor_before_accepting(
        self, client, claire, invite, enrol, type_password
    ):
        application = enrol(claire)
        link = invite(claire.email, Role.MANAGER)
        type_password(client, claire)
        client.post(link)
        assert not Membership.objects.filter(user=claire, role=Role.MANAGER).exists()
        client.post("/connexion/code/", {"code": application.code(time.time())})
        client.post(link)
        assert Membership.objects.filter(user=claire, role=Role.MANAGER).exists()
        assert client.get("/tableau-de-bord/").status_code == 200

    def test_a_known_person_without_a_factor_enrols_before_accepting(
        self, client, claire, invite, type_password
    ):
        link = invite(claire.email, Role.MANAGER)
        type_password(client, claire)
        assert client.post(link).headers["Location"] == ENROLMENT_PAGE
        assert not Membership.objects.filter(user=claire, role=Role.MANAGER).exists()


class TestNewPassword:
    @pytest.fixture
    def choose(self, client):
        """`choose(user)` asks for a new password by mail and chooses it."""

        def send(user: User) -> None:
            client.post(reverse("account_reset_password"), {"email": user.email})
            link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]
            page = client.get(link, follow=True)
            typed = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
            assert client.post(page.request["PATH_INFO"], typed).status_code == 302
            user.refresh_from_db()
            assert user.check_password(NEW_PASSWORD)

        return send

    def test_signs_nobody_in(self, client, claire, choose):
        choose(claire)
        closed_to(client, "/connexion/")

    def test_the_factor_is_asked_after_it(self, client, claire, enrol, choose, type_password):
        application = enrol(claire)
        choose(claire)
        assert type_password(client, claire, NEW_PASSWORD).headers["Location"] == "/connexion/code/"
        closed_to(client, "/connexion/")
        client.post("/connexion/code/", {"code": application.code(time.time())})
        assert client.get("/tableau-de-bord/").status_code == 200

    def test_without_a_factor_it_leads_to_enrolment(self, client, claire, choose, type_password):
        choose(claire)
        type_password(client, claire, NEW_PASSWORD)
        closed_to(client, ENROLMENT_PAGE)
