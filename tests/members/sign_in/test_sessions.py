"""Sessions end by themselves, by their owner's hand, and all with a new password."""

import datetime as dt
import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from members.models import Membership, SessionRecord, User
from members.roles import Role
from members.sign_in import devices, sessions
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db

DASHBOARD = "/tableau-de-bord/"
DEVICES = "/compte/appareils/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture
def claire(world) -> User:
    return User.objects.get(pk=world.claire.user_id)


def age(client: Client, *, started: int = 0, seen: int = 0) -> None:
    """Make the session older by these minutes."""
    session = client.session
    session[sessions.STARTED] -= started * 60
    session[sessions.SEEN] -= seen * 60
    session.save()


class TestLimits:
    @pytest.mark.parametrize(
        ("who", "minutes", "passes"),
        [
            ("claire", 59, True),
            ("claire", 60, False),
            ("theo", 29, True),
            ("theo", 30, False),
            ("anne", 30, False),
        ],
    )
    def test_an_idle_session_ends(self, world, sign_in, who, minutes, passes):
        client = sign_in(getattr(world, who))
        age(client, started=minutes, seen=minutes)
        answer = client.get(DASHBOARD)
        assert (answer.status_code == 200) is passes
        assert ("_auth_user_id" in client.session) is passes

    @pytest.mark.parametrize(
        ("who", "minutes", "passes"),
        [("claire", 719, True), ("claire", 720, False), ("theo", 479, True), ("theo", 480, False)],
    )
    def test_an_old_session_ends_however_busy(self, world, sign_in, who, minutes, passes):
        client = sign_in(getattr(world, who))
        age(client, started=minutes)
        assert (client.get(DASHBOARD).status_code == 200) is passes

    def test_the_pages_of_the_account_end_too(self, world, sign_in):
        client = sign_in(world.theo)
        age(client, started=30, seen=30)
        assert client.get(DEVICES).headers["Location"].startswith("/connexion/")

    def test_sign_in_leads_back_to_the_page(self, world, sign_in):
        client = sign_in(world.claire)
        age(client, started=60, seen=60)
        assert client.get("/dossiers/?q=a").headers["Location"] == "/connexion/?next=/dossiers/%3Fq%3Da"

    def test_a_session_of_unknown_age_ends(self, world, sign_in):
        client = sign_in(world.claire)
        session = client.session
        del session[sessions.STARTED]
        session.save()
        assert client.get(DASHBOARD).status_code == 302

    def test_activity_keeps_a_session_and_is_noted(self, world, sign_in, claire):
        client = sign_in(world.claire)
        SessionRecord.objects.update(last_seen_at=timezone.now() - dt.timedelta(minutes=50))
        age(client, started=50, seen=50)
        client.get(DASHBOARD)
        assert timezone.now() - SessionRecord.objects.get().last_seen_at < dt.timedelta(minutes=1)
        age(client, started=50, seen=50)
        assert client.get(DASHBOARD).status_code == 200

    def test_the_shortest_of_the_roles_counts(self):
        assert sessions.limits_of([Role.SOCIAL_WORKER, Role.TREASURER]) == sessions.Limits(30, 480)
        assert sessions.limits_of([]) == sessions.Limits(60, 720)


class TestOwnDevices:
    @pytest.fixture
    def two(self, claire) -> tuple[Client, Client]:
        """Claire, signed in on two browsers."""
        clients = Client(), Client(headers={"user-agent": FIREFOX})
        for client in clients:
            client.post("/connexion/", {"login": claire.email, "password": PASSWORD})
        return clients

    def test_are_listed(self, two):
        here, _ = two
        page = here.get(DEVICES).content.decode()
        assert "Firefox sur Windows" in page
        assert page.count("Cette session") == 1
        assert "!! undefined" not in page

    def test_one_is_closed_from_another(self, two, claire):
        here, there = two
        record = SessionRecord.objects.get(device="Firefox sur Windows")
        here.post(f"/compte/appareils/{record.public_id}/fermer/")
        assert there.get(DASHBOARD).status_code == 302
        assert here.get(DASHBOARD).status_code == 200

    def test_all_others_are_closed(self, two):
        here, there = two
        here.post("/compte/appareils/autres/fermer/")
        assert there.get(DASHBOARD).status_code == 302
        assert here.get(DASHBOARD).status_code == 200

    def test_anothers_session_stays_open(self, two, world, sign_in):
        record = SessionRecord.objects.get(device="Firefox sur Windows")
        sign_in(world.lea).post(f"/compte/appareils/{record.public_id}/fermer/")
        assert two[1].get(DASHBOARD).status_code == 200

    def test_signing_out_takes_it_off_the_list(self, two, claire):
        two[1].post("/deconnexion/")
        assert SessionRecord.objects.open_of(claire.pk, timezone.now()).count() == 1

    def test_a_new_password_closes_them_all(self, two, claire):
        here, there = two
        new = "tuile-orage-bocal-violon"
        typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert here.post("/compte/mot-de-passe/", typed).status_code == 302
        assert here.get(DASHBOARD).status_code == 302
        assert there.get(DASHBOARD).status_code == 302
        assert not SessionRecord.objects.open_of(claire.pk, timezone.now()).exists()
        assert not Session.objects.filter(session_key__in=SessionRecord.objects.values("key")).exists()

    def test_strangers_see_no_list(self, client, db):
        assert client.get(DEVICES).headers["Location"].startswith("/connexion/")


def test_the_database_does_not_know_the_key(world, sign_in):
    client = sign_in(world.claire)
    key = client.cookies["sessionid"].value
    stored = Session.objects.get()
    assert stored.session_key != key
    thief = Client()
    thief.cookies["sessionid"] = stored.session_key
    assert thief.get(DASHBOARD).status_code == 302


def test_another_person_on_the_same_browser_begins_a_session_of_their_own(world, sign_in, claire):
    sign_in(world.claire)
    client = sign_in(world.marc)
    assert client.get(DASHBOARD).status_code == 200
    assert not SessionRecord.objects.open_of(claire.pk, timezone.now()).exists()


class TestNewDevice:
    def test_is_told_without_more_than_date_and_browser(self, claire, settings):
        settings.SITE_URL = "https://extranet.example"
        Client(headers={"user-agent": FIREFOX}).post(
            "/connexion/", {"login": claire.email, "password": PASSWORD}
        )
        assert mail.outbox == []  # the first sign-in of all surprises nobody
        Client(headers={"user-agent": FIREFOX}).post(
            "/connexion/", {"login": claire.email, "password": PASSWORD}
        )
        (message,) = mail.outbox
        assert message.to == [claire.email]
        assert "Firefox sur Windows" in message.body
        assert not re.search(r"127\.0\.0\.1|Gecko|Claire", message.body)

    def test_a_known_browser_is_not(self, claire):
        client = Client()
        for _ in range(2):
            client.post("/connexion/", {"login": claire.email, "password": PASSWORD})
            client.post("/deconnexion/")
        assert mail.outbox == []

    def test_a_broken_mail_server_keeps_nobody_out(self, claire, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = 1
        for _ in range(2):
            answer = Client().post("/connexion/", {"login": claire.email, "password": PASSWORD})
        assert answer.headers["Location"] == DASHBOARD


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_device_in_three_words(user_agent, words):
    assert devices.describe(user_agent) == words


class TestNextRequest:
    def test_a_suspended_habilitation_opens_nothing_more(self, world, sign_in):
        client = sign_in(world.claire)
        Membership.objects.filter(public_id=world.claire.membership_id).update(
            suspended_at=timezone.now(), suspended_by=world.marc.user_id
        )
        assert client.get(DASHBOARD).headers["Location"] == "/sans-habilitation/"

    def test_another_role_opens_other_pages(self, world, sign_in):
        client = sign_in(world.marc)
        assert client.get("/mon-organisme/").status_code == 200
        Membership.objects.filter(public_id=world.marc.membership_id).update(role=Role.SOCIAL_WORKER)
        assert client.get("/mon-organisme/").status_code == 403

    def test_a_closed_account_is_out(self, world, sign_in, claire):
        client = sign_in(world.claire)
        User.objects.filter(pk=claire.pk).update(is_active=False)
        assert client.get(DASHBOARD).status_code == 302


def test_old_records_are_forgotten(world, sign_in):
    sign_in(world.claire)
    assert sessions.forget_old(timezone.now() + dt.timedelta(days=364)) == 0
    assert sessions.forget_old(timezone.now() + dt.timedelta(days=366)) == 1
