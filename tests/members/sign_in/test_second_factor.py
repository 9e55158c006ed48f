"""Nobody passes with a password alone, on any way in; a code opens once."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse

from members.demo_accounts import account
from members.models import User
from members.sign_in import codes, encryption, second_factor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("production")]

ENROLMENT_PAGE = "/compte/double-authentification/"
DASHBOARD = "/tableau-de-bord/"


@pytest.fixture
def claire(world) -> User:
    return User.objects.get(pk=world.claire.user_id)


class TestWithoutAFactor:
    @pytest.mark.parametrize(
        "path",
        [
            DASHBOARD,
            "/",
            "/dossiers/",
            "/compte/",
            "/compte/mot-de-passe/",
            "/compte/double-authentification/cles/",
            "/compte/double-authentification/codes-de-secours/",
            "/une/page/qui/n-existe/pas/",
        ],
    )
    def test_every_page_leads_to_enrolment(self, client, claire, type_password, path):
        type_password(client, claire)
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, ENROLMENT_PAGE)

    def test_a_post_changes_nothing(self, client, claire, type_password):
        type_password(client, claire)
        typed = {"first_name": "Autre", "last_name": "Nom", "phone": ""}
        assert client.post("/compte/", typed).headers["Location"] == ENROLMENT_PAGE
        assert User.objects.get(pk=claire.pk).first_name == claire.first_name

    def test_htmx_is_told_to_leave_the_page(self, client, claire, type_password):
        type_password(client, claire)
        answer = client.get(DASHBOARD, headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"] == ENROLMENT_PAGE
        assert answer.content == b""

    @pytest.mark.parametrize(
        "name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_logout", "health"]
    )
    def test_enrolment_and_the_way_out_stay_open(self, client, claire, type_password, name):
        type_password(client, claire)
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        assert "!! undefined" not in answer.content.decode()

    def test_the_enrolment_page_shows_nothing_of_the_organisation(self, client, world, claire, type_password):
        type_password(client, claire)
        assert world.claire.organisation_name not in client.get(ENROLMENT_PAGE).content.decode()

    def test_a_session_opened_another_way_is_held_too(self, client, claire):
        client.force_login(claire, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE


class TestEnrolment:
    def test_an_application_then_recovery_codes_then_the_pages(
        self, client, claire, type_password, monkeypatch
    ):
        type_password(client, claire)
        page = client.get("/compte/double-authentification/application/")
        secret = page.context["form"].secret
        assert "data:image/svg+xml;base64," in page.content.decode()
        code = codes.format_hotp_value(codes.hotp_value(secret, int(time.time()) // 30))
        answer = client.post("/compte/double-authentification/application/", {"code": code})
        assert answer.headers["Location"] == "/compte/double-authentification/codes-de-secours/"
        assert client.get(DASHBOARD).status_code == 200

        stored = Authenticator.objects.get(user=claire, type=Authenticator.Type.TOTP).data
        assert secret not in str(stored)
        assert encryption.decrypt(stored["secret"]) == secret
        # The code of the enrolment is spent.
        assert not codes.use(Authenticator.objects.get(user=claire, type=Authenticator.Type.TOTP), code)
        seed = Authenticator.objects.get(user=claire, type=Authenticator.Type.RECOVERY_CODES).data["seed"]
        assert encryption.decrypt(seed) != seed

    def test_a_wrong_code_enrols_nothing(self, client, claire, type_password):
        type_password(client, claire)
        client.get("/compte/double-authentification/application/")
        answer = client.post("/compte/double-authentification/application/", {"code": "000000"})
        assert "Ce code est inexact" in answer.content.decode()
        assert not second_factor.has_factor(claire)


class TestSignIn:
    def test_the_password_alone_opens_no_page(self, client, claire, enrol, type_password):
        enrol(claire)
        assert type_password(client, claire).headers["Location"] == "/connexion/code/"
        assert client.get(DASHBOARD).headers["Location"].startswith("/connexion/")

    def test_password_and_code_open_the_dashboard(self, client, claire, enrol, type_password):
        application = enrol(claire)
        type_password(client, claire)
        assert "!! undefined" not in client.get("/connexion/code/").content.decode()
        answer = client.post("/connexion/code/", {"code": application.code(time.time())})
        assert answer.headers["Location"] == DASHBOARD
        assert client.get(DASHBOARD).status_code == 200

    def test_a_code_opens_once(self, client, claire, enrol, type_password):
        code = enrol(claire).code(time.time())
        type_password(client, claire)
        assert client.post("/connexion/code/", {"code": code}).status_code == 302
        client.post("/deconnexion/")
        type_password(client, claire)
        answer = client.post("/connexion/code/", {"code": code})
        assert answer.status_code == 200
        assert "a déjà servi" in answer.content.decode()

    def test_an_earlier_code_than_the_last_one_is_refused(self, claire, enrol):
        now = time.time()
        application = enrol(claire)
        authenticator = Authenticator.objects.get(user=claire)
        assert codes.use(authenticator, application.code(now + 25))
        assert not codes.use(authenticator, application.code(now - 30))

    def test_a_recovery_code_opens_once(self, client, claire, enrol, type_password):
        enrol(claire)
        code = RecoveryCodes.activate(claire).get_unused_codes()[0]
        type_password(client, claire)
        assert client.post("/connexion/code/", {"code": code}).headers["Location"] == DASHBOARD
        client.post("/deconnexion/")
        type_password(client, claire)
        assert client.post("/connexion/code/", {"code": code}).status_code == 200

    def test_a_session_that_never_showed_the_factor_is_closed(self, client, claire, enrol):
        enrol(claire)
        client.force_login(claire, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(DASHBOARD).headers["Location"] == "/connexion/"
        assert "_auth_user_id" not in client.session

    def test_anothers_proof_is_none(self, client, world, claire, enrol):
        enrol(claire)
        client.force_login(claire, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        other = User.objects.get(pk=world.marc.user_id)
        session[second_factor.SESSION_KEY] = str(other.public_id)
        session.save()
        assert client.get(DASHBOARD).headers["Location"] == "/connexion/"

    def test_a_factor_taken_away_closes_the_pages_again(self, client, claire, enrol, type_password):
        application = enrol(claire)
        type_password(client, claire)
        client.post("/connexion/code/", {"code": application.code(time.time())})
        Authenticator.objects.filter(user=claire).delete()
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE

    def test_recovery_codes_alone_are_no_factor(self, client, claire, type_password):
        RecoveryCodes.activate(claire)
        type_password(client, claire)
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE


class TestDemo:
    @pytest.fixture
    def karim(self, world, claire) -> User:
        """A demo account, in Claire's organisation."""
        address = account("travailleur-social").email
        User.objects.filter(pk=claire.pk).update(email=address)
        EmailAddress.objects.filter(user=claire).update(email=address)
        claire.refresh_from_db()
        return claire

    def test_in_production_a_demo_address_is_asked_like_any_other(self, client, karim, type_password):
        type_password(client, karim)
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE

    def test_in_the_demo_it_passes_and_the_banner_says_so(self, client, karim, type_password, settings):
        settings.DEMO = True
        type_password(client, karim)
        answer = client.get(DASHBOARD)
        assert answer.status_code == 200
        assert "Mode démonstration" in answer.content.decode()

    def test_in_the_demo_other_people_are_asked(self, client, claire, type_password, settings):
        settings.DEMO = True
        type_password(client, claire)
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE

    def test_no_banner_in_production(self, client):
        assert "Mode démonstration" not in client.get("/connexion/").content.decode()


def test_every_page_of_the_second_factor_opens(client, claire, enrol, type_password):
    application = enrol(claire)
    RecoveryCodes.activate(claire)
    type_password(client, claire)
    client.post("/connexion/code/", {"code": application.code(time.time())})
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "account_change_password",
    ):
        answer = client.get(reverse(name))
        assert answer.status_code == 200, name
        assert "!! undefined" not in answer.content.decode(), name
    listing = client.get(reverse("mfa_download_recovery_codes"))
    assert "codes de secours" in listing.content.decode()


def test_the_product_asks_for_it_by_default():
    from ales import settings as product

    assert product.SECOND_FACTOR_REQUIRED is True
