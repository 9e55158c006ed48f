"""Sign-in by ProConnect against a provider on the loopback: who comes in, and every lie that is refused."""

import hmac
import json
import re
import time
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from environs import Env
from jwt.utils import base64url_encode

from ales import proconnect as product_settings
from ales import tenancy
from members import operations
from members.models import Invitation, Membership, SessionRecord, User
from members.roles import Role
from members.sign_in import second_factor
from members.sign_in.proconnect import attempts, provider
from tests.members.sign_in.fake_provider import CLIENT_ID, CLIENT_SECRET, KEY_ID, FakeProvider, private_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("production")]

BEGIN, BACK = "/connexion/proconnect/", "/connexion/proconnect/retour/"
DASHBOARD = "/tableau-de-bord/"
ENROLMENT_PAGE = "/compte/double-authentification/"
ASK_AGAIN = "n’a pas pu être vérifiée"


@pytest.fixture
def fake(settings):
    """The provider, known to the settings."""
    made = FakeProvider()
    settings.PROCONNECT = made.config()
    settings.SITE_URL = "https://extranet.example"
    yield made
    made.close()


@pytest.fixture
def claire(world) -> User:
    return User.objects.get(pk=world.claire.user_id)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def leave(client, next_url: str = "") -> str:
    """Press the button: the address the browser is sent to."""
    answer = client.post(BEGIN, {"next": next_url} if next_url else {})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def recognised(address: str) -> str:
    """What the provider answers there: our own address, with its code."""
    with pytest.raises(HTTPError) as redirection:
        build_opener(_Stay).open(address, timeout=10)
    redirection.value.close()
    return redirection.value.headers["Location"].removeprefix("https://extranet.example")


def walk(client, next_url: str = ""):
    """Leave, be recognised, come back."""
    return client.get(recognised(leave(client, next_url)))


def rows() -> list[int]:
    """How many rows there are of everything a sign-in could make."""
    return [
        model.objects.count()
        for model in (User, Membership, EmailAddress, Authenticator, Invitation, SessionRecord)
    ]


def refused(client, answer, words: str, status: int = 403) -> None:
    """A clear French page, nobody signed in, and the way back to the sign-in page."""
    page = re.sub(r"\s+", " ", answer.content.decode())
    assert answer.status_code == status
    assert "Vous n’êtes pas connecté" in page
    assert words in page
    assert 'href="/connexion/"' in page
    assert "!! undefined" not in page
    assert "_auth_user_id" not in client.session
    assert client.get(DASHBOARD).headers["Location"].startswith("/connexion/")


class TestOff:
    """The suite's settings are the product's own: no provider."""

    def test_no_button_and_no_address(self, client, db):
        page = client.get("/connexion/")
        assert "ProConnect" not in page.content.decode()
        assert "form-action 'self';" in page.headers["Content-Security-Policy"] + ";"
        assert client.post(BEGIN).status_code == 404
        assert client.get(BACK, {"state": "x", "code": "y"}).status_code == 404

    def test_off_by_default(self):
        assert product_settings.read(Env(), debug=False) is None

    @pytest.mark.parametrize(
        ("issuer", "client_id", "debug"),
        [
            ("https://proconnect.example", "", False),
            ("http://proconnect.example", "extranet", False),
            ("file:///etc/passwd", "extranet", True),
        ],
    )
    def test_half_a_setting_stops_the_start(self, monkeypatch, issuer, client_id, debug):
        monkeypatch.setenv("PROCONNECT_ISSUER", issuer)
        monkeypatch.setenv("PROCONNECT_CLIENT_ID", client_id)
        monkeypatch.setenv("PROCONNECT_CLIENT_SECRET", "s")
        with pytest.raises(SystemExit, match="PROCONNECT_ISSUER"):
            product_settings.read(Env(), debug=debug)

    def test_the_secret_is_not_printed(self):
        config = product_settings.ProConnect("https://proconnect.example", CLIENT_ID, CLIENT_SECRET)
        assert CLIENT_SECRET not in repr(config)


class TestTheWayOut:
    def test_a_button_on_the_sign_in_page(self, client, fake, db):
        page = client.get("/connexion/?next=/dossiers/")
        text = page.content.decode()
        assert "S’identifier avec ProConnect" in text
        assert text.count('name="next" value="/dossiers/"') == 2
        assert f"form-action 'self' {fake.origin}" in page.headers["Content-Security-Policy"]

    def test_leaves_by_a_form_only(self, client, fake, db):
        assert client.get(BEGIN).status_code == 405
        assert Client(enforce_csrf_checks=True).post(BEGIN).status_code == 403

    def test_what_is_asked(self, client, fake, db):
        address = urlsplit(leave(client))
        query = dict(parse_qsl(address.query))
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{fake.issuer}/authorize"
        assert query["scope"] == "openid email"
        assert query["redirect_uri"] == f"https://extranet.example{BACK}"
        assert query["code_challenge_method"] == "S256"
        assert json.loads(query["claims"]) == {"id_token": {"acr": None, "amr": None}}
        assert CLIENT_SECRET not in address.query
        again = dict(parse_qsl(urlsplit(leave(client)).query))
        assert {query[name] for name in ("state", "nonce", "code_challenge")}.isdisjoint(again.values())

    def test_what_the_browser_adds_is_not_passed_on(self, client, fake, db):
        answer = client.post(f"{BEGIN}?scope=admin&auth_params=prompt%3Dnone&process=connect")
        query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        assert query["scope"] == "openid email"
        assert "prompt" not in query

    def test_attempts_are_counted(self, client, fake, db, settings):
        settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
        assert [client.post(BEGIN).status_code for _ in range(3)] == [302, 302, 429]

    @pytest.mark.parametrize("page", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
    @pytest.mark.parametrize(
        ("status", "words", "shown"), [(500, "ne répond pas", 503), (302, ASK_AGAIN, 403)]
    )
    def test_a_provider_that_fails_or_sends_elsewhere(self, client, claire, fake, page, status, words, shown):
        address = leave(client)
        fake.amr = ["mfa"]
        back = recognised(address)
        fake.statuses[page] = status
        refused(client, client.get(back), words, shown)

    def test_a_provider_that_is_not_there(self, client, fake, db, settings):
        settings.PROCONNECT = fake.config(issuer="http://127.0.0.1:9/api")
        refused(client, client.post(BEGIN), "ne répond pas", 503)

    @pytest.mark.parametrize(
        "published",
        [
            {"issuer": "https://evil.example"},
            {"token_endpoint": "https://evil.example/token"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"jwks_uri": "file:///etc/passwd"},
        ],
    )
    def test_a_configuration_that_names_somebody_else(self, client, fake, db, published):
        fake.published = published
        refused(client, client.post(BEGIN), ASK_AGAIN)

    def test_an_endless_answer(self, client, fake, db, monkeypatch):
        monkeypatch.setattr(provider, "LONGEST_ANSWER", 50)
        refused(client, client.post(BEGIN), ASK_AGAIN)


class TestComingIn:
    @pytest.mark.parametrize(
        ("acr", "amr"),
        [
            ("eidas1", ["pwd", "mfa"]),
            ("eidas2", ["pwd"]),
            ("https://proconnect.gouv.fr/assurance/self-asserted-2fa", None),
        ],
    )
    def test_with_the_providers_second_factor(self, client, claire, fake, acr, amr):
        fake.acr, fake.amr = acr, amr
        before = rows()
        assert walk(client).headers["Location"] == DASHBOARD
        assert client.get(DASHBOARD).status_code == 200
        assert client.session["_auth_user_id"] == str(claire.pk)
        # One session more; nothing else is kept of the provider.
        assert rows() == [*before[:-1], before[-1] + 1]
        assert attempts.SESSION_KEY not in client.session

    def test_also_over_ones_own_factor(self, client, claire, fake, enrol):
        enrol(claire)
        fake.amr = ["mfa"]
        walk(client)
        assert client.get(DASHBOARD).status_code == 200

    @pytest.mark.parametrize("signs_person", [True, False])
    def test_the_page_about_the_person_may_be_signed(self, client, claire, fake, signs_person):
        fake.amr, fake.signs_person = ["mfa"], signs_person
        fake.email = claire.email.upper()
        assert walk(client).headers["Location"] == DASHBOARD

    @pytest.mark.parametrize(
        ("next_url", "place"), [("/dossiers/", "/dossiers/"), ("https://evil.example/", DASHBOARD)]
    )
    def test_leads_back_to_the_page_asked_for(self, client, claire, fake, next_url, place):
        fake.amr = ["mfa"]
        assert walk(client, next_url).headers["Location"] == place

    def test_takes_the_place_of_whoever_was_here(self, client, world, claire, fake, enrol):
        fake.amr = ["mfa"]
        walk(client)
        fake.email = User.objects.get(pk=world.marc.user_id).email
        walk(client)
        assert client.session["_auth_user_id"] == str(world.marc.user_id)

    def test_the_providers_proof_ends_with_the_session(self, client, claire, fake, enrol, type_password):
        enrol(claire)
        fake.amr = ["mfa"]
        walk(client)
        client.post("/deconnexion/")
        type_password(client, claire)
        assert client.get(DASHBOARD).headers["Location"].startswith("/connexion/")


class TestWithoutASecondFactorThere:
    def test_ours_is_asked(self, client, claire, fake, enrol):
        application = enrol(claire)
        assert walk(client).headers["Location"] == "/connexion/code/"
        assert client.get(DASHBOARD).headers["Location"].startswith("/connexion/")
        client.post("/connexion/code/", {"code": application.code(time.time())})
        assert client.get(DASHBOARD).status_code == 200

    def test_a_wrong_code_opens_nothing(self, client, claire, fake, enrol):
        enrol(claire)
        walk(client)
        client.post("/connexion/code/", {"code": "000000"})
        assert client.get(DASHBOARD).headers["Location"].startswith("/connexion/")

    def test_a_person_who_has_none_enrols_before_any_page(self, client, claire, fake):
        walk(client)
        for path in (DASHBOARD, "/dossiers/", "/compte/"):
            assert client.get(path).headers["Location"] == ENROLMENT_PAGE

    @pytest.mark.parametrize(("acr", "amr"), [("eidas1", "mfa"), ("eidas20", ["pwd", "mail"]), (None, None)])
    def test_what_is_no_proof(self, client, claire, fake, acr, amr):
        fake.acr, fake.amr = acr, amr
        walk(client)
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE

    def test_anothers_proof_is_none(self, client, world, claire, fake):
        walk(client)
        session = client.session
        session[second_factor.ELSEWHERE_KEY] = str(User.objects.get(pk=world.marc.user_id).public_id)
        session.save()
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE

    def test_the_page_about_the_person_proves_none(self, client, claire, fake):
        """Only the identity token tells how this sign-in was made."""
        fake.person = {"amr": ["mfa"], "acr": "eidas3"}
        walk(client)
        assert client.get(DASHBOARD).headers["Location"] == ENROLMENT_PAGE


class TestLies:
    @pytest.fixture(autouse=True)
    def two_factors(self, fake):
        fake.amr = ["mfa"]

    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"aud": "another-service"},
            {"aud": [CLIENT_ID, "another-service"]},
            {"aud": [CLIENT_ID, "another-service"], "azp": "another-service"},
            {"azp": "another-service"},
            {"aud": "another-service", "azp": CLIENT_ID},
            {"aud": None},
            {"iss": "https://evil.example"},
            {"iss": None},
            {"exp": 1_000_000_000},
            {"exp": None},
            {"iat": 4_000_000_000},
            {"nbf": 4_000_000_000},
            {"sub": "somebody-else"},
            {"sub": None},
        ],
        ids=str,
    )
    def test_a_wrong_claim(self, client, claire, fake, claims):
        before = rows()
        fake.claims = claims
        refused(client, walk(client), ASK_AGAIN)
        assert rows() == before

    @pytest.mark.parametrize(
        "claims", [{"aud": "another-service"}, {"iss": "https://evil.example"}, {"email": None}]
    )
    def test_a_wrong_page_about_the_person(self, client, claire, fake, claims):
        fake.person = claims
        refused(client, walk(client), ASK_AGAIN)

    def test_another_key_under_the_providers_name(self, client, claire, fake):
        fake.sign_token = lambda claims: fake.sign(claims, key="thief")
        refused(client, walk(client), ASK_AGAIN)

    def test_a_key_the_provider_does_not_publish(self, client, claire, fake):
        fake.sign_token = lambda claims: fake.sign(claims, key="thief", kid="signature-2")
        refused(client, walk(client), ASK_AGAIN)

    def test_no_signature(self, client, claire, fake):
        fake.sign_token = lambda claims: jwt.encode(claims, None, "none", headers={"kid": KEY_ID})
        refused(client, walk(client), ASK_AGAIN)

    def test_the_public_key_taken_for_a_shared_secret(self, client, claire, fake):
        def forge(claims: dict) -> str:
            # By hand: the library refuses to make such a token.
            parts = ({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}, claims)
            signed = b".".join(base64url_encode(json.dumps(part).encode()) for part in parts)
            public = private_key("honest").public_key()
            secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            signature = hmac.digest(secret, signed, "sha256")
            return b".".join((signed, base64url_encode(signature))).decode()

        fake.sign_token = forge
        refused(client, walk(client), ASK_AGAIN)

    def test_an_algorithm_we_did_not_choose(self, client, claire, fake):
        fake.key_algorithm, fake.signs_person = "RS512", False
        fake.sign_token = lambda claims: fake.sign(claims, algorithm="RS512")
        refused(client, walk(client), ASK_AGAIN)

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "é"])
    def test_no_token_at_all(self, client, claire, fake, token):
        fake.sign_token = lambda claims: token
        refused(client, walk(client), ASK_AGAIN)

    def test_an_unsigned_letter_changed(self, client, claire, fake):
        def forge(claims: dict) -> str:
            header, _payload, signature = fake.sign(claims).split(".")
            other = fake.sign(claims | {"exp": claims["exp"] + 3600}).split(".")[1]
            return ".".join((header, other, signature))

        fake.sign_token = forge
        refused(client, walk(client), ASK_AGAIN)


class TestReplay:
    @pytest.fixture(autouse=True)
    def two_factors(self, fake):
        fake.amr = ["mfa"]

    def test_an_answer_serves_once(self, client, claire, fake):
        back = recognised(leave(client))
        assert client.get(back).headers["Location"] == DASHBOARD
        client.post("/deconnexion/")
        refused(client, client.get(back), "a déjà servi", 400)

    def test_a_refused_answer_serves_no_more(self, client, claire, fake):
        back = recognised(leave(client))
        fake.statuses["/token"] = 500
        refused(client, client.get(back), "ne répond pas", 503)
        fake.statuses.clear()
        refused(client, client.get(back), "a déjà servi", 400)

    def test_an_answer_to_another_browser(self, client, claire, fake):
        back = recognised(leave(Client()))
        refused(client, client.get(back), "a déjà servi", 400)
        leave(client)
        refused(client, client.get(back), "a déjà servi", 400)

    def test_a_spent_code_under_a_new_question(self, client, claire, fake):
        spent = dict(parse_qsl(urlsplit(recognised(leave(client))).query))["code"]
        other = Client()
        state = dict(parse_qsl(urlsplit(leave(other)).query))["state"]
        refused(other, other.get(BACK, {"code": spent, "state": state}), ASK_AGAIN)

    def test_a_late_answer(self, client, claire, fake):
        back = recognised(leave(client))
        session = client.session
        session[attempts.SESSION_KEY] |= {"at": int(time.time()) - attempts.LIFE - 1}
        session.save()
        refused(client, client.get(back), "a expiré", 400)

    @pytest.mark.parametrize("query", [{}, {"state": ""}, {"state": "é\x00"}, {"code": "x"}])
    def test_an_answer_nobody_asked_for(self, client, fake, db, query):
        refused(client, client.get(BACK, query), "a expiré", 400)

    def test_an_answer_of_another_issuer(self, client, claire, fake):
        back = recognised(leave(client)).partition("&iss=")[0]
        refused(client, client.get(f"{back}&iss=https%3A%2F%2Fevil.example"), ASK_AGAIN)

    @pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>alert(1)</script>"])
    def test_a_person_who_gives_up(self, client, claire, fake, error):
        state = dict(parse_qsl(urlsplit(leave(client)).query))["state"]
        answer = client.get(BACK, {"state": state, "error": error, "code": "x"})
        refused(client, answer, "interrompu la connexion")
        assert error not in answer.content.decode()


class TestStrangers:
    @pytest.fixture(autouse=True)
    def two_factors(self, fake):
        fake.amr = ["mfa"]

    def test_an_unknown_address(self, client, claire, fake, caplog):
        before = rows()
        fake.email = "inconnue@test.example"
        refused(client, walk(client), "Aucun compte")
        assert rows() == before
        assert "inconnue" not in caplog.text

    @pytest.mark.parametrize("verified", [False, None, "true", 1])
    def test_an_address_nobody_verified(self, client, claire, fake, verified):
        before = rows()
        fake.email_verified = verified
        refused(client, walk(client), "ne garantit pas votre adresse")
        assert rows() == before

    @pytest.mark.parametrize(("verified", "comes_in"), [(None, True), (False, False)])
    def test_where_the_agreement_says_that_all_are_verified(
        self, client, claire, fake, settings, verified, comes_in
    ):
        settings.PROCONNECT = fake.config(emails_are_verified=True)
        fake.email_verified = verified
        walk(client)
        assert ("_auth_user_id" in client.session) is comes_in

    def test_a_closed_account_answers_as_none(self, client, claire, fake):
        User.objects.filter(pk=claire.pk).update(is_active=False)
        refused(client, walk(client), "Aucun compte")

    def test_an_invited_person_opens_the_mail_first(self, client, world, fake):
        with tenancy.tenant(world.marc.context):
            operations.invite(
                actor=world.marc,
                organisation_id=world.cil.public_id,
                email="nora@test.example",
                first_name="Nora",
                last_name="Petit",
                role=Role.SOCIAL_WORKER,
            )
        before = rows()
        fake.email = "nora@test.example"
        refused(client, walk(client), "Une invitation vous attend")
        assert rows() == before
