"""Who may import, apply and settle the bank's statements; each answer carries its reason (DESIGN §2.7)."""

from django.utils.translation import gettext_lazy as _

from ales.verdict import ALLOWED, Verdict, refused
from members.access import Actor
from payments import bank_account
from payments.models import BankStatement, StatementLine
from payments.models.statement import LineOutcome, StatementState
from payments.rules.statements import EntryKind

#: Outcomes that a person may still replace; what they change stays in the journal.
OPEN = (LineOutcome.TO_SETTLE, LineOutcome.UNRELATED)


def may_import_statements(actor: Actor) -> Verdict:
    """The treasurer, once the association's account is configured."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier importe les relevés de la banque."))
    problem = bank_account.problem()
    return refused(problem) if problem else ALLOWED


def may_apply(actor: Actor, statement: BankStatement) -> Verdict:
    """The treasurer, unless the statement was set aside. Applied twice, it does nothing more."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier applique un relevé."))
    if statement.state == StatementState.SET_ASIDE:
        return refused(_("Ce relevé est écarté : il n’est plus appliqué."))
    return ALLOWED


def may_set_aside(actor: Actor, statement: BankStatement) -> Verdict:
    """The treasurer, before anything of it is applied."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier écarte un relevé."))
    if statement.state != StatementState.READ:
        return refused(_("Ce relevé est « %s » : il ne s’écarte plus.") % statement.get_state_display())
    return ALLOWED


def may_settle_line(actor: Actor, line: StatementLine) -> Verdict:
    """The treasurer, on a line that an applied statement left to settle or took for unrelated."""
    if not actor.is_treasurer:
        return refused(_("Seul le trésorier rapproche les lignes d’un relevé."))
    if line.kind == EntryKind.PENDING:
        return refused(_("Ce mouvement est seulement annoncé : attendez que la banque le comptabilise."))
    if line.outcome not in OPEN:
        return refused(_("Cette ligne est déjà rapprochée : %s.") % line.get_outcome_display())
    if line.statement.state != StatementState.APPLIED:
        return refused(_("Appliquez d’abord le relevé : ses lignes se rapprochent ensuite."))
    return ALLOWED
