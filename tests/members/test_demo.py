"""The demo data of this room, and the command that runs every room's."""

from collections import Counter
from io import StringIO

import pytest
import schwifty
from django.core.management import CommandError, call_command
from stdnum.fr import siret

from ales import tenancy
from members import demo
from members.demo_accounts import ACCOUNTS, FIRST_CIL, LANDLORD, PASSWORD
from members.models import BankDetails, Fund, FundEntry, Membership, Organisation, User
from members.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> list[str]:
    lines: list[str] = []
    demo.build(lines.append)
    return lines


def counts() -> tuple[int, ...]:
    with tenancy.tenant(demo.demo_actor("admin").context):
        return tuple(
            model.objects.count() for model in (Organisation, User, Membership, Fund, FundEntry, BankDetails)
        )


def test_the_61_members_of_2009(built):
    members = Organisation.objects.filter(is_member=True)
    assert Counter(members.values_list("kind", flat=True)) == {"CIL": 41, "CCI": 5, "BAILLEUR": 15}
    assert members.filter(landlord_type="OPH").count() == 3
    assert set(members.filter(kind="CIL").values_list("department", flat=True)) >= {"01", "971"}
    for number in members.filter(kind="BAILLEUR").values_list("siret", flat=True):
        assert siret.is_valid(number)


def test_building_again_adds_nothing(built):
    before = counts()
    demo.build(lambda line: None)
    assert counts() == before


def test_every_account_signs_in(built, client):
    for person in ACCOUNTS:
        response = client.post("/connexion/", {"login": person.email, "password": PASSWORD})
        assert response.headers.get("Location") == "/tableau-de-bord/", person.email
        client.logout()


def test_who_shares_which_organisation(built):
    def places(login: str) -> set[tuple[str, str]]:
        rows = Membership.objects.filter(user__email=f"{login}@demo.example")
        return set(rows.values_list("organisation__name", "role"))

    assert places("travailleur-social") == {(FIRST_CIL, Role.SOCIAL_WORKER)}
    assert places("responsable-social") == {(FIRST_CIL, Role.MANAGER)}
    assert places("bailleur") == {(LANDLORD, Role.LANDLORD_AGENT)}
    assert places("social-bailleur") == {(LANDLORD, Role.SOCIAL_WORKER)}
    assert len(places("polyvalente")) == 2


def test_bank_details_are_right_and_confirmed_by_the_treasurer(built):
    with tenancy.tenant(demo.demo_actor("admin").context):
        states = Counter()
        for details in BankDetails.objects.select_related("decided_by"):
            schwifty.IBAN(details.iban, validate_bban=True)
            states[details.state] += 1
            if details.decided_by:
                assert details.decided_by.email == "tresorier@demo.example"
    assert states == {"CONFIRMED": 14, "PROPOSED": 1}


def test_funds_since_2022(built):
    with tenancy.tenant(demo.demo_actor("admin").context):
        years = set(Fund.objects.values_list("year", flat=True))
        assert {2022, 2023, 2024, 2025} <= years
        assert not Fund.objects.filter(year=2022, available=0).exists()


class TestCommand:
    def run(self, *args) -> str:
        out = StringIO()
        call_command("demo", *args, stdout=out)
        return out.getvalue()

    def test_is_refused_outside_the_demo(self, settings):
        settings.DEMO = False
        with pytest.raises(CommandError):
            self.run()

    def test_prints_the_accounts_without_the_database(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            text = self.run("--accounts")
        assert PASSWORD in text
        assert all(person.email in text for person in ACCOUNTS)

    def test_if_empty_leaves_a_filled_database_alone(self, world):
        assert "rien n’est ajouté" in self.run("--if-empty")
        assert not User.objects.filter(email__endswith="@demo.example").exists()

    def test_runs_the_builders_in_their_order(self, settings):
        settings.DEMO_BUILDERS = ["members.demo.build"]
        assert "61 adhérents" in self.run("--if-empty")

    def test_a_failing_builder_leaves_nothing(self, settings, monkeypatch):
        def fail(report):
            raise RuntimeError("half way")

        settings.DEMO_BUILDERS = ["members.demo.build", "members.demo.fail"]
        monkeypatch.setattr(demo, "fail", fail, raising=False)
        with pytest.raises(RuntimeError):
            self.run()
        assert not User.objects.exists()
