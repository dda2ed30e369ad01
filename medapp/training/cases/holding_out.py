"""Whom to seal where more is known than the patient: whole sites, else the later ones; for use elsewhere and later."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

Basis: TypeAlias = Literal["site", "date"]
Side: TypeAlias = Literal["sealed", "development"]

FEWEST_SITES = 3
FEWEST_PATIENTS = 5
"""Patients under which a site is too small to count as one."""
KNOWN_SHARE = 0.95
"""Share of the patients whose site (or date) must be known."""
FEWEST_DATES = 20
WANTED = 0.2
FEWEST, MOST = 0.1, 0.5
"""Bounds of the share of each class' patients that may be sealed."""
MOST_SITES = 12
"""Sites beyond the largest ones are never sealed: there are too many ways to choose."""


@dataclass(frozen=True)
class Origin:
    """Where and when the pictures of a patient (or of patients who share one) were taken.

    Attributes
    ----------
    sites : frozenset of str
        Empty where they are not known.
    dates : frozenset of str
        Years, months and days without anything between, so that they sort.
    """

    sites: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HeldOut:
    """Who is sealed, and by what.

    Attributes
    ----------
    by : {"site", "date"}
        What decided.
    sealed : frozenset of str
        Patients.
    sites : tuple of str
        The sites that are held out.
    since : str
        The month from which on patients are sealed, ``2024-03``.
    """

    by: Basis
    sealed: frozenset[str]
    sites: tuple[str, ...] = ()
    since: str = ""


def hold_out(
    origins: Mapping[str, Origin], classes: Mapping[str, set[str]], fixed: Mapping[str, Side]
) -> HeldOut | None:
    """Choose whole sites to seal where there are three or more, else the later dates; None where neither serves.

    Parameters
    ----------
    origins : mapping of str to Origin
        By patient.
    classes : mapping of str to set of str
        The patients of each class.
    fixed : mapping of str to str
        Sides that an earlier training recorded; a choice that goes against them is none.

    Notes
    -----
    Each class has between a tenth and half of its patients sealed; of the choices that allow it the one nearest to a
    fifth of all is taken. A patient seen at a sealed site is sealed, whatever other sites there are.
    """
    candidates = [*_by_site(origins)] or [*_by_date(origins)]
    serving = [one for one in candidates if _serves(one, classes, fixed)]
    return min(serving, key=lambda one: (abs(len(one.sealed) / len(origins) - WANTED), one.sites), default=None)


def _serves(held: HeldOut, classes: Mapping[str, set[str]], fixed: Mapping[str, Side]) -> bool:
    if any((patient in held.sealed) != (side == "sealed") for patient, side in fixed.items()):
        return False
    shares = [len(patients & held.sealed) / len(patients) for patients in classes.values() if patients]
    return all(FEWEST <= share <= MOST for share in shares)


def _by_site(origins: Mapping[str, Origin]) -> Iterator[HeldOut]:
    """Yield each way to seal one or more of the sites, as long as it is no more than half of the patients."""
    patients = Counter(site for origin in origins.values() for site in origin.sites)
    sites = [site for site, n in sorted(patients.items(), key=lambda item: (-item[1], item[0])) if n >= FEWEST_PATIENTS]
    known = sum(bool(origin.sites) for origin in origins.values())
    if len(sites) < FEWEST_SITES or known < KNOWN_SHARE * len(origins):
        return
    for size in (1, 2, 3):
        for chosen in combinations(sorted(sites[:MOST_SITES]), size):
            if size < len(sites) - 1:
                kept = frozenset(patient for patient, origin in origins.items() if origin.sites & set(chosen))
                yield HeldOut("site", kept, chosen)


def _by_date(origins: Mapping[str, Origin]) -> Iterator[HeldOut]:
    """Yield the ways to seal whoever came first in or after a month; a patient counts by the first date."""
    first = {patient: min(origin.dates) for patient, origin in origins.items() if origin.dates}
    dates = sorted(first.values())
    if len(first) < KNOWN_SHARE * len(origins) or len(set(dates)) < FEWEST_DATES:
        return
    place = math.floor((1 - WANTED) * len(dates))
    months = sorted({date[:6] for date in dates})
    near = dates[place][:6]
    position = months.index(near)
    for month in months[max(1, position - 3) : position + 4]:
        sealed = frozenset(patient for patient, date in first.items() if date[:6] >= month)
        yield HeldOut("date", sealed, since=f"{month[:4]}-{month[4:6]}")


def comparable_date(date: str) -> str:
    """Return a date as ``YYYYMMDD`` where it is one (DICOM's own, or with marks between); else an empty string.

    Examples
    --------
    >>> comparable_date("2024-03-05"), comparable_date("20240305"), comparable_date("5 March")
    ('20240305', '20240305', '')
    """
    digits = date.strip().replace("-", "").replace("/", "").replace(".", "")[:8]
    if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
        return ""
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return digits if 1900 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= 31 else ""
