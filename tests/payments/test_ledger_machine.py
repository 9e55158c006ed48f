"""Random people do random things with the money; after each, the product holds what a small model holds.

The model (ledger_model.py) says of each move whether it is allowed and what it changes; the product
(ledger_product.py) is asked the same through its operations on PostgreSQL. Both must agree on the refusal
and, row by row, on funds, aids, terms, orders, batches, recoveries, accounts and numbers. Whatever the model
says, each step keeps the invariants of DOMAIN §6 and §9 (`check_invariants`), and each run ends with every
check of `manage.py check_ledger`.

One world a test: each run starts from its savepoint. Most steps are what a reasonable person does next; the
others are done by anybody to anything, or done again.
"""

import datetime as dt
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.http import Http404
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from ales import tenancy
from ales.errors import Refusal
from ales.money import from_cents
from cases.models import TenantCase
from payments import integrity
from payments.rules.ledger import Balance
from payments.states import MOVES
from tests.aids.stories import submitted
from tests.payments.ledger_model import FUND_OWNERS, Aid, Landlord, Model, Person, Refused, Term
from tests.payments.ledger_product import Product
from tests.payments.stories import AMOUNT, MONTHS, payable_aid
from tests.world import World, person

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TREASURERS = ("theo", "thea")
PEOPLE = {
    "marc": Person("marc", "MANAGER", "cil"),
    "diane": Person("diane", "MANAGER", "other_cil"),
    "theo": Person("theo", "TREASURER", "ales"),
    "thea": Person("thea", "TREASURER", "ales"),
    "anne": Person("anne", "ADMIN", "ales"),
    "lea": Person("lea", "AGENT", "landlord"),
    "claire": Person("claire", "SOCIAL_WORKER", "cil"),
}
MANAGER_OF = {"cil": "marc", "other_cil": "diane"}
LANDLORDS = ("landlord", "other_landlord")
FUNDS = tuple(FUND_OWNERS)

AIDS = ("split", "other", "apart", "left", "asked")

anybody = st.sampled_from(sorted(PEOPLE))
treasurer = st.sampled_from(TREASURERS)
is_wrong = st.integers(0, 7).map(lambda drawn: drawn == 7)
is_right = is_wrong.map(lambda drawn: not drawn)
#: From a cent to more than a fund holds.
amounts = st.one_of(st.integers(1, 60_000), st.sampled_from([1, 13_860, 27_720, 200_000])).map(from_cents)
forms = st.integers(1, 4)
STEPS = 8


def what(**strategies) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(strategies)


#: Every move that names an order, and what else it says.
ORDER_MOVES = {
    "sign": what(),
    "give_up": what(not_executed=st.booleans()),
    "record_execution": what(account_confirmed=st.booleans(), is_early=is_wrong),
    "reject": what(receipt_mistaken=st.booleans(), names_account=st.booleans()),
    "reorder": what(),
    "release_rejected": what(),
    "confirm_receipt": what(),
}
BATCH_MOVES = {
    "produce_file": what(),
    "mark_sent": what(already_gone=is_wrong),
    "cancel_batch": what(not_sent=is_right),
}
OTHER_MOVES = {
    "request_payment": what(aid=st.sampled_from(AIDS), terms=st.sampled_from([(0,), (1,), (0, 1), ()])),
    "stop": what(aid=st.sampled_from(AIDS)),
    "prepare_batch": what(orders=st.sampled_from([(1,), (2,), (3,), (4,), (2, 3), (1, 2), ()])),
    "ask_recovery": what(
        aid=st.sampled_from(AIDS[:3]), order=st.integers(1, 4), amounts=st.fixed_dictionaries({0: amounts})
    ),
    "contribute": what(fund=st.sampled_from(FUNDS), amount=amounts, form=forms),
    "transfer": what(
        source=st.sampled_from(FUNDS),
        into=st.sampled_from(FUNDS),
        amount=amounts,
        form=forms,
        is_stale=is_wrong,
    ),
    "confirm_account": what(landlord=st.sampled_from(LANDLORDS)),
    "refuse_account": what(landlord=st.sampled_from(LANDLORDS)),
    "vouch": what(landlord=st.sampled_from(LANDLORDS)),
    "suspend": what(landlord=st.sampled_from(LANDLORDS), is_active=st.booleans()),
}
#: State before and after of every legal move.
LEGAL = {(source, target) for sources, target in MOVES.values() for source in sources}


# --- The world, once a test ---------------------------------------------------------------------------------


def opening(world: World) -> tuple[Product, Model]:
    """Five aids of two CIL to two landlords: four granted, one of them on two funds, and one to decide."""
    other = replace(world, cil=world.other_cil, claire=world.denis, marc=world.diane)
    funds = {
        "employer": world.fund("1700", kind="EMPLOYER"),
        "earlier": world.fund("300", kind="EMPLOYER", year=2025),
        "landlord": world.fund("500", owner=world.landlord, kind="LANDLORD"),
        "other_employer": world.fund("1200", owner=world.other_cil, kind="EMPLOYER"),
    }
    granted = {
        "split": payable_aid(world, split=True, months=MONTHS[:2], with_bank=False, reference="A-1"),
        "other": payable_aid(other, months=MONTHS[:2], with_bank=False, reference="A-2"),
        "apart": payable_aid(world, landlord=world.other_landlord, with_bank=False, reference="A-3"),
        "left": payable_aid(other, months=MONTHS[:2], with_bank=False, reference="A-4"),
    }
    for name in LANDLORDS:
        world.bank_details(getattr(world, name))
    aids = {name: story.aid for name, story in granted.items()}
    aids["asked"] = submitted(world.claire, another_household(world), months=MONTHS[:2])
    people = {name: getattr(world, name) for name in PEOPLE if name != "thea"}
    people["thea"] = person("thea", world.ales, "TREASURER")
    with tenancy.tenant(world.anne.context):
        terms = {name: list(aid.terms.order_by("month")) for name, aid in aids.items()}
        landlords = {name: getattr(world, name) for name in LANDLORDS}
        product = Product(people, funds, aids, terms, landlords)
        model = Model(
            funds={name: Balance(contributed=fund.contributed) for name, fund in funds.items()},
            landlords={name: Landlord(confirmed=landlord.name) for name, landlord in landlords.items()},
            aids={
                name: Aid(
                    organisation="other_cil" if name in ("other", "left") else "cil",
                    landlord="other_landlord" if name == "apart" else "landlord",
                    terms=[Term(term.asked) for term in terms[name]],
                )
                for name in aids
            },
        )
    half = AMOUNT / 2
    for name, parts in (
        ("split", {"employer": half, "landlord": half}),
        ("other", {"other_employer": AMOUNT}),
        ("left", {"other_employer": AMOUNT}),
        ("apart", {"employer": AMOUNT}),
    ):
        manager = PEOPLE[MANAGER_OF[model.aids[name].organisation]]
        model.validate(manager, aid=name, parts=[parts] * len(terms[name]))
    return product, model


#: What has happened before each run: an order in each of the states that lead on.
BEFORE: tuple[tuple[str, str, dict], ...] = (
    ("request_payment", "diane", {"aid": "other", "terms": (0,)}),
    ("request_payment", "marc", {"aid": "apart", "terms": (0,)}),
    ("request_payment", "marc", {"aid": "apart", "terms": (1,)}),
    ("sign", "thea", {"order": 3}),
    ("prepare_batch", "theo", {"orders": (3,)}),
    ("produce_file", "theo", {"batch": 1}),
    ("mark_sent", "thea", {"batch": 1, "already_gone": False}),
    ("request_payment", "marc", {"aid": "split", "terms": (0,)}),
    ("sign", "theo", {"order": 4}),
    ("record_execution", "theo", {"order": 4, "account_confirmed": False}),
    ("request_payment", "diane", {"aid": "left", "terms": (0,)}),
    ("sign", "thea", {"order": 5}),
    ("stop", "diane", {"aid": "left"}),
    ("request_payment", "marc", {"aid": "apart", "terms": (2,)}),
    ("sign", "theo", {"order": 6}),
    ("prepare_batch", "theo", {"orders": (6,)}),
    ("produce_file", "theo", {"batch": 2}),
    ("request_payment", "diane", {"aid": "other", "terms": (1,)}),
    ("sign", "theo", {"order": 7}),
    ("prepare_batch", "thea", {"orders": (7,)}),
    ("produce_file", "thea", {"batch": 3}),
    ("mark_sent", "thea", {"batch": 3, "already_gone": False}),
    ("reject", "theo", {"order": 7, "receipt_mistaken": False}),
    ("request_payment", "marc", {"aid": "split", "terms": (1,)}),
    ("sign", "theo", {"order": 8}),
    ("prepare_batch", "theo", {"orders": (8,)}),
    ("produce_file", "theo", {"batch": 4}),
    # Orders 2, to sign, and 6, in a batch, are for an account that is no more.
    ("enter_account", "anne", {"landlord": "other_landlord", "account": "Compte 0"}),
    ("confirm_account", "theo", {"landlord": "other_landlord"}),
)


def another_household(world: World) -> TenantCase:
    """The months of one household are aided once: this one isn't that of the other cases."""
    case = world.complete_case()
    with tenancy.tenant(world.claire.context):
        tenant = case.persons.get(position="TENANT")
        tenant.last_name, tenant.birth_date = "Durand", dt.date(1970, 1, 1)
        tenant.save()
    return case


# --- The machine --------------------------------------------------------------------------------------------


def play(product: Product, model: Model, move: str, who: str, what: dict) -> Model:
    """The model after a move that both do, the same model when both refuse it; fails when they disagree."""
    after = deepcopy(model)
    try:
        getattr(after, move)(PEOPLE[who], **what)
    except Refused:
        after = model
    try:
        product.play(move, who, **what)
        is_done = True
    except (Refusal, Http404):
        is_done = False
    assert is_done == (after is not model)
    return after


class Ledger(RuleBasedStateMachine):
    """Made anew for each run; `product` and `start` are set once a test (`machine`)."""

    product: Product
    start: Model

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        tenancy.enter(self.product.people["anne"].context)
        self.model = deepcopy(self.start)
        self.state = self.product.state()
        self.last: tuple[str, str, dict] | None = None
        self.accounts = 0

    def teardown(self) -> None:
        try:
            check_everything()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    # --- One step -------------------------------------------------------------------------------------------

    def step(self, move: str, who: str, **what) -> None:
        """Done by both or refused by both; then both hold the same."""
        after = play(self.product, self.model, move, who, what)
        if after is not self.model:
            self.model, self.last = after, (move, who, what)
        found = self.product.state()
        assert found == self.product.expected(self.model)
        check_invariants(self.state, found)
        self.state = found

    def orders_in(self, *states: str) -> list[int]:
        return [number for number, order in self.model.orders.items() if order.state in states]

    def manager_of(self, order: int) -> str:
        return MANAGER_OF[self.model.aids[self.model.orders[order].aid].organisation]

    # --- Aids -----------------------------------------------------------------------------------------------

    @precondition(lambda self: any(aid.has("GRANTED") for aid in self.model.aids.values()))
    @rule(data=st.data(), is_stale=is_wrong)
    def request_payment(self, data, is_stale: bool) -> None:
        aid = data.draw(st.sampled_from([name for name in AIDS if self.model.aids[name].has("GRANTED")]))
        found = self.model.aids[aid]
        granted = [rank for rank, term in enumerate(found.terms) if term.state == "GRANTED"]
        terms = data.draw(st.lists(st.sampled_from(granted), min_size=1, unique=True))
        who = MANAGER_OF[found.organisation]
        self.step("request_payment", who, aid=aid, terms=tuple(sorted(terms)), is_stale=is_stale)

    @precondition(lambda self: self.model.aids["asked"].state == "submitted")
    @rule(drawn=st.lists(st.tuples(*[st.integers(0, 30_000)] * 2), min_size=2, max_size=2))
    def validate(self, drawn) -> None:
        """What is granted on two funds, sometimes more than was asked or than a fund has left."""
        parts = [{"employer": from_cents(one), "landlord": from_cents(two)} for one, two in drawn]
        self.step("validate", "marc", aid="asked", parts=parts)

    @rule(aid=st.sampled_from(AIDS), is_stale=is_wrong)
    def stop(self, aid: str, is_stale: bool) -> None:
        self.step("stop", MANAGER_OF[self.model.aids[aid].organisation], aid=aid, is_stale=is_stale)

    # --- Orders ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.orders_in("to_sign"))
    @rule(data=st.data(), who=treasurer)
    def sign(self, data, who: str) -> None:
        self.step("sign", who, order=data.draw(st.sampled_from(self.orders_in("to_sign"))))

    @precondition(lambda self: self.orders_in("to_sign", "signed"))
    @rule(data=st.data(), who=treasurer, not_executed=is_right)
    def give_up(self, data, who: str, not_executed: bool) -> None:
        order = data.draw(st.sampled_from(self.orders_in("to_sign", "signed")))
        self.step("give_up", who, order=order, not_executed=not_executed)

    @precondition(lambda self: self.orders_in("signed", "sent"))
    @rule(data=st.data(), who=treasurer, account_confirmed=st.booleans(), is_early=is_wrong)
    def record_execution(self, data, who: str, **what) -> None:
        self.step(
            "record_execution",
            who,
            order=data.draw(st.sampled_from(self.orders_in("signed", "sent"))),
            **what,
        )

    @precondition(lambda self: self.orders_in("sent", "executed"))
    @rule(data=st.data(), who=treasurer)
    def reject(self, data, who: str) -> None:
        order = data.draw(st.sampled_from(self.orders_in("sent", "executed")))
        self.step("reject", who, order=order, **data.draw(ORDER_MOVES["reject"]))

    @precondition(lambda self: self.orders_in("rejected"))
    @rule(data=st.data(), move=st.sampled_from(["reorder", "release_rejected"]))
    def decide_rejection(self, data, move: str) -> None:
        order = data.draw(st.sampled_from(self.orders_in("rejected")))
        self.step(move, self.manager_of(order), order=order)

    @precondition(lambda self: self.orders_in("executed"))
    @rule(data=st.data())
    def confirm_receipt(self, data) -> None:
        self.step("confirm_receipt", "lea", order=data.draw(st.sampled_from(self.orders_in("executed"))))

    # --- Batches --------------------------------------------------------------------------------------------

    @precondition(lambda self: self.orders_in("signed"))
    @rule(data=st.data(), who=treasurer)
    def prepare_batch(self, data, who: str) -> None:
        orders = data.draw(st.lists(st.sampled_from(self.orders_in("signed")), min_size=1, unique=True))
        self.step("prepare_batch", who, orders=tuple(sorted(orders)))

    @precondition(lambda self: self.orders_in("batched"))
    @rule(data=st.data(), who=treasurer, move=st.sampled_from(["produce_file", "mark_sent", "cancel_batch"]))
    def move_batch(self, data, who: str, move: str) -> None:
        waiting = [number for number, batch in self.model.batches.items() if batch.state == "prepared"]
        batch = data.draw(st.sampled_from(waiting))
        self.step(move, who, batch=batch, **data.draw(BATCH_MOVES[move]))

    def held_batches(self) -> list[int]:
        """Prepared, their file made, and an order put on hold since."""
        orders = self.model.orders
        return [
            number
            for number, batch in self.model.batches.items()
            if batch.state == "prepared"
            and batch.has_file
            and any(self.model.is_on_hold(orders[order]) for order in batch.orders)
        ]

    @precondition(lambda self: self.held_batches())
    @rule(data=st.data(), who=treasurer, already_gone=is_wrong)
    def send_held_orders(self, data, who: str, already_gone: bool) -> None:
        batch = data.draw(st.sampled_from(self.held_batches()))
        self.step("mark_sent", who, batch=batch, already_gone=already_gone)

    # --- Recoveries -----------------------------------------------------------------------------------------

    @precondition(lambda self: self.orders_in("executed"))
    @rule(data=st.data(), who=st.sampled_from(["theo", "anne"]), amount=amounts)
    def ask_recovery(self, data, who: str, amount: Decimal) -> None:
        number = data.draw(st.sampled_from(self.orders_in("executed")))
        order = self.model.orders[number]
        chosen = data.draw(st.lists(st.sampled_from(order.terms), min_size=1, unique=True))
        self.step("ask_recovery", who, aid=order.aid, order=number, amounts=dict.fromkeys(chosen, amount))

    @precondition(lambda self: self.model.recoveries)
    @rule(data=st.data(), who=treasurer, move=st.sampled_from(["record_recovery", "drop_recovery"]))
    def settle_recovery(self, data, who: str, move: str) -> None:
        self.step(move, who, recovery=data.draw(st.sampled_from(sorted(self.model.recoveries))))

    # --- Funds and landlords --------------------------------------------------------------------------------

    @rule(data=st.data(), move=st.sampled_from(["contribute", "transfer"]))
    def move_funds(self, data, move: str) -> None:
        self.step(move, "anne", **data.draw(OTHER_MOVES[move]))

    @rule(data=st.data(), landlord=st.sampled_from(LANDLORDS))
    def change_landlord(self, data, landlord: str) -> None:
        """Another account, its second person, a word for the one the bank refused, or a suspension."""
        found = self.model.landlords[landlord]
        moves = ["confirm_account", "refuse_account"] if found.proposed else ["enter_account"]
        if found.is_refused:
            moves.append("vouch")
        move = data.draw(st.sampled_from([*moves, "suspend"]))
        if move == "enter_account":
            self.accounts += 1
            who = data.draw(st.sampled_from(["lea", "anne"]))
            self.step(move, who, landlord=landlord, account=f"Compte {self.accounts}")
        elif move == "suspend":
            self.step(move, "anne", landlord=landlord, is_active=not found.is_active)
        else:
            self.step(move, data.draw(treasurer), landlord=landlord)

    @rule(landlord=st.sampled_from(LANDLORDS))
    def replace_account(self, landlord: str) -> None:
        """Entered and confirmed at once: what was asked before is for an account that is no more."""
        if not self.model.landlords[landlord].proposed:
            self.accounts += 1
            self.step("enter_account", "anne", landlord=landlord, account=f"Compte {self.accounts}")
        self.step("confirm_account", "theo", landlord=landlord)

    # --- Bad moves ------------------------------------------------------------------------------------------

    @precondition(lambda self: self.last)
    @rule(data=st.data())
    def again(self, data) -> None:
        """The last thing done, once more: a double click, or somebody else's."""
        move, who, what = self.last
        self.step(move, data.draw(st.one_of(st.just(who), anybody)), **what)

    @rule(data=st.data(), who=anybody, move=st.sampled_from(sorted(ORDER_MOVES)))
    def anything_to_an_order(self, data, who: str, move: str) -> None:
        order = data.draw(st.sampled_from(sorted(self.model.orders)))
        self.step(move, who, order=order, **data.draw(ORDER_MOVES[move]))

    @rule(data=st.data(), who=anybody, move=st.sampled_from(sorted(BATCH_MOVES)))
    def anything_to_a_batch(self, data, who: str, move: str) -> None:
        batch = data.draw(st.sampled_from(sorted(self.model.batches)))
        self.step(move, who, batch=batch, **data.draw(BATCH_MOVES[move]))

    @rule(data=st.data(), who=anybody, move=st.sampled_from(sorted(OTHER_MOVES)))
    def anything_else(self, data, who: str, move: str) -> None:
        self.step(move, who, **data.draw(OTHER_MOVES[move]))


# --- What must always be true -------------------------------------------------------------------------------


def check_invariants(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> None:
    """What DOMAIN §6 and §9 say of two moments that follow each other, whatever the model thinks."""
    numbers: dict[str, list[int]] = {"order": [], "batch": [], "recovery": []}
    order_of: dict[str, str] = {}
    for (kind, key), text in after.items():
        if kind == "fund":
            balance = Balance(*map(Decimal, text.split()))
            assert not balance.faults()
        elif kind in numbers:
            numbers[kind].append(int(key))
        elif kind == "live":
            term, order = key.split()[0], text.split()[1]
            assert order_of.setdefault(term, order) == order, "two live orders of a term"
    for kind, found in numbers.items():
        assert sorted(found) == list(range(1, len(found) + 1)), kind
    for (kind, key), text in before.items():
        if kind == "order":
            state, *_between, amount = _words(text)
            new_state, *_between, new_amount = _words(after[kind, key])
            assert amount == new_amount
            assert state == new_state or (state, new_state) in LEGAL


def _words(text: str) -> list[str]:
    """State, batch, outcome and amount of an order's line; the account holder left out."""
    return text.split(" ")[:4]


def check_everything() -> None:
    """What the commit would check, then what the night does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    # The protocols of this world are rows without a file.
    checks = [check for check in integrity.CHECKS if check.name != "protocol_files"]
    assert [finding for finding in integrity.findings(checks) if finding.count] == []


def machine(world: World) -> type[Ledger]:
    product, model = opening(world)
    with tenancy.tenant(world.anne.context):
        for move, who, what in BEFORE:
            product.state()
            model = play(product, model, move, who, what)
        assert product.state() == product.expected(model)
        check_everything()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return type("Ledger", (Ledger,), {"product": product, "start": model})


def run(world: World, *, runs: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(world),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=runs < 100,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_ledger_is_what_its_model_says(world):
    run(world, runs=30, steps=STEPS)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_the_ledger_is_what_its_model_says_for_long(world, part):
    """2,000 runs in eight parts, of a world each: several workers may share them."""
    run(world, runs=250, steps=STEPS)
