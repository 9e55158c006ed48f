"""After the scrub nothing of the household is left, in no table, history, document or file (DOMAIN §14)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from psycopg import sql

from aids.models import AidEvent, AidRequest
from ales import tenancy
from ales.audit.models import ScrubLog, ScrubReason
from ales.documents import orphans, production
from ales.documents.models import ProductionJob, StoredDocument
from ales.documents.uploads import store_upload
from ales.journal.verification import READER, Verification
from cases.models import (
    BudgetLine,
    CaseEvent,
    DataRequest,
    Entitlement,
    Household,
    Person,
    Protocol,
    StepDraft,
    Tenancy,
    TenantCase,
)
from cases.personal_data import nightly, scrubbing
from cases.rules.retention import RetentionAction
from members.models import User
from payments.models import PaymentOrder
from tests.documents.test_uploads import a_pdf
from tests.payments import stories

CANARY = "Zanzibar"
LONG_AGO = dt.timedelta(days=3 * 366)


def plant(world, case) -> None:
    """The canary in every text of the file a person may type."""
    with tenancy.tenant(world.claire.context):
        Person.objects.filter(case=case).update(last_name=CANARY, first_name=f"{CANARY} Paul")
        Household.objects.filter(case=case).update(phone=CANARY, email=f"{CANARY}@example.org".lower())
        Tenancy.objects.filter(case=case).update(
            address=f"12 rue {CANARY}", town=CANARY, dwelling=CANARY, landlord_reference=f"L-{CANARY}"
        )
        Entitlement.objects.filter(case=case, code="RSA").update(note=CANARY)
        BudgetLine.objects.filter(case=case).update(label=CANARY)
        case.employments.update(employer_name=CANARY)
        StepDraft.objects.create(
            case=case, step="menage", user_id=world.claire.user_id, data={"nom": [CANARY]}
        )
        CaseEvent.objects.create(
            case=case,
            kind="document",
            text=f"Document joint : bail {CANARY}",
            by_id=world.claire.user_id,
            capacity="SOCIAL_WORKER",
        )
        TenantCase.objects.filter(pk=case.pk).update(
            social_notes=CANARY,
            tenant_name=CANARY,
            town=CANARY,
            search_text=CANARY.lower(),
        )
        store_upload(
            SimpleUploadedFile(f"{CANARY}.pdf", a_pdf()),
            organisation_id=case.organisation_id,
            audience="SOCIAL",
            subject_kind="case",
            subject_id=case.public_id,
            kind="proof",
            title=f"Bail de {CANARY}",
            created_by_id=world.claire.user_id,
        )


def age(world, case, *, noticed: bool = True) -> None:
    """Make the file three years old, its notice long given."""
    long_ago = timezone.now() - LONG_AGO
    with tenancy.tenant(world.marc.context):
        TenantCase.objects.filter(pk=case.pk).update(
            opened_on=long_ago.date(),
            updated_at=long_ago,
            retention_noticed_on=timezone.localdate() - dt.timedelta(days=70) if noticed else None,
        )


def occurrences(owner, word: str) -> list[str]:
    """Every column of the database in whose text `word` occurs, read by its owner."""
    columns = owner.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY'))"
    ).fetchall()
    found = []
    for table, column in columns:
        query = sql.SQL("SELECT 1 FROM {} WHERE {}::text ILIKE %s LIMIT 1").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        if owner.execute(query, [f"%{word}%"]).fetchone():
            found.append(f"{table}.{column}")
    owner.commit()
    return found


def exists(document: StoredDocument) -> bool:
    return document.file.storage.exists(document.file.name)


def case_of(story) -> TenantCase:
    with tenancy.tenant(story.world.marc.context):
        return TenantCase.objects.get(pk=story.aid.case_id)


@pytest.fixture
def planted(world):
    """A paid aid and its file, full of the canary, three years old."""
    story = stories.payable_aid(world)
    case = case_of(story)
    plant(world, case)
    with tenancy.tenant(world.marc.context):
        AidRequest.objects.filter(pk=story.aid.pk).update(
            tenant_name=CANARY,
            town=CANARY,
            search_text=CANARY.lower(),
            landlord_reference=f"L-{CANARY}",
            decision_reason=f"Bon courage à {CANARY}",
        )
        story.aid.points.create(
            organisation_id=story.aid.organisation_id,
            section="OTHER",
            text=f"Nom de {CANARY}",
            raised_by_id=world.marc.user_id,
        )
        AidEvent.objects.create(
            organisation_id=story.aid.organisation_id,
            request=story.aid,
            kind="send_back",
            text="Renvoyée",
            reason=CANARY,
            by_id=world.marc.user_id,
            capacity="MANAGER",
        )
        Protocol.objects.create(
            case=case,
            request_id=story.aid.public_id,
            terms={"tenant": CANARY},
            place=CANARY,
            created_by_id=world.claire.user_id,
        ).undertakings.create(
            case=case, organisation_id=case.organisation_id, party="TENANT", text=f"{CANARY} paie"
        )
    advice = story.paid()
    job = ProductionJob.objects
    with tenancy.tenant(tenancy.WORKER):
        kinds = dict(job.values_list("kind", "public_id"))
    production.produce(kinds["payment_advice"])
    age(world, case)
    return case, advice, story.aid.public_id


@pytest.mark.django_db(transaction=True)
class TestCanary:
    def test_nothing_is_left(self, world, planted, owner_connection):
        before = occurrences(owner_connection, CANARY)
        for column in ("cases_person.last_name", "payments_paymentorder.frozen", "aids_aidevent.reason"):
            assert column in before
        with tenancy.tenant(tenancy.WORKER):
            documents = list(StoredDocument.objects.all())
        assert len(documents) == 2
        assert all(exists(document) for document in documents)

        (outcome,) = nightly.run(timezone.localdate())

        assert outcome.action is RetentionAction.ANONYMISE
        # What ties the payment to the landlord's own account of the tenant stays ten years.
        kept = {
            "aids_aidrequest.landlord_reference",
            "aids_aidrequestchange.landlord_reference",
            "payments_paymentorder.frozen",
        }
        assert set(occurrences(owner_connection, CANARY)) == kept
        assert not any(exists(document) for document in documents)

        owner_connection.execute("UPDATE cases_tenantcase SET last_payment_on = '2010-05-01'")
        owner_connection.commit()
        (outcome,) = nightly.run(timezone.localdate())
        assert outcome.action is RetentionAction.CLEAR_ACCOUNTS
        assert occurrences(owner_connection, CANARY) == []
        assert nightly.run(timezone.localdate()) == []

    def test_the_money_and_the_statistics_stay(self, world, planted):
        case, advice, _aid_id = planted
        nightly.run(timezone.localdate())
        with tenancy.tenant(world.theo.context):
            order = PaymentOrder.objects.get(pk=advice.order_id)
            assert order.amount == advice.amount == Decimal("831.60")
            assert order.frozen["amount"] == "831.60"
            assert order.frozen["request"]["tenant"] == "Dossier anonymisé"
            assert order.frozen["landlord"]["name"] == world.landlord.name
        with tenancy.tenant(world.marc.context):
            persons = list(Person.objects.filter(case=case).order_by("rank"))
            assert [person.last_name for person in persons] == ["", "", "", ""]
            assert persons[0].birth_date == dt.date(1984, 1, 1)
            anonymised = TenantCase.objects.get(pk=case.pk)
            assert (anonymised.state, anonymised.anonymised_on) == ("CLOSED", timezone.localdate())
            assert anonymised.last_payment_on == advice.executed_on
            (line,) = ScrubLog.objects.visible_to(world.marc)
            assert (line.subject_id, line.stage, line.reason, line.user_id) == (
                case.public_id,
                "ANONYMISE",
                "RETENTION",
                None,
            )

    def test_the_journal_of_money_agrees_before_and_after(self, world, planted):
        """Nothing the scrub clears is in it."""
        for last_payment in (None, "2010-05-01"):
            if last_payment:
                with tenancy.tenant(world.marc.context):
                    TenantCase.objects.filter(pk=planted[0].pk).update(last_payment_on=last_payment)
            nightly.run(timezone.localdate())
            with tenancy.tenant(READER):
                assert list(Verification().findings()) == []

    def test_the_pages_of_what_stays_still_open(self, world, planted, client):
        case, advice, aid_id = planted
        with tenancy.tenant(world.theo.context):
            order_id = PaymentOrder.objects.get(pk=advice.order_id).public_id
        nightly.run(timezone.localdate())
        for actor, name, key in (
            (world.marc, "cases:detail", case.public_id),
            (world.marc, "aids:detail", aid_id),
            (world.anne, "aids:detail", aid_id),
            (world.theo, "payments:order", order_id),
            (world.lea, "payments:tenant_aid", aid_id),
        ):
            client.force_login(
                User.objects.get(pk=actor.user_id), "allauth.account.auth_backends.AuthenticationBackend"
            )
            page = client.get(reverse(name, args=[key]))
            assert page.status_code == 200, name
            # The landlord’s own reference of its tenant stays ten years.
            assert CANARY not in page.text.replace(f"L-{CANARY}", "")
            assert "!! undefined" not in page.text, name

    def test_a_file_left_by_a_crash_goes_with_the_orphans(self, world, planted, monkeypatch):
        case, *_payment = planted
        with tenancy.tenant(tenancy.WORKER):
            document = StoredDocument.objects.filter(subject_id=case.public_id).get()
        monkeypatch.setattr(scrubbing, "_delete_files", lambda documents: None)
        monkeypatch.setattr(orphans, "MIN_AGE", dt.timedelta(0))
        orphans.clear()
        assert exists(document)
        nightly.run(timezone.localdate())
        assert exists(document)
        orphans.clear()
        assert not exists(document)


@pytest.mark.django_db
class TestGuards:
    """The database itself refuses; what the code checks is checked in test_nightly.py."""

    def scrub(self, actor, case, stage="ANONYMISE", reason="RETENTION") -> None:
        with tenancy.tenant(actor.context), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT privacy_scrub(%s, %s, %s)", [case.pk, stage, reason])

    @pytest.fixture
    def case(self, world):
        return world.complete_case()

    @pytest.mark.parametrize("who", ["claire", "denis", "diane", "lea", "anne", "theo"])
    def test_not_for_others_than_the_files_manager(self, world, case, who):
        age(world, case)
        with pytest.raises(DatabaseError, match="no such file"):
            self.scrub(getattr(world, who), case)

    def test_not_before_two_years(self, world, case):
        with pytest.raises(DatabaseError, match="two years"):
            self.scrub(world.marc, case)

    def test_not_without_a_notice(self, world, case):
        age(world, case, noticed=False)
        with pytest.raises(DatabaseError, match="sixty days"):
            self.scrub(world.marc, case)

    def test_not_while_frozen(self, world, case):
        age(world, case)
        with tenancy.tenant(world.marc.context):
            TenantCase.objects.filter(pk=case.pk).update(
                limited_on=timezone.localdate(), limit_kind="DISPUTE", limit_reason="Litige"
            )
        with pytest.raises(DatabaseError, match="frozen"):
            self.scrub(world.marc, case)

    def test_not_an_erasure_nobody_asked_for(self, world, case):
        with pytest.raises(DatabaseError, match="nobody asked"):
            self.scrub(world.marc, case, reason="ERASURE")

    def test_not_twice(self, world, case):
        age(world, case)
        self.scrub(world.marc, case)
        with pytest.raises(DatabaseError, match="already"):
            self.scrub(world.marc, case)

    def test_not_while_an_aid_or_an_order_is_under_way(self, world):
        case = case_of(stories.payable_aid(world))
        age(world, case)
        with pytest.raises(DatabaseError, match="an aid is under way"):
            self.scrub(world.marc, case)

    def test_not_the_accounts_before_ten_years(self, world, case):
        age(world, case)
        self.scrub(world.marc, case)
        with pytest.raises(DatabaseError, match="ten years"):
            self.scrub(world.marc, case, stage="ACCOUNTS")

    def test_an_erasure_asked_for(self, world, case):
        with tenancy.tenant(world.marc.context):
            DataRequest.objects.create(
                case=case, kind="ERASURE", by_id=world.marc.user_id, capacity="MANAGER"
            )
            scrubbing.anonymise(case, ScrubReason.ERASURE)
            assert TenantCase.objects.get(pk=case.pk).tenant_name == ""

    def test_the_protections_do_not_step_aside_for_the_application(self, world, case):
        with tenancy.tenant(world.marc.context), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pgtrigger.ignore', '{some_trigger}', true)")
            cursor.execute("SELECT _pgtrigger_should_ignore('some_trigger')")
            assert cursor.fetchone() == (False,)

    def test_nobody_writes_the_log_of_scrubs(self, world, case):
        with (
            tenancy.tenant(world.marc.context),
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
        ):
            ScrubLog.objects.bulk_create(
                [
                    ScrubLog(
                        at=timezone.now(),
                        transaction_id=1,
                        subject_id=case.public_id,
                        subject_organisation_id=case.organisation_id,
                        stage="ANONYMISE",
                        reason="RETENTION",
                    )
                ]
            )
