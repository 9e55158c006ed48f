"""Secrets of the second factor are unreadable without the key, and outlive a change of key."""

import pytest
from cryptography.fernet import InvalidToken

from members.sign_in import encryption


def test_what_is_stored_says_nothing():
    stored = encryption.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in stored
    assert encryption.decrypt(stored) == "JBSWY3DPEHPK3PXP"
    assert encryption.encrypt("JBSWY3DPEHPK3PXP") != stored


def test_another_key_reads_nothing(settings):
    stored = encryption.encrypt("secret")
    settings.MFA_ENCRYPTION_KEYS = ["another"]
    with pytest.raises(InvalidToken):
        encryption.decrypt(stored)


def test_the_former_key_still_reads(settings):
    stored = encryption.encrypt("secret")
    settings.MFA_ENCRYPTION_KEYS = ["new", *settings.MFA_ENCRYPTION_KEYS]
    assert encryption.decrypt(stored) == "secret"


def test_a_changed_letter_is_noticed():
    stored = encryption.encrypt("secret")
    with pytest.raises(InvalidToken):
        encryption.decrypt(stored[:-4] + ("A" if stored[-4] != "A" else "B") + stored[-3:])
