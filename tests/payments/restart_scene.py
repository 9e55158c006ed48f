"""The money on a server of its own, run by test_restart.py in a process of its own: prints what it made.

Orders signed and not yet executed, each of an aid of its own, and the cookie of the treasurer's session.
"""

import json
import time

from allauth.account.internal.userkit import user_id_to_str
from django.conf import settings
from django.test import Client
from django.utils import timezone

from members.access import SESSION_KEY, Actor
from members.models import User
from members.sign_in.second_factor import ELSEWHERE_KEY
from tests.payments.stories import payable_aid
from tests.world import World

ORDERS = 4


def session_of(actor: Actor) -> str:
    """A session that has just shown everything a session can show."""
    client, user = Client(), User.objects.get(pk=actor.user_id)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[SESSION_KEY] = str(actor.membership_id)
    session[ELSEWHERE_KEY] = str(user.public_id)
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def main() -> None:
    world, now = World.build(), timezone.now()
    orders = []
    for rank in range(ORDERS):
        story = payable_aid(world, with_bank=rank == 0, reference=f"A-{rank}")
        orders.append(str(story.sign(story.request(at=now), at=now).public_id))
    print(json.dumps({"orders": orders, "session": session_of(world.theo)}))
