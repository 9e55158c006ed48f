"""Users: invitations from their mail to their acceptance, suspension, roles (DOMAIN §3)."""

import datetime as dt
import re
from smtplib import SMTPRecipientsRefused

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from ales.errors import InvalidInputError, NotAllowedError
from members import emails, operations
from members.models import Invitation, Membership, User
from members.operations import InvitationClosedError
from members.roles import Role
from tests.world import NOW

pytestmark = pytest.mark.django_db

PASSWORD = "un-mot-de-passe-long"


@pytest.fixture
def invite(django_capture_on_commit_callbacks):
    """`invite(actor, organisation, …)` returns (invitation, token of the mail)."""

    def send(actor, organisation, **fields) -> tuple[Invitation, str]:
        values = {
            "email": "Nora@Exemple.fr",
            "first_name": "Nora",
            "last_name": "Petit",
            "role": "SOCIAL_WORKER",
        }
        with django_capture_on_commit_callbacks(execute=True):
            invitation = operations.invite(
                actor=actor, organisation_id=organisation.public_id, **(values | fields)
            )
        return invitation, token_of(mail.outbox[-1].body)

    return send


def token_of(body: str) -> str:
    return re.search(r"/invitation/([^/\s]+)/", body)[1]


def address(token: str) -> str:
    return reverse("members:invitation", args=[token])


def membership_of(actor) -> Membership:
    return Membership.objects.get(public_id=actor.membership_id)


class TestInvite:
    def test_the_mail_names_everything_and_its_token_is_not_kept(self, world, invite):
        invitation, token = invite(world.marc, world.cil)
        message = mail.outbox[0]
        assert message.to == ["nora@exemple.fr"]
        assert message.subject == "[ALES] Invitation à l’extranet"
        for text in ("Marc Test", "CIL de l'Essai", "travailleur social", "valable jusqu’au"):
            assert text in message.body
        assert len(token) >= 43
        assert token not in invitation.token_hash
        assert invitation.expires_at - invitation.created_at == dt.timedelta(days=14)

    @pytest.mark.parametrize(
        ("who", "where", "role"),
        [
            ("anne", "cil", "MANAGER"),
            ("anne", "landlord", "LANDLORD_AGENT"),
            ("anne", "ales", "TREASURER"),
            ("marc", "cil", "MANAGER"),
            ("rachid", "landlord", "LANDLORD_AGENT"),
            ("rachid", "landlord", "SOCIAL_WORKER"),
            ("lea", "landlord", "LANDLORD_AGENT"),
        ],
    )
    def test_allowed(self, world, invite, who, where, role):
        invitation, _token = invite(getattr(world, who), getattr(world, where), role=role)
        assert invitation.role == role

    @pytest.mark.parametrize(
        ("who", "where", "role"),
        [
            ("marc", "other_cil", "SOCIAL_WORKER"),
            ("marc", "ales", "ASSOCIATION_ADMIN"),
            ("claire", "cil", "SOCIAL_WORKER"),
            ("lea", "other_landlord", "LANDLORD_AGENT"),
            ("theo", "cil", "SOCIAL_WORKER"),
            ("bruno", "ales", "BOARD_MEMBER"),
        ],
    )
    def test_not_allowed(self, world, invite, who, where, role):
        with pytest.raises(NotAllowedError):
            invite(getattr(world, who), getattr(world, where), role=role)

    @pytest.mark.parametrize(
        ("who", "where", "role"),
        [
            ("lea", "landlord", "SOCIAL_WORKER"),
            ("lea", "landlord", "MANAGER"),
            ("marc", "cil", "LANDLORD_AGENT"),
            ("anne", "cil", "TREASURER"),
        ],
    )
    def test_a_role_that_may_not_be_given(self, world, invite, who, where, role):
        with pytest.raises(InvalidInputError) as refusal:
            invite(getattr(world, who), getattr(world, where), role=role)
        assert "role" in refusal.value.faults

    def test_not_twice(self, world, invite):
        invite(world.marc, world.cil)
        with pytest.raises(InvalidInputError, match="déjà été envoyée"):
            invite(world.marc, world.cil)

    def test_not_somebody_who_has_the_role(self, world, invite):
        with pytest.raises(InvalidInputError, match="déjà ce rôle"):
            invite(world.marc, world.cil, email="claire@test.example")

    @pytest.mark.parametrize(("field", "value"), [("email", "nora"), ("first_name", " "), ("last_name", "")])
    def test_faults_are_at_their_field(self, world, invite, field, value):
        with pytest.raises(InvalidInputError) as refusal:
            invite(world.marc, world.cil, **{field: value})
        assert set(refusal.value.faults) == {field}

    def test_a_mail_server_that_fails_undoes_nothing(self, world, invite, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise SMTPRecipientsRefused({"nora@test.example": (550, b"unknown")})

        mail.outbox.append(mail.EmailMessage(body="/invitation/none/"))
        monkeypatch.setattr("ales.mail.EmailMessage.send", fail)
        invitation, _token = invite(world.marc, world.cil)
        assert Invitation.objects.filter(pk=invitation.pk).exists()
        assert str(invitation.public_id) in caplog.text
        assert "SMTPRecipientsRefused" in caplog.text
        assert "nora" not in caplog.text

    def test_a_new_device_not_told_is_logged_without_the_address(self, world, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise SMTPRecipientsRefused({"claire@test.example": (550, b"unknown")})

        monkeypatch.setattr("ales.mail.EmailMessage.send", fail)
        user = User.objects.get(pk=world.claire.user_id)
        emails.send_new_device(user, "Firefox sur Linux", NOW)
        assert f"new device of user {user.public_id} was not sent (SMTPRecipientsRefused)" in caplog.text
        assert "claire" not in caplog.text


class TestAccept:
    def test_a_new_person_chooses_a_password_and_is_in(self, world, invite, client):
        _invitation, token = invite(world.marc, world.cil)
        page = client.get(address(token)).content.decode()
        assert "Bienvenue Nora" in page
        assert "!! undefined" not in page
        response = client.post(address(token), {"password": PASSWORD, "confirmation": PASSWORD}, follow=True)
        assert "travailleur social de CIL de l&#x27;Essai" in response.content.decode()
        user = User.objects.get(email="nora@exemple.fr")
        assert EmailAddress.objects.get(user=user).verified
        client.logout()
        login = client.post("/connexion/", {"login": "nora@exemple.fr", "password": PASSWORD})
        assert login.headers["Location"] == "/tableau-de-bord/"

    @pytest.mark.parametrize(
        ("password", "confirmation", "message"),
        [
            ("court", "court", "12 caractères"),
            ("motdepasse-nora@exemple.fr", "motdepasse-nora@exemple.fr", "trop semblable"),
            ("123456789012345", "123456789012345", "numérique"),
            (PASSWORD, "autre", "diffèrent"),
        ],
    )
    def test_a_weak_password_is_told(self, world, invite, client, password, confirmation, message):
        _invitation, token = invite(world.marc, world.cil)
        response = client.post(address(token), {"password": password, "confirmation": confirmation})
        assert message in response.content.decode()
        assert not User.objects.filter(email="nora@exemple.fr").exists()

    def test_a_known_person_signs_in_then_accepts(self, world, invite, client, sign_in):
        _invitation, token = invite(world.diane, world.other_cil, email="claire@test.example")
        assert "connectez-vous pour accepter" in client.get(address(token)).content.decode()
        client.post(address(token))
        assert Membership.objects.filter(user_id=world.claire.user_id).count() == 1
        client = sign_in(world.claire)
        assert "Accepter" in client.get(address(token)).content.decode()
        client.post(address(token))
        assert Membership.objects.filter(user_id=world.claire.user_id, organisation=world.other_cil).exists()

    def test_somebody_else_signed_in_gets_nothing(self, world, invite, sign_in):
        for email in ("nora@exemple.fr", "claire@test.example"):
            _invitation, token = invite(world.diane, world.other_cil, email=email)
            client = sign_in(world.denis)
            assert "quelqu’un d’autre" in client.post(address(token)).content.decode()
        assert Membership.objects.filter(organisation=world.other_cil).count() == 2

    def test_once_only(self, world, invite, client):
        _invitation, token = invite(world.marc, world.cil)
        operations.accept_as_new(token=token, password=PASSWORD)
        with pytest.raises(InvitationClosedError):
            operations.accept_as_new(token=token, password=PASSWORD)
        response = client.get(address(token))
        assert response.status_code == 410
        assert "déjà été acceptée" in response.content.decode()

    def test_an_unknown_link(self, db, client):
        response = client.get(address("x" * 43))
        assert response.status_code == 404
        assert "n’existe pas" in response.content.decode()

    def test_an_expired_link(self, world, invite, client):
        invitation, token = invite(world.marc, world.cil)
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
        assert "a expiré" in client.get(address(token)).content.decode()

    def test_a_cancelled_link(self, world, invite, client):
        invitation, token = invite(world.marc, world.cil)
        operations.cancel_invitation(actor=world.marc, invitation_id=invitation.public_id)
        assert "a été annulée" in client.get(address(token)).content.decode()

    def test_a_new_link_closes_the_former(self, world, invite, client, django_capture_on_commit_callbacks):
        invitation, token = invite(world.marc, world.cil)
        with django_capture_on_commit_callbacks(execute=True):
            operations.resend_invitation(actor=world.marc, invitation_id=invitation.public_id)
        assert client.get(address(token)).status_code == 404
        assert client.get(address(token_of(mail.outbox[-1].body))).status_code == 200

    def test_a_suspended_role_is_not_reopened_by_an_invitation(self, world, invite):
        _invitation, token = invite(world.marc, world.cil, email="cecile@test.example", role="MANAGER")
        Membership.objects.create(
            user_id=world.cecile.user_id,
            organisation=world.cil,
            role="MANAGER",
            suspended_at=timezone.now(),
            suspended_by_id=world.anne.user_id,
        )
        operations.accept_as_existing(token=token, user=User.objects.get(pk=world.cecile.user_id))
        assert Membership.objects.get(user_id=world.cecile.user_id, role="MANAGER").suspended_at

    def test_agents_may_not_touch_the_invitation_of_a_manager(self, world, invite):
        invitation, _token = invite(world.rachid, world.landlord, role="MANAGER")
        with pytest.raises(NotAllowedError):
            operations.cancel_invitation(actor=world.lea, invitation_id=invitation.public_id)


class TestSuspend:
    def test_takes_effect_on_the_next_page(self, world, sign_in):
        client = sign_in(world.claire)
        assert client.get("/tableau-de-bord/").status_code == 200
        operations.suspend(actor=world.marc, membership_id=world.claire.membership_id)
        assert client.get("/tableau-de-bord/", follow=True).status_code == 403
        operations.reactivate(actor=world.marc, membership_id=world.claire.membership_id)
        assert client.get("/tableau-de-bord/").status_code == 200

    @pytest.mark.parametrize("who", ["marc", "anne"])
    def test_never_oneself(self, world, who):
        actor = getattr(world, who)
        with pytest.raises(NotAllowedError, match="votre propre"):
            operations.suspend(actor=actor, membership_id=actor.membership_id)

    @pytest.mark.parametrize(
        ("who", "whom"),
        [("marc", "diane"), ("claire", "cecile"), ("lea", "sonia"), ("theo", "claire"), ("marc", "anne")],
    )
    def test_not_allowed(self, world, who, whom):
        with pytest.raises(NotAllowedError):
            operations.suspend(actor=getattr(world, who), membership_id=getattr(world, whom).membership_id)

    def test_by_its_page(self, world, sign_in):
        response = sign_in(world.marc).post(
            reverse("members:suspend", args=[world.claire.membership_id]), follow=True
        )
        text = response.content.decode()
        assert "L’accès de Claire Test est suspendu" in text
        assert "Rétablir" in text
        membership = membership_of(world.claire)
        assert membership.suspended_by_id == world.marc.user_id

    def test_a_strangers_habilitation_is_not_found(self, world, sign_in):
        address = reverse("members:suspend", args=[world.diane.membership_id])
        assert sign_in(world.marc).post(address).status_code == 404


class TestRole:
    def test_changes_on_the_next_page(self, world, sign_in):
        client = sign_in(world.claire)
        assert "Mon organisme" not in client.get("/tableau-de-bord/").content.decode()
        operations.change_role(actor=world.marc, membership_id=world.claire.membership_id, role="MANAGER")
        assert "Mon organisme" in client.get("/tableau-de-bord/").content.decode()

    @pytest.mark.parametrize("role", ["TREASURER", "LANDLORD_AGENT", "nonsense"])
    def test_only_of_this_kind_of_organisation(self, world, role):
        with pytest.raises(InvalidInputError):
            operations.change_role(actor=world.anne, membership_id=world.claire.membership_id, role=role)

    def test_not_one_the_person_has_already(self, world):
        Membership.objects.create(user_id=world.claire.user_id, organisation=world.cil, role=Role.MANAGER)
        with pytest.raises(InvalidInputError, match="déjà responsable social"):
            operations.change_role(actor=world.marc, membership_id=world.claire.membership_id, role="MANAGER")

    def test_by_its_page(self, world, sign_in):
        client = sign_in(world.marc)
        address = reverse("members:change_role", args=[world.cecile.membership_id])
        assert "Changer le rôle de Cecile Test" in client.get(address).content.decode()
        client.post(address, {"role": "MANAGER"})
        assert membership_of(world.cecile).role == "MANAGER"


class TestPages:
    @pytest.mark.parametrize(("who", "where"), [("marc", "cil"), ("lea", "landlord"), ("anne", "cil")])
    def test_inviting(self, world, sign_in, who, where, django_capture_on_commit_callbacks):
        client = sign_in(getattr(world, who))
        address = reverse("members:invite", args=[getattr(world, where).public_id])
        assert "!! undefined" not in client.get(address).content.decode()
        role = "LANDLORD_AGENT" if who == "lea" else "MANAGER"
        data = {"email": "n@exemple.fr", "first_name": "N", "last_name": "P", "role": role}
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(address, data, follow=True)
        text = response.content.decode()
        assert "L’invitation part à n@exemple.fr" in text
        assert "Invitations sans réponse" in text
        assert len(mail.outbox) == 1

    def test_an_agent_is_offered_agents_only(self, world, sign_in):
        address = reverse("members:invite", args=[world.landlord.public_id])
        text = sign_in(world.lea).get(address).content.decode()
        assert 'value="LANDLORD_AGENT"' in text
        assert 'value="MANAGER"' not in text

    def test_a_forged_role_is_refused(self, world, sign_in):
        address = reverse("members:invite", args=[world.landlord.public_id])
        data = {"email": "n@exemple.fr", "first_name": "N", "last_name": "P", "role": "MANAGER"}
        sign_in(world.lea).post(address, data)
        assert not Invitation.objects.exists()

    def test_elsewhere_is_not_found(self, world, sign_in):
        address = reverse("members:invite", args=[world.other_cil.public_id])
        assert sign_in(world.marc).get(address).status_code == 404

    def test_sending_again_and_cancelling(self, world, sign_in, invite):
        invitation, _token = invite(world.marc, world.cil)
        client = sign_in(world.marc)
        again = client.post(reverse("members:invitation_resend", args=[invitation.public_id]), follow=True)
        assert "Une nouvelle invitation part" in again.content.decode()
        gone = client.post(reverse("members:invitation_cancel", args=[invitation.public_id]), follow=True)
        assert "est annulée" in gone.content.decode()
        twice = client.post(reverse("members:invitation_cancel", args=[invitation.public_id]), follow=True)
        assert "déjà été acceptée ou annulée" in twice.content.decode()

    @pytest.mark.parametrize("who", ["marc", "lea"])
    def test_own_organisation(self, world, sign_in, who, django_assert_max_num_queries):
        client = sign_in(getattr(world, who))
        with django_assert_max_num_queries(14):
            text = client.get("/mon-organisme/").content.decode()
        assert "!! undefined" not in text
        assert f"{who}@test.example" in text
        assert ("Suspendre" in text) == (who == "marc")

    def test_account(self, world, sign_in):
        client = sign_in(world.claire)
        text = client.get("/compte/").content.decode()
        assert "!! undefined" not in text
        assert "CIL de l&#x27;Essai" in text
        client.post("/compte/", {"first_name": "Clara", "last_name": "Test", "phone": "04 76 00 00 00"})
        user = User.objects.get(pk=world.claire.user_id)
        assert (user.first_name, user.phone) == ("Clara", "04 76 00 00 00")
        refused = client.post("/compte/", {"first_name": "", "last_name": "Test"}).content.decode()
        assert "Indiquez le prénom" in refused


class TestPeople:
    """The list of habilitations: all for the association, one's own organisation's for the others."""

    def page(self, client, query=""):
        return client.get(reverse("members:people") + query).content.decode()

    @pytest.mark.parametrize(
        ("who", "seen", "unseen"),
        [
            ("anne", ("claire", "marc", "denis", "lea", "theo"), ()),
            ("theo", ("claire", "denis"), ()),
            ("marc", ("claire", "marc"), ("denis", "lea", "theo")),
            ("lea", ("lea",), ("claire", "marc", "anne")),
        ],
    )
    def test_who_sees_whom(self, world, sign_in, who, seen, unseen):
        text = self.page(sign_in(getattr(world, who)))
        assert "!! undefined" not in text
        for name in seen:
            assert f"{name}@test.example" in text
        for name in unseen:
            assert f"{name}@test.example" not in text

    @pytest.mark.parametrize(
        ("query", "seen", "unseen"),
        [
            ("?q=CLAIRE", "claire@", "marc@"),
            ("?q=test+clai", "claire@", "marc@"),
            ("?q=marc@test", "marc@", "claire@"),
            ("?role=MANAGER", "marc@", "claire@"),
            ("?etat=suspendu", "claire@", "marc@"),
            ("?etat=actif", "marc@", "claire@"),
            ("?role=nonsense", "marc@", "personne@"),
        ],
    )
    def test_filters(self, world, sign_in, query, seen, unseen):
        if "etat" in query:
            held = Membership.objects.filter(user_id=world.claire.user_id)
            held.update(suspended_at=NOW, suspended_by_id=world.anne.user_id)
        text = self.page(sign_in(world.anne), query)
        assert seen in text
        assert unseen not in text

    def test_costs_the_same_however_many(self, world, sign_in, django_assert_max_num_queries):
        people = User.objects.bulk_create(
            User(email=f"p{n}@test.example", first_name="P", last_name=f"Nom {n:03d}") for n in range(60)
        )
        Membership.objects.bulk_create(
            Membership(user=person, organisation=world.cil, role="SOCIAL_WORKER") for person in people
        )
        client = sign_in(world.marc)
        with django_assert_max_num_queries(10):
            text = self.page(client)
        assert text.count("row-link") == 50
        assert len(text.encode()) < 60_000
