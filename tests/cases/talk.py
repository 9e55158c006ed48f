"""Messages as people write them."""

from django.utils import timezone

from ales import tenancy
from cases.models import Message
from cases.threads import operations
from members.access import Actor


def written(actor: Actor, kind: str, subject, audience: str, text: str = "Bonjour.", **options) -> Message:
    """A message of `actor` about a case or an aid, written now unless `at` says otherwise."""
    with tenancy.tenant(actor.context):
        return operations.post(
            actor=actor,
            kind=kind,
            subject_id=subject.public_id,
            audience=audience,
            text=text,
            **{"at": timezone.now()} | options,
        )
