"""One export: which images they are, and the job that writes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from medapp.display.look import Extent
from medapp.display.viewport import Viewport
from medapp.errors import MedappError
from medapp.i18n import tell, tr
from medapp.imaging.readers import Readers
from medapp.jobs import Job, Progress, TimeLeft
from medapp.storage.measurements import Measurements
from medapp.ui.cell_content import content_of
from medapp.ui.cell_state import Cell, Picture, Place
from medapp.ui.drawn_picture import Screenlike, drawn_picture
from medapp.ui.export_measures import with_kept
from medapp.ui.export_wish import Content, ExportWish
from medapp.ui.prepared import PreparedFrames
from medapp.ui.state import State, find_series
from medapp.ui.voi_choices import choice_when_first_shown
from medapp.workflows.key_objects import KeyReference, write_key_objects
from medapp.workflows.picture_files import ValueKind, folder_of_pictures, write_picture, write_values


@dataclass(frozen=True)
class Exported:
    """What was written, and what could not be, as sentences."""

    target: Path
    files: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ExportPlan:
    """One export: the wish, what was on screen when it was made, and what it needs."""

    wish: ExportWish
    state: State
    places: tuple[Place, ...]
    screen: tuple[int, int]
    font_px: int
    prepared: PreparedFrames
    readers: Readers
    measurements: Measurements

    @property
    def screenlike(self) -> Screenlike:
        """How pictures of 8 bits are drawn."""
        wish = self.wish
        on_screen = wish.content == "screen"
        size, font_px = (self.screen, self.font_px) if on_screen else (None, 0)
        return Screenlike(size, font_px, texts=wish.texts, identity=wish.identity)


def exported(plan: ExportPlan) -> Job[Exported]:
    """Write what is wanted: one image as a file, several as a new folder that appears whole or not at all.

    Raises
    ------
    MedappError
        ``export.write``, and what is wrong with the image where it is the only one.
    """
    folder = Path(plan.wish.folder)
    if plan.wish.scope == "image":
        yield Progress(0, 1)
        path = _write_one(plan, plan.places[0], folder)
        return Exported(path, 1)
    with folder_of_pictures(folder, folder_name(plan)) as (made, target):
        done = yield from _write_several(plan, made)
    return replace(done, target=target)


def _write_several(plan: ExportPlan, folder: Path) -> Job[Exported]:
    left, refused, written = TimeLeft(), [], 0
    for number, place in enumerate(plan.places):
        yield Progress(number, len(plan.places), seconds_left=left.after(number, len(plan.places)))
        try:
            _write_one(plan, place, folder)
            written += 1
        except MedappError as error:
            if error.code == "export.write":
                raise
            refused.append(tr("export.refused", number=number + 1, reason=tell(error)))
    if plan.wish.key_object:
        references = [_reference(plan, place) for place in plan.places]
        yield Progress(len(plan.places), len(plan.places))
        objects, told = write_key_objects(references, plan.readers, folder)
        written, refused = written + objects, [*refused, *told]
    return Exported(folder, written, tuple(refused))


def folder_name(plan: ExportPlan) -> str:
    """Return a name that says what lies in the folder and not who the patient is."""
    if plan.wish.scope == "key_images":
        return "key-images"
    located = find_series(plan.state.scan, plan.places[0].series)
    assert located is not None
    series = located[1]
    return f"{series.modality}-{series.number}" if series.number is not None else series.modality


def _write_one(plan: ExportPlan, place: Place, folder: Path) -> Path:
    cell = cell_of(plan.state, place, plan.prepared)
    assert cell.picture is not None
    stem = f"{cell.picture.series.modality.lower()}-{place.index + 1:04d}"
    values: dict[Content, ValueKind] = {"modality": "modality", "stored": "stored"}
    kind = values.get(plan.wish.content)
    if kind is not None:
        extent = Extent(turned=Viewport())
        return write_values(folder, stem, cell.picture.frame, extent, kind, plan.wish.form)
    measuring = with_kept(plan.state.measuring, cell.picture, plan.measurements)
    content = content_of(replace(plan.state, measuring=measuring), cell, is_active=place == plan.state.place)
    return write_picture(folder, stem, drawn_picture(content, plan.screenlike), plan.wish.form)


def _reference(plan: ExportPlan, place: Place) -> KeyReference:
    located = find_series(plan.state.scan, place.series)
    assert located is not None
    instance, index = located[1].locate(place.index)
    return KeyReference(instance.source, index + 1)


def cell_of(state: State, place: Place, prepared: PreparedFrames) -> Cell:
    """Return an image as a cell would show it: the one on screen as it is, others as they would come up. Blocks."""
    if state.picture is not None and state.picture.place == place:
        return Cell(place, state.picture, viewport=state.viewport, voi=state.voi)
    located = find_series(state.scan, place.series)
    if located is None:
        raise MedappError("export.closed")
    study, series = located
    instance, index = series.locate(place.index)
    made = prepared.prepare((instance.source, index))
    picture = Picture(place, study, series, instance, made.frame, made.automatic, made.companion)
    same_series = state.place is not None and state.place.series == place.series
    voi = state.voi if place.series in state.voi else {**state.voi, place.series: choice_when_first_shown(picture)}
    return Cell(place, picture, viewport=state.viewport if same_series else picture.first_viewport, voi=voi)
