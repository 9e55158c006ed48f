"""What the association's team does for a person who lost their second factor and their recovery codes."""

import datetime as dt
import logging

from allauth.mfa.models import Authenticator
from django.db import transaction

from members.models import User
from members.sign_in import alerts, sessions

logger = logging.getLogger(__name__)


@transaction.atomic
def reset_second_factor(*, user: User, at: dt.datetime) -> int:
    """Remove every factor and recovery code, close every session, tell the person; how many factors went.

    The next sign-in opens the enrolment alone. The log names the account by its public id.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    closed = sessions.end_all(user=user, at=at)
    logger.warning(
        "second factor of user %s reset: %d removed, %d sessions closed", user.public_id, removed, closed
    )
    alerts.tell(user, alerts.FACTORS_RESET)
    return removed
