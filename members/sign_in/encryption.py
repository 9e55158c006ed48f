"""Secrets of the second factor, encrypted at rest (Fernet: AES-128-CBC and HMAC-SHA-256)."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"ales second factor"


def encrypt(text: str) -> str:
    """`text` under the first key of MFA_ENCRYPTION_KEY."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """The text, under any of the keys. Raises cryptography.fernet.InvalidToken."""
    return _cipher().decrypt(encrypted.encode()).decode()


def _cipher() -> MultiFernet:
    # A new key is put before the former one: what was written before can still be read.
    return MultiFernet([Fernet(_derived(key)) for key in settings.MFA_ENCRYPTION_KEYS])


def _derived(key: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))
