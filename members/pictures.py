"""What a fund's money has become, as a gauge and as a table (DOMAIN §6). Amounts are euros."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ales.money import ZERO, format_euros, to_cents
from ales.pictures import Picture, Segment, Table, gauge, strip
from members.models import Fund


@dataclass(frozen=True)
class Use:
    """What came in and where it went: `opening + contributed + transferred_in + recovered` is
    `paid + to_pay + transferred_out + available`, whatever the period.

    `opening` is what was available or to pay before it.
    """

    contributed: Decimal
    transferred_in: Decimal
    recovered: Decimal
    paid: Decimal
    to_pay: Decimal
    transferred_out: Decimal
    available: Decimal
    opening: Decimal = ZERO

    @property
    def whole(self) -> Decimal:
        return self.opening + self.contributed + self.transferred_in + self.recovered


def use_of(fund: Fund) -> Use:
    """Since the fund was opened."""
    return Use(
        contributed=fund.contributed,
        transferred_in=fund.transferred_in,
        recovered=fund.recovered,
        paid=fund.paid,
        to_pay=fund.to_pay,
        transferred_out=fund.transferred_out,
        available=fund.available,
    )


def fund_picture(use: Use, threshold: Decimal | None = None, name: str = "fonds") -> Picture | None:
    """The gauge and its table; None while nothing came in, or where a part is below nothing.

    That is a period into which money taken back later was moved: its figures stand, no length shows them.
    Under `threshold` euros left the fund is low.
    """
    caption = _("Ce que sont devenus les %s du fonds") % format_euros(use.whole)
    cents = None if threshold is None else to_cents(threshold)
    drawn = gauge(name, caption, _segments(use), threshold=cents)
    return Picture(caption, drawn, _table(use, threshold)) if drawn else None


def fund_strip(fund: Fund) -> SafeString:
    """The gauge alone, for a row that has the figures; empty where `fund_picture` is none."""
    drawn = strip(
        _("Utilisation du fonds"), _segments(use_of(fund)), threshold=to_cents(fund.alert_threshold)
    )
    return mark_safe(drawn)


def _segments(use: Use) -> tuple[Segment, ...]:
    """The parts of the bar; none where one of them is negative."""
    parts = (
        (_("payé"), use.paid, "solid"),
        (_("engagé, à payer"), use.to_pay, "striped"),
        (_("cédé à d’autres fonds"), use.transferred_out, "base"),
        (_("disponible"), use.available, "open"),
    )
    if any(amount < 0 for _label, amount, _look in parts):
        return ()
    return tuple(
        Segment(label, to_cents(amount), look, format_euros(amount)) for label, amount, look in parts
    )


def _table(use: Use, threshold: Decimal | None) -> Table:
    moved = (
        (_("+ Reçu d’autres fonds (reports, virements)"), use.transferred_in),
        (_("+ Recouvré"), use.recovered),
        (_("− Payé"), use.paid),
        (_("− Engagé, à payer"), use.to_pay),
        (_("− Cédé à d’autres fonds (reports, virements)"), use.transferred_out),
    )
    shown = [(_("Disponible ou à payer à l’ouverture"), use.opening)] if use.opening else []
    shown += [(_("+ Versé"), use.contributed), *((label, amount) for label, amount in moved if amount)]
    shown.append((_("= Disponible"), use.available))
    if threshold is not None:
        shown.append((_("Seuil d’alerte"), threshold))
    return Table(
        (_("Le fonds"), _("Montant")), tuple((label, format_euros(amount)) for label, amount in shown)
    )
