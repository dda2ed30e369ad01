"""Which cases of a label project are open, and where each is in the scan."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from medapp.imaging.archive import MEMBER
from medapp.imaging.study import Scan, Series, Study
from medapp.storage.labels import can_be_written
from medapp.ui.cell_state import Picture, Place
from medapp.ui.state import series_key
from medapp.workflows.label_plan import LabelPlan, Unit
from medapp.workflows.label_ranking import Unlabelled
from medapp.workflows.labelling import file_name


def places_of(scan: Scan, plan: LabelPlan) -> dict[str, Place]:
    """Return the cases of a project that are open, in the order of the browser, and where each is shown first."""
    roots = tuple(plan.paths)
    return {name: place for name, place, _, _ in _cases(scan, plan.unit) if _is_below(name, roots)}


def unlabelled(scan: Scan, plan: LabelPlan, wanted: frozenset[str]) -> list[Unlabelled]:
    """Return the `wanted` cases with what a model is asked about; of a series its middle image."""
    rows = []
    for name, place, study, series in _cases(scan, plan.unit):
        if name in wanted:
            instance, frame = series.locate(place.index)
            rows.append(Unlabelled(name, instance.source, frame, study.patient))
    return rows


def files_of(scan: Scan) -> dict[str, tuple[str, ...]]:
    """Return the files of each series by the name of its case."""
    every = (series for study in scan.studies for series in study.series)
    return {_name(series): tuple(file_name(i.source) for i in series.instances) for series in every}


def case_of(picture: Picture, unit: Unit) -> str:
    """Return the case that a picture belongs to."""
    return _name(picture.series) if unit == "series" else file_name(picture.instance.source)


def _name(series: Series) -> str:
    return file_name(series.instances[0].source)


def _cases(scan: Scan, unit: Unit) -> Iterator[tuple[str, Place, Study, Series]]:
    for study in scan.studies:
        for series in study.series:
            key, index = series_key(series), 0
            if unit == "series":
                if can_be_written(_name(series)):
                    yield _name(series), Place(key, series.frames // 2), study, series
                continue
            for instance in series.instances:
                name = file_name(instance.source)
                if can_be_written(name):
                    yield name, Place(key, index), study, series
                index += len(instance.shown)


def _is_below(name: str, roots: Sequence[str]) -> bool:
    return any(name == root or name.startswith((root + os.sep, root + "/", root + MEMBER)) for root in roots)
