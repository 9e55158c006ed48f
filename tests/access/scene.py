"""A full world for the walls: two organisations' lives told side by side, in every state there is.

Side A: the first CIL and the first landlord. Side B: the other CIL and the other landlord. Both have the
same rows, made by the same stories, so that what is asked about one can be asked about the other.
"""

import datetime as dt
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils import timezone

from aids import operations as aids
from aids.models import AidRequest, Scale, SendBackPoint
from ales import registry, tenancy
from ales.documents.models import ProductionJob, StoredDocument
from ales.documents.uploads import store_upload
from ales.works import operations as works
from ales.works import running
from ales.works.models import Work
from cases import operations as cases
from cases.models import CaseHandover, CaseShare, Message, Person, Protocol, StepDraft, TenantCase
from members import bank_details, envelopes
from members import operations as members
from members.access import Actor
from members.demo import french_iban
from members.models import BankDetails, Envelope, Fund, Invitation, Membership, Notification, Organisation
from members.roles import Role
from payments import bank_account
from payments import operations as payments
from payments.models import (
    BankStatement,
    PaymentAdvice,
    PaymentBatch,
    PaymentOrder,
    PaymentQuery,
    PaymentRecovery,
    StatementLine,
)
from tests.aids.stories import decisions, draft, pdf_upload, submitted
from tests.cases.talk import written
from tests.payments.bank import Movement, camt_053
from tests.payments.stories import payable_aid, sent
from tests.world import NOW, TODAY, World, person

#: The six roles, in the order of every line of the matrix.
ROLES = (
    Role.SOCIAL_WORKER,
    Role.MANAGER,
    Role.LANDLORD_AGENT,
    Role.BOARD_MEMBER,
    Role.ASSOCIATION_ADMIN,
    Role.TREASURER,
)


@dataclass
class Side:
    """One organisation and one landlord, and everything they have."""

    world: (
        World  # seen from here: `cil` is this side's, `claire` its social worker, `lea` its landlord's agent
    )
    case: TenantCase
    closed_case: TenantCase
    share: CaseShare
    sent_handover: CaseHandover
    received_handover: CaseHandover
    person: Person
    step_draft: StepDraft
    draft: AidRequest
    submitted: AidRequest
    returned: AidRequest
    rejected: AidRequest
    withdrawn: AidRequest
    stopped: AidRequest
    validated: AidRequest
    point: SendBackPoint
    protocol: Protocol
    order: PaymentOrder
    signed_order: PaymentOrder
    executed_order: PaymentOrder
    given_up_order: PaymentOrder
    sent_order: PaymentOrder
    rejected_order: PaymentOrder
    batch: PaymentBatch
    statement: BankStatement
    statement_line: StatementLine
    advice: PaymentAdvice
    query: PaymentQuery
    recovery: PaymentRecovery
    fund: Fund
    landlord_fund: Fund
    proposed_details: BankDetails
    envelope: Envelope
    membership: Membership
    agent_membership: Membership
    invitation: Invitation
    agent_invitation: Invitation
    document: StoredDocument
    money_document: StoredDocument
    landlord_document: StoredDocument
    job: ProductionJob
    notification: Notification  # told to `claire`
    work: Work
    message: Message  # of `claire`, about the case
    association_message: Message
    landlord_message: Message

    def rows(self) -> list[models.Model]:
        found = [getattr(self, field.name) for field in fields(self)]
        return [value for value in found if isinstance(value, models.Model)]

    def ids(self) -> set[str]:
        """Public ids nobody of the other side may ever read; those of directories left out."""
        return {
            str(row.public_id)
            for row in self.rows()
            if hasattr(row, "public_id") and not isinstance(row, Membership)
        }

    @property
    def social(self) -> tuple[Actor, ...]:
        return (self.world.claire, self.world.cecile, self.world.marc)


@dataclass
class Scene:
    world: World
    a: Side
    b: Side
    scale: Scale
    draft_scale: Scale

    @property
    def six(self) -> dict[str, Actor]:
        """One person a role, those of side A where there are sides."""
        world = self.world
        return dict(
            zip(
                ROLES, (world.claire, world.marc, world.lea, world.bruno, world.anne, world.theo), strict=True
            )
        )

    @property
    def landlords_six(self) -> dict[str, Actor]:
        """The same, the social people being the landlord's own."""
        return self.six | {Role.SOCIAL_WORKER: self.world.sonia, Role.MANAGER: self.world.rachid}

    @property
    def people(self) -> list[Actor]:
        return [value for value in vars(self.world).values() if is_dataclass(value)]


def build_scene() -> Scene:
    world = World.build()
    scale = world.scale()
    with tenancy.tenant(world.anne.context):
        draft_scale = Scale.objects.create(
            name="Projet",
            state="DRAFT",
            monthly_cap=300,
            settlement_cap=1800,
            created_by_id=world.anne.user_id,
        )
    other = replace(
        world,
        cil=world.other_cil,
        other_cil=world.cil,
        landlord=world.other_landlord,
        other_landlord=world.landlord,
        claire=world.denis,
        cecile=person("dora", world.other_cil, Role.SOCIAL_WORKER),
        denis=world.claire,
        marc=world.diane,
        diane=world.marc,
        lea=world.louis,
        louis=world.lea,
        sonia=person("sacha", world.other_landlord, Role.SOCIAL_WORKER),
        rachid=person("rosa", world.other_landlord, Role.MANAGER),
    )
    return Scene(world, build_side(world), build_side(other), scale, draft_scale)


def build_side(world: World) -> Side:
    claire, marc, lea, anne = world.claire, world.marc, world.lea, world.anne
    made: dict[str, Any] = {"world": world}
    made["fund"] = world.fund("100000", owner=world.cil)
    made["landlord_fund"] = world.fund("5000", owner=world.landlord, kind="LANDLORD")

    def case() -> TenantCase:
        made_case = world.complete_case(claire, landlord=world.landlord)
        with tenancy.tenant(claire.context):
            made_case.persons.filter(position="TENANT").update(last_name=f"Martin{made_case.pk}")
        return made_case

    made["case"] = case()
    made["draft"] = draft(claire, made["case"], months=(dt.date(2026, 3, 1),))
    with tenancy.tenant(claire.context):
        made["person"] = made["case"].persons.order_by("rank").first()
        made["step_draft"] = StepDraft.objects.create(
            case=made["case"], step="menage", user_id=claire.user_id, data={"phone": ["0102030405"]}
        )
        made["protocol"] = aids.prepare_protocol(
            actor=claire, request_id=made["draft"].public_id, version=None, at=NOW
        )
        made["document"] = store_upload(
            pdf_upload(),
            organisation_id=world.cil.pk,
            audience="SOCIAL",
            subject_kind="case",
            subject_id=made["case"].public_id,
            kind="proof",
            title="Avis d’échéance",
            created_by_id=claire.user_id,
        )
        made["job"] = ProductionJob.objects.create(
            kind="protocol",
            unique_key=f"protocol:{made['case'].public_id}",
            payload={},
            organisation_id=world.cil.pk,
            audience="SOCIAL",
            subject_kind="case",
            subject_id=made["case"].public_id,
            title="Protocole",
            file_name="protocole.pdf",
        )
        made["closed_case"] = closed = case()
        cases.close_case(
            actor=claire,
            case_id=closed.public_id,
            version=closed.version,
            reason="Déménagement",
            closed_on=NOW.date(),
            at=NOW,
        )
    made["share"] = _share(world, case())
    made["sent_handover"] = _hand_over(marc, case(), world.landlord)
    landlords = world.complete_case(world.sonia, landlord=world.landlord)
    made["received_handover"] = _hand_over(world.rachid, landlords, world.cil)
    one_month = (dt.date(2026, 4, 1),)
    for name in ("submitted", "returned", "rejected", "withdrawn", "stopped", "validated"):
        made[name] = submitted(claire, case(), months=one_month)
    with tenancy.tenant(marc.context):
        common = {"actor": marc, "version": None, "at": NOW}
        aids.send_back(
            request_id=made["returned"].public_id,
            points=[aids.PointInput(section="BUDGET", text="Le loyer est à revoir.")],
            **common,
        )
        aids.reject(request_id=made["rejected"].public_id, reason="Hors barème.", **common)
        for name in ("validated", "stopped"):
            aids.validate(
                request_id=made[name].public_id, decisions=decisions(made[name], made["fund"]), **common
            )
        aids.stop(request_id=made["stopped"].public_id, cause="TENANT_LEFT", reason="Départ.", **common)
        made["point"] = made["returned"].points.get()
    with tenancy.tenant(claire.context):
        aids.withdraw(
            actor=claire, request_id=made["withdrawn"].public_id, version=None, reason="Doublon.", at=NOW
        )
    world.bank_details(world.landlord)
    _pay(world, made)
    with tenancy.tenant(anne.context):
        made["envelope"] = envelopes.promise(
            actor=anne,
            fund_id=made["fund"].pk,
            name="Convention",
            amount=Decimal(5000),
            agreed_on=NOW.date(),
            agreement=pdf_upload("convention.pdf"),
        )
        made["proposed_details"] = bank_details.enter(
            actor=anne,
            landlord_id=world.landlord.pk,
            account_holder="Habitat",
            iban=french_iban("30004", "00828", f"{world.landlord.pk:011d}"),
            proof=pdf_upload("rib.pdf"),
        )
    invite = {"first_name": "Nora", "last_name": "Petit"}
    with tenancy.tenant(marc.context):
        made["invitation"] = members.invite(
            actor=marc,
            organisation_id=world.cil.public_id,
            email=f"nora{world.cil.pk}@exemple.fr",
            role=Role.SOCIAL_WORKER,
            **invite,
        )
    with tenancy.tenant(lea.context):
        made["agent_invitation"] = members.invite(
            actor=lea,
            organisation_id=world.landlord.public_id,
            email=f"agent{world.landlord.pk}@exemple.fr",
            role=Role.LANDLORD_AGENT,
            **invite,
        )
    made["money_document"] = _file_for(world, "MONEY", anne, made["document"])
    made["landlord_document"] = _file_for(world, "LANDLORD", anne, made["document"])
    made["membership"] = Membership.objects.get(public_id=world.cecile.membership_id)
    made["agent_membership"] = Membership.objects.get(public_id=world.sonia.membership_id)
    made |= {
        "message": written(claire, "case", made["case"], "ORGANISATION"),
        "association_message": written(claire, "aid_request", made["validated"], "ASSOCIATION"),
        "landlord_message": written(claire, "aid_request", made["validated"], "LANDLORD"),
    }
    with tenancy.tenant(claire.context):
        made["notification"] = Notification.objects.visible_to(claire).unread()[0]
    _touch(world)
    made["work"] = _export(world)
    return Side(**made)


def _export(world: World) -> Work:
    """The social worker's cases, written to a file."""
    with tenancy.tenant(world.claire.context):
        work = works.ask_export(
            actor=world.claire,
            export=registry.work_kinds["export:dossiers"],
            format="csv",
            filters=QueryDict(),
            at=timezone.now(),
        )
    running.run(work.public_id)
    with tenancy.tenant(world.claire.context):
        work.refresh_from_db()
    return work


def _share(world: World, case: TenantCase) -> CaseShare:
    """With the landlord's own social service: a stranger to everything else of the case's organisation."""
    today = timezone.localdate()
    with tenancy.tenant(world.claire.context):
        return cases.share_case(
            actor=world.claire,
            case_id=case.public_id,
            typed=cases.ShareInput(world.landlord.public_id, "READ", today, "Suivi commun"),
            at=timezone.now(),
        )


def _hand_over(manager: Actor, case: TenantCase, organisation: Organisation) -> CaseHandover:
    with tenancy.tenant(manager.context):
        return cases.propose_handover(
            actor=manager,
            case_id=case.public_id,
            organisation=organisation.public_id,
            reason="Déménagement du ménage",
            at=NOW,
        )


def _pay(world: World, made: dict[str, Any]) -> None:
    """One order in each state, each for an aid of its own."""
    stories = [
        payable_aid(
            world, with_bank=False, months=(dt.date(2026, 5, 1),), reference=f"A-2025-{world.cil.pk}{rank}"
        )
        for rank in range(7)
    ]
    orders = [story.request() for story in stories]
    made["order"], signed, executed, given_up, ordered, refused, questioned = orders
    made["signed_order"] = stories[1].sign(signed)
    made["advice"] = stories[2].execute(stories[2].sign(executed))
    made["executed_order"] = executed
    stories[3].give_up(given_up)
    made["given_up_order"] = given_up
    made["sent_order"] = sent(stories[4], stories[4].sign(ordered))
    made["batch"] = made["sent_order"].batch
    made["rejected_order"] = stories[5].reject(sent(stories[5], stories[5].sign(refused)))
    advice = stories[6].execute(stories[6].sign(questioned))
    made["query"] = stories[6].ask_query(advice, reason="OTHER", text="Quel bail ?")
    made["recovery"] = stories[6].ask_recovery(questioned, "100.00")
    made["statement"] = _import(world, Movement(f"ATTEND-{world.cil.pk}", Decimal("10.00")))
    applied = _import(world, Movement(f"PERDUE-{world.cil.pk}", Decimal("10.00")))
    with tenancy.tenant(world.theo.context):
        payments.apply_statement(actor=world.theo, statement_id=applied.public_id, at=NOW)
        made["statement_line"] = applied.lines.get()


def _import(world: World, movement: Movement) -> BankStatement:
    """A statement of one movement, waiting to be applied."""
    content = camt_053([movement], iban=bank_account.debtor().iban, day=TODAY)
    with tenancy.tenant(world.theo.context):
        statement, _is_new = payments.import_statement(
            actor=world.theo, content=content, file_name="releve.xml", at=NOW
        )
    return statement


def _file_for(world: World, audience: str, writer: Actor, like: StoredDocument) -> StoredDocument:
    """Another file of the same content, for another audience."""
    with tenancy.tenant(writer.context):
        return StoredDocument.objects.create(
            organisation_id=world.cil.pk,
            landlord_id=world.landlord.pk,
            audience=audience,
            subject_kind="payment",
            subject_id=like.subject_id,
            kind="payment_order",
            title="Ordre",
            file_name="ordre.pdf",
            content_type=like.content_type,
            size=like.size,
            sha256=like.sha256,
            file=like.file.name,
        )


def _touch(world: World) -> None:
    """Lists show the latest first: rows of this year stand on their first page."""
    with tenancy.tenant(world.claire.context):
        TenantCase.objects.update(updated_at=timezone.now())
