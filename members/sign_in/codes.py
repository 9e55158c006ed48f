"""A code opens the door once: the last step used is kept with the secret, under a row lock.

allauth remembers used codes in the cache, for one step; a cache that forgets would let a replay pass.
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction

from members.sign_in import encryption

LAST_STEP = "last_step"


def step_of(secret: str, code: str) -> int | None:
    """The 30-second step this code belongs to, among those accepted now; None when it's wrong."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


@transaction.atomic
def use(authenticator: Authenticator, code: str) -> bool:
    """True if the code is right and newer than any code used before; it can't be used again."""
    locked = Authenticator.objects.select_for_update(no_key=True).get(pk=authenticator.pk)
    step = step_of(encryption.decrypt(locked.data["secret"]), code)
    if step is None or step <= locked.data.get(LAST_STEP, 0):
        return False
    locked.data[LAST_STEP] = step
    locked.save(update_fields=["data"])
    return True
