"""What the check says of things beside the picture: burned-in text, what goes with a class, numbers of patients."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from statistics import NormalDist

import numpy as np

from medapp.i18n import clauses, counted, headed
from medapp.training.cases.survey import Seen, Survey
from medapp.training.checking.confounding import Confounding, newcombe
from medapp.training.checking.findings import CASES_SHOWN, PATHS_SHOWN, Finding, Remedy, Severity
from medapp.training.figures.intervals import Estimate

CLEARLY, STRONGLY = 0.1, 0.3
"""Lower end of a difference between shares of patients from which it is told, and from which it is serious."""
LATER, MUCH_LATER = 0.55, 0.65
"""The same of the area of the date."""
WIDEST_MASK = 0.2
_AROUND_TEXT = 0.05
_LEVEL = 0.05


def about_writing(survey: Survey) -> Iterator[Finding]:
    """Tell of burned-in text: of the class that has it where the others have not, else only that there is some."""
    written = [one for one in survey.seen if _characters(one)]
    if not written:
        return
    classes = survey.folder.classes
    looks = [(name, found) for name in classes if (found := _more_often(survey.seen, name, len(classes)))]
    name, most = max(looks, key=lambda look: look[1].low or -1.0, default=("", Estimate(0.0)))
    if (most.low or 0.0) <= CLEARLY:
        yield Finding("text_in_pictures", "note", {"n": len(written)}, _names(written), cases=_shown(written))
        return
    of_class = [one for one in written if name in one.case.shows]
    total = sum(name in one.case.shows for one in survey.seen)
    others, rest = len(written) - len(of_class), len(survey.seen) - total
    yield Finding(
        "text_tells_class",
        "serious",
        {"name": name, "percent": round(100 * len(of_class) / total), "others": round(100 * others / rest)},
        _names(of_class),
        cases=_shown(of_class),
        figure=most,
        remedies=_against_text(of_class),
    )


def _characters(one: Seen) -> int:
    return 0 if one.sketch is None else int(one.sketch.writing[0])


def _more_often(seen: Sequence[Seen], name: str, looks: int) -> Estimate | None:
    """Return by how much more of the class' patients have text than of the others; all classes are looked at."""
    written: dict[tuple[bool, str], bool] = defaultdict(bool)
    for one in seen:
        written[name in one.case.shows, one.case.patient] |= _characters(one) > 0
    inside, outside = ([has for (of_class, _), has in written.items() if of_class == side] for side in (True, False))
    if not inside or not outside:
        return None
    quantile = NormalDist().inv_cdf(1 - _LEVEL / (2 * looks))
    return newcombe(sum(inside), len(inside), sum(outside), len(outside), quantile)


def _against_text(written: Sequence[Seen]) -> tuple[Remedy, ...]:
    """Return the remedies: a mask where the text lies in a narrow border, else to leave the pictures out."""
    exclude = Remedy("exclude", {"cases": tuple(one.case.name for one in written)})
    depths = [min(y, x, 1 - y, 1 - x) for one in written if one.sketch for _, y, x in [one.sketch.writing.tolist()]]
    share = round(float(np.percentile(depths, 90)) + _AROUND_TEXT, 3)
    mask = (Remedy("mask_border", {"share": share}),) if share <= WIDEST_MASK else ()
    return (*mask, exclude, Remedy("keep"))


def about_confounding(found: Sequence[Confounding]) -> Iterator[Finding]:
    """Tell what goes with a class so clearly that a model may learn it in place of the disease."""
    for one in found:
        severity = _severity(one)
        if severity is None:
            continue
        remedies = (Remedy("drop_source", {"value": one.value}),) if one.by in {"site", "device"} else ()
        params: dict[str, str | int | float] = {
            "name": one.label,
            "value": one.value,
            "percent": round(100 * one.with_it),
            "others": round(100 * one.without),
            "pairs": round(100 * one.difference.value),
            "table": _in_words(one),
        }
        yield Finding(
            f"confounded_{one.by}", severity, params, figure=one.difference, remedies=(*remedies, Remedy("keep"))
        )


def _severity(one: Confounding) -> Severity | None:
    told, serious = (LATER, MUCH_LATER) if one.by == "date" else (CLEARLY, STRONGLY)
    low = one.difference.low or 0.0
    return "serious" if low > serious else "caution" if low > told else None


def _in_words(one: Confounding) -> str:
    """Return the table as a text: for each value how many patients of each class."""
    rows = sorted(one.table.items()) if one.by == "date" else list(one.table.items())
    return clauses(headed(v or "…", counted(counts)) for v, counts in rows)


def about_numbers(survey: Survey) -> Iterator[Finding]:
    """Tell of patient numbers in file names that stand for files named differently, or for several classes."""
    if survey.rule.source not in {"names", "pattern"}:
        return
    kinds: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in survey.seen:
        kinds[one.case.patient].add((one.case.label, _words(one.case.name)))
    doubtful = {patient for patient, kind in kinds.items() if len(kind) > 1}
    if doubtful:
        about = sorted((one for one in survey.seen if one.case.patient in doubtful), key=lambda one: one.case.patient)
        yield Finding("numbers_doubtful", "caution", {"n": len(doubtful)}, _names(about), cases=_shown(about))


def _words(name: str) -> str:
    """Return what a file name has beside numbers."""
    return " ".join(re.findall(r"[^\W\d_]+", PurePath(name).stem))


def _names(seen: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(one.case.name for one in seen[:PATHS_SHOWN])


def _shown(seen: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(one.case.name for one in seen[:CASES_SHOWN])
