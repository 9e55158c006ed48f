"""Pages of the house itself."""

from datetime import date, datetime
from decimal import Decimal

from django import forms
from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ales.explanation import Explanation
from ales.forms import EuroField, FrenchDateField, MonthField
from ales.http import reading
from ales.templatetags.components import TONES, file_link
from ales.verdict import ALLOWED, refused


@reading
def home(request: HttpRequest) -> HttpResponse:
    """The site's root leads to the dashboard, and so to sign-in for a stranger."""
    return redirect("members:dashboard")


@reading
def health(request: HttpRequest) -> HttpResponse:
    """For the proxy: answers when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


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


@reading
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, in demo mode only."""
    if not settings.DEMO:
        raise Http404
    if "fichier" in request.GET:  # the example of a file in production asks here whether it is ready
        return render(
            request, "components/file_link.html", file_link("Lettre de décision", url="#", size=52310)
        )
    invalid = GalleryForm(
        {"landlord_reference": "LOG-2201", "rent": "1.234", "dated_on": "31/02/2026", "purpose": "MAINTIEN"},
        auto_id="refused_%s",
    )
    return render(
        request,
        "components/gallery.html",
        gallery_context() | {"form": GalleryForm(), "invalid": invalid, "filters": GalleryFilters()},
    )


def gallery_context() -> dict:
    """The examples of the gallery: the worked case of DOMAIN §4."""
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
    file = {"poll_url": "?fichier", "url": "#"}
    return {
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
        "files": [
            file | {"name": "Protocole d’accord – Ferrand", "state": "ready", "size": 84512},
            file | {"name": "Lettre de décision", "state": "producing"},
            file
            | {
                "name": "Fichier bancaire",
                "state": "failed",
                "error": "Les coordonnées bancaires du bailleur ne sont pas confirmées.",
            },
        ],
        "page": {"previous_url": "#", "next_url": "#", "summary": "50 demandes affichées"},
    }
