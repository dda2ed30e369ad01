"""How old a patient was when an image was taken."""

from __future__ import annotations

from datetime import date

_UNITS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}


def years_old(age: str, born: str, taken: str) -> float | None:
    """Return the age in years, None where it is not known.

    Parameters
    ----------
    age : str
        Patient's Age (0010,1010), as in ``045Y`` (PS3.5 6.2, AS); it wins.
    born, taken : str
        Dates as ``YYYYMMDD``.

    Examples
    --------
    >>> years_old("018M", "", ""), years_old("", "20200101", "20250101"), years_old("old", "", "")
    (1.5, 5.002053388090349, None)
    """
    number, unit = age[:-1], age[-1:].upper()
    if number.isascii() and number.isdigit() and unit in _UNITS:
        return int(number) * _UNITS[unit]
    try:
        then, now = (date(int(day[:4]), int(day[4:6]), int(day[6:])) for day in (born, taken))
    except ValueError:
        return None  # no dates, or a day that the month does not have
    return (now - then).days / 365.25 if now >= then else None
