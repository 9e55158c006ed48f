"""Marks in every text of the other organisation: no page, list, choice, export, file or mail shows one.

And every text is escaped wherever it is shown: the marks are tags (OWASP ASVS 1.2).
"""

import html
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.http import urlencode

from aids import operations as aids
from ales import tenancy
from members import operations as members
from tests.access.asking import arguments, ask
from tests.access.canaries import mark, marked_tables, marks_in, unescaped, word
from tests.access.matrix import ROUTES
from tests.access.scene import Scene
from tests.world import NOW

pytestmark = pytest.mark.django_db
AT = NOW

#: Tables whose texts a role reads of both sides (DOMAIN §3). What is in no set is for the own side only.
MONEY = {
    "aids_aidrequest", "aids_aidevent", "aids_rentterm", "aids_fundallocation",
    "payments_paymentorder", "payments_paymentorderline", "payments_paymentadvice",
    "payments_paymentrecovery", "payments_paymentquery",
    "members_fund", "members_fundentry", "members_envelope", "members_bankdetails", "members_invitation",
    "documents_storeddocument", "documents_productionjob", "cases_message",
}  # fmt: skip
#: …and what each role reads of its own side, at most.
OWN = {
    "claire": {t for t in marked_tables() if t.startswith(("cases_", "aids_"))}
    | {"documents_storeddocument", "documents_productionjob", "members_notification"}
    | {"payments_paymentadvice", "payments_paymentorder"},
    "lea": {"aids_aidrequest", "aids_rentterm", "payments_paymentadvice", "members_bankdetails",
            "members_invitation", "documents_storeddocument", "documents_productionjob",
            "cases_message", "members_notification"},
    "bruno": set(),
    "anne": MONEY,
    "theo": MONEY,
    # The landlord's social service: its own cases, and the one shared with it; no aid of the others.
    "sonia": {t for t in marked_tables() if t.startswith("cases_")},
    "rachid": {t for t in marked_tables() if t.startswith("cases_")}
    | {"members_bankdetails", "members_invitation", "members_fund", "members_fundentry"}
    | {"members_envelope", "members_notification"},
}  # fmt: skip
OWN["marc"] = OWN["claire"] | {
    "members_fund", "members_fundentry", "members_envelope", "members_invitation",
    "payments_paymentorderline", "payments_paymentrecovery", "payments_paymentquery",
}  # fmt: skip
# Only who asked for a work reads it: not the manager.
OWN["claire"] = OWN["claire"] | {"works_work"}
BOTH = {"anne": MONEY, "theo": MONEY}
#: A manager sees the name of every open fund, also another member's (DOMAIN §6).
FUND_NAMES = {"marc": {"members_fund"}, "rachid": {"members_fund"}}


@pytest.fixture
def marked(scene) -> Scene:
    mark(scene)
    return scene


def pages(scene: Scene):
    for route in ROUTES:
        if route.get:
            yield route, reverse(route.name, args=arguments(scene, scene.a, route.about))


def forbidden(who: str) -> set[tuple[str, str]]:
    tables = marked_tables()
    own = OWN[who]
    both = BOTH.get(who, set()) | FUND_NAMES.get(who, set())
    return {("a", letters) for table, letters in tables.items() if table not in own | both} | {
        ("b", letters) for table, letters in tables.items() if table not in both
    }


@pytest.mark.parametrize("who", OWN)
def test_pages_lists_choices_and_exports(marked, sign_in, who):
    """Every page that opens: no mark of what this person must not read, and none unescaped."""
    client = sign_in(getattr(marked.world, who))
    shown: set[tuple[str, str]] = set()
    names = {letters: table for table, letters in marked_tables().items()}
    for route, url in pages(marked):
        answer = ask(client, "get", url)
        if answer.status != 200:
            continue
        shown |= marks_in(answer.body)
        leaked = marks_in(answer.body) & forbidden(who)
        assert not leaked, (route, [(side, names[letters]) for side, letters in leaked])
        if answer.content_type.startswith("text/html"):
            assert unescaped(answer.body) == [], route
    if who in ("claire", "marc", "anne", "theo", "lea"):
        assert shown, "the marks are read somewhere, or this test proves nothing"


LISTS = ("cases:list", "aids:list", "payments:orders", "members:organisations", "payments:tenant_aids")


@pytest.mark.parametrize("who", ["claire", "marc", "lea", "rachid", "bruno"])
def test_search_finds_nothing_of_others(marked, sign_in, who):
    """Searching a word that exists elsewhere answers as a word that exists nowhere: rows and counts."""
    client = sign_in(getattr(marked.world, who))
    letters = marked_tables()
    for name in LISTS:
        for table in ("cases_tenantcase", "aids_aidrequest"):
            answers = []
            for asked in (word("b", letters[table]), word("b"), marked.b.submitted.reference):
                answer = ask(client, "get", f"{reverse(name)}?{urlencode({'q': asked})}")
                text = answer.as_anybody_reads.replace(asked, "WORD").replace(html.escape(asked), "WORD")
                answers.append((answer.status, re.sub(r"q=[^\"&]*", "q=WORD", text)))
            assert answers[0] == answers[1] == answers[2], (name, table)


def test_filters_by_foreign_ids_find_nothing(marked, sign_in):
    """A foreign référent, landlord, organisation or fund in a filter adds nothing to a list."""
    client = sign_in(marked.world.marc)
    side = marked.b
    ids = [
        *side.ids(),
        str(side.world.cil.pk),
        str(side.world.landlord.public_id),
        str(side.world.denis.user_id),
    ]
    for name in LISTS[:3]:
        for key in ("referent", "bailleur", "organisme", "etat", "lieu", "apres", "avant", "after", "before"):
            for value in ids:
                answer = ask(client, "get", f"{reverse(name)}?{urlencode({key: value})}")
                assert answer.status in (200, 302, 400, 404), (name, key)
                assert not {m for m in marks_in(answer.body) if m in forbidden("marc")}, (name, key)


def test_files_open_for_their_audience_only(marked, sign_in):
    """The bytes of a file never leave for a stranger, by range, by HEAD nor shown in the page."""
    for who in ("denis", "diane", "louis", "sonia", "rachid", "bruno"):
        client = sign_in(getattr(marked.world, who))
        for document in (marked.a.document, marked.a.money_document, marked.a.landlord_document):
            url = reverse("documents:download", args=[document.public_id])
            for method, address, extra in (
                ("get", url, {}),
                ("get", f"{url}?voir=1", {}),
                ("get", url, {"HTTP_RANGE": "bytes=0-10"}),
                ("head", url, {}),
            ):
                answer = ask(client, method, address, **extra)
                assert (answer.status, "%PDF" in answer.body) == (404, False), (who, document.audience)


def test_mails_go_to_ones_own(marked, django_capture_on_commit_callbacks):
    """What side B does writes to people of side B, and to nobody else."""
    ours = {f"{who}@test.example" for who in ("claire", "cecile", "marc", "lea", "sonia", "rachid", "bruno")}
    side = marked.b
    with django_capture_on_commit_callbacks(execute=True), tenancy.tenant(side.world.marc.context):
        aids.reject(
            actor=side.world.marc,
            request_id=side.submitted.public_id,
            version=None,
            reason=word("b", "aa"),
            at=AT,
        )
        members.invite(
            actor=side.world.marc,
            organisation_id=side.world.cil.public_id,
            email="nina@exemple.fr",
            first_name="Nina",
            last_name="Zqbaa",
            role="SOCIAL_WORKER",
        )
    assert mail.outbox
    assert not {address for message in mail.outbox for address in message.recipients()} & ours


def test_formula_cells_are_guarded(marked, sign_in):
    """An organisation named as a formula leaves the export as text."""
    organisation = marked.world.other_cil
    organisation.name = "=HYPERLINK(1)"
    organisation.save()
    answer = ask(sign_in(marked.world.anne), "get", reverse("association:statistics_export"))
    assert answer.status == 200
    cells = [cell.strip('"') for line in answer.body.splitlines() for cell in line.split(";")]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
