"""Which funds are open to a request, and why (DOMAIN §6). Pure: no Django, no clock."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ales.dates import add_months, format_date, within_months
from cases.rules.codes import EMPLOYED_STATUSES, ContributionSubject, EmploymentSector, EmploymentStatus

FORMER_EMPLOYEE_MONTHS = 12


class FundKind(StrEnum):
    """LANDLORD: différentiel d'intérêts. EMPLOYER: subvention 2 % of a CIL or CCI."""

    LANDLORD = "LANDLORD"
    EMPLOYER = "EMPLOYER"


@dataclass(frozen=True)
class FundFacts:
    """The kind of a fund and the organisation it belongs to."""

    kind: FundKind
    owner_id: Hashable


@dataclass(frozen=True)
class EmploymentFacts:
    """One person's job, present or past. `ended_on` None while it lasts."""

    person: str
    status: EmploymentStatus
    sector: EmploymentSector
    subject: ContributionSubject
    ended_on: date | None = None


@dataclass(frozen=True)
class Openness:
    """Whether a fund is open to a request, and the French reason shown beside it."""

    open: bool
    reason: str


def openness(
    fund: FundFacts,
    *,
    landlord_id: Hashable | None,
    organisation_id: Hashable,
    employments: Iterable[EmploymentFacts],
    on: date,
) -> Openness:
    """Whether the fund may pay this request on the day of the decision.

    A landlord's fund helps that landlord's tenants, whatever their job. An employers' fund helps employees,
    or former employees within 12 months (last day included), of firms subject to the employers'
    contribution, whoever the landlord is; `organisation_id`, which follows the household, draws on its own
    and never decides on the employers' money of another member.
    """
    if fund.kind == FundKind.LANDLORD:
        return _landlord_openness(fund, landlord_id)
    if fund.owner_id != organisation_id:
        return Openness(False, "Ce fonds est réservé aux dossiers suivis par l’adhérent qui l’a apporté.")
    return _employer_openness(tuple(employments), on)


def _landlord_openness(fund: FundFacts, landlord_id: Hashable | None) -> Openness:
    if landlord_id is None:
        return Openness(False, "Le bailleur du logement n’est pas renseigné.")
    if fund.owner_id == landlord_id:
        return Openness(True, "Le ménage est locataire de ce bailleur.")
    return Openness(False, "Ce fonds aide seulement les locataires du bailleur qui l’a apporté.")


def _employer_openness(employments: tuple[EmploymentFacts, ...], on: date) -> Openness:
    if not employments:
        return Openness(False, "Aucun emploi n’est renseigné dans le ménage.")
    judged = [_employment_openness(job, on) for job in employments]
    for verdict in judged:
        if verdict.open:
            return verdict
    return Openness(False, " ".join(dict.fromkeys(verdict.reason for verdict in judged)))


def _employment_openness(job: EmploymentFacts, on: date) -> Openness:
    if job.status == EmploymentStatus.SELF_EMPLOYED or (
        job.status == EmploymentStatus.INACTIVE and job.ended_on is None
    ):
        return Openness(False, f"{job.person} : n’est pas salarié.")
    working = job.status in EMPLOYED_STATUSES and (job.ended_on is None or job.ended_on >= on)
    if not working and job.ended_on is None:
        return Openness(False, f"{job.person} : la date de fin d’emploi n’est pas renseignée.")
    if not working and not within_months(job.ended_on, FORMER_EMPLOYEE_MONTHS, on):
        limit = format_date(add_months(job.ended_on, FORMER_EMPLOYEE_MONTHS))
        return Openness(
            False,
            f"{job.person} : emploi terminé le {format_date(job.ended_on)}, le délai de 12 mois "
            f"a pris fin le {limit}.",
        )
    if job.subject == ContributionSubject.UNKNOWN:
        public = " (un employeur public ne l’est pas en principe)"
        hint = public if job.sector == EmploymentSector.PUBLIC else ""
        return Openness(
            False,
            f"{job.person} : précisez si l’employeur est assujetti à la participation des employeurs{hint}.",
        )
    if job.subject == ContributionSubject.NO:
        return Openness(
            False, f"{job.person} : l’employeur n’est pas assujetti à la participation des employeurs."
        )
    if working:
        return Openness(True, f"{job.person} : salarié d’une entreprise assujettie à la participation.")
    return Openness(
        True,
        f"{job.person} : ancien salarié d’une entreprise assujettie, emploi terminé le "
        f"{format_date(job.ended_on)}, il y a 12 mois au plus.",
    )
