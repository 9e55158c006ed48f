"""Every component: when to use it, what each option means, and samples (template source, shown and rendered).

A test compares the options with the tags' own parameters (tests/ales/test_gallery.py).
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.template import Context, Engine

from ales.templatetags import components

TONE_OPTION = "neutral, info, progress, success, warning ou danger"
ICON_OPTION = "nom d’une icône heroicons"


@dataclass(frozen=True)
class Component:
    """One template tag. `options`: name -> its meaning, in French, in the tag's own order."""

    name: str
    title: str
    text: str
    options: dict[str, str]
    samples: tuple[str, ...]
    is_block: bool = field(default=False, kw_only=True)

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """(option, meaning, value by default or « obligatoire ») of each option."""
        parameters = inspect.signature(getattr(components, self.name)).parameters
        for name, meaning in self.options.items():
            default = parameters[name].default
            yield name, meaning, "obligatoire" if default is inspect.Parameter.empty else repr(default)

    def rendered(self, context: Context) -> Iterator[tuple[str, str]]:
        """(source, HTML) of each sample."""
        for source in self.samples:
            yield source, Engine.get_default().from_string(source).render(context)


CATALOGUE = (
    Component(
        "status_badge",
        "État",
        "L’état d’un dossier, d’une demande, d’un ordre : toujours un mot et une icône, la couleur en plus.",
        {"label": "le mot affiché", "tone": TONE_OPTION, "icon": ICON_OPTION + " ; sinon celle du ton"},
        (
            '{% status_badge "Validée" tone="success" %}',
            '{% status_badge "Brouillon" %} {% status_badge "Déposée" tone="info" %} '
            '{% status_badge "En paiement" tone="progress" %} '
            '{% status_badge "À compléter" tone="warning" %} '
            '{% status_badge "Refusée" tone="danger" %} '
            '{% status_badge "Partagé" tone="info" icon="share" %}',
        ),
    ),
    Component(
        "stat",
        "Chiffre",
        "Un chiffre que l’on vient lire ; quatre au plus par rangée (.grid-stats).",
        {
            "value": "le chiffre, mis en forme",
            "label": "ce qu’il compte",
            "help": "une précision en petit",
            "tone": "colore le chiffre : " + TONE_OPTION,
            "url": "adresse ouverte au clic",
        },
        (
            '<div class="grid-stats">'
            '{% stat "831,60 €" "accordés" help="3 termes, mars à mai 2026" url="#" %}'
            '{% stat "462,00 €" "loyer résiduel" help="après 138,00 € d’APL" %}'
            '{% stat "52 %" "taux d’endettement" tone="warning" help="avant l’aide" %}</div>',
        ),
    ),
    Component(
        "card",
        "Carte",
        "Une partie de la page avec son titre. Sans titre : une simple surface.",
        {
            "title": "titre de la carte",
            "icon": ICON_OPTION + ", avec un titre",
            "tone": "liseré de couleur : " + TONE_OPTION,
            "level": "niveau du titre : 2, ou 3 dans une section qui a le sien",
        },
        (
            '{% card title="Logement" icon="home" level=3 %}{% definition_list details %}{% endcard %}',
            '{% card title="À faire" icon="bell-alert" tone="warning" level=3 %}'
            "<p>Deux demandes attendent votre décision.</p>{% endcard %}",
        ),
        is_block=True,
    ),
    Component(
        "alert",
        "Message",
        "Ce qu’il faut savoir avant de continuer. Ce qu’une action a fait se dit par django.messages.",
        {
            "tone": TONE_OPTION,
            "title": "première ligne, en gras",
            "icon": ICON_OPTION + " ; sinon celle du ton",
        },
        (
            '{% alert tone="warning" title="L’APL n’est pas expliquée" %}'
            "<p>Indiquez si elle est activée, demandée, refusée ou sans objet.</p>{% endalert %}",
            '{% alert %}<p>Le barème change au 1er janvier : <a href="#">les barèmes</a>.</p>{% endalert %}'
            '{% alert tone="success" %}<p>La demande est déposée.</p>{% endalert %}'
            '{% alert tone="danger" %}<p>Le fonds n’a plus que 12,00 €.</p>{% endalert %}'
            '{% alert tone="progress" %}<p>Le relevé est en cours de lecture.</p>{% endalert %}'
            '{% alert tone="neutral" %}<p>Dossier clos.</p>{% endalert %}',
        ),
        is_block=True,
    ),
    Component(
        "empty_state",
        "Liste vide",
        "Dit pourquoi la liste est vide et ce que l’on peut faire.",
        {
            "title": "ce qui manque",
            "text": "pourquoi, et que faire",
            "icon": ICON_OPTION,
            "action_url": "adresse du bouton, avec action_label",
            "action_label": "texte du bouton",
        },
        (
            '{% empty_state title="Aucune demande à décider" text="Les demandes déposées par votre équipe '
            'apparaîtront ici." icon="inbox" action_url="#" action_label="Nouvelle demande" %}',
        ),
    ),
    Component(
        "action_button",
        "Action",
        "Un bouton qui obéit à un verdict (ales.verdict). Refusé, il reste visible et dit pourquoi.",
        {
            "verdict": "Verdict : .allowed et .reason",
            "label": "texte du bouton",
            "url": "adresse ; sans elle, le bouton envoie le formulaire qui l’entoure",
            "method": "post (un formulaire à lui seul) ou get (un lien)",
            "style": "primary, secondary, danger, quiet ou link",
            "icon": ICON_OPTION,
            "confirm": "id du dialogue confirm à ouvrir",
            "name": "nom envoyé avec le formulaire",
            "value": "valeur envoyée sous ce nom",
        },
        (
            '<div class="page-actions">{% action_button allowed "Ouvrir le dossier" "#" method="get" %}'
            '{% action_button allowed "Modifier" "#" method="get" style="secondary" icon="pencil-square" %}'
            '{% action_button allowed "Refuser" style="danger" %}'
            '{% action_button allowed "Plus tard" "#" method="get" style="quiet" %}'
            '{% action_button allowed "Détail" "#" method="get" style="link" %}</div>',
            '{% action_button refused "Valider" icon="check" %}',
        ),
    ),
    Component(
        "confirm",
        "Dialogue",
        "Demande une confirmation avant ce qui ne se défait pas. Son contenu peut porter des champs.",
        {
            "id": "id du dialogue, que nomme action_button confirm=…",
            "title": "la question",
            "url": "adresse du POST",
            "label": "texte du bouton : l’action en toutes lettres, jamais « OK »",
            "style": "primary ou danger",
        },
        (
            '{% action_button allowed "Demander le paiement" icon="banknotes" confirm="demander" %}'
            '{% confirm id="demander" title="Demander le paiement de 3 termes ?" url="#" '
            'label="Demander 831,60 €" %}<p>L’ordre sera présenté à la signature du trésorier.</p>'
            "{% endconfirm %}",
        ),
        is_block=True,
    ),
    Component(
        "explanation",
        "Calcul expliqué",
        "Un montant qui s’ouvre sur sa formule, ses données et sa source (ales.explanation).",
        {"explanation": "Explanation, ou le dict figé de son as_dict", "open": "déplié à l’arrivée"},
        ("{% explanation explanation %}", "{% explanation explanation open=True %}"),
    ),
    Component(
        "definition_list",
        "Définitions",
        "Libellés et valeurs ; une valeur vide se lit « Non renseigné ».",
        {"items": "paires (libellé, valeur)"},
        ("{% definition_list details %}",),
    ),
    Component(
        "money",
        "Montant",
        "Aligné, jamais coupé. Un tiret pour None ; un nombre à virgule flottante est refusé.",
        {"amount": "Decimal ou entier, en euros", "total": "en gras"},
        ("{% money total %} {% money total total=True %} {% money None %}",),
    ),
    Component(
        "timeline",
        "Historique",
        "Où en est une saisie en plusieurs pages : label, state (done, current, todo, error), url.",
        {"events": "événements, dans l’ordre à afficher"},
        ("{% timeline events %}",),
    ),
    Component(
        "steps",
        "Étapes",
        "Où en est une saisie en plusieurs pages : label, state (done, current, todo, error), url ou rien.",
        {"items": "étapes, dans l’ordre"},
        ("{% steps steps %}",),
    ),
    Component(
        "stepper_nav",
        "Pied d’étape",
        "Revenir, s’arrêter et reprendre plus tard, continuer ; dans le formulaire de l’étape.",
        {
            "previous_url": "adresse de l’étape d’avant",
            "submit_label": "texte du bouton",
            "later_url": "adresse où l’on retrouve la saisie",
        },
        ('<form method="post">{% stepper_nav previous_url="#" later_url="#" %}</form>',),
    ),
    Component(
        "progress",
        "Avancement",
        "Jusqu’où l’on en est, en mots et en barre.",
        {
            "value": "où l’on en est",
            "maximum": "le tout, plus grand que zéro",
            "label": "de quoi il s’agit",
            "text": "en mots ; sinon le pourcentage",
            "tone": TONE_OPTION,
        },
        (
            '{% progress 3 5 "Pièces reçues" text="3 sur 5" %}',
            '{% progress 92 100 "Fonds engagé" tone="warning" %}',
        ),
    ),
    Component(
        "picture",
        "Image de chiffres",
        "Un dessin de ales.pictures sous son titre, avec son tableau : barres, jauges, frises, tendances. "
        "Le même dessin sert aux pages et aux PDF ; rien n’y est dit par la couleur seule.",
        {
            "drawn": "Picture : titre, dessin, tableau",
            "table": "beside : le tableau à côté ; folded : replié, quand la page le dit déjà",
        },
        (
            "{% card %}{% picture stacks_picture %}{% endcard %}",
            "{% card %}{% picture gauge_picture %}{% endcard %}",
            '{% card %}{% picture lanes_picture table="folded" %}{% endcard %}',
            "{% card %}{% picture trend_picture %}{% endcard %}",
            "{% card %}{% picture bars_picture %}{% endcard %}",
        ),
    ),
    Component(
        "file_link",
        "Fichier",
        "Un fichier prêt, ou en cours de production : l’élément se remplace de lui-même quand il est prêt.",
        {
            "name": "nom lisible",
            "kind": "format affiché",
            "size": "taille en octets",
            "state": "queued, producing, ready ou failed",
            "url": "adresse du fichier (ready)",
            "poll_url": "adresse interrogée toutes les deux secondes (queued, producing)",
            "error": "ce qui n’a pas marché (failed)",
            "retry_url": "adresse du POST qui recommence (failed)",
        },
        (
            '{% file_link "Protocole d’accord – Ferrand" size=84512 url="#" %}',
            '{% file_link "Lettre de décision" state="producing" poll_url="?fichier" %}',
            '{% file_link "Fichier bancaire" kind="XML" state="failed" '
            'error="Les coordonnées bancaires du bailleur ne sont pas confirmées." %}',
        ),
    ),
    Component(
        "filter_bar",
        "Filtres",
        "Les filtres d’une liste, dans l’adresse. Avec target, la liste suit la frappe et le nombre de "
        "lignes est annoncé.",
        {
            "form": "formulaire des filtres",
            "target": "#id de la liste, présente dans la page et dans la réponse",
            "reset_url": "adresse sans filtre",
            "kept": "paires (nom, valeur) de l’adresse à garder : tri, colonnes",
        },
        ('{% filter_bar filters reset_url="#" %}',),
    ),
    Component(
        "keyset_pager",
        "Pages d’une liste",
        "Précédents et suivants d’une page de ales.keyset ; rien quand tout tient sur une page.",
        {"page": "Page : previous_url, next_url, summary"},
        ("{% keyset_pager page %}",),
    ),
    Component(
        "error_summary",
        "Résumé des erreurs",
        "Au-dessus d’un formulaire refusé : chaque erreur mène à son champ, et reçoit le focus à l’arrivée.",
        {"forms": "un ou plusieurs formulaires"},
        ("{% error_summary invalid %}",),
    ),
)
