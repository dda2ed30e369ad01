"""Dates as people write them: which number is the day is read from the whole column, or left open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

DateOrder: TypeAlias = Literal["", "day", "month", "unclear"]
"""What comes first in 03/04/2021; empty where no date is written so."""
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})[./-](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(\d{4})[./年-](\d{1,2})[./月-](\d{1,2})(?!\d)")


def order_of(cells: Iterable[str]) -> DateOrder:
    """Return what comes first in the dates of a column: with points always the day; else a number over 12 tells.

    Examples
    --------
    >>> order_of(["03.04.2021"]), order_of(["03/04/2021", "04/13/2021"]), order_of(["03/04/2021"])
    ('day', 'month', 'unclear')
    """
    found = [match for cell in cells if (match := _YEAR_LAST.match(cell))]
    if not found:
        return ""
    day = any(int(match[1]) > 12 for match in found) or any(match[2] == "." for match in found)
    month = any(int(match[3]) > 12 for match in found)
    return "unclear" if day == month else "day" if day else "month"


def iso_date(cell: str, order: DateOrder) -> str:
    """Return a date as 2024-03-05 where it is known what its numbers mean; else as it stands, empty if unclear."""
    if match := _YEAR_FIRST.match(cell):
        return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    if match := _YEAR_LAST.match(cell):
        if order not in {"day", "month"}:
            return ""
        day, month = (match[1], match[3]) if order == "day" else (match[3], match[1])
        return f"{match[4]}-{int(month):02}-{int(day):02}"
    return cell
