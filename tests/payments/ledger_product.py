"""The product as `test_ledger_machine.py` plays it: the model's moves through the operations, and what the
database then holds in the model's words."""

import uuid
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from decimal import Decimal

from django.db import connection

from aids import operations as aids
from aids.models import AidRequest, RentTerm
from ales import tenancy
from ales.documents import production
from members import bank_details, funds, organisations
from members.access import Actor
from members.models import Fund, Organisation
from members.volume import french_iban
from payments import operations
from payments.models import PaymentBatch
from payments.rules.ledger import SUMS
from tests.aids.stories import pdf_upload
from tests.payments.ledger_model import Model, Order
from tests.world import NOW, TODAY

DAY_AFTER = TODAY.replace(day=TODAY.day + 1)
#: ((kind, key), line) of each row.
Lines = Iterator[tuple[tuple[str, str], str]]
REASON = "Motif noté par la machine"


@dataclass
class Product:
    """The names of the model, and what they stand for here."""

    people: dict[str, Actor]
    funds: dict[str, Fund]
    aids: dict[str, AidRequest]
    terms: dict[str, list[RentTerm]]
    landlords: dict[str, Organisation]
    #: Of what moves name, as `state` last saw them.
    ids: dict[tuple[str, str], uuid.UUID] = field(default_factory=dict)

    def play(self, move: str, who: str, **what) -> None:
        """Raises Refusal or Http404 when the product doesn't let this person do it now."""
        actor = self.people[who]
        with tenancy.tenant(actor.context):
            getattr(self, move)(actor, **what)

    # --- The moves, in the model's words --------------------------------------------------------------

    def validate(self, actor, *, aid, parts) -> None:
        decisions = [
            aids.TermDecision(
                term.public_id,
                sum(drawn.values(), Decimal(0)),
                reason=REASON,
                allocations=tuple((self.funds[fund].public_id, amount) for fund, amount in drawn.items()),
            )
            for term, drawn in zip(self.terms[aid], parts, strict=True)
        ]
        aids.validate(
            actor=actor, request_id=self.aids[aid].public_id, version=None, decisions=decisions, at=NOW
        )

    def stop(self, actor, *, aid, is_stale=False) -> None:
        aids.stop(
            actor=actor,
            request_id=self.aids[aid].public_id,
            version=-1 if is_stale else None,
            cause="TENANT_LEFT",
            reason=REASON,
            at=NOW,
        )

    def request_payment(self, actor, *, aid, terms, is_stale=False) -> None:
        operations.request_payment(
            actor=actor,
            request_id=self.aids[aid].public_id,
            term_ids=[self.terms[aid][rank].public_id for rank in terms],
            version=-1 if is_stale else None,
            at=NOW,
        )

    def sign(self, actor, *, order) -> None:
        operations.sign(actor=actor, order_id=self._order(order), at=NOW)

    def give_up(self, actor, *, order, not_executed) -> None:
        operations.give_up(
            actor=actor, order_id=self._order(order), reason=REASON, not_executed=not_executed, at=NOW
        )

    def record_execution(self, actor, *, order, account_confirmed, is_early=False) -> None:
        operations.record_execution(
            actor=actor,
            order_id=self._order(order),
            executed_on=DAY_AFTER if is_early else TODAY,
            account_confirmed=account_confirmed,
            at=NOW,
        )

    def reject(self, actor, *, order, receipt_mistaken, names_account=False) -> None:
        operations.reject(
            actor=actor,
            order_id=self._order(order),
            rejected_on=TODAY,
            code="AC04" if names_account else "MS03",
            receipt_mistaken=receipt_mistaken,
            at=NOW,
        )

    def reorder(self, actor, *, order) -> None:
        operations.reorder(actor=actor, order_id=self._order(order), reason=REASON, at=NOW)

    def release_rejected(self, actor, *, order) -> None:
        operations.release_rejected(actor=actor, order_id=self._order(order), reason=REASON, at=NOW)

    def confirm_receipt(self, actor, *, order) -> None:
        # An order that was never executed has no advice: its own id finds none.
        advice_id = self.ids.get(("advice", str(order)), self._order(order))
        operations.confirm_receipt(actor=actor, advice_id=advice_id, received_on=TODAY, at=NOW)

    def prepare_batch(self, actor, *, orders) -> None:
        operations.prepare_batch(
            actor=actor, order_ids=[self._order(number) for number in orders], execution_on=TODAY, at=NOW
        )

    def produce_file(self, actor, *, batch) -> None:
        with tenancy.tenant(self.people["anne"].context):
            job = PaymentBatch.objects.select_related("file_job").get(sequence=batch).file_job
        production.produce(job.public_id)

    def mark_sent(self, actor, *, batch, already_gone) -> None:
        operations.mark_sent(actor=actor, batch_id=self._batch(batch), already_gone=already_gone, at=NOW)

    def cancel_batch(self, actor, *, batch, not_sent) -> None:
        operations.cancel_batch(
            actor=actor, batch_id=self._batch(batch), reason=REASON, not_sent=not_sent, at=NOW
        )

    def ask_recovery(self, actor, *, aid, order, amounts) -> None:
        operations.ask_recovery(
            actor=actor,
            order_id=self._order(order),
            amounts={self.terms[aid][rank].public_id: amount for rank, amount in amounts.items()},
            cause="TENANT_LEFT",
            reason=REASON,
            at=NOW,
        )

    def record_recovery(self, actor, *, recovery) -> None:
        operations.record_recovery(
            actor=actor, recovery_id=self._recovery(recovery), received_on=TODAY, at=NOW
        )

    def drop_recovery(self, actor, *, recovery) -> None:
        operations.drop_recovery(actor=actor, recovery_id=self._recovery(recovery), reason=REASON, at=NOW)

    def contribute(self, actor, *, fund, amount, form) -> None:
        funds.contribute(
            actor=actor,
            fund_id=self.funds[fund].pk,
            amount=amount,
            label="Versement",
            value_date=TODAY,
            cause_id=self._form("contribution", form),
        )

    def transfer(self, actor, *, source, into, amount, form, is_stale=False) -> None:
        funds.transfer(
            actor=actor,
            from_fund_id=self.funds[source].pk,
            to_fund_id=self.funds[into].pk,
            amount=amount,
            label="Virement",
            value_date=TODAY,
            cause_id=self._form("transfer", form),
            seen=Decimal("-1") if is_stale else None,
        )

    def enter_account(self, actor, *, landlord, account) -> None:
        bank_details.enter(
            actor=actor,
            landlord_id=self.landlords[landlord].pk,
            account_holder=account,
            iban=french_iban(int(account.rpartition(" ")[2])),
            proof=pdf_upload("rib.pdf"),
            at=NOW,
        )

    def confirm_account(self, actor, *, landlord) -> None:
        bank_details.confirm(actor=actor, details_id=self._awaiting(landlord), at=NOW)

    def refuse_account(self, actor, *, landlord) -> None:
        bank_details.refuse(actor=actor, details_id=self._awaiting(landlord), reason=REASON, at=NOW)

    def vouch(self, actor, *, landlord) -> None:
        key = f"{self.landlords[landlord].pk} CONFIRMED"
        bank_details.vouch(actor=actor, details_id=self.ids["account", key], note=REASON, at=NOW)

    def suspend(self, actor, *, landlord, is_active) -> None:
        organisations.edit(
            actor=actor,
            organisation_id=self.landlords[landlord].public_id,
            fields={"is_active": is_active},
        )

    # --- Ids, known to whoever asks: what is forbidden must be refused, not hard to guess ---------------

    def _order(self, number: int) -> uuid.UUID:
        return self.ids["order", str(number)]

    def _batch(self, number: int) -> uuid.UUID:
        return self.ids["batch", str(number)]

    def _recovery(self, number: int) -> uuid.UUID:
        return self.ids["recovery", str(number)]

    def _awaiting(self, landlord: str) -> uuid.UUID:
        """The account that waits; when none does, the one in force is asked about: decided already."""
        key = self.landlords[landlord].pk
        found = self.ids.get(("account", f"{key} PROPOSED")) or self.ids.get(("account", f"{key} CONFIRMED"))
        return found or uuid.uuid4()

    def _form(self, kind: str, form: int) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}-{form}")

    # --- What the database holds ------------------------------------------------------------------------

    def state(self) -> dict[tuple[str, str], str]:
        """Everything the model speaks of, a line a row, by kind and key: compared with `expected`.

        The transaction is the association's, which reads all of it.
        """
        with connection.cursor() as cursor:
            cursor.execute(STATE)
            rows = cursor.fetchall()
        self.ids = {(kind, key): public_id for kind, key, _text, public_id in rows if public_id}
        return {(kind, key): text for kind, key, text, _public_id in rows}

    def expected(self, model: Model) -> dict[tuple[str, str], str]:
        parts = (self._aids, self._orders, self._groups, self._landlords, self._counters)
        return {row: text for part in parts for row, text in part(model)}

    def _aids(self, model: Model) -> Lines:
        for name, balance in model.funds.items():
            yield ("fund", str(self.funds[name].pk)), _text(*astuple(balance))
        for name, aid in model.aids.items():
            yield (
                ("aid", str(self.aids[name].pk)),
                _text(aid.state, aid.amount("PAID"), aid.recovered),
            )
            for row, term in zip(self.terms[name], aid.terms, strict=True):
                yield ("term", str(row.pk)), term.state

    def _orders(self, model: Model) -> Lines:
        for number, order in model.orders.items():
            row = (order.state, order.batch, order.outcome or "-", model.amount_of(order), order.account)
            yield ("order", str(number)), _text(*row)
            if order.was_executed:
                yield ("advice", str(number)), _text(order.is_received, order.state == "rejected")
            for rank, fund, amount in self._drawn(model, order):
                key = f"{self.terms[order.aid][rank].pk} {self.funds[fund].pk}"
                yield ("live", key), _text(amount, number)

    def _groups(self, model: Model) -> Lines:
        """Batches and recoveries."""
        for number, batch in model.batches.items():
            total = sum(model.amount_of(model.orders[order]) for order in batch.orders)
            yield ("batch", str(number)), _text(batch.state, len(batch.orders), total)
        for number, recovery in model.recoveries.items():
            order = model.orders[recovery.order]
            yield ("recovery", str(number)), _text(recovery.state, sum(recovery.parts.values()))
            for (rank, fund), amount in recovery.parts.items():
                key = f"{number} {self.terms[order.aid][rank].pk} {self.funds[fund].pk}"
                yield ("back", key), str(amount)

    def _landlords(self, model: Model) -> Lines:
        for name, landlord in model.landlords.items():
            key = str(self.landlords[name].pk)
            yield ("landlord", key), _text(landlord.is_active)
            if landlord.confirmed:
                yield ("account", f"{key} CONFIRMED"), f"{landlord.confirmed} {_text(landlord.is_refused)}"
            if landlord.proposed:
                yield ("account", f"{key} PROPOSED"), f"{landlord.proposed} {_text(False)}"

    def _counters(self, model: Model) -> Lines:
        counted = {"order": model.orders, "batch": model.batches, "recovery": model.recoveries}
        for name, rows in counted.items():
            if rows:
                yield ("counter", f"payment_{name}:{NOW.year}"), str(len(rows))

    def _drawn(self, model: Model, order: Order) -> Iterator[tuple[int, str, Decimal]]:
        if order.is_live:
            for rank in order.terms:
                for fund, amount in model.aids[order.aid].terms[rank].parts.items():
                    yield rank, fund, amount


def _text(*values: object) -> str:
    """As PostgreSQL's `format` writes them."""
    words = {None: "", True: "t", False: "f"}
    return " ".join(
        words[value] if value is None or isinstance(value, bool) else str(value) for value in values
    )


#: kind, key, line, public id of what moves name.
STATE = f"""
    SELECT 'fund', id::text, concat_ws(' ', {", ".join(SUMS.values())}), NULL::uuid FROM members_fund
    UNION ALL
    SELECT 'aid', id::text, format('%s %s %s', state, paid_amount, recovered_amount), NULL
    FROM aids_aidrequest
    UNION ALL
    SELECT 'term', id::text, state, NULL FROM aids_rentterm
    UNION ALL
    SELECT 'order', payment.sequence::text, format('%s %s %s %s %s', payment.state, batch.sequence,
        COALESCE(NULLIF(rejection_outcome, ''), '-'), amount, account_holder), payment.public_id
    FROM payments_paymentorder AS payment LEFT JOIN payments_paymentbatch AS batch ON batch.id = batch_id
    UNION ALL
    SELECT 'live', format('%s %s', term_id, fund_id), format('%s %s', line.amount, sequence), NULL
    FROM payments_paymentorderline AS line JOIN payments_paymentorder AS payment ON payment.id = order_id
    WHERE is_live
    UNION ALL
    SELECT 'advice', sequence::text, format('%s %s', received_on IS NOT NULL, cancelled_on IS NOT NULL),
        advice.public_id
    FROM payments_paymentadvice AS advice JOIN payments_paymentorder AS payment ON payment.id = order_id
    UNION ALL
    SELECT 'batch', sequence::text, format('%s %s %s', state, orders_count, control_sum), public_id
    FROM payments_paymentbatch
    UNION ALL
    SELECT 'recovery', sequence::text, format('%s %s', state, amount), public_id FROM payments_paymentrecovery
    UNION ALL
    SELECT 'back', format('%s %s %s', sequence, term_id, fund_id), line.amount::text, NULL
    FROM payments_paymentrecoveryline AS line
    JOIN payments_paymentrecovery AS recovery ON recovery.id = recovery_id
    UNION ALL
    SELECT 'landlord', id::text, format('%s', is_active), NULL FROM members_organisation
    WHERE kind = 'BAILLEUR'
    UNION ALL
    SELECT 'account', format('%s %s', landlord_id, state),
        format('%s %s', account_holder, bank_refused_on IS NOT NULL AND vouched_at IS NULL), public_id
    FROM members_bankdetails WHERE state IN ('PROPOSED', 'CONFIRMED')
    UNION ALL
    SELECT 'counter', name, last::text, NULL FROM ales_counter WHERE starts_with(name, 'payment_')
"""
