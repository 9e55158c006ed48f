"""Days on which banks settle SEPA transfers (the TARGET calendar). Pure: no Django, no clock."""

from datetime import date, timedelta

_DAY = timedelta(days=1)
#: Month and day of the closings that never move.
_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}


def is_banking_day(day: date) -> bool:
    """Neither a weekend, nor 1 January, Good Friday, Easter Monday, 1 May, 25 or 26 December."""
    easter = easter_sunday(day.year)
    return (
        day.weekday() < 5
        and (day.month, day.day) not in _FIXED
        and day not in {easter - 2 * _DAY, easter + _DAY}
    )


def next_banking_day(day: date) -> date:
    """The first banking day after `day`."""
    following = day + _DAY
    while not is_banking_day(following):
        following += _DAY
    return following


def easter_sunday(year: int) -> date:
    """Easter of the Gregorian calendar (the anonymous algorithm of 1876, « Butcher's »)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
