"""Hanging rules: which series of a study stand where when it is opened, and how they are first shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.priors import most_alike, plane_of_body, priors_of
from medapp.imaging.study import Geometry, Scan, Series, Study, Window
from medapp.imaging.voi import presets_for

Side: TypeAlias = Literal["", "left", "right"]
_NAMED_SIDES = {"left": "A", "right": "P"}
"""Where the chest wall stands on the screen, and which way the rows then count up: away from the wall is anterior."""


@dataclass(frozen=True)
class CellRule:
    """What stands in a cell.

    Attributes
    ----------
    views : tuple of str
        View Positions that are taken, upper case; empty: any.
    laterality : str
        ``R``, ``L``, or any.
    plane : str
        ``axial``, ``coronal``, ``sagittal``, or any.
    description : str
        A text that stands in the Series Description, whatever its case; or any.
    prior : int
        0 for the study, 1 for the one before it, and so on.
    like : int or None
        A cell of the rule: the series of this cell's study that is most like the one there; in the same study, it.
    largest : bool
        The series with most images, not the first one.
    window : Window or None
        What it is first shown with.
    preset : str
        A preset of its modality that it is first shown with, such as ``lung``.
    wall : str
        On which side of the cell the chest wall of a breast stands.
    empty : bool
        Whether nothing stands in it.
    """

    views: tuple[str, ...] = ()
    laterality: str = ""
    plane: str = ""
    description: str = ""
    prior: int = 0
    like: int | None = None
    largest: bool = False
    window: Window | None = None
    preset: str = ""
    wall: Side = ""
    empty: bool = False


@dataclass(frozen=True)
class Rule:
    """A layout, and what it is for.

    Attributes
    ----------
    name : str
        Of the person's own; of those that come with the program, the text is ``hanging.<name>``.
    modalities : tuple of str
        Of which the study has a series.
    words : tuple of str
        One of them stands in a body part or a description of the study; empty: any study.
    rows, columns : int
        1 to 3.
    cells : tuple of CellRule
        In reading order.
    fewest : int
        So many cells must be filled for the rule to fit; 0: all.
    link : tuple of str
        ``scroll``, ``window``, ``zoom``.
    own : bool
        Whether a person made it.
    """

    name: str
    modalities: tuple[str, ...]
    rows: int
    columns: int
    cells: tuple[CellRule, ...]
    words: tuple[str, ...] = ()
    fewest: int = 0
    link: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Hung:
    """How a series that a rule has hung is first shown.

    Attributes
    ----------
    series : str
        The key of the series; another one in the cell is shown as ever.
    window : Window or None
    wall : str
    aspect : float
        Width of the cell divided by its height.
    """

    series: str
    window: Window | None = None
    wall: Side = ""
    aspect: float = 1.0


def hang(rule: Rule, scan: Scan, study: Study) -> tuple[Series | None, ...] | None:
    """Return which series stand in the cells of a rule; None where the rule does not fit the study.

    Parameters
    ----------
    rule : Rule
    scan : Scan
        All that is open: the patient's earlier studies among it.
    study : Study
        The one that is opened.
    """
    if not any(series.modality in rule.modalities for series in study.series) or not _is_about(study, rule.words):
        return None
    studies = study, *priors_of(scan, study)
    chosen: list[Series | None] = []
    for cell in rule.cells:
        chosen.append(_chosen(rule, cell, studies, chosen))
    filled = sum(series is not None for series in chosen)
    return tuple(chosen) if filled >= (rule.fewest or len(rule.cells)) else None


def _is_about(study: Study, words: tuple[str, ...]) -> bool:
    told = [study.description, *(t for series in study.series for t in (series.body_part, series.description))]
    return not words or any(word.casefold() in text.casefold() for word in words for text in told)


def _chosen(rule: Rule, cell: CellRule, studies: tuple[Study, ...], chosen: list[Series | None]) -> Series | None:
    if cell.empty or cell.prior >= len(studies):
        return None
    like = chosen[cell.like] if cell.like is not None and cell.like < len(chosen) else None
    if like is not None and cell.like is not None and rule.cells[cell.like].prior == cell.prior:
        return like
    taken = {id(series) for series in chosen}
    found = [s for s in studies[cell.prior].series if id(s) not in taken and _fits(rule, cell, s)]
    if cell.like is not None:
        return most_alike(like, found) if like is not None else None
    return max(found, key=lambda s: s.frames) if found and cell.largest else next(iter(found), None)


def _fits(rule: Rule, cell: CellRule, series: Series) -> bool:
    first = series.instances[0]
    return (
        series.modality in rule.modalities
        and (not cell.views or first.view_position.upper() in cell.views)
        and (not cell.laterality or first.laterality.upper()[:1] == cell.laterality)
        and (not cell.plane or plane_of_body(series) == cell.plane)
        and cell.description.casefold() in series.description.casefold()
    )


def window_for(cell: CellRule, modality: str) -> Window | None:
    """Return the window that a cell's rule asks for, by itself or as a preset of the modality."""
    return cell.window or next((p for p in presets_for(modality) if p.name == cell.preset), None)


def at_the_wall(viewport: Viewport, geometry: Geometry, image: ImageShape, hung: Hung) -> Viewport:
    """Return `viewport` with the chest wall at the side of the cell where it belongs, the breast back to back.

    Parameters
    ----------
    viewport : Viewport
        Fitted, as the picture is first shown.
    geometry : Geometry
        Patient Orientation tells on which side of the image the wall is (PS3.3 C.7.6.1.1.1); where it does not,
        nothing is turned round.
    image : ImageShape
    hung : Hung

    Notes
    -----
    The part that is fitted is made as wide as the cell, beyond the outer edge of the image: so the inner edge stands at
    the edge of the cell.
    """
    if not hung.wall:
        return viewport
    right = (geometry.patient_orientation or ("", ""))[0][:1]
    is_turned = right in ("A", "P") and right != _NAMED_SIDES[hung.wall]
    width = image.rows * image.stretch[1] * hung.aspect / image.stretch[0]
    if width <= image.columns:
        return replace(viewport, flipped=is_turned)
    first, last = -0.5, image.columns - 0.5
    wall_at_first = (hung.wall == "left") != is_turned
    area = (first, first + width) if wall_at_first else (last - width, last)
    return replace(viewport, flipped=is_turned, area=(area[0], -0.5, area[1], image.rows - 0.5))
