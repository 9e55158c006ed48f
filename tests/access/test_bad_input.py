# ruff: noqa: E501 (tables of hostile input)
"""What a hostile browser sends: ids of others in every field, forged headers, texts that break other products."""

import re
from html.parser import HTMLParser

import pytest
from django.db import connection, transaction
from django.urls import reverse

from ales import tenancy
from members.models import Membership, Organisation
from tests.access.asking import arguments, ask
from tests.access.matrix import DOORS, ROUTES
from tests.access.owner import digest, read_past_row_security
from tests.access.scene import Scene

pytestmark = pytest.mark.django_db

#: Fields that name a row or say who one is: each is sent with values nobody offered.
WHO_ONE_IS = (
    "role",
    "organisation",
    "organisation_id",
    "membership",
    "user",
    "user_id",
    "actor",
    "created_by",
)


class Forms(HTMLParser):
    """The forms of a page: where each posts, and the values it would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag, attrs) -> None:
        values = dict(attrs)
        name = values.get("name") or ""
        if tag == "form" and (values.get("method") or "").lower() == "post":
            self.found.append((values.get("action") or "", {}))
        elif not self.found:
            return
        elif tag == "select":
            self._select = name
            self.found[-1][1].setdefault(name, "")
        elif tag == "option" and ("selected" in values or not self.found[-1][1].get(self._select)):
            self.found[-1][1][self._select] = values.get("value") or ""
        elif (
            tag in ("input", "textarea", "button") and name and values.get("type") not in ("file", "checkbox")
        ):
            self.found[-1][1].setdefault(name, values.get("value") or "")


def forms_of(client, url: str) -> list[tuple[str, dict[str, str]]]:
    answer = ask(client, "get", url)
    reader = Forms()
    if answer.status == 200 and answer.content_type.startswith("text/html"):
        reader.feed(answer.body)
    return [
        (action or url, values) for action, values in reader.found if not action.startswith("/deconnexion")
    ]


def foreign_values(scene: Scene) -> list[str]:
    side = scene.b
    with tenancy.tenant(side.world.claire.context):
        term = str(side.submitted.terms.get().public_id)
    return [str(side.case.public_id), str(side.validated.public_id), str(side.person.public_id), term]


def names_a_row(name: str, value: str) -> bool:
    looks = re.fullmatch(r"[0-9a-f-]{36}", value) or name.rsplit("-", 1)[-1] in (
        "referent", "fund", "landlord", "person", "term", "terms", "id", "proof", "renewal_of", "request",
    )  # fmt: skip
    return bool(looks) and name not in ("csrfmiddlewaretoken", "form_key")


def foreign_rows(scene: Scene) -> dict[str, list[str]]:
    """Every row of side B's organisation, past row security."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'"
        )
        owned = [
            table for (table,) in cursor.fetchall() if table.startswith(("cases_", "aids_", "payments_"))
        ]
    for table in owned:
        found[table] = sorted(read_past_row_security(table, f"organisation_id = {scene.b.world.cil.pk}"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", ["claire", "marc", "lea"])
def test_ids_of_others_in_every_position(scene, sign_in, who):
    """Each form of each page, with one id after another replaced by a foreign row's: nothing foreign moves,
    nothing breaks. What was sent may come back in its own refusal."""
    client = sign_in(getattr(scene.world, who))
    before = foreign_rows(scene)
    foreign = foreign_values(scene)
    sent = 0
    for route in ROUTES:
        if not route.get or route.whose == "landlord":
            continue
        for action, values in forms_of(
            client, reverse(route.name, args=arguments(scene, scene.a, route.about))
        ):
            for name in [name for name, value in values.items() if names_a_row(name, value)][:6]:
                value = foreign[sent % len(foreign)]
                mark = transaction.savepoint()
                answer = ask(client, "post", action, values | {name: value})
                assert answer.status in (200, 302, 400, 403, 404, 422), (route, name)
                assert foreign_rows(scene) == before, (route, name)
                transaction.savepoint_rollback(mark)
                sent += 1
    assert sent > 5 or who == "lea", "the agent's pages offer no choice of a row"


@pytest.mark.parametrize("who", ["claire", "lea", "bruno"])
def test_saying_one_is_somebody_else_changes_nothing(scene, sign_in, who):
    """A role, an organisation or a person typed into a form are fields nobody reads."""
    actor = getattr(scene.world, who)
    client = sign_in(actor)
    forged = dict.fromkeys(WHO_ONE_IS, "ASSOCIATION_ADMIN") | {
        "organisation": str(scene.world.ales.public_id),
        "membership": str(scene.world.anne.membership_id),
    }
    headers = {"HTTP_X_ROLE": "ASSOCIATION_ADMIN", "HTTP_X_FORWARDED_USER": "anne@test.example"}
    answer = ask(client, "post", reverse("members:switch"), forged)
    assert answer.status == 302
    assert ask(client, "get", reverse("members:organisations"), **headers).status == 403
    assert ask(client, "post", reverse("members:organisation_create"), forged, **headers).status == 403
    assert client.session["membership"] == str(actor.membership_id)


def test_a_forged_session_falls_back_to_ones_own(scene, sign_in):
    client = sign_in(scene.world.claire)
    for forged in (str(scene.world.anne.membership_id), "' OR 1=1 --", "\0", "ASSOCIATION_ADMIN"):
        session = client.session
        session["membership"] = forged
        session.save()
        assert ask(client, "get", reverse("members:organisations")).status == 403
        assert ask(client, "get", reverse("cases:list")).status == 200


def test_a_role_changed_takes_effect_on_the_next_request(scene, sign_in):
    client = sign_in(scene.world.marc)
    assert ask(client, "get", reverse("aids:queue")).status == 200
    Membership.objects.filter(public_id=scene.world.marc.membership_id).update(role="SOCIAL_WORKER")
    assert ask(client, "get", reverse("aids:queue")).status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "testserver@evil.example", "a b"])
def test_a_forged_host_is_refused(scene, client, host):
    assert ask(client, "get", reverse("account_reset_password"), HTTP_HOST=host).status == 400


def test_a_forwarded_host_is_not_believed(scene, client):
    answer = ask(client, "get", reverse("cases:list"), HTTP_X_FORWARDED_HOST="evil.example")
    assert "evil.example" not in answer.location


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/xml", "application/octet-stream", "multipart/form-data; boundary="],
)
def test_another_content_type_is_an_empty_form(scene, sign_in, content_type):
    """No page reads a body it did not ask for, and none breaks."""
    client = sign_in(scene.world.marc)
    before = digest()
    for name, side in (("cases:close", scene.a.case), ("aids:validate", scene.a.submitted)):
        url = reverse(name, args=[side.public_id])
        response = client.generic("POST", url, '{"reason": "x"}', content_type=content_type)
        assert response.status_code in (200, 400, 422), (name, response.status_code)
    assert digest() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["\0", "x" * 10_000, "\u202egpj.exe", "'; DROP TABLE x; --", "{{ 7*7 }}", "%s%n"]
)
def test_texts_that_break_other_products(scene, sign_in, text):
    """In every field of every form, in every search and filter: never an error, never evaluated."""
    client = sign_in(scene.world.marc)
    for route in ROUTES:
        if not route.get or route.whose == "landlord":
            continue
        url = reverse(route.name, args=arguments(scene, scene.a, route.about))
        query = dict.fromkeys(
            ("q", "etat", "referent", "bailleur", "lieu", "annee", "du", "au", "apres", "page"), text
        )
        assert ask(client, "get", url, query).status < 500, route
        if route.post and route.about:
            mark = transaction.savepoint()
            for action, values in forms_of(client, url)[:3]:
                filled = {
                    n: v if n in ("version", "form_key", "csrfmiddlewaretoken") else text
                    for n, v in values.items()
                }
                answer = ask(client, "post", action, filled)
                assert answer.status < 500, (route, action)
            transaction.savepoint_rollback(mark)


def test_a_long_name_is_refused_with_a_word(scene, sign_in):
    """10,000 characters in a name: told which field, nothing saved."""
    client = sign_in(scene.world.anne)
    before = Organisation.objects.count()
    answer = ask(
        client, "post", reverse("members:organisation_create"), {"name": "x" * 10_000, "kind": "CIL"}
    )
    assert (answer.status, Organisation.objects.count()) == (200, before)
    assert "140" in answer.body


def test_ids_that_are_none_in_addresses(scene, sign_in):
    """Numbers, words and traversals in the place of an id: not found, never an error."""
    client = sign_in(scene.world.claire)
    for shape in ("1", "0", "../../etc/passwd", "%00", "x" * 2000, "00000000-0000-0000-0000-00000000000g"):
        for prefix in ("/dossiers/", "/aides/", "/documents/", "/paiements/", "/fonds/", "/adherents/"):
            assert client.get(f"{prefix}{shape}/").status_code in (301, 404), (prefix, shape)


def test_doors_take_bad_input_too(client, db):
    for door in DOORS:
        url = reverse(door.name, args=door.arguments)
        for text in ("\0", "x" * 10_000):
            answer = client.post(
                url, dict.fromkeys(("login", "email", "password", "code", "first_name"), text)
            )
            assert answer.status_code < 500, (door.name, text[:3])
