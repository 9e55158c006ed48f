"""Aids ready to be paid, as the tests of this room need them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.timezone import localdate

from aids.models import AidRequest, FundAllocation, RentTerm, Scale
from aids.operations import stop
from ales import tenancy
from ales.documents import production
from members import bank_details, funds
from members.access import Actor
from members.models import BankDetails, Fund
from payments import operations
from payments.documents import batch as batch_document
from payments.models import PaymentAdvice, PaymentBatch, PaymentOrder, PaymentQuery, PaymentRecovery
from payments.rules.banking_days import next_banking_day
from tests.aids.stories import pdf_upload
from tests.world import NOW, TODAY, World

OTHER_IBAN = "FR7630006000011234567890189"
AMOUNT = Decimal("277.20")
MONTHS = (dt.date(2026, 3, 1), dt.date(2026, 4, 1), dt.date(2026, 5, 1))


@dataclass
class Story:
    """A validated aid of three terms of 277.20 €, drawn on one fund or half and half on two."""

    world: World
    aid: AidRequest
    funds: list[Fund]

    @property
    def term_ids(self) -> list[UUID]:
        with tenancy.tenant(self.world.marc.context):
            return list(self.aid.terms.order_by("month").values_list("public_id", flat=True))

    def terms(self) -> list[RentTerm]:
        with tenancy.tenant(self.world.marc.context):
            return list(self.aid.terms.order_by("month"))

    def request(self, term_ids: list[UUID] | None = None, *, at=NOW, actor: Actor | None = None, **options):
        actor = actor or self.world.marc
        with tenancy.tenant(actor.context):
            return operations.request_payment(
                actor=actor,
                request_id=self.aid.public_id,
                term_ids=self.term_ids if term_ids is None else term_ids,
                at=at,
                **options,
            )

    def sign(self, order: PaymentOrder, *, actor: Actor | None = None, at=NOW) -> PaymentOrder:
        actor = actor or self.world.theo
        with tenancy.tenant(actor.context):
            return operations.sign(actor=actor, order_id=order.public_id, at=at)

    def execute(
        self, order: PaymentOrder, *, on: dt.date = TODAY, actor: Actor | None = None, at=NOW, **options
    ) -> PaymentAdvice:
        actor = actor or self.world.theo
        with tenancy.tenant(actor.context):
            return operations.record_execution(
                actor=actor, order_id=order.public_id, executed_on=on, at=at, **options
            )

    def give_up(
        self,
        order: PaymentOrder,
        *,
        reason="RIB faux",
        actor: Actor | None = None,
        at=NOW,
        not_executed: bool = True,
    ):
        actor = actor or self.world.theo
        with tenancy.tenant(actor.context):
            return operations.give_up(
                actor=actor, order_id=order.public_id, reason=reason, at=at, not_executed=not_executed
            )

    def reject(
        self, order: PaymentOrder, *, code="MS03", on: dt.date = TODAY, actor: Actor | None = None, **options
    ) -> PaymentOrder:
        actor = actor or self.world.theo
        with tenancy.tenant(actor.context):
            return operations.reject(
                actor=actor, order_id=order.public_id, rejected_on=on, code=code, at=NOW, **options
            )

    def ask_query(
        self, advice: PaymentAdvice, *, actor: Actor | None = None, at=NOW, **typed
    ) -> PaymentQuery:
        """Léa says the transfer has not arrived, or what is typed instead."""
        actor = actor or self.world.lea
        with tenancy.tenant(actor.context):
            return operations.ask_query(
                actor=actor, advice_id=advice.public_id, at=at, **({"reason": "NOT_RECEIVED"} | typed)
            )

    def answer_query(
        self, query: PaymentQuery, answer: str = "Le virement est du 15.", *, actor: Actor | None = None
    ) -> PaymentQuery:
        actor = actor or self.world.marc
        with tenancy.tenant(actor.context):
            return operations.answer_query(actor=actor, query_id=query.public_id, answer=answer, at=NOW)

    def confirm(self, advice: PaymentAdvice, *, on: dt.date = TODAY, actor: Actor | None = None):
        actor = actor or self.world.lea
        with tenancy.tenant(actor.context):
            return operations.confirm_receipt(actor=actor, advice_id=advice.public_id, received_on=on, at=NOW)

    def ask_recovery(
        self, order: PaymentOrder, *amounts: str, actor: Actor | None = None, at=NOW, **options
    ) -> PaymentRecovery:
        """Marc asks euros of the first terms back, in their order; the whole of each without `amounts`."""
        actor = actor or self.world.marc
        wanted = [Decimal(text) for text in amounts] or [AMOUNT] * len(self.term_ids)
        values = {"cause": "TENANT_LEFT", "reason": "Parti le 3 mars."} | options
        with tenancy.tenant(actor.context):
            return operations.ask_recovery(
                actor=actor,
                order_id=order.public_id,
                amounts=dict(zip(self.term_ids, wanted, strict=False)),
                at=at,
                **values,
            )

    def receive(
        self, recovery: PaymentRecovery, *, on: dt.date = TODAY, actor: Actor | None = None, at=NOW
    ) -> PaymentRecovery:
        actor = actor or self.world.theo
        with tenancy.tenant(actor.context):
            return operations.record_recovery(
                actor=actor, recovery_id=recovery.public_id, received_on=on, at=at
            )

    def drop(
        self, recovery: PaymentRecovery, *, reason="Bailleur en liquidation", actor: Actor | None = None
    ):
        actor = actor or self.world.theo
        with tenancy.tenant(actor.context):
            return operations.drop_recovery(
                actor=actor, recovery_id=recovery.public_id, reason=reason, at=NOW
            )

    def stop(self) -> None:
        """Marc stops the aid: the tenant has left."""
        with tenancy.tenant(self.world.marc.context):
            stop(
                actor=self.world.marc,
                request_id=self.aid.public_id,
                version=None,
                cause="TENANT_LEFT",
                reason="Départ",
                at=NOW,
            )

    def change_account(self) -> BankDetails:
        """Anne enters another account of the landlord; nobody has confirmed it yet."""
        with tenancy.tenant(self.world.anne.context):
            return bank_details.enter(
                actor=self.world.anne,
                landlord_id=self.aid.landlord_id,
                account_holder="Habitat d'Essai",
                iban=OTHER_IBAN,
                bic="",
                proof=pdf_upload("rib.pdf"),
                at=NOW,
            )

    def paid(self) -> PaymentAdvice:
        """Asked, signed and executed."""
        return self.execute(self.sign(self.request()))

    def fresh(self, row, actor: Actor | None = None):
        with tenancy.tenant((actor or self.world.theo).context):
            return type(row).objects.get(pk=row.pk)


def payable_aid(
    world: World,
    *,
    split: bool = False,
    months=MONTHS,
    landlord=None,
    reference: str = "",
    with_bank: bool = True,
) -> Story:
    """A validated aid of the first CIL: entered by Claire, validated by Marc, its money committed."""
    landlord = landlord or world.landlord
    case = world.complete_case(landlord=landlord)
    owned = [_fund(world, world.cil, "EMPLOYER")]
    if split:
        owned.append(_fund(world, landlord, "LANDLORD"))
    if with_bank:
        world.bank_details(landlord)
    scale = Scale.objects.filter(state="PUBLISHED").first() or world.scale()
    total = AMOUNT * len(months)
    with tenancy.tenant(world.marc.context):
        aid = AidRequest.objects.create(
            organisation=world.cil,
            case=case,
            reference=reference or f"A-2026-{case.pk:05d}",
            state="validated",
            tenant_name=case.tenant_name,
            landlord=landlord,
            landlord_reference="L-4512",
            town="Grenoble",
            department="38",
            search_text=f"martin paul grenoble l 4512 {case.pk}",
            scale=scale,
            asked_amount=total,
            granted_amount=total,
            author_ids=[world.claire.user_id],
            created_by_id=world.claire.user_id,
            submitted_by_id=world.claire.user_id,
            submitted_at=NOW,
            first_submitted_at=NOW,
            decided_by_id=world.marc.user_id,
            decided_at=NOW,
        )
        lines = []
        for month in months:
            term = RentTerm.objects.create(
                organisation=world.cil,
                landlord=landlord,
                case=case,
                request=aid,
                month=month,
                nature="PAST",
                proof_kind="RENT_NOTICE",
                ceiling=AMOUNT,
                asked=AMOUNT,
                granted=AMOUNT,
                state="GRANTED",
            )
            for fund in owned:
                part = AMOUNT / len(owned)
                FundAllocation.objects.create(
                    organisation=world.cil, request=aid, term=term, fund=fund, amount=part
                )
                lines.append((fund.pk, part))
        funds.commit(
            actor=world.marc,
            lines=lines,
            cause_kind="aid_request",
            cause_id=aid.public_id,
            label="Engagement",
            value_date=NOW.date(),
        )
        aid.refresh_from_db()
    return Story(world, aid, owned)


def _fund(world: World, owner, kind: str) -> Fund:
    with tenancy.tenant(world.anne.context):
        fund = Fund.objects.filter(owner=owner, kind=kind).first()
    return fund or world.fund(owner=owner, kind=kind)


def batched(world: World, orders: list[PaymentOrder], *, at=NOW) -> PaymentBatch:
    """The signed orders in one batch, its file produced."""
    with tenancy.tenant(world.theo.context):
        batch = operations.prepare_batch(
            actor=world.theo,
            order_ids=[order.public_id for order in orders],
            execution_on=next_banking_day(localdate(at)),
            at=at,
        )
    # Before a browser the queue runs at once: the file is there already.
    if job := production.take_lease(batch.file_job.public_id):
        production.store(job, batch_document.build_file(job.payload))
    return batch


def sent(story: Story, order: PaymentOrder, *, at=NOW) -> PaymentOrder:
    """The signed order in a batch of its own, handed to the bank."""
    batch = batched(story.world, [order], at=at)
    with tenancy.tenant(story.world.theo.context):
        operations.mark_sent(actor=story.world.theo, batch_id=batch.public_id, at=at)
        return PaymentOrder.objects.select_related("batch").get(pk=order.pk)
