"""The main screens, as data: who opens which page, how, and what the picture shows.

Each is taken at both widths: `NAME.webp` and `NAME-telephone.webp` in `static/img/ecrans/`. The README and
the pages of the product may show any of them; a name that leaves this list takes its files along
(tests/screenshots).
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "static" / "img" / "ecrans"


@dataclass(frozen=True)
class Width:
    """A window: its size in pixels, how many points a pixel, and what its files' names end in."""

    suffix: str
    width: int
    height: int
    density: float


WIDTHS = (Width("", 1280, 900, 1), Width("-telephone", 375, 812, 2))


@dataclass(frozen=True)
class Screen:
    """One screen. `caption` is the text in place of the picture, in French.

    `account` is the demo account's login, '' for nobody; `follow`, links of the page opened one after the
    other (Playwright selectors within `main`); `typed`, words for the header's search box; `at`, the part of
    the page that the picture begins with.
    """

    name: str
    caption: str
    account: str
    path: str
    follow: tuple[str, ...] = ()
    typed: str = ""
    at: str = ""
    dark: bool = False

    def file(self, width: Width) -> str:
        return f"{self.name}{width.suffix}.webp"


def _row(text: str) -> str:
    return f"a.row-link:has-text('{text}')"


FIRST_ROW = ".table-ales tbody a.row-link"
#: The worked example of docs/scale.md is a case of the demo.
CASE = ("travailleur-social", "/dossiers/?q=castelnau", (_row("CASTELNAU"),))
AID = ("travailleur-social", "/aides/?q=castelnau", (_row("CASTELNAU"),))


def _step(slug: str) -> tuple[str, ...]:
    """The household's step from the case, then this one by the line of the steps."""
    way = (*CASE[2], "a[href$='/etapes/menage/']")
    return way if slug == "menage" else (*way, f"a[href$='/etapes/{slug}/']")


SCREENS = (
    Screen("connexion", "La page de connexion", "", "/connexion/"),
    Screen(
        "tableau-de-bord",
        "Le tableau de bord du responsable social : ce qui l’attend, le plus urgent d’abord",
        "responsable-social",
        "/tableau-de-bord/",
    ),
    Screen(
        "tableau-de-bord-travailleur",
        "Le tableau de bord du travailleur social",
        "travailleur-social",
        "/tableau-de-bord/",
    ),
    Screen(
        "tableau-de-bord-tresorier",
        "Le tableau de bord du trésorier",
        "tresorier",
        "/tableau-de-bord/",
        dark=True,
    ),
    Screen(
        "dossiers", "Les dossiers : filtres, vues enregistrées, colonnes", "travailleur-social", "/dossiers/"
    ),
    Screen("dossier", "Un dossier : ménage, logement, indicateurs, aides", *CASE),
    Screen("dossier-menage", "Le ménage, première étape d’un dossier", *CASE[:2], _step("menage")),
    Screen("dossier-budget", "Le budget : les indicateurs suivent la saisie", *CASE[:2], _step("budget")),
    Screen("aide", "Une demande d’aide : échéances et calcul expliqué", *AID),
    Screen(
        "aide-saisie",
        "La saisie d’une demande : l’aide se calcule à mesure",
        "travailleur-social",
        "/aides/?etat=draft",
        (FIRST_ROW, "a[href$='/saisie/']"),
    ),
    Screen(
        "aides-a-decider",
        "Les demandes à décider, la plus ancienne d’abord",
        "responsable-social",
        "/aides/a-decider/",
    ),
    Screen(
        "decision",
        "L’écran de décision : budget, droits, protocole, fonds ouverts",
        "responsable-social",
        "/aides/a-decider/",
        (_row("CASTELNAU"),),
    ),
    Screen("protocole", "Le protocole d’accord", *AID[:2], (*AID[2], "a[href*='/protocole/']")),
    Screen("paiements", "Les ordres de paiement, à signer ensemble", "tresorier", "/paiements/"),
    Screen(
        "bordereau",
        "Un bordereau de virements et son fichier bancaire",
        "tresorier",
        "/paiements/bordereaux/",
        (FIRST_ROW,),
    ),
    Screen(
        "releve",
        "Un relevé de la banque, rapproché des ordres",
        "tresorier",
        "/paiements/releves/",
        (FIRST_ROW,),
    ),
    Screen("bailleur", "Les aides des locataires d’un bailleur", "bailleur", "/bailleur/"),
    Screen(
        "bailleur-aide",
        "Une aide, vue par le bailleur : rien du budget ni du social",
        "bailleur",
        "/bailleur/?q=castelnau&etat=",
        ("tr:has-text('soldée') " + _row("CASTELNAU"),),
    ),
    Screen("fonds", "Les fonds : versé, engagé, disponible", "responsable-social", "/fonds/"),
    Screen(
        "fonds-detail",
        "Un fonds : conventions, prévision, mouvements",
        "responsable-social",
        "/fonds/",
        (FIRST_ROW,),
    ),
    Screen("statistiques", "Les statistiques de l’association", "ca", "/statistiques/"),
    Screen(
        "recherche",
        "La recherche, depuis toutes les pages",
        "travailleur-social",
        "/tableau-de-bord/",
        typed="castel",
    ),
    Screen("organisations", "Les adhérents de l’association", "admin", "/adherents/"),
    Screen("utilisateurs", "Un organisme et ses utilisateurs", "responsable-social", "/mon-organisme/"),
    Screen(
        "travaux",
        "Les imports : un modèle, un essai à blanc, un compte rendu",
        "responsable-social",
        "/travaux/importer/",
    ),
    Screen("notifications", "Les notifications", "responsable-social", "/notifications/"),
    # Last: who opens it has read its messages.
    Screen(
        "echanges",
        "Un fil de discussion : les lecteurs de chaque message sont affichés",
        "responsable-social",
        "/aides/?q=castelnau",
        ("tr:has-text('à décider') " + _row("CASTELNAU"), "a[href*='/echanges/']"),
        at=".thread-more",
    ),
)
