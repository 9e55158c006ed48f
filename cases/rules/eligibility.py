"""Who the social support service is for (DOMAIN §11). Pure: no Django, no clock.

Each rule answers met, not met or unknown, with its reason. The result is advice: support is no entitlement,
a reasoned derogation or refusal stays possible, and it never gives a priority access to housing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ales.dates import add_months, format_date, within_months
from cases.rules.codes import (
    EMPLOYED_STATUSES,
    UNEMPLOYED_STATUSES,
    EmploymentSector,
    EmploymentStatus,
    Occupancy,
    label,
)

PRIVATE_HEADCOUNT = 10  # employees, this number included
AGRICULTURAL_HEADCOUNT = 50  # employees, this number included (S1 only)
DISASTER_DWELLINGS = 500  # made uninhabitable, strictly more
JOB_SEEKER_MONTHS = 12  # after leaving the firm, last day included

NOTICE = (
    "L’accompagnement n’est pas un droit ouvert : une dérogation ou un refus motivé reste possible. "
    "Il ne donne jamais de priorité d’accès à un logement."
)

_DIRECTIVE = "Directive PP_EX_CPA_2_DIR, 2021"
_PRESENTATION = "Présentation Action Logement Services, 2021"
_DIRECTIVE_FROM = date(2021, 1, 1)
_DROM = frozenset({"971", "972", "973", "974", "976"})


class Answer(StrEnum):
    MET = "MET"
    NOT_MET = "NOT_MET"
    UNKNOWN = "UNKNOWN"


ANSWER_LABELS = {Answer.MET: "Rempli", Answer.NOT_MET: "Non rempli", Answer.UNKNOWN: "À préciser"}


class Trigger(StrEnum):
    """What opens the support; one is enough."""

    FINANCIAL_IMBALANCE = "FINANCIAL_IMBALANCE"
    LIFE_EVENT = "LIFE_EVENT"
    ARREARS = "ARREARS"


TRIGGER_LABELS = {
    Trigger.FINANCIAL_IMBALANCE: "Déséquilibre financier ou surendettement",
    Trigger.LIFE_EVENT: "Événement de vie",
    Trigger.ARREARS: "Impayé ou risque d’impayé",
}


@dataclass(frozen=True)
class Job:
    """One person's job, present or past; None where the answer isn't known."""

    person: str
    status: EmploymentStatus
    sector: EmploymentSector | None = None
    headcount: int | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class EligibilityFacts:
    """What is known of the household on `assessed_on`. None means not known, except for `jobs` (empty).

    `uninhabitable_dwellings` and `technological_disaster_declared` describe one technological disaster;
    both None or False/0 when there is none.
    """

    assessed_on: date
    jobs: tuple[Job, ...] = ()
    department: str | None = None
    occupancy: Occupancy | None = None
    triggers: frozenset[Trigger] | None = None
    deliberate: bool | None = None
    visale_event: bool | None = False
    natural_disaster_decree: bool | None = False
    technological_disaster_declared: bool | None = False
    uninhabitable_dwellings: int | None = 0


@dataclass(frozen=True)
class RuleAnswer:
    """The answer to one rule, its French title and reason, its source and the day it is in force from."""

    code: str
    title: str
    answer: Answer
    reason: str
    source: str
    in_force_from: date = _DIRECTIVE_FROM


@dataclass(frozen=True)
class Eligibility:
    """Each rule's answer and the whole. `people` needs one met, `conditions` all of them."""

    answer: Answer
    people: tuple[RuleAnswer, ...]
    conditions: tuple[RuleAnswer, ...]
    notice: str = NOTICE


def assess(facts: EligibilityFacts) -> Eligibility:
    """Every rule on these facts. The whole is met when one person's rule and all conditions are met."""
    people = (
        _private_rule(facts),
        _agricultural_rule(facts),
        _visale_rule(facts),
        _natural_disaster_rule(facts),
        _technological_disaster_rule(facts),
    )
    conditions = (
        _territory_rule(facts),
        _occupancy_rule(facts),
        _trigger_rule(facts),
        _good_faith_rule(facts),
    )
    whole = _all([_any(rule.answer for rule in people), *(rule.answer for rule in conditions)])
    return Eligibility(whole, people, conditions)


def _any(answers: Iterable[Answer]) -> Answer:
    answers = set(answers)
    if Answer.MET in answers:
        return Answer.MET
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NOT_MET


def _all(answers: Iterable[Answer]) -> Answer:
    answers = set(answers)
    if Answer.NOT_MET in answers:
        return Answer.NOT_MET
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.MET


def _private_rule(facts: EligibilityFacts) -> RuleAnswer:
    answer, reason = _firm_answer(
        facts, EmploymentSector.PRIVATE_NON_AGRICULTURAL, PRIVATE_HEADCOUNT, "privée non agricole"
    )
    title = f"Salarié d’une entreprise privée non agricole de {PRIVATE_HEADCOUNT} salariés ou plus"
    return RuleAnswer("private_employee", title, answer, reason, _DIRECTIVE)


def _agricultural_rule(facts: EligibilityFacts) -> RuleAnswer:
    answer, reason = _firm_answer(facts, EmploymentSector.AGRICULTURAL, AGRICULTURAL_HEADCOUNT, "agricole")
    title = f"Salarié d’une entreprise agricole de {AGRICULTURAL_HEADCOUNT} salariés ou plus"
    return RuleAnswer("agricultural_employee", title, answer, reason, _PRESENTATION)


def _firm_answer(
    facts: EligibilityFacts, sector: EmploymentSector, minimum: int, kind: str
) -> tuple[Answer, str]:
    """The best answer over the household's jobs, with the reason of the job that gave it."""
    judged = [_job_answer(job, sector, minimum, kind, facts.assessed_on) for job in facts.jobs]
    if not judged:
        return Answer.UNKNOWN, "Aucun emploi n’est renseigné."
    best = _any(answer for answer, _ in judged)
    return best, " ".join(reason for answer, reason in judged if answer == best)


def _job_answer(job: Job, sector: EmploymentSector, minimum: int, kind: str, on: date) -> tuple[Answer, str]:
    link, link_reason = _link_to_firm(job, on)
    if link == Answer.NOT_MET:
        return link, f"{job.person} : {link_reason}."
    if job.sector is not None and job.sector != sector:
        return Answer.NOT_MET, f"{job.person} : secteur {label(job.sector).lower()}."
    if job.headcount is not None and job.headcount < minimum:
        return (
            Answer.NOT_MET,
            f"{job.person} : entreprise de {job.headcount} salariés, il en faut au moins {minimum}.",
        )
    if job.sector is None:
        return Answer.UNKNOWN, f"{job.person} : le secteur de l’employeur n’est pas renseigné."
    if job.headcount is None:
        return Answer.UNKNOWN, f"{job.person} : l’effectif de l’entreprise n’est pas renseigné."
    if link == Answer.UNKNOWN:
        return link, f"{job.person} : {link_reason}."
    return Answer.MET, f"{job.person} : {link_reason}, entreprise {kind} de {job.headcount} salariés."


def _link_to_firm(job: Job, on: date) -> tuple[Answer, str]:
    """Whether the person is, or recently was, the firm's employee, and how to say it."""
    if job.status == EmploymentStatus.EARLY_RETIRED:
        return Answer.MET, "préretraité, assimilé à un salarié"
    if job.status in EMPLOYED_STATUSES and (job.ended_on is None or job.ended_on >= on):
        return Answer.MET, "salarié, quels que soient l’ancienneté et le contrat"
    if job.status in UNEMPLOYED_STATUSES or job.status in EMPLOYED_STATUSES:
        if job.ended_on is None:
            return Answer.UNKNOWN, "la date de fin du dernier emploi n’est pas renseignée"
        if within_months(job.ended_on, JOB_SEEKER_MONTHS, on):
            return Answer.MET, f"emploi terminé le {format_date(job.ended_on)}, il y a 12 mois au plus"
        limit = format_date(add_months(job.ended_on, JOB_SEEKER_MONTHS))
        return (
            Answer.NOT_MET,
            f"emploi terminé le {format_date(job.ended_on)}, le délai de 12 mois a pris fin le {limit}",
        )
    return Answer.NOT_MET, f"{label(job.status).lower()}, ni salarié ni demandeur d’emploi"


def _employed(facts: EligibilityFacts) -> Answer:
    """Whether anybody is an employee that day, of any employer."""
    if not facts.jobs:
        return Answer.UNKNOWN
    working = any(
        job.status == EmploymentStatus.EARLY_RETIRED
        or (job.status in EMPLOYED_STATUSES and (job.ended_on is None or job.ended_on >= facts.assessed_on))
        for job in facts.jobs
    )
    return Answer.MET if working else Answer.NOT_MET


def _known(value: bool | None) -> Answer:
    if value is None:
        return Answer.UNKNOWN
    return Answer.MET if value else Answer.NOT_MET


def _visale_rule(facts: EligibilityFacts) -> RuleAnswer:
    answer = _known(facts.visale_event)
    reason = {
        Answer.MET: "Événement exceptionnel signalé par Visale.",
        Answer.NOT_MET: "Pas d’événement exceptionnel Visale.",
        Answer.UNKNOWN: "Précisez s’il y a un événement exceptionnel Visale.",
    }[answer]
    return RuleAnswer("visale", "Événement exceptionnel Visale", answer, reason, _DIRECTIVE)


def _natural_disaster_rule(facts: EligibilityFacts) -> RuleAnswer:
    answer = _all([_known(facts.natural_disaster_decree), _employed(facts)])
    if facts.natural_disaster_decree is None:
        reason = "Précisez si un arrêté de catastrophe naturelle a été pris."
    elif not facts.natural_disaster_decree:
        reason = "Pas d’arrêté de catastrophe naturelle."
    else:
        reason = {
            Answer.MET: "Salarié touché par une catastrophe naturelle reconnue par arrêté.",
            Answer.NOT_MET: "Catastrophe naturelle reconnue, mais personne n’est salarié dans le ménage.",
            Answer.UNKNOWN: "Catastrophe naturelle reconnue : renseignez les emplois du ménage.",
        }[answer]
    title = "Salarié, catastrophe naturelle (arrêté)"
    return RuleAnswer("natural_disaster", title, answer, reason, _DIRECTIVE)


def _technological_disaster_rule(facts: EligibilityFacts) -> RuleAnswer:
    dwellings = facts.uninhabitable_dwellings
    enough = _known(None if dwellings is None else dwellings > DISASTER_DWELLINGS)
    answer = _all([_known(facts.technological_disaster_declared), enough, _employed(facts)])
    if facts.technological_disaster_declared is False:
        reason = "Pas de catastrophe technologique déclarée."
    elif enough == Answer.NOT_MET:
        reason = f"{dwellings} logements inhabitables : il en faut plus de {DISASTER_DWELLINGS}."
    elif facts.technological_disaster_declared is None:
        reason = "Précisez si une catastrophe technologique a été déclarée."
    elif enough == Answer.UNKNOWN:
        reason = "Précisez le nombre de logements rendus inhabitables."
    else:
        reason = {
            Answer.MET: f"Salarié touché ; {dwellings} logements rendus inhabitables.",
            Answer.NOT_MET: "Catastrophe déclarée, mais personne n’est salarié dans le ménage.",
            Answer.UNKNOWN: "Catastrophe déclarée : renseignez les emplois du ménage.",
        }[answer]
    title = f"Salarié, catastrophe technologique (plus de {DISASTER_DWELLINGS} logements inhabitables)"
    return RuleAnswer("technological_disaster", title, answer, reason, _DIRECTIVE)


def _territory_rule(facts: EligibilityFacts) -> RuleAnswer:
    department = facts.department
    if not department:
        answer, reason = Answer.UNKNOWN, "Le département du logement n’est pas renseigné."
    elif department in _DROM or not department.startswith(("97", "98", "99")):
        answer, reason = Answer.MET, f"Logement dans le département {department}."
    else:
        answer, reason = Answer.NOT_MET, f"Le territoire {department} n’est ni en métropole ni un DROM."
    return RuleAnswer("territory", "Logement en métropole ou dans un DROM", answer, reason, _DIRECTIVE)


def _occupancy_rule(facts: EligibilityFacts) -> RuleAnswer:
    if facts.occupancy is None:
        answer, reason = Answer.UNKNOWN, "Le statut d’occupation n’est pas renseigné."
    else:
        answer, reason = Answer.MET, f"{label(facts.occupancy)}."
    return RuleAnswer("occupancy", "Statut d’occupation", answer, reason, _DIRECTIVE)


def _trigger_rule(facts: EligibilityFacts) -> RuleAnswer:
    if facts.triggers is None:
        answer, reason = Answer.UNKNOWN, "Les motifs de la demande ne sont pas renseignés."
    elif facts.triggers:
        named = [TRIGGER_LABELS[trigger] for trigger in Trigger if trigger in facts.triggers]
        answer, reason = Answer.MET, " ; ".join(named) + "."
    else:
        answer, reason = (
            Answer.NOT_MET,
            "Aucun motif : déséquilibre financier, événement de vie, impayé ou risque d’impayé.",
        )
    return RuleAnswer("trigger", "Au moins un motif", answer, reason, _DIRECTIVE)


def _good_faith_rule(facts: EligibilityFacts) -> RuleAnswer:
    answer = _known(None if facts.deliberate is None else not facts.deliberate)
    reason = {
        Answer.MET: "La difficulté n’est pas volontaire.",
        Answer.NOT_MET: "La difficulté est volontaire.",
        Answer.UNKNOWN: "Précisez si la difficulté est volontaire.",
    }[answer]
    return RuleAnswer("not_deliberate", "Difficulté non volontaire", answer, reason, _PRESENTATION)
