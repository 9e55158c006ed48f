"""Passwords: long, hard to guess, no word of the product or of the person."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from members.models import User

CLAIRE = User(first_name="Claire", last_name="Durand-Petit", email="c.durand@cil-exemple.fr")


@pytest.mark.parametrize(
    "password",
    [
        "Xk9$mQ2!vLp",  # 11 characters
        "123456789012",
        "motdepasse2026",
        "azertyuiop123",
        "Extranet-ALES-2026",
        "extranet@ales",
        "aaaaaaaaaaaaaaaa",
        "password1234",
        "DurandPetit2026",
        "claire-durand!",
        "coucoucoucou",
        "qwertyqwerty",
    ],
)
def test_an_easy_password_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, CLAIRE)


@pytest.mark.parametrize(
    "password",
    ["tuile-orage-bocal-violon", "Xk9$mQ2!vLpZ", "le dossier jaune attend la pluie", "gR7#pouXt!2mk"],
)
def test_a_strong_password_passes(password):
    validate_password(password, CLAIRE)


def test_a_very_long_password_passes_quickly():
    validate_password("tuile-orage-bocal-violon " * 40, CLAIRE)
