"""Sessions in the database under a hash of their key: a stolen backup opens nobody's session."""

import hashlib

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

#: Length of django_session's key; 160 bits of SHA-256 in hexadecimal.
KEY_LENGTH = 40


def digest(session_key: str) -> str:
    """What the database keeps of the key that the browser holds."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:KEY_LENGTH]


class SessionStore(DatabaseStore):
    """Django's own, but for the key. The asynchronous methods aren't served (gunicorn's sync workers)."""

    def _get_session_from_db(self) -> Session | None:
        found = self.model.objects.filter(
            session_key=digest(self.session_key), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def create_model_instance(self, data: dict) -> Session:
        instance = super().create_model_instance(data)
        instance.session_key = digest(instance.session_key)
        return instance

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(digest(key))
