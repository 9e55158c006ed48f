"""Being told: in the page, by mail at once or once a day, as each person chose; what duty needs stays."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from ales import registry, tenancy
from ales.errors import InvalidInputError
from ales.registry import NotificationKind
from members.models import Membership, Notification, NotificationDigest, NotificationPreference, User
from members.models.notification import Channel, MailState
from members.notifications import delivery, notify, preferences, unsubscribe
from members.roles import Role

pytestmark = pytest.mark.django_db

LIST = reverse("members:notifications")
COUNT = reverse("members:notification_count")
CHOICES = reverse("members:notification_preferences")
EVERYBODY = frozenset(Role)
NEWS = NotificationKind("news", "Nouvelles", EVERYBODY, order=2)
TASK = NotificationKind("task", "Travaux", EVERYBODY, duty=True, order=1)
QUIET = NotificationKind("quiet", "Suivi", EVERYBODY, digest=True, order=3)


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(registry, "notification_kinds", registry.Hook([NEWS, TASK, QUIET]))


@pytest.fixture
def tell(world, django_capture_on_commit_callbacks):
    """Tells people something as Marc would, mails included."""

    def told(*people, kind=NEWS, title="Demande A-1 : décision prise"):
        memberships = Membership.objects.filter(public_id__in=[person.membership_id for person in people])
        with django_capture_on_commit_callbacks(execute=True), tenancy.tenant(world.marc.context):
            notify(
                memberships,
                kind=kind,
                title=title,
                text="La demande A-1 a avancé.",
                path="/aides/",
                at=timezone.now(),
            )

    return told


def choose(actor, **channels):
    with tenancy.tenant(actor.context):
        preferences.choose(actor=actor, channels=channels)


def mail_states() -> list[str]:
    with tenancy.tenant(tenancy.WORKER):
        return sorted(Notification.objects.values_list("mail", flat=True))


def later(minutes: int = 0) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=minutes)


class TestAtOnce:
    def test_one_mail_a_person_with_its_address_and_its_way_out(self, world, tell):
        tell(world.claire, world.denis)
        assert [message.to for message in mail.outbox] == [["claire@test.example"], ["denis@test.example"]]
        message = mail.outbox[0]
        assert "/aides/" in message.body
        assert CHOICES in message.body
        headers = message.message()
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "!! undefined" not in message.body
        assert mail_states() == ["SENT", "SENT"]

    def test_a_failure_after_the_commit_fails_nobody_and_the_digest_makes_up_for_it(
        self, world, tell, monkeypatch
    ):
        def breaks(*arguments, **named):
            raise OperationalError("the server is away")

        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_sort_out", breaks)
            tell(world.claire)
        assert (mail_states(), mail.outbox) == (["PENDING"], [])
        assert delivery.send_digests(later(minutes=20)) == 1
        assert mail_states() == ["SENT"]

    def test_a_person_with_two_roles_in_an_organisation_is_told_once(self, world, tell):
        user = User.objects.get(pk=world.claire.user_id)
        Membership.objects.create(user=user, organisation=world.cil, role=Role.MANAGER)
        with tenancy.tenant(world.marc.context):
            notify(user.memberships.all(), kind=NEWS, title="T", text="t", path="/aides/", at=timezone.now())
        with tenancy.tenant(world.claire.context):
            assert Notification.objects.count() == 1

    def test_a_suspended_person_is_told_nothing(self, world, tell):
        Membership.objects.filter(public_id=world.claire.membership_id).update(
            suspended_at=timezone.now(), suspended_by_id=world.marc.user_id
        )
        tell(world.claire)
        assert mail.outbox == []
        assert mail_states() == []

    def test_an_event_undone_tells_nothing(self, world):
        with transaction.atomic():
            tenancy.enter(world.marc.context)
            notify(
                Membership.objects.all(), kind=NEWS, title="T", text="t", path="/aides/", at=timezone.now()
            )
            transaction.set_rollback(True)
        assert mail_states() == []

    @pytest.mark.parametrize(
        ("kind", "channel", "state", "mails"),
        [
            (NEWS, None, "SENT", 1),
            (NEWS, Channel.DAILY, "DIGEST", 0),
            (NEWS, Channel.NEVER, "NONE", 0),
            (TASK, None, "SENT", 1),
            (TASK, Channel.DAILY, "DIGEST", 0),
            (QUIET, None, "DIGEST", 0),
            (QUIET, Channel.NOW, "SENT", 1),
        ],
    )
    def test_goes_the_way_that_was_chosen(self, world, tell, kind, channel, state, mails):
        if channel:
            choose(world.claire, **{kind.code: channel})
        tell(world.claire, kind=kind)
        assert mail_states() == [state]
        assert len(mail.outbox) == mails

    def test_what_could_not_leave_goes_into_the_digest(self, world, tell, monkeypatch):
        def refuse(*_args, **_options):
            raise OSError

        with monkeypatch.context() as broken:
            broken.setattr("ales.mail.EmailMessage.send", refuse)
            tell(world.claire)
        assert mail_states() == ["DIGEST"]
        assert delivery.send_digests(later()) == 1
        assert "Nouvelles : 1" in mail.outbox[0].body


class TestDigest:
    @pytest.fixture
    def waiting(self, world, tell):
        for kind in (QUIET, QUIET, TASK):
            choose(world.claire, task=Channel.DAILY)
            tell(world.claire, kind=kind)
        tell(world.denis, kind=QUIET)
        assert mail.outbox == []

    def test_sums_up_by_kind_in_their_order(self, waiting):
        assert delivery.send_digests(later()) == 2
        claire = next(message for message in mail.outbox if message.to == ["claire@test.example"])
        assert re.findall(r"^- (.+)$", claire.body, re.MULTILINE) == ["Travaux : 1", "Suivi : 2"]
        assert LIST in claire.body
        assert "A-1" not in claire.body
        assert mail_states() == ["SENT"] * 4

    def test_each_person_once_however_often_it_runs(self, waiting, tell, world):
        assert [delivery.send_digests(later(minutes)) for minutes in (0, 1, 40)] == [2, 0, 0]
        tell(world.claire, kind=QUIET)
        assert delivery.send_digests(later(41)) == 0
        assert delivery.send_digests(later(26 * 60)) == 1
        assert len(mail.outbox) == 3

    def test_is_made_up_for_when_the_mail_server_was_down(self, waiting, monkeypatch):
        def refuse(message, **_options):
            if message.to == ["claire@test.example"]:
                raise OSError
            mail.outbox.append(message)

        with monkeypatch.context() as broken:
            broken.setattr("ales.mail.EmailMessage.send", refuse)
            assert delivery.send_digests(later()) == 1
        assert delivery.send_digests(later(1)) == 1
        assert sorted(message.to[0] for message in mail.outbox) == [
            "claire@test.example",
            "denis@test.example",
        ]

    def test_one_left_behind_by_a_dead_scheduler_leaves_again_after_a_while(self, world, waiting):
        assert delivery._claim(world.claire.user_id, later()) is not None
        assert delivery._claim(world.claire.user_id, later(1)) is None
        assert delivery._claim(world.claire.user_id, later(16)) is not None

    def test_what_was_read_meanwhile_is_left_out(self, world, waiting, sign_in):
        sign_in(world.claire).post(reverse("members:notifications_read"))
        assert delivery.send_digests(later()) == 1
        assert mail.outbox[0].to == ["denis@test.example"]

    def test_a_kind_stopped_meanwhile_is_left_out(self, world, waiting):
        choose(world.denis, quiet=Channel.NEVER)
        assert delivery.send_digests(later()) == 1
        assert MailState.NONE in mail_states()
        with tenancy.tenant(tenancy.WORKER):
            assert not NotificationDigest.objects.filter(user_id=world.denis.user_id).exists()

    def test_who_left_the_organisation_gets_none(self, world, waiting):
        Membership.objects.filter(public_id=world.denis.membership_id).update(
            suspended_at=timezone.now(), suspended_by_id=world.diane.user_id
        )
        assert delivery.send_digests(later()) == 1

    def test_what_is_a_year_old_is_forgotten(self, waiting):
        delivery.send_digests(later())
        assert delivery.forget_old(later()) == 0
        assert delivery.forget_old(later(366 * 24 * 60)) == 4
        with tenancy.tenant(tenancy.WORKER):
            assert not NotificationDigest.objects.exists()


class TestChoices:
    def test_duty_can_be_put_off_but_not_stopped(self, world):
        with pytest.raises(InvalidInputError) as refusal:
            choose(world.claire, task=Channel.NEVER, news=Channel.NEVER)
        assert set(refusal.value.faults) == {"task"}
        with tenancy.tenant(world.claire.context):
            assert not NotificationPreference.objects.exists()

    def test_a_kind_that_became_a_duty_is_put_off_at_most(self):
        assert preferences.channel_of(1, "task", {(1, "task"): Channel.NEVER}) == Channel.DAILY

    def test_the_page_says_why_and_keeps_the_choice(self, world, sign_in):
        client = sign_in(world.claire)
        page = client.get(CHOICES).content.decode()
        assert "!! undefined" not in page
        assert page.count("ce mail ne peut pas être coupé") == 1
        assert client.post(CHOICES, {"task": "DAILY", "news": "NEVER", "quiet": "DAILY"}).status_code == 302
        with tenancy.tenant(world.claire.context):
            kept = dict(NotificationPreference.objects.values_list("kind", "channel"))
        assert kept == {"task": "DAILY", "news": "NEVER", "quiet": "DAILY"}
        refused = client.post(CHOICES, {"task": "NEVER", "news": "NOW", "quiet": "NOW"})
        assert "Choisissez l’une des fréquences proposées." in refused.content.decode()


class TestUnsubscribe:
    def test_one_click_without_a_sign_in_stops_all_but_duty(self, world, client, tell):
        public_id = User.objects.get(pk=world.claire.user_id).public_id
        choose(world.claire, task=Channel.NOW)
        address = unsubscribe.address(public_id)
        page = client.get(address).content.decode()
        assert "Travaux" in page
        assert "!! undefined" not in page
        tell(world.claire)
        assert len(mail.outbox) == 1, "opening the link is not enough: mail filters do"
        assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
        for kind in (NEWS, QUIET, TASK):
            tell(world.claire, kind=kind)
        assert [message.to for message in mail.outbox[1:]] == [["claire@test.example"]]
        assert sorted(mail_states()) == ["NONE", "NONE", "SENT", "SENT"]

    def test_a_forged_token_opens_nothing(self, client):
        assert client.post(reverse("members:unsubscribe", args=["eyJ1IjoxfQ:1:abc"])).status_code == 404


class TestThePage:
    def test_the_unread_first_then_the_latest(self, world, tell, sign_in):
        for title in ("Première", "Deuxième", "Troisième"):
            tell(world.claire, title=title)
        client = sign_in(world.claire)
        with tenancy.tenant(world.claire.context):
            third = Notification.objects.get(title="Troisième")
        assert (
            client.post(reverse("members:notification_open", args=[third.pk])).headers["Location"]
            == "/aides/"
        )
        page = client.get(LIST).content.decode()
        assert page.index("Deuxième") < page.index("Première") < page.index("Troisième")
        assert page.count("(non lue)") == 2
        assert "!! undefined" not in page

    def test_the_bell_counts_ones_own(self, world, tell, sign_in):
        tell(world.claire, world.denis)
        tell(world.claire)
        assert ">2<" in sign_in(world.claire).get(COUNT).content.decode()
        client = sign_in(world.cecile)
        assert client.get(COUNT).content.decode().strip() == ""
        assert "Aucune notification" in client.get(LIST).content.decode()

    def test_all_read_at_once_are_ones_own_only(self, world, tell, sign_in):
        tell(world.claire, world.denis)
        sign_in(world.claire).post(reverse("members:notifications_read"))
        with tenancy.tenant(tenancy.WORKER):
            assert list(Notification.objects.unread().values_list("user_id", flat=True)) == [
                world.denis.user_id
            ]

    @pytest.mark.parametrize("rows", [1, 60])
    def test_costs_the_same_for_many(self, world, tell, sign_in, rows, django_assert_max_num_queries):
        with tenancy.tenant(world.marc.context):
            for _ in range(rows):
                notify(
                    Membership.objects.filter(public_id=world.claire.membership_id),
                    kind=NEWS, title="T", text="t", path="/aides/", at=timezone.now(),
                )  # fmt: skip
        client = sign_in(world.claire)
        client.get(LIST)
        with django_assert_max_num_queries(8):
            page = client.get(LIST).content.decode()
        assert page.count("notification-open") == min(rows, 50)


class TestWalls:
    @pytest.mark.parametrize("who", ["cecile", "marc", "denis", "anne", "theo", "lea", "bruno"])
    def test_nobody_else_reads_them(self, world, tell, who):
        tell(world.claire)
        with tenancy.tenant(getattr(world, who).context):
            assert not Notification.objects.exists()
            assert Notification.objects.update(unread=False, read_at=timezone.now()) == 0

    def test_nor_does_the_person_in_another_organisation(self, world, tell):
        tell(world.claire)
        elsewhere = tenancy.TenantContext(world.claire.user_id, world.other_cil.pk, "MANAGER")
        with tenancy.tenant(elsewhere):
            assert not Notification.objects.exists()
            assert not NotificationPreference.objects.exists()

    def test_choices_and_digests_are_closed_to_others(self, world, tell):
        choose(world.claire, news=Channel.NEVER)
        tell(world.claire, kind=QUIET)
        delivery.send_digests(later())
        with tenancy.tenant(world.marc.context):
            assert not NotificationPreference.objects.exists()
            assert not NotificationDigest.objects.exists()
        with tenancy.tenant(world.claire.context):
            assert NotificationPreference.objects.count() == 1
            assert not NotificationDigest.objects.exists()
