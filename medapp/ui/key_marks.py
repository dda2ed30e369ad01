"""Which images are marked, and where they lie. Pure."""

from __future__ import annotations

from medapp.imaging.study import Instance, Scan, Study
from medapp.storage.key_images import KeyImage, instance_key
from medapp.ui.cell_state import Picture, Place
from medapp.ui.state import KeyMarks, series_key


def key_image_of(picture: Picture) -> KeyImage:
    """Return what a picture is marked by."""
    return KeyImage(instance_key(picture.instance), picture.frame.number)


def is_marked(picture: Picture | None, marks: KeyMarks) -> bool:
    """Tell whether a picture is a key image."""
    return picture is not None and bool(marks.marked) and key_image_of(picture) in marks.marked


def places_of(scan: Scan, marked: frozenset[KeyImage]) -> dict[str, tuple[int, ...]]:
    """Return where the marked images lie, by the keys of their series."""
    frames: dict[str, set[int]] = {}
    for image in marked:
        frames.setdefault(image.instance, set()).add(image.frame)
    found = {}
    for series in (series for study in scan.studies for series in study.series) if frames else ():
        places, start = [], 0
        for instance in series.instances:
            wanted = frames.get(instance_key(instance))
            places += _within(instance, wanted, start) if wanted else []
            start += len(instance.shown)
        if places:
            found[series_key(series)] = tuple(places)
    return found


def _within(instance: Instance, wanted: set[int], start: int) -> list[int]:
    return [start + number for number, frame in enumerate(instance.shown) if frame + 1 in wanted]


def ordered_places(study: Study, marks: KeyMarks) -> tuple[Place, ...]:
    """Return the key images of a study in the order of the browser."""
    keys = (series_key(series) for series in study.series)
    return tuple(Place(key, index) for key in keys for index in marks.places.get(key, ()))
