"""A social file is for its organisation's social workers and managers, and for nobody else (DOMAIN §3)."""

import pytest
from django.apps import apps
from django.urls import reverse

from ales import tenancy
from cases.models import TenantCase
from tests.cases.agreements import REQUEST, prepared

pytestmark = pytest.mark.django_db(transaction=True)

GET = ("detail", "close", "referent", "documents", "summary", "step", "protocol")
POST = (
    "reopen", "close", "referent", "documents", "step", "autosave", "discard", "live",
    "protocol", "protocol_autosave", "protocol_issue", "protocol_revise", "protocol_sign",
)  # fmt: skip


def addresses(case):
    for method, names in (("get", GET), ("post", POST)):
        for name in names:
            args = [case.public_id]
            if name in ("step", "autosave", "discard", "live"):
                args.append("budget")
            if name.startswith("protocol"):
                args.append(REQUEST)
            yield method, reverse(f"cases:{name}", args=args)


@pytest.fixture
def case(world):
    made = world.complete_case()
    prepared(world, made)
    return made


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("denis", {404}),
        ("diane", {404}),
        ("sonia", {404}),
        ("lea", {403}),
        ("anne", {403}),
        ("theo", {403}),
        ("bruno", {403}),
    ],
)
def test_strangers_find_nothing(world, sign_in, case, who, statuses):
    client = sign_in(getattr(world, who))
    found = {(method, url): getattr(client, method)(url).status_code for method, url in addresses(case)}
    assert set(found.values()) == statuses, found


@pytest.mark.parametrize("who", ["denis", "lea", "sonia", "anne", "theo", "bruno"])
def test_strangers_read_no_row_even_unfiltered(world, case, who):
    models = [model for model in apps.get_app_config("cases").get_models() if hasattr(model, "organisation")]
    assert {"TenantCase", "Household", "Message", "TenantCaseChange"} <= {model.__name__ for model in models}
    with tenancy.tenant(getattr(world, who).context):
        assert [model.__name__ for model in models if model.objects.exists()] == []


def test_nobody_signed_in_is_sent_to_sign_in(client, case):
    for method, url in addresses(case):
        answer = getattr(client, method)(url)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/connexion/"), url


@pytest.mark.parametrize("who", ["claire", "cecile", "marc"])
def test_colleagues_open_the_case(world, sign_in, case, who):
    client = sign_in(getattr(world, who))
    for method, url in addresses(case):
        if method == "get":
            assert client.get(url).status_code == 200, url


def test_a_strangers_list_is_empty(world, sign_in, case):
    assert sign_in(world.denis).get(reverse("cases:list")).context["rows"] == []
    assert not TenantCase.objects.exists()  # without a tenant there is no row at all
