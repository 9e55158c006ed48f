"""Threads: who reads, who may write to whom, what is told, and what taking back leaves."""

import datetime as dt

import pytest
from django.core import mail
from django.db import ProgrammingError, connection, transaction
from django.db.utils import IntegrityError
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aids import operations as aids
from ales import tenancy
from ales.documents.models import StoredDocument
from ales.errors import InvalidInputError, NotAllowedError
from cases import operations as cases
from cases.models import Message, TenantCase
from cases.threads import operations
from members.models import Notification, User
from tests.aids import stories
from tests.aids.stories import pdf_upload
from tests.cases.talk import written

pytestmark = pytest.mark.django_db

EVERYBODY = (
    "claire",
    "cecile",
    "marc",
    "denis",
    "diane",
    "lea",
    "louis",
    "sonia",
    "rachid",
    "anne",
    "theo",
    "bruno",
)
OWN = {"claire", "cecile", "marc"}
READERS = {
    "ORGANISATION": OWN,
    "ASSOCIATION": OWN | {"anne", "theo"},
    "LANDLORD": OWN | {"lea"},
}


@pytest.fixture
def case(world):
    return world.complete_case()


@pytest.fixture
def aid(world, case):
    world.scale()
    return stories.submitted(world.claire, case)


def thread_of(kind, subject) -> str:
    return reverse("threads:thread", args=[kind, subject.public_id])


def told(world) -> set[tuple[str, str]]:
    """(person, kind) of every notification about messages."""
    names = {getattr(world, who).user_id: who for who in EVERYBODY}
    with tenancy.tenant(tenancy.WORKER):
        rows = Notification.objects.filter(kind__in=("message", "mention")).values_list("user_id", "kind")
        return {(names[user_id], kind) for user_id, kind in rows}


class TestWhoReads:
    @pytest.mark.parametrize("audience", READERS)
    def test_an_audience_and_nobody_else(self, world, aid, audience, sign_in):
        """Row security, the code's filter and the page say the same."""
        written(world.claire, "aid_request", aid, audience, "Texte du message")
        found = {"rows": set(), "filter": set(), "page": set()}
        for who in EVERYBODY:
            actor = getattr(world, who)
            with tenancy.tenant(actor.context):
                if Message.objects.exists():
                    found["rows"].add(who)
                if Message.objects.visible_to(actor).exists():
                    found["filter"].add(who)
            if "Texte du message" in sign_in(actor).get(thread_of("aide", aid)).content.decode():
                found["page"].add(who)
        assert found == dict.fromkeys(found, READERS[audience])

    def test_of_a_case_the_organisation_only_even_where_it_is_shared(self, world, case, sign_in):
        written(world.claire, "case", case, "ORGANISATION", "Texte du message")
        with tenancy.tenant(world.marc.context):
            cases.share_case(
                actor=world.marc,
                case_id=case.public_id,
                typed=cases.ShareInput(world.other_cil.public_id, "WRITE", timezone.localdate(), "Relais"),
                at=timezone.now(),
            )
        with tenancy.tenant(world.denis.context):
            assert TenantCase.objects.visible_to(world.denis).filter(pk=case.pk).exists()
            assert not Message.objects.exists()
        client = sign_in(world.denis)
        assert client.get(thread_of("dossier", case)).status_code == 404
        page = client.get(reverse("cases:detail", args=[case.public_id])).content.decode()
        assert "Texte du message" not in page
        assert "Échanges" not in page

    def test_a_draft_is_hidden_from_the_landlord_and_so_is_its_thread(self, world, case, sign_in):
        world.scale()
        draft = stories.draft(world.claire, case)
        with pytest.raises(InvalidInputError) as refusal:
            written(world.claire, "aid_request", draft, "LANDLORD")
        assert set(refusal.value.faults) == {"audience"}
        assert sign_in(world.lea).get(thread_of("aide", draft)).status_code == 404

    def test_an_aid_withdrawn_takes_its_messages_from_the_landlord(self, world, aid):
        written(world.claire, "aid_request", aid, "LANDLORD")
        with tenancy.tenant(world.claire.context):
            aids.withdraw(
                actor=world.claire,
                request_id=aid.public_id,
                version=None,
                reason="Doublon",
                at=timezone.now(),
            )
        with tenancy.tenant(world.lea.context):
            assert not Message.objects.exists()


class TestWhoWrites:
    @pytest.mark.parametrize(
        ("who", "audience", "allowed"),
        [
            ("claire", "ORGANISATION", True),
            ("marc", "ASSOCIATION", True),
            ("cecile", "LANDLORD", True),
            ("lea", "LANDLORD", True),
            ("lea", "ORGANISATION", False),
            ("lea", "ASSOCIATION", False),
            ("anne", "ASSOCIATION", True),
            ("theo", "ASSOCIATION", True),
            ("anne", "LANDLORD", False),
            ("anne", "ORGANISATION", False),
        ],
    )
    def test_each_side_to_its_own_audience(self, world, aid, who, audience, allowed):
        actor = getattr(world, who)
        if allowed:
            assert written(actor, "aid_request", aid, audience).author_id == actor.user_id
        else:
            with pytest.raises(InvalidInputError) as refusal:
                written(actor, "aid_request", aid, audience)
            assert set(refusal.value.faults) == {"audience"}

    @pytest.mark.parametrize("who", ["denis", "louis", "sonia", "bruno"])
    def test_a_stranger_finds_no_thread(self, world, aid, who):
        with pytest.raises(Http404):
            written(getattr(world, who), "aid_request", aid, "ORGANISATION")

    @pytest.mark.parametrize(
        ("who", "landlord"), [("louis", "other_landlord"), ("lea", "landlord"), ("anne", None)]
    )
    def test_the_database_refuses_what_the_code_would_not_send(self, world, aid, who, landlord):
        """Another landlord's aid; one's own to the organisation's inner talk."""
        actor = getattr(world, who)
        row = Message(
            case_id=aid.case_id,
            organisation=world.cil,
            subject_kind="aid_request",
            subject_id=aid.public_id,
            landlord=getattr(world, landlord) if landlord else None,
            audience="LANDLORD" if who == "louis" else "ORGANISATION",
            author_id=actor.user_id,
            author_organisation_id=actor.organisation_id,
            capacity=actor.role,
            text="Forgé",
        )
        refusal = pytest.raises(ProgrammingError, match="row-level security")
        with tenancy.tenant(actor.context), refusal, transaction.atomic():
            row.save()

    def test_in_ones_own_name(self, world, case):
        message = written(world.claire, "case", case, "ORGANISATION")
        message.pk, message.public_id = None, world.claire.membership_id
        refusal = pytest.raises(ProgrammingError, match="row-level security")
        with tenancy.tenant(world.marc.context), refusal, transaction.atomic():
            message.save(force_insert=True)

    def test_a_frozen_or_anonymised_file_is_only_read(self, world, case, sign_in):
        with tenancy.tenant(world.marc.context):
            TenantCase.objects.filter(pk=case.pk).update(
                limited_on=timezone.localdate(), limit_kind="DISPUTE", limit_reason="Litige"
            )
        with pytest.raises(NotAllowedError, match="gelé"):
            written(world.claire, "case", case, "ORGANISATION")
        page = sign_in(world.claire).get(thread_of("dossier", case)).content.decode()
        assert "gelé" in page
        assert "Envoyer" not in page

    def test_the_page_keeps_what_was_typed(self, world, aid, sign_in):
        client = sign_in(world.claire)
        answer = client.post(thread_of("aide", aid), {"text": "Tapé avec soin"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Tapé avec soin" in page
        assert "Choisissez qui lira votre message." in page
        assert "!! undefined" not in page
        sent = client.post(thread_of("aide", aid), {"text": "Tapé avec soin", "audience": "LANDLORD"})
        assert sent.status_code == 302
        page = client.get(thread_of("aide", aid)).content.decode()
        assert f"{world.cil.name} et {world.landlord.name}".replace("'", "&#x27;") in page


class TestMentions:
    def test_named_in_the_text_or_ticked(self, world, aid):
        cecile = User.objects.get(pk=world.cecile.user_id)
        message = written(
            world.claire, "aid_request", aid, "LANDLORD", "Merci @Lea Test", mentions=[cecile.public_id]
        )
        assert set(message.mentions) == {world.lea.user_id, world.cecile.user_id}
        assert told(world) == {("lea", "mention"), ("cecile", "mention")}

    def test_nobody_who_would_not_read_it(self, world, aid):
        lea = User.objects.get(pk=world.lea.user_id)
        with pytest.raises(InvalidInputError) as refusal:
            written(world.claire, "aid_request", aid, "ORGANISATION", mentions=[lea.public_id])
        assert set(refusal.value.faults) == {"mentions"}
        assert written(world.claire, "aid_request", aid, "ORGANISATION", "@Lea Test").mentions == []

    @pytest.mark.parametrize("text", ["@Leanne Test", "lea@lea test", "@Lea Testard"])
    def test_only_a_whole_name(self, world, aid, text):
        assert written(world.claire, "aid_request", aid, "LANDLORD", text).mentions == []


class TestTold:
    def test_the_referent_and_who_wrote_before(self, world, case):
        written(world.claire, "case", case, "ORGANISATION")
        assert told(world) == set()
        written(world.cecile, "case", case, "ORGANISATION")
        assert told(world) == {("claire", "message")}
        written(world.marc, "case", case, "ORGANISATION")
        assert told(world) == {("claire", "message"), ("cecile", "message")}

    def test_the_other_side_when_the_organisation_writes(self, world, aid):
        written(world.claire, "aid_request", aid, "LANDLORD")
        written(world.claire, "aid_request", aid, "ASSOCIATION")
        assert told(world) == {("lea", "message"), ("anne", "message")}

    def test_the_organisation_when_the_other_side_writes(self, world, aid):
        written(world.lea, "aid_request", aid, "LANDLORD")
        assert told(world) == {("claire", "message")}

    def test_no_word_of_it_leaves_by_mail(self, world, aid, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            written(world.claire, "aid_request", aid, "LANDLORD", "Secret de M. Martin @Lea Test")
        (message,) = mail.outbox
        assert message.to == ["lea@test.example"]
        assert aid.reference in message.subject
        for hidden in ("Secret", "Martin", "MARTIN"):
            assert hidden not in message.subject + message.body

    def test_reading_the_thread_reads_the_notification_and_the_marks(self, world, aid, sign_in):
        written(world.claire, "aid_request", aid, "LANDLORD")
        client = sign_in(world.lea)
        landlord_page = reverse("payments:tenant_aid", args=[aid.public_id])
        assert "nouveau" in client.get(landlord_page).content.decode()
        assert "nouveau" in client.get(thread_of("aide", aid)).content.decode()
        assert "nouveau" not in client.get(thread_of("aide", aid)).content.decode()
        assert "nouveau" not in client.get(landlord_page).content.decode()
        with tenancy.tenant(world.lea.context):
            assert not Notification.objects.unread().exists()


class TestTakenBack:
    def take_back(self, actor, message, *, at=None):
        with tenancy.tenant(actor.context):
            return operations.take_back(actor=actor, message_id=message.public_id, at=at or timezone.now())

    def test_by_its_author_within_a_quarter_of_an_hour(self, world, case, sign_in):
        message = written(world.claire, "case", case, "ORGANISATION", "Erreur de dossier")
        page = sign_in(world.claire).get(thread_of("dossier", case)).content.decode()
        assert "Retirer ce message" in page
        self.take_back(world.claire, message, at=message.at + dt.timedelta(minutes=15))
        page = sign_in(world.marc).get(thread_of("dossier", case)).content.decode()
        assert "Message retiré" in page
        assert "Erreur de dossier" not in page
        with tenancy.tenant(world.claire.context):
            assert Message.objects.get().text == ""

    def test_not_later_nor_by_another(self, world, case):
        message = written(world.claire, "case", case, "ORGANISATION")
        with pytest.raises(NotAllowedError, match="quinze minutes"):
            self.take_back(world.claire, message, at=message.at + dt.timedelta(minutes=15, seconds=1))
        with pytest.raises(NotAllowedError, match="Seul son auteur"):
            self.take_back(world.marc, message)

    def test_the_database_says_so_too(self, world, case):
        message = written(world.claire, "case", case, "ORGANISATION")
        late = message.at + dt.timedelta(minutes=16)
        with tenancy.tenant(world.marc.context):
            assert Message.objects.filter(pk=message.pk).update(text="", withdrawn_at=timezone.now()) == 0
        with tenancy.tenant(world.claire.context):
            with pytest.raises(IntegrityError, match="message_taken_back_in_time"), transaction.atomic():
                Message.objects.filter(pk=message.pk).update(text="", withdrawn_at=late)
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Message.objects.filter(pk=message.pk).update(text="Récrit")
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                Message.objects.filter(pk=message.pk).update(audience="ASSOCIATION")

    def test_not_with_a_file(self, world, case):
        message = written(world.claire, "case", case, "ORGANISATION", uploaded=pdf_upload())
        with pytest.raises(NotAllowedError, match="pièce jointe"):
            self.take_back(world.claire, message)


class TestFiles:
    @pytest.mark.parametrize("audience", READERS)
    def test_are_read_by_the_readers_of_the_message(self, world, aid, audience):
        message = written(world.claire, "aid_request", aid, audience, uploaded=pdf_upload())
        for who in EVERYBODY:
            actor = getattr(world, who)
            with tenancy.tenant(actor.context):
                rows = StoredDocument.objects.filter(pk=message.document_id)
                expected = who in READERS[audience]
                assert (rows.exists(), rows.visible_to(actor).exists()) == (expected, expected), who

    def test_the_landlord_and_the_association_join_some_too(self, world, aid):
        for who, audience in (("lea", "LANDLORD"), ("anne", "ASSOCIATION")):
            message = written(getattr(world, who), "aid_request", aid, audience, uploaded=pdf_upload())
            with tenancy.tenant(world.claire.context):
                assert StoredDocument.objects.visible_to(world.claire).filter(pk=message.document_id).exists()


class TestPages:
    def test_the_timelines_tell_of_messages(self, world, case, aid, sign_in):
        written(world.claire, "aid_request", aid, "LANDLORD")
        written(world.claire, "case", case, "ORGANISATION")
        client = sign_in(world.marc)
        page = client.get(reverse("cases:detail", args=[case.public_id])).content.decode()
        assert page.count("Message écrit") == 2
        page = client.get(reverse("aids:detail", args=[aid.public_id])).content.decode()
        assert page.count("Message écrit") == 1
        assert "!! undefined" not in page
        assert (
            "Message écrit"
            not in sign_in(world.anne).get(reverse("aids:detail", args=[aid.public_id])).content.decode()
        )

    def test_costs_the_same_for_many(self, world, case, sign_in):
        client = sign_in(world.marc)
        counts = []
        for number in (1, 12):
            for _ in range(number):
                written(world.claire, "case", case, "ORGANISATION", "@Cecile Test")
            client.get(thread_of("dossier", case))
            with CaptureQueriesContext(connection) as queries:
                client.get(thread_of("dossier", case))
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 22
