"""Who opened which file: written in one's own name, read by the manager, kept a year (DOMAIN §14)."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from ales import tenancy
from ales.audit import retention
from ales.audit.models import AccessLog, Action
from ales.documents.uploads import store_upload
from tests.documents.test_uploads import a_pdf

pytestmark = pytest.mark.django_db


def line(actor, case, **changes) -> AccessLog:
    return AccessLog(
        **{
            "user_id": actor.user_id,
            "membership_id": actor.membership_id,
            "organisation_id": actor.organisation_id,
            "capacity": actor.role,
            "action": Action.VIEWED,
            "subject_kind": "case",
            "subject_id": case.public_id,
            "subject_organisation_id": case.organisation_id,
            "route": "cases:detail",
        }
        | changes
    )


def add(actor, *lines) -> None:
    with tenancy.tenant(actor.context):
        AccessLog.objects.bulk_create(lines)


def read_by(actor) -> list[AccessLog]:
    with tenancy.tenant(actor.context):
        return list(AccessLog.objects.order_by("-at"))


@pytest.fixture
def case(world):
    return world.complete_case()


class TestPages:
    def test_opening_a_case_leaves_one_line(self, world, sign_in, case):
        sign_in(world.claire).get(reverse("cases:detail", args=[case.public_id]))
        (found,) = read_by(world.marc)
        assert (found.user_id, found.capacity, found.action) == (
            world.claire.user_id,
            "SOCIAL_WORKER",
            "VIEWED",
        )
        assert (found.subject_kind, found.subject_id) == ("case", case.public_id)
        assert found.route == "cases:detail"

    def test_a_page_of_the_entry_too(self, world, sign_in, case):
        sign_in(world.claire).get(reverse("cases:step", args=[case.public_id, "menage"]))
        assert [found.route for found in read_by(world.marc)] == ["cases:step"]

    def test_a_stranger_leaves_none(self, world, sign_in, case):
        assert sign_in(world.denis).get(reverse("cases:detail", args=[case.public_id])).status_code == 404
        assert read_by(world.marc) == []
        assert read_by(world.diane) == []

    def test_a_refusal_shown_on_the_page_keeps_the_line(self, world, sign_in, case):
        """The file was shown: that the form was refused changes nothing to it."""
        url = reverse("cases:close", args=[case.public_id])
        client = sign_in(world.claire)
        client.get(url)
        assert client.post(url, {"closing_reason": "", "version": 1}).status_code == 422
        assert len(read_by(world.marc)) == 1


class TestDatabase:
    def test_a_line_is_written_in_ones_own_name_only(self, world, case):
        for forged in (
            {"user_id": world.marc.user_id},
            {"organisation_id": world.other_cil.pk},
            {"capacity": "MANAGER"},
            {"user_id": None},
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                add(world.claire, line(world.claire, case, **forged))

    @pytest.mark.parametrize("who", ["claire", "denis", "diane", "lea", "anne", "theo", "bruno"])
    def test_only_the_manager_of_the_files_reads_it(self, world, case, who):
        add(world.claire, line(world.claire, case))
        assert read_by(getattr(world, who)) == []
        assert len(read_by(world.marc)) == 1

    def test_the_codes_filter_says_the_same(self, world, case):
        add(world.claire, line(world.claire, case))
        for name in ("claire", "diane", "anne", "marc"):
            actor = getattr(world, name)
            with tenancy.tenant(actor.context):
                assert AccessLog.objects.visible_to(actor).count() == (name == "marc")

    @pytest.mark.parametrize("verb", ["UPDATE audit_accesslog SET route = ''", "DELETE FROM audit_accesslog"])
    def test_nobody_changes_or_deletes_a_line(self, world, case, verb):
        add(world.claire, line(world.claire, case))
        with (
            tenancy.tenant(world.marc.context),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(verb)


class TestPurge:
    def test_a_year_and_no_less(self, world, case):
        now = timezone.now()
        old, kept = now - dt.timedelta(days=370), now - dt.timedelta(days=360)
        add(world.claire, line(world.claire, case, at=old), line(world.claire, case, at=kept))
        assert retention.purge() == 1
        assert [found.at for found in read_by(world.marc)] == [kept]
        assert retention.purge() == 0

    @pytest.mark.parametrize("days", [0, 30, 364])
    def test_the_database_refuses_a_younger_date(self, days):
        with (
            pytest.raises(ProgrammingError, match="twelve months"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT audit_purge(%s)", [timezone.localdate() - dt.timedelta(days=days)])

    @pytest.mark.parametrize(
        ("day", "limit"),
        [
            (dt.date(2026, 6, 15), dt.date(2025, 6, 15)),
            (dt.date(2028, 2, 29), dt.date(2027, 2, 28)),
            (dt.date(2028, 3, 1), dt.date(2027, 3, 1)),
        ],
    )
    def test_the_limit(self, day, limit):
        assert retention.limit_on(day) == limit


class TestTheManagersPage:
    url = "/mon-organisme/journal-des-acces/"

    def test_tells_who_opened_which_case(self, world, sign_in, case):
        add(world.claire, line(world.claire, case))
        page = sign_in(world.marc).get(self.url)
        for text in ("Claire Test", "travailleur social", "MARTIN Paul", case.reference, "Consulté"):
            assert text in page.text
        assert "!! undefined" not in page.text

    @pytest.mark.parametrize("who", ["claire", "lea", "anne", "theo", "bruno"])
    def test_is_for_managers(self, world, sign_in, who):
        assert sign_in(getattr(world, who)).get(self.url).status_code == 403

    def test_another_organisations_manager_reads_nothing(self, world, sign_in, case):
        add(world.claire, line(world.claire, case))
        assert "MARTIN" not in sign_in(world.diane).get(self.url).text

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("dossier=D-2026-00001", True),
            ("dossier=D-2026-09999", False),
            ("du=01/01/2020&au=02/01/2020", False),
            ("du=01/01/2020", True),
            ("personne=6f0c2a52-0f5e-4d9c-9b0a-3a5d1e7f4b11", True),  # no such choice: left out
        ],
    )
    def test_filters(self, world, sign_in, case, query, shown):
        add(world.claire, line(world.claire, case))
        assert ("MARTIN Paul" in sign_in(world.marc).get(f"{self.url}?{query}").text) == shown

    def test_filter_by_person(self, world, sign_in, case):
        add(world.claire, line(world.claire, case))
        add(world.cecile, line(world.cecile, case))
        client = sign_in(world.marc)
        with tenancy.tenant(world.marc.context):
            people = client.get(self.url).context["form"].fields["personne"].choices
        (cecile,) = [value for value, label in people if label == "Cecile Test"]
        assert len(client.get(f"{self.url}?personne={cecile}").context["rows"]) == 1

    def test_costs_the_same_however_many(self, world, sign_in, case, django_assert_max_num_queries):
        client = sign_in(world.marc)
        add(world.claire, *(line(world.claire, case) for _ in range(60)))
        with django_assert_max_num_queries(14):
            page = client.get(self.url)
        assert len(page.context["rows"]) == 50
        following = client.get(self.url + page.context["page"].next_url)
        assert len(following.context["rows"]) == 10


def test_the_case_tells_its_manager_who_opened_it(world, sign_in, case):
    add(world.cecile, line(world.cecile, case))
    url = reverse("cases:detail", args=[case.public_id])
    page = sign_in(world.marc).get(url).text
    assert "qui a ouvert ce dossier" in page
    assert "Cecile Test" in page
    assert "qui a ouvert ce dossier" not in sign_in(world.claire).get(url).text


def test_a_download_leaves_a_line(world, sign_in, case):
    with tenancy.tenant(world.claire.context):
        document = store_upload(
            SimpleUploadedFile("quittance.pdf", a_pdf()),
            organisation_id=case.organisation_id,
            audience="SOCIAL",
            subject_kind="case",
            subject_id=case.public_id,
            kind="proof",
            title="Quittance",
            created_by_id=world.claire.user_id,
        )
    url = reverse("documents:download", args=[document.public_id])
    assert sign_in(world.denis).get(url).status_code == 404
    answer = sign_in(world.claire).get(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    (found,) = read_by(world.marc)
    assert (found.action, found.user_id, found.subject_id) == (
        "DOWNLOADED",
        world.claire.user_id,
        case.public_id,
    )
