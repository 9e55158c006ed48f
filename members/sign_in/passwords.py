"""What a password must be: 12 characters, hard to guess, no word of the product (CNIL 2022-100)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from zxcvbn import zxcvbn

PASSWORD_HELP = _(
    "Au moins 12 caractères. Une suite de quatre ou cinq mots sans rapport entre eux convient très bien."
)
#: Words a guesser tries first here; zxcvbn gives them no weight, in any case or spelling with digits.
PRODUCT_WORDS = (
    "ales",
    "extranet",
    "quittance",
    "quittances",
    "logement",
    "entraide",
    "salaries",
    "association",
    "actionlogement",
    "action",
    "bailleur",
    "locataire",
    "adherent",
    "dossier",
    "tresorier",
    "demo",
)
#: French words its dictionaries lack, the usual start of a password changed every season.
COMMON_WORDS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre"),
    *("octobre", "novembre", "decembre", "printemps", "automne", "hiver", "lundi", "mardi"),
    *("mercredi", "jeudi", "vendredi", "samedi", "dimanche", "chouchou", "coucou", "princesse"),
    *("motdepasse", "azerty", "azertyuiop", "bonjour", "bienvenue", "soleil", "doudou", "loulou"),
)
#: zxcvbn's time grows fast with the length; what follows only makes the password stronger.
EXAMINED_LENGTH = 72


class StrengthValidator:
    """Refuses what is guessed in fewer than 10^8 tries, words of the product and of the person included.

    zxcvbn's score goes from 0 to 4; `minimum` is the least accepted (3: 10^8 tries and more).
    """

    def __init__(self, minimum: int = 3) -> None:
        self.minimum = minimum

    def validate(self, password: str, user=None) -> None:
        """Raises ValidationError when the password is easy to guess."""
        words = [*PRODUCT_WORDS, *COMMON_WORDS, *_words_of(user)]
        found = zxcvbn(password[:EXAMINED_LENGTH], user_inputs=words)
        if found["score"] < self.minimum:
            raise ValidationError(
                _(
                    "Ce mot de passe se devine trop facilement : évitez les mots courants, les suites et"
                    " votre nom. Quatre ou cinq mots sans rapport entre eux conviennent très bien."
                ),
                code="password_too_easy",
            )

    def get_help_text(self) -> str:
        return str(PASSWORD_HELP)


class ProductWordValidator:
    """Refuses a password that is little more than a word of the product: it must hold 8 more characters."""

    OTHER_CHARACTERS = 8

    def validate(self, password: str, user=None) -> None:
        """Raises ValidationError."""
        typed = password.casefold()
        rest = typed
        for word in sorted([*PRODUCT_WORDS, *_words_of(user)], key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != typed and len(rest) < self.OTHER_CHARACTERS:
            raise ValidationError(
                _("Ce mot de passe tient surtout à un mot d’ici ou à votre nom : choisissez d’autres mots."),
                code="password_of_the_product",
            )

    def get_help_text(self) -> str:
        return str(_("Il ne tient pas à un mot de l’extranet, à votre nom ni à votre adresse."))


def _words_of(user) -> list[str]:
    if user is None:
        return []
    texts = (getattr(user, "first_name", ""), getattr(user, "last_name", ""), getattr(user, "email", ""))
    words = {word for text in texts for word in _split(text)}
    return sorted(words)


def _split(text: str) -> list[str]:
    for mark in "@.-_' ’":
        text = text.replace(mark, " ")
    return [word.casefold() for word in text.split() if len(word) > 2]
