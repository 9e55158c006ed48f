"""Tenancies, and landlords' statements of what is owed, brought from a file into the organisation's cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ales.dates import format_date
from ales.forms import EuroField, MonthField
from ales.text import fold
from ales.works import imports
from ales.works.fields import CodedField
from ales.works.imports import Import
from cases import operations
from cases.forms.fields import DEBT_MAX, PastDateField, monthly
from cases.forms.housing import RENT_LINES, HousingForm
from cases.models import Tenancy, TenantCase
from cases.models.case import CaseState
from cases.rules import budget, codes
from members.access import Actor
from members.communes import Commune
from members.models import Organisation
from members.roles import SOCIAL_ROLES

CASE = gettext_lazy("Référence du dossier")
LANDLORD_REFERENCE = gettext_lazy("Référence du locataire chez le bailleur")
#: A date goes with what it dates: it isn't kept for a debt or a state of the lease that changes.
DATED = {"arrears_on": "arrears", "lease_state_on": "lease_state"}


def case_of(actor: Actor, **wanted: str) -> TenantCase:
    """The open case of the actor's organisation. Raises ValidationError when it isn't one, and one alone."""
    found = list(
        TenantCase.objects.followed_by(actor).not_anonymised().filter(state=CaseState.OPEN, **wanted)[:2]
    )
    if not found:
        raise forms.ValidationError(_("Aucun dossier ouvert de votre organisme ne porte cette référence."))
    if len(found) > 1:
        raise forms.ValidationError(
            _("Plusieurs dossiers ouverts portent cette référence : écrivez celle du dossier.")
        )
    return found[0]


# --- Tenancies --------------------------------------------------------------------------------------


class TenancyRow(HousingForm):
    """The dwelling of a case, by the fields of its step; the landlord by its name."""

    reference = forms.CharField(
        label=CASE, max_length=30, help_text=gettext_lazy("Celle d’un dossier ouvert de votre organisme.")
    )
    landlord = forms.CharField(
        label=gettext_lazy("Bailleur"), max_length=140, help_text=gettext_lazy("Son nom exact.")
    )
    lease_state = CodedField(
        label=gettext_lazy("État du bail"),
        choices=codes.choices(codes.LeaseState),
        required=False,
    )

    field_order = ("reference", "landlord")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, organisation_id=actor.organisation_id, **kwargs)
        del self.fields["new_landlord"]

    def clean_reference(self) -> TenantCase:
        return case_of(self.actor, reference=self.cleaned_data["reference"].strip().upper())

    def clean_landlord(self) -> Organisation:
        named = Organisation.objects.landlords_for(self.actor.organisation_id)
        found = list(named.filter(sort_key=fold(self.cleaned_data["landlord"]))[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Aucun bailleur ne porte exactement ce nom : reprenez celui de la liste des bailleurs.")
            )
        return found[0]

    def clean(self) -> dict[str, Any]:
        """The line over the dwelling as it stands: an absent column or an empty cell changes nothing."""
        case = self.cleaned_data.get("reference")
        standing = Tenancy.objects.filter(case=case).first() if case else None
        if standing:
            self._keep(standing)
        elif self.cleaned_data.get("lease_state") == "":
            self.cleaned_data["lease_state"] = codes.LeaseState.CURRENT
        return super().clean()

    def _keep(self, standing: Tenancy) -> None:
        data = self.cleaned_data
        empty = {name for name, value in data.items() if value in (None, "")}
        changed = {name for name in data.keys() - empty if data[name] != getattr(standing, name, None)}
        for name in empty:
            if self.fields[name].required or DATED.get(name) in changed:
                continue
            data[name] = getattr(standing, name)
        if "arrears" in changed and not data["arrears"] and "arrears_since" in empty:
            data["arrears_since"] = None


def dwelling_version(case: TenantCase) -> int:
    """How many times the dwelling of the case was saved when the line was read."""
    return operations.step_version(case, "logement")


def write_tenancy(actor: Actor, row: dict[str, Any]) -> str:
    """Write the dwelling of the case, as its step does. Raises StalePageError when somebody did since `row`
    was read: what the line leaves out was taken from there."""
    typed = dict(row)
    case = typed.pop("reference")
    housing = budget.Housing(**{name: typed.pop(name) for name in RENT_LINES})
    operations.save_housing(
        actor=actor,
        case_id=case.public_id,
        page=operations.Page(version=dwelling_version(case)),
        typed=operations.HousingInput(housing=housing, **typed),
        at=timezone.now(),
    )
    return _("Logement du dossier %s enregistré.") % case.reference


TENANCIES = Import(
    name="logements",
    title=gettext_lazy("Logements et baux"),
    roles=frozenset(SOCIAL_ROLES),
    row_form=TenancyRow,
    write=write_tenancy,
    label=lambda cells: cells.get("reference", "") or _("dossier sans référence"),
    identity=lambda row: row["reference"].reference,
    version=lambda row: dwelling_version(row["reference"]),
    example={
        "reference": "D-2026-00001",
        "landlord": "Habitat de l’Exemple",
        "landlord_reference": "L-4512",
        "address": "12 rue des Lilas",
        "commune": "38000 Grenoble",
        "dwelling": "T3",
        "rent": "600,00",
        "service_charges": "80,00",
        "housing_benefit": "138,00",
        "arrears": "1 830,00",
        "arrears_on": "31/05/2026",
        "arrears_since": "03/2026",
    },
    url_name="cases:list",
    purpose=gettext_lazy(
        "Met à jour le logement de dossiers ouverts de votre organisme. Une colonne absente ou une case vide"
        " ne change rien à ce qui est enregistré ; la date d’une dette ou d’un état du bail s’écrit de"
        " nouveau quand ils changent."
    ),
    consequence=gettext_lazy(
        "Chaque ligne met à jour le logement d’un dossier ; une case vide y laisse ce qui est enregistré :"
    ),
    order=30,
)


# --- Statements of what is owed ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """The case a line speaks of, and its dwelling as it stands."""

    case: TenantCase
    tenancy: Tenancy


class StatementRow(forms.Form):
    """What a landlord's statement says of a tenant: the debt at a day, and the month's lines where given."""

    reference = forms.CharField(
        label=CASE,
        max_length=30,
        required=False,
        help_text=gettext_lazy("Ou, à défaut, la référence du locataire chez le bailleur."),
    )
    landlord_reference = forms.CharField(label=LANDLORD_REFERENCE, max_length=40, required=False)
    arrears = EuroField(label=gettext_lazy("Dette de loyer"), max_value=DEBT_MAX)
    arrears_on = PastDateField(label=gettext_lazy("Dette arrêtée au"))
    arrears_since = MonthField(label=gettext_lazy("Premier mois impayé"), required=False)
    rent = monthly(gettext_lazy("Loyer"), help_text=gettext_lazy("Case vide : le loyer connu ne change pas."))
    service_charges = monthly(gettext_lazy("Charges locatives"))
    housing_benefit = monthly(gettext_lazy("APL ou AL"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        known = self._known(data)
        if known is None:
            return data
        last, day = known.tenancy.arrears_on, data.get("arrears_on")
        if last and day and day < last:
            self.add_error(
                "arrears_on",
                _("La dette connue est arrêtée au %s, plus récent : ce relevé ne la remplace pas.")
                % format_date(last),
            )
        return data | {"known": known}

    def _known(self, data: dict[str, Any]) -> _Known | None:
        name = "reference" if data.get("reference") else "landlord_reference"
        typed = (data.get(name) or "").strip()
        if not typed:
            self.add_error("reference", _("Indiquez la référence du dossier ou celle du locataire."))
            return None
        wanted = (
            {"reference": typed.upper()} if name == "reference" else {"tenancy__landlord_reference": typed}
        )
        try:
            case = case_of(self.actor, **wanted)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None
        tenancy = Tenancy.objects.filter(case=case).select_related("landlord").first()
        if tenancy is None:
            self.add_error(name, _("Ce dossier n’a pas encore de logement : saisissez-le d’abord."))
            return None
        return _Known(case, tenancy)


def write_statement(actor: Actor, row: dict[str, Any]) -> str:
    """Bring the debt up to the statement's day; what the line leaves empty stays as it was."""
    case, tenancy = row["known"].case, row["known"].tenancy
    lines = {name: getattr(tenancy, name) for name in RENT_LINES}
    lines |= {name: row[name] for name in lines if row.get(name) is not None}
    since = row["arrears_since"] or tenancy.arrears_since
    operations.save_housing(
        actor=actor,
        case_id=case.public_id,
        page=operations.Page(version=dwelling_version(case)),
        typed=operations.HousingInput(
            commune=Commune(
                tenancy.insee_code, tenancy.town, tenancy.department, tenancy.postal_code, fold(tenancy.town)
            ),
            address=tenancy.address,
            landlord=tenancy.landlord,
            landlord_reference=tenancy.landlord_reference,
            dwelling=tenancy.dwelling,
            lease_on=tenancy.lease_on,
            lease_state=tenancy.lease_state,
            lease_state_on=tenancy.lease_state_on,
            housing=budget.Housing(**lines),
            arrears=row["arrears"],
            arrears_on=row["arrears_on"],
            arrears_since=since if row["arrears"] else None,
            benefit_arrears=tenancy.benefit_arrears,
        ),
        at=timezone.now(),
    )
    return _("Dette du dossier %(case)s arrêtée au %(day)s.") % {
        "case": case.reference,
        "day": format_date(row["arrears_on"]),
    }


def _statement_label(cells: Mapping[str, str]) -> str:
    return cells.get("reference") or cells.get("landlord_reference") or _("locataire sans référence")


STATEMENTS = Import(
    name="releves",
    title=gettext_lazy("Relevés de loyer du bailleur"),
    roles=frozenset(SOCIAL_ROLES),
    row_form=StatementRow,
    write=write_statement,
    label=_statement_label,
    identity=lambda row: row["known"].case.reference,
    version=lambda row: dwelling_version(row["known"].case),
    example={
        "landlord_reference": "L-4512",
        "arrears": "1 830,00",
        "arrears_on": "31/05/2026",
        "arrears_since": "03/2026",
        "rent": "600,00",
    },
    url_name="cases:list",
    purpose=gettext_lazy(
        "Met à jour la dette, et s’ils y figurent le loyer, les charges et l’APL, de dossiers ouverts."
    ),
    consequence=gettext_lazy("Chaque ligne met à jour la dette d’un dossier :"),
    order=40,
)


def register() -> None:
    imports.register(TENANCIES)
    imports.register(STATEMENTS)
