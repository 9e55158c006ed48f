"""Demo data of this room: what was asked for the demo's households, and decided, since 2022.

Each case tells its story through the operations, at past dates and together with the others in the order
of time (`ales.demo.run`): today finds some requests in every state.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from aids import operations
from aids.funding import FundChoice, fund_choices
from aids.models import AidRequest, RentTerm
from aids.models.event import SendBackSection
from aids.models.request import Purpose, StopCause
from aids.models.term import ProofKind
from aids.operations import PointInput, TermDecision, TermInput
from aids.states import RequestState
from ales.dates import add_months, first_of_month
from ales.demo import act_as, later, run
from ales.documents import production
from ales.documents.demo import paper, store_paper
from ales.documents.models import Audience
from ales.money import ZERO, round_down
from cases import protocols
from cases.demo import SHARE, Team, draws, team
from cases.demo_example import LAST_NAME as EXAMPLE_NAME
from cases.models import TenantCase
from cases.rules import codes
from members.access import Actor
from members.demo import demo_actor
from members.models import Organisation

RECENT = dt.timedelta(days=60)

SEND_BACKS = (
    (SendBackSection.PROOFS, "L’avis d’échéance du dernier mois manque : joignez-le."),
    (SendBackSection.BUDGET, "Le montant de la prime d’activité n’est pas repris : est-elle versée ?"),
    (SendBackSection.ENTITLEMENTS, "Précisez où en est la demande au FSL."),
    (SendBackSection.TENANCY, "La dette date de plus d’un mois : demandez un décompte à jour au bailleur."),
    (SendBackSection.HOUSEHOLD, "Indiquez l’effectif de l’employeur."),
)
ANSWERS = (
    "Pièce jointe au dossier.",
    "Vérifié avec le ménage : le montant est repris au budget.",
    "Demande déposée, réponse attendue sous un mois.",
    "Décompte du bailleur reçu et enregistré.",
)
REJECTIONS = (
    "Le FSL peut prendre en charge la totalité de la dette : déposez d’abord cette demande.",
    "Les ressources ont repris avant la demande ; le plan d’apurement proposé par le bailleur suffit.",
    "Le loyer reste hors de proportion avec les ressources : étudiez d’abord un relogement.",
)
WITHDRAWALS = (
    "Le ménage a quitté le logement.",
    "La CAF a versé un rappel d’APL qui solde la dette.",
    "Doublon d’une autre demande.",
)
STOPS = (
    (StopCause.TENANT_LEFT, "Le ménage a déménagé : les mois restants ne sont plus dus."),
    (StopCause.OTHER, "Reprise d’emploi à temps plein : le ménage paie de nouveau son loyer."),
    (StopCause.PROTOCOL_BROKEN, "Le loyer résiduel n’est pas repris malgré deux rappels."),
)
REDUCTION = "Le ménage reprend une part du loyer ce mois-là."


def build(report: Callable[[str], None]) -> None:
    """Tell every story up to now; needs members, the scale and cases' demo data. Mails are left to the
    command's settings; letters and agreements are produced when somebody opens them."""
    if AidRequest.objects.exists():
        return
    now = timezone.now()
    teams = {}
    for organisation in Organisation.objects.filter(name__in=[row[0] for row in SHARE]):
        teams[organisation.pk] = team(organisation)
    cases = TenantCase.objects.select_related("organisation", "tenancy__landlord").order_by(
        "created_at", "id"
    )
    with production.deferring():
        run((_tell(case, teams[case.organisation_id], now) for case in cases), until=now, report=report)
    counts = Counter(AidRequest.objects.values_list("state", flat=True))
    report(f"{sum(counts.values())} demandes d’aide")
    for state in RequestState:
        report(f"  {state.label} : {counts[state.value]}")


def _tell(case: TenantCase, own: Team, now: dt.datetime) -> Iterator[dt.datetime]:
    draw = draws(case, "aid")
    author = next((worker for worker in own.workers if worker.user_id == case.referent_id), own.workers[0])
    if case.tenant_name.startswith(EXAMPLE_NAME.upper()):
        return Tale(case, author, own.manager, draw, now).example()
    return Tale(case, author, own.manager, draw, now).usual()


class Tale:
    """One case's story. Each method yields the moments of its steps."""

    def __init__(
        self, case: TenantCase, author: Actor, manager: Actor, draw: random.Random, now: dt.datetime
    ) -> None:
        self.case, self.author, self.manager = case, author, manager
        self.draw, self.now = draw, now
        self.at = case.updated_at
        self.request: AidRequest | None = None

    # --- Stories --------------------------------------------------------------------------------

    def usual(self) -> Iterator[dt.datetime]:
        """From the first interview to a decision, and perhaps a renewal."""
        recent = self.case.created_at > self.now - RECENT
        if self.draw.random() < (0.08 if recent else 0.16):
            return  # Listened to and advised: no aid was asked for.
        leaving = self.case.tenancy.lease_state == codes.LeaseState.NOTICE_GIVEN
        months = [None] if leaving else self._first_months()
        purpose = Purpose.RELOGEMENT if leaving else Purpose.MAINTIEN
        granted = yield from self.ask(purpose, months, recent=recent)
        if not granted or leaving or self.draw.random() > 0.18:
            return
        last = max(months)
        yield self._wait(55, 95)
        following = [add_months(last, step) for step in (1, 2, 3)]
        yield from self.ask(purpose, following, renewal_of=self.request.public_id, recent=False)

    def example(self) -> Iterator[dt.datetime]:
        """S0's household: three unpaid months granted, the renewal submitted and waiting for its decision."""
        opened = first_of_month(self.case.opened_on)
        months = [add_months(opened, -step) for step in (6, 5, 4, 3, 2, 1)]
        self.at = later(self.at, 3, self.draw)
        yield self.at
        yield from self._enter(Purpose.MAINTIEN, months[:3], None)
        yield from self._agree()
        yield self._wait(1, 2)
        self._act(self.author, operations.submit)
        yield self._wait(4, 5)
        self._validate()
        self.at = later(self.now - dt.timedelta(days=13), 0, self.draw)
        yield self.at
        yield from self._enter(Purpose.MAINTIEN, months[3:], self.request.public_id)
        yield from self._agree()
        yield self._wait(1, 2)
        self._act(self.author, operations.submit)

    def ask(
        self, purpose: str, months: list[dt.date | None], *, recent: bool, renewal_of: UUID | None = None
    ) -> Iterator[dt.datetime]:
        """Enter, agree, submit, decide; answers whether it was granted."""
        draw = self.draw
        ends = draw.random()
        yield self._wait(1, 8)
        yield from self._enter(purpose, months, renewal_of)
        if recent and ends < 0.16:
            return False  # still a draft
        yield from self._agree(sign=not (recent and ends < 0.22))
        if recent and ends < 0.22:
            return False  # the household has the agreement in hand, to sign
        yield self._wait(0, 2)
        self._act(self.author, operations.submit)
        if ends > 0.965:
            yield self._wait(1, 4)
            self._act(self.author, operations.withdraw, reason=draw.choice(WITHDRAWALS))
            return False
        if draw.random() < (0.36 if recent else 0.12):
            yield from self._mend()
            if recent and draw.random() < 0.75:
                return False  # still to be completed
            yield self._wait(1, 5)
            self._answer()
            self._act(self.author, operations.submit)
        yield self._wait(2, 24 if recent else 10)
        if draw.random() < 0.06:
            self._act(self.manager, operations.reject, reason=draw.choice(REJECTIONS))
            if draw.random() > 0.2:
                return False
            yield self._wait(6, 15)
            self._act(
                demo_actor("admin"),
                operations.reopen,
                reason="Le refus du FSL a été produit depuis : la demande est à revoir.",
            )
            yield self._wait(2, 8)
        if not self._validate():
            return False
        if draw.random() < 0.03:
            yield self._wait(3, 9)
            cause, reason = draw.choice(STOPS)
            self._act(self.manager, operations.stop, cause=cause, reason=reason)
            return False  # nothing to renew
        return True

    # --- Steps ----------------------------------------------------------------------------------

    def _wait(self, least: int, most: int) -> dt.datetime:
        self.at = later(self.at, self.draw.randrange(least, most + 1), self.draw)
        return self.at

    def _act(self, actor: Actor, operation: Callable, **values) -> None:
        act_as(actor.context)
        self.request = operation(
            actor=actor, request_id=self.request.public_id, version=None, at=self.at, **values
        )

    def _enter(
        self, purpose: str, months: list[dt.date | None], renewal_of: UUID | None
    ) -> Iterator[dt.datetime]:
        author = self.author
        act_as(author.context)
        self.request = operations.create_request(
            actor=author, case_id=self.case.public_id, purpose=purpose, renewal_of=renewal_of, at=self.at
        )
        yield self._wait(0, 1)
        kind = self.draw.choice((ProofKind.RENT_NOTICE, ProofKind.RENT_NOTICE, ProofKind.STATEMENT))
        act_as(author.context)
        self.request = operations.save_terms(
            actor=author,
            request_id=self.request.public_id,
            version=None,
            purpose=purpose,
            terms=[TermInput(month=month, proof_kind=kind) for month in months],
            at=self.at,
        )
        self._prove(kind)

    def _prove(self, kind: ProofKind) -> None:
        """One paper for all the terms."""
        title = f"{kind.label.capitalize()} (démonstration)"
        document = store_paper(
            paper(
                title, "Pièce de démonstration, sans valeur : elle tient la place du document du bailleur."
            ),
            organisation_id=self.request.organisation_id,
            audience=Audience.SOCIAL,
            subject_kind="aid_request",
            subject_id=self.request.public_id,
            kind="rent_proof",
            title=title,
            file_name=f"justificatif-{self.request.reference}.pdf",
            created_by_id=self.author.user_id,
            created_at=self.at,
        )
        RentTerm.objects.filter(request=self.request).update(proof=document)

    def _agree(self, *, sign: bool = True) -> Iterator[dt.datetime]:
        """The agreement: prepared, issued, signed a few days later."""
        author = self.author
        act_as(author.context)
        protocol = operations.prepare_protocol(
            actor=author, request_id=self.request.public_id, version=None, at=self.at
        )
        protocols.issue(actor=author, protocol_id=protocol.public_id, at=self.at)
        if not sign:
            return
        yield self._wait(1, 5)
        text = "Exemplaire signé par le ménage et le référent (démonstration), sans valeur."
        act_as(author.context)
        protocols.file_signed_scan(
            actor=author,
            protocol_id=protocol.public_id,
            uploaded=SimpleUploadedFile("protocole-signe.pdf", paper("Protocole d’accord signé", text)),
            signed_on=timezone.localdate(self.at),
            at=self.at,
        )

    def _mend(self) -> Iterator[dt.datetime]:
        yield self._wait(1, 4)
        points = [
            PointInput(section, text)
            for section, text in self.draw.sample(SEND_BACKS, self.draw.choice((1, 1, 2)))
        ]
        self._act(self.manager, operations.send_back, points=points)

    def _answer(self) -> None:
        act_as(self.author.context)
        asked = list(self.request.points.values_list("public_id", flat=True))
        answers = {point: self.draw.choice(ANSWERS) for point in asked}
        self._act(self.author, operations.answer_points, answers=answers)

    def _validate(self) -> bool:
        """Grant it on the funds that are open; False while no fund can carry it."""
        act_as(self.manager.context)
        case = TenantCase.objects.with_file().get(pk=self.case.pk)
        terms = list(RentTerm.objects.filter(request=self.request))
        choices = self._choices(case, sum((term.asked for term in terms), ZERO))
        if not choices:
            return False
        self._act(self.manager, operations.validate, decisions=self._decisions(terms, choices))
        return True

    def _choices(self, case: TenantCase, asked: Decimal) -> list[FundChoice]:
        """Open funds that can carry the whole, the organisation's own first, then the landlord's."""
        on = timezone.localdate(self.at)
        # January's contributions arrive in the middle of the month.
        year = on.year - 1 if (on.month, on.day) < (1, 20) and on.year > 2022 else on.year
        able = [c for c in fund_choices(case, on) if c.open and c.available >= asked]
        return sorted(
            able,
            key=lambda choice: (
                not choice.label.endswith(str(year)),
                choice.owner_id != self.request.organisation_id,
                choice.owner_id != self.request.landlord_id,
                choice.label,
                choice.fund_id,
            ),
        )

    def _decisions(self, terms: list[RentTerm], choices: list[FundChoice]) -> list[TermDecision]:
        reduced = terms[-1] if len(terms) > 1 and self.draw.random() < 0.07 else None
        split = len(choices) > 1 and self.draw.random() < 0.08
        decisions = []
        for term in terms:
            granted = round_down(term.asked * Decimal("0.8")) if term is reduced else term.asked
            if split:
                part = round_down(granted / 2)
                shares = ((choices[0].public_id, granted - part), (choices[1].public_id, part))
            else:
                shares = ((choices[0].public_id, granted),)
            reason = REDUCTION if term is reduced else ""
            decisions.append(TermDecision(term.public_id, granted, reason, shares))
        return decisions

    def _first_months(self) -> list[dt.date]:
        """Unpaid months, coming ones, or the last unpaid one and those that follow."""
        opened = first_of_month(self.case.opened_on)
        count = self.draw.choices((3, 2, 1), weights=(86, 10, 4))[0]
        start = self.draw.choices((-count, 1, -1), weights=(55, 25, 20))[0]
        return [add_months(opened, start + step) for step in range(count)]
