"""The dashboard's card about the bank's statements."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ales.dates import format_date
from ales.money import format_euros
from ales.registry import Card
from members.access import Actor
from payments.models import BankStatement, StatementLine
from payments.models.statement import StatementState

#: Rows of a dashboard card.
SHOWN = 5


def statements_to_apply(request: HttpRequest) -> list[Card]:
    """The treasurer's: statements read and not applied, then lines to settle by hand; none, no card."""
    actor: Actor = request.actor
    if not actor.is_treasurer:
        return []
    statements = BankStatement.objects.visible_to(actor).filter(state=StatementState.READ)
    rows = [
        {
            "text": str(statement),
            "detail": _("à vérifier, importé le %s") % format_date(localtime(statement.imported_at).date()),
            "url": reverse("payments:statement", args=[statement.public_id]),
        }
        for statement in statements.order_by("imported_at", "id")[:SHOWN]
    ]
    lines = StatementLine.objects.visible_to(actor).to_settle().order_by("booked_on", "id")
    rows += [
        {
            "text": format_euros(line.amount),
            "detail": line.note,
            "url": reverse("payments:statement_line", args=[line.public_id]),
        }
        for line in lines[: SHOWN - len(rows)]
    ]
    if not rows:
        return []
    return [
        Card(
            title=_("Relevés à vérifier, lignes à rapprocher"),
            icon="building-library",
            rows=rows,
            empty="",
            url=reverse("payments:statements"),
            url_label=_("Les relevés de la banque"),
            order=22,
            tone="warning",
        )
    ]
