"""The people of the demo: one account per role, listed by the command and on the demo's sign-in page."""

from dataclasses import dataclass

from members.roles import Role

PASSWORD = "demo-ales-2026"

#: Names in data/members_2009.csv.
FIRST_CIL = "CIL VAL-DE-LOIRE"
SECOND_CIL = "CIL ATLANTIQUE"
#: Its agents share the organisation of its social service and never see its files (DOMAIN §3).
LANDLORD = "TROIS VALLÉES"
SECOND_LANDLORD = "OPAC DU GRAND LYON"
ASSOCIATION = "ALES"


@dataclass(frozen=True)
class DemoAccount:
    """A person of the demo and their habilitations: (organisation's name, role)."""

    login: str
    first_name: str
    last_name: str
    habilitations: tuple[tuple[str, Role], ...]
    title: str

    @property
    def email(self) -> str:
        return f"{self.login}@demo.example"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def _account(login: str, first_name: str, last_name: str, title: str, *habilitations) -> DemoAccount:
    return DemoAccount(login, first_name, last_name, habilitations, title)


ACCOUNTS = (
    _account(
        "travailleur-social",
        "Karim",
        "Benali",
        "Travailleur social d’un CIL",
        (FIRST_CIL, Role.SOCIAL_WORKER),
    ),
    _account(
        "responsable-social",
        "Hélène",
        "Marchand",
        "Responsable social du même CIL",
        (FIRST_CIL, Role.MANAGER),
    ),
    _account(
        "travailleur-social-2",
        "Camille",
        "Rousseau",
        "Travailleur social d’un autre CIL",
        (SECOND_CIL, Role.SOCIAL_WORKER),
    ),
    _account(
        "responsable-social-2",
        "Philippe",
        "Le Gall",
        "Responsable social de cet autre CIL",
        (SECOND_CIL, Role.MANAGER),
    ),
    _account("bailleur", "Sandrine", "Lopez", "Agent d’un bailleur", (LANDLORD, Role.LANDLORD_AGENT)),
    _account(
        "social-bailleur",
        "Aïcha",
        "Diallo",
        "Travailleur social du même bailleur",
        (LANDLORD, Role.SOCIAL_WORKER),
    ),
    _account(
        "responsable-bailleur",
        "Olivier",
        "Fontaine",
        "Responsable social du même bailleur",
        (LANDLORD, Role.MANAGER),
    ),
    _account(
        "bailleur-2",
        "Julien",
        "Perrin",
        "Agent d’un autre bailleur",
        (SECOND_LANDLORD, Role.LANDLORD_AGENT),
    ),
    _account(
        "polyvalente",
        "Nathalie",
        "Girard",
        "Travailleuse sociale dans les deux CIL",
        (FIRST_CIL, Role.SOCIAL_WORKER),
        (SECOND_CIL, Role.SOCIAL_WORKER),
    ),
    _account("admin", "Élodie", "Mercier", "Équipe ALES", (ASSOCIATION, Role.ASSOCIATION_ADMIN)),
    _account("tresorier", "Bernard", "Chevalier", "Trésorier", (ASSOCIATION, Role.TREASURER)),
    _account("ca", "Monique", "Lambert", "Administratrice (CA)", (ASSOCIATION, Role.BOARD_MEMBER)),
)


def account(login: str) -> DemoAccount:
    """The account of this login (`admin`, `tresorier`…); KeyError when there is none."""
    return {person.login: person for person in ACCOUNTS}[login]
