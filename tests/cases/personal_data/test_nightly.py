"""Every night: notices, anonymisations, told beforehand by the command (DOMAIN §14)."""

import datetime as dt
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from cases import operations
from cases.models import TenantCase
from cases.personal_data import nightly
from cases.rules.retention import RetentionAction
from tests.cases.personal_data.test_scrub import age

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.complete_case()


def fresh(world, case) -> TenantCase:
    with tenancy.tenant(world.marc.context):
        return TenantCase.objects.get(pk=case.pk)


def today() -> dt.date:
    return timezone.localdate()


def test_a_recent_file_is_left_alone(world, case):
    assert nightly.run(today()) == []


def test_the_notice_is_written_down_and_sent_once(world, case):
    age(world, case, noticed=False)
    (outcome,) = nightly.run(today())
    assert (outcome.action, outcome.reference) == (RetentionAction.NOTICE, case.reference)
    assert fresh(world, case).retention_noticed_on == today()
    assert sorted(message.to[0] for message in mail.outbox) == ["claire@test.example", "marc@test.example"]
    for message in mail.outbox:
        assert case.reference in message.body
        assert "MARTIN" not in message.body + message.subject
    assert nightly.run(today()) == []
    assert len(mail.outbox) == 2


def test_nothing_is_anonymised_without_sixty_days_notice(world, case):
    age(world, case, noticed=False)
    nightly.run(today())
    assert nightly.run(today() + dt.timedelta(days=59), dry_run=True) == []
    (outcome,) = nightly.run(today() + dt.timedelta(days=60), dry_run=True)
    assert outcome.action is RetentionAction.ANONYMISE
    assert fresh(world, case).tenant_name == "MARTIN Paul"


def test_anonymised_at_last(world, case):
    age(world, case)
    (outcome,) = nightly.run(today())
    assert outcome.action is RetentionAction.ANONYMISE
    assert fresh(world, case).tenant_name == ""
    assert mail.outbox == []
    assert nightly.run(today()) == []


def test_a_change_in_the_file_puts_everything_off(world, case):
    age(world, case)
    with tenancy.tenant(world.claire.context):
        operations.close_case(
            actor=world.claire,
            case_id=case.public_id,
            version=None,
            reason="Relogé",
            closed_on=today(),
            at=timezone.now(),
        )
    assert nightly.run(today()) == []


def test_a_frozen_file_is_left_alone(world, case):
    age(world, case)
    with tenancy.tenant(world.marc.context):
        TenantCase.objects.filter(pk=case.pk).update(
            limited_on=today(), limit_kind="DISPUTE", limit_reason="Litige"
        )
    assert nightly.run(today()) == []


def test_each_organisation_is_told_of_its_own_files(world, case):
    foreign = world.complete_case(world.denis)
    age(world, case, noticed=False)
    with tenancy.tenant(world.diane.context):
        long_ago = timezone.now() - dt.timedelta(days=1000)
        TenantCase.objects.filter(pk=foreign.pk).update(opened_on=long_ago.date(), updated_at=long_ago)
    assert len(nightly.run(today())) == 2
    told = {message.to[0]: message.body for message in mail.outbox}
    assert set(told) == {f"{name}@test.example" for name in ("claire", "marc", "denis", "diane")}
    assert str(foreign.public_id) not in told["marc@test.example"]
    assert str(case.public_id) not in told["diane@test.example"]


class TestCommand:
    def call(self, *arguments) -> str:
        out = StringIO()
        call_command("retention", *arguments, stdout=out)
        return out.getvalue()

    def test_dry_run_changes_nothing(self, world, case):
        age(world, case)
        text = self.call("--dry-run")
        assert f"CIL de l'Essai – {case.reference} : anonymisation" in text
        assert "À faire au" in text
        assert "1 anonymisation." in text
        assert fresh(world, case).tenant_name == "MARTIN Paul"

    def test_on_a_day_to_come(self, world, case):
        assert "rien." in self.call("--dry-run")
        later = (today() + dt.timedelta(days=3 * 365)).isoformat()
        assert "1 préavis." in self.call("--dry-run", "--on", later)

    def test_for_good(self, world, case):
        age(world, case)
        assert "Fait au" in self.call()
        assert fresh(world, case).tenant_name == ""

    @pytest.mark.parametrize("arguments", [["--on", "2030-01-01"], ["--dry-run", "--on", "demain"]])
    def test_refusals(self, db, arguments):
        with pytest.raises(CommandError):
            self.call(*arguments)


@pytest.mark.parametrize("who", ["claire", "marc"])
def test_the_dashboard_tells_of_the_notice(world, sign_in, case, who):
    client = sign_in(getattr(world, who))
    assert "Bientôt anonymisés" not in client.get(reverse("members:dashboard")).text
    age(world, case)
    page = client.get(reverse("members:dashboard")).text
    assert "Bientôt anonymisés" in page
    assert case.reference in page
    assert "!! undefined" not in page


def test_an_anonymised_file_leaves_the_list(world, sign_in, case):
    age(world, case)
    nightly.run(today())
    assert case.reference not in sign_in(world.claire).get(reverse("cases:list")).text
