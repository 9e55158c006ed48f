"""What the examples of the gallery show: the worked case of DOMAIN §4, and one field of each kind."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms

from ales.explanation import Explanation
from ales.forms import EuroField, FrenchDateField, MonthField
from ales.gallery.pictures import sample_pictures
from ales.templatetags.components import TONES
from ales.verdict import ALLOWED, refused


class GalleryForm(forms.Form):
    """One field of each kind, as an example."""

    landlord_reference = forms.CharField(
        label="Référence chez le bailleur",
        max_length=35,
        help_text="Telle qu’elle figure sur l’avis d’échéance.",
    )
    rent = EuroField(label="Loyer mensuel", help_text="Hors charges.")
    dated_on = FrenchDateField(label="Date de l’avis d’échéance")
    month = MonthField(label="Mois concerné", required=False)
    purpose = forms.ChoiceField(
        label="Objet de l’aide",
        widget=forms.RadioSelect,
        choices=[("MAINTIEN", "Maintien dans les lieux"), ("RELOGEMENT", "Relogement")],
    )
    entitlement = forms.ChoiceField(
        label="Où en est l’APL ?",
        choices=[
            ("", "Choisir…"),
            ("A", "Activée"),
            ("D", "Demandée"),
            ("R", "Refusée"),
            ("N", "Non éligible"),
        ],
    )
    note = forms.CharField(
        label="Origine de la difficulté",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="La personne peut demander à lire ce texte. N’y écrivez aucune information médicale.",
    )
    consent = forms.BooleanField(label="La personne a donné son accord après un échange")


class GalleryFilters(forms.Form):
    """The filters above the example table."""

    q = forms.CharField(label="Recherche", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), ("v", "Validée")])
    since = FrenchDateField(label="Déposées depuis le", required=False)


def examples() -> dict[str, Any]:
    """The context every sample is rendered with."""
    residual = Explanation(
        title="Loyer résiduel",
        formula="loyer + charges − RLS − APL",
        inputs=(("Loyer et charges", "600,00 €"), ("APL", "138,00 €")),
        result="462,00 €",
        source="Arrêté du 10 mars 2011",
    )
    ceiling = Explanation(
        title="Plafond mensuel de l’aide",
        formula="le plus petit de : loyer résiduel × taux, plafond mensuel",
        inputs=(
            ("Loyer résiduel", "462,00 €"),
            ("Taux de la tranche 350 à 499,99 €", "60 %"),
            ("Plafond mensuel", "300,00 €"),
        ),
        result="277,20 €",
        source="Barème d’exemple – à voter par le CA, version 1",
        steps=(residual,),
    )
    return sample_pictures() | {
        "tones": TONES,
        "allowed": ALLOWED,
        "refused": refused("Vous avez saisi cette demande : une autre personne doit la valider."),
        "explanation": ceiling,
        "events": [
            {
                "at": datetime(2026, 4, 14, 9, 20),
                "what": "Demande validée",
                "who": "Hélène Marchand",
                "capacity": "responsable social",
                "tone": "success",
            },
            {
                "at": datetime(2026, 4, 9, 16, 45),
                "what": "Demande renvoyée à compléter",
                "who": "Hélène Marchand",
                "capacity": "responsable social",
                "reason": "L’avis d’échéance de mars manque : joignez-le.",
                "tone": "warning",
            },
            {
                "at": datetime(2026, 4, 8, 11, 2),
                "what": "Demande déposée",
                "who": "Karim Benali",
                "capacity": "travailleur social",
                "tone": "info",
            },
            {"at": date(2026, 4, 2), "what": "Protocole signé par la locataire", "icon": "pencil"},
        ],
        "steps": [
            {"label": "Ménage", "state": "done", "url": "#"},
            {"label": "Logement", "state": "done", "url": "#"},
            {"label": "Budget", "state": "error", "url": "#"},
            {"label": "Termes demandés", "state": "current"},
            {"label": "Pièces", "state": "todo"},
        ],
        "details": [
            ("Locataire", "Mme Nadia Ferrand"),
            ("Bailleur", "Logis du Rhône (ESH)"),
            ("Bail", "Résilié le 12 janvier 2026"),
            ("Téléphone", ""),
        ],
        "requests": [
            {
                "url": "#",
                "reference": "2026-00412",
                "household": "Ferrand",
                "city": "Vénissieux",
                "state": "Validée",
                "tone": "success",
                "months": "mars à mai 2026",
                "amount": Decimal("831.60"),
            },
            {
                "url": "#",
                "reference": "2026-00409",
                "household": "Da Silva",
                "city": "Lyon 8e",
                "state": "Déposée",
                "tone": "info",
                "months": "avril 2026",
                "amount": Decimal("300.00"),
            },
            {
                "url": "#",
                "reference": "2026-00398",
                "household": "Le Goff",
                "city": "Bron",
                "state": "À compléter",
                "tone": "warning",
                "months": "février à avril 2026",
                "amount": Decimal("1263.45"),
            },
        ],
        "total": Decimal("2395.05"),
        "page": {"previous_url": "#", "next_url": "#", "summary": "50 demandes affichées"},
    }
