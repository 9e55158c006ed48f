"""Every page of the product in a real browser: the content policy refuses nothing, no script fails."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.core import mail
from django.test import Client
from django.urls import reverse

from ales import tenancy
from members import operations
from members.models import User
from members.roles import Role
from members.sign_in import encryption
from tests.access.matrix import DOORS
from tests.browser.pages import plug_a_key_in
from tests.browser.walk import Watched, once, pages_of
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "chosen", [once, pytest.param(dict, marks=pytest.mark.slow)], ids=["each page once", "as every role"]
)
def test_every_page_opens_without_a_refusal(scene, signed_in, chosen):
    pages = chosen(pages_of(scene))
    heard = []
    for actor, urls in pages.items():
        watched = signed_in(actor)
        for url in urls:
            watched.open(url)
        heard += [f"{actor.role}: {text}" for text in watched.complaints()]
        watched.page.context.close()
    assert heard == []


def test_the_listener_hears_a_refusal(world, signed_in):
    """A page that runs an inline script under the policy is reported: the tests above can fail."""
    watched = signed_in(world.claire)
    watched.open("/tableau-de-bord/")
    watched.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        " document.body.append(script); }"
    )
    assert watched.page.evaluate("window.ran") is None
    assert any("script-src" in text for text in watched.page.evaluate("window.policyViolations"))
    assert watched.heard != []


# --- The doors: sign-in, and one's own account -----------------------------------------------------


def test_the_pages_before_sign_in(world, new_context):
    """What nobody signed in may open, with the links that mails hold."""
    with tenancy.tenant(world.marc.context):
        operations.invite(
            actor=world.marc,
            organisation_id=world.cil.public_id,
            email="nora@test.example",
            first_name="Nora",
            last_name="Petit",
            role=Role.SOCIAL_WORKER,
        )
    Client().post(reverse("account_reset_password"), {"email": User.objects.get(pk=world.marc.user_id).email})
    links = [re.search(r"https?://[^/]+(/\S+)", message.body)[1] for message in mail.outbox]
    assert len(links) == 2
    watched = Watched(new_context().new_page())
    doors = [reverse(door.name, args=door.arguments) for door in DOORS if door.anonymous == "200"]
    for url in doors + links:
        if url != reverse("health"):
            watched.open(url)
    watched.open("/une/page/qui/n-existe/pas/", (404,))
    watched.open(reverse("members:invitation", args=["no-such-token"]), (404,))
    assert watched.complaints() == []


def test_the_pages_of_ones_own_account(world, new_context):
    """From the password to the last page of the second factor, as a person sees them."""
    user = User.objects.get(pk=world.marc.user_id)
    watched = Watched(new_context().new_page())
    page = watched.page
    page.goto("/connexion/")
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau-de-bord/")
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
        watched.open(reverse(name))
    plug_a_key_in(page)
    page.get_by_label("Nom de la clé").fill("Clé du bureau")
    page.get_by_role("button", name="Enregistrer la clé").click()
    page.wait_for_url("**/codes-de-secours/")
    totp = {"secret": encryption.encrypt(generate_totp_secret())}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=totp)
    key = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
    # An address whose token nobody has isn't found: tests of their own rooms.
    tokens = {"members:invitation", "members:unsubscribe", "members:calendar_feed"}
    skipped = {"health", "mfa_download_recovery_codes", "account_logout"} | tokens
    posts_only = {"account_devices_end_others", "account_device_end", "proconnect_begin", "proconnect_back"}
    for door in DOORS:
        if door.name in skipped | posts_only or door.name.startswith("lists:"):
            continue
        args = [key.pk] if door.arguments == (1,) else door.arguments
        watched.open(reverse(door.name, args=args))
    watched.open(reverse("cases:list") + "?q=Martin")
    watched.open(reverse("aids:scale_create"), (403,))
    watched.open(reverse("account_logout"))
    assert watched.complaints() == []
