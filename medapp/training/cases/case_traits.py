"""What is known of a case beside its picture: site, machine, view, sex, age and date; for the split and the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medapp.i18n import tr
from medapp.imaging.ages import years_old
from medapp.imaging.found import FoundImage
from medapp.training.cases.case import Case
from medapp.training.cases.holding_out import comparable_date

LONGEST = 64
GROUPED = ("site", "maker", "sex", "age", "view", "modality")
"""Traits by which figures are told, in the order of the report."""
AGE_BANDS = (1, 6, 18, 40, 60, 80)
"""Years at which a new band of ages begins."""


def grouped_by(trait: str) -> str:
    """Return what cases were grouped by, in words; a trait of another version as it is written."""
    return tr(f"report.by.{trait}") if trait in GROUPED else trait


def age_band(years: float | None) -> str:
    """Return the band of an age, for example ``18–39``; empty where the age is not known.

    Examples
    --------
    >>> age_band(0.5), age_band(18), age_band(91)
    ('0', '18–39', '80+')
    """
    if years is None or not 0 <= years < 150:
        return ""
    begin = max((edge for edge in (0, *AGE_BANDS) if edge <= years), default=0)
    following = [edge for edge in AGE_BANDS if edge > begin]
    if not following:
        return f"{begin}+"
    return f"{begin}–{following[0] - 1}" if following[0] - 1 > begin else str(begin)


@dataclass(frozen=True)
class CaseTraits:
    """What is known of a case; empty where nothing is.

    Attributes
    ----------
    site : str
        From the table of cases, else Institution Name (0008,0080).
    maker : str
        Manufacturer (0008,0070).
    sex, age : str
        Patient's Sex (0010,0040), and a band of years.
    view, modality : str
        View Position (0018,5101) and Modality.
    date : str
        ``YYYYMMDD``.
    """

    site: str = ""
    maker: str = ""
    sex: str = ""
    age: str = ""
    view: str = ""
    modality: str = ""
    date: str = ""


def traits_of_case(case: Case, found: FoundImage) -> CaseTraits:
    """Return what the table of cases and the header tell; the table wins."""
    origin, taken = found.origin, comparable_date(case.date) or comparable_date(found.study_date)
    return CaseTraits(
        site=_plain(case.site or origin.institution),
        maker=_plain(origin.maker).upper(),
        sex=found.patient.sex.strip().upper()[:1],
        age=age_band(years_old(origin.age, comparable_date(found.patient.birth_date), taken)),
        view=_plain(found.instance.view_position).upper(),
        modality=found.modality if found.instance.kind == "dicom" else "",
        date=taken,
    )


def grouped(traits: Sequence[CaseTraits]) -> dict[str, list[str]]:
    """Return the traits of cases as columns, for the groups of the report."""
    return {name: [getattr(one, name) for one in traits] for name in GROUPED}


def _plain(words: str) -> str:
    return " ".join(words.split())[:LONGEST]
