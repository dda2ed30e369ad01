"""From images found one by one to studies: display sets, in the order in which they are scrolled."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from medapp.errors import Problem
from medapp.imaging.archive import MEMBER
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.study import Geometry, Instance, NotImage, Scan, Series, Study


def build_scan(found: Iterable[Found]) -> Scan:
    """Sort what was found into studies, files without pictures, and problems.

    The order in which files were read plays no part: the same files give the same scan.
    """
    images: list[FoundImage] = []
    not_images: list[NotImage] = []
    problems: list[Problem] = []
    for item in found:
        if isinstance(item, FoundImage):
            images.append(item)
        elif isinstance(item, NotImage):
            not_images.append(item)
        else:
            problems.append(item)
    return Scan(
        studies=build_studies(images),
        not_images=tuple(sorted(not_images, key=lambda n: n.path)),
        problems=tuple(sorted(problems, key=lambda p: p.path)),
    )


def build_studies(images: Iterable[FoundImage]) -> tuple[Study, ...]:
    """Return the studies that `images` make, the newest first, pictures last.

    Two patients with the same study UID are two studies: copied UIDs exist.
    """
    by_study: dict[tuple[str, ...], list[FoundImage]] = defaultdict(list)
    for image in sorted(images, key=lambda i: i.instance.source):
        by_study[_study_key(image)].append(image)
    studies = [_study(members) for members in by_study.values()]
    return tuple(sorted(studies, key=_newest_first))


def _study_key(image: FoundImage) -> tuple[str, ...]:
    if image.instance.kind == "picture":
        return ("pictures", "", "")
    patient = image.patient
    return (image.study_uid or f"none:{image.series_uid}", patient.patient_id, patient.name)


def _newest_first(study: Study) -> tuple[bool, tuple[int, ...], str, str]:
    pictures = study.uid == ""
    moment = tuple(-ord(c) for c in f"{study.date}{study.time}") or (1,)
    return pictures, moment, study.patient.name, study.uid


def _study(images: Sequence[FoundImage]) -> Study:
    first = images[0]
    by_series: dict[tuple[str, ...], list[FoundImage]] = defaultdict(list)
    for image in images:
        by_series[_series_key(image)].append(image)
    series = sorted((_series(members) for members in by_series.values()), key=_series_order)
    return Study(
        uid=first.study_uid,
        patient=first.patient,
        series=tuple(series),
        date=first.study_date,
        time=first.study_time,
        description=first.study_description,
        accession=first.accession,
    )


def _series_key(image: FoundImage) -> tuple[str, ...]:
    if image.instance.kind == "picture":
        return ("pictures", folder_of(image.instance.source))
    return image.series_uid, image.modality, image.stack


def folder_of(source: str) -> str:
    """Return the folder, or the archive and its inner folder, that a source lies in."""
    flat = source.replace("\\", "/")
    inner = flat.rpartition(MEMBER)[2]
    if MEMBER in flat and "/" not in inner:
        return flat.rpartition(MEMBER)[0]
    return flat.rpartition("/")[0]


def _series_order(series: Series) -> tuple[float, str, float, str]:
    first = series.instances[0]
    number = math.inf if series.number is None else series.number
    instance = math.inf if first.instance_number is None else first.instance_number
    return number, series.uid, instance, first.source


def _series(images: Sequence[FoundImage]) -> Series:
    first = images[0]
    instances = tuple(in_order([image.instance for image in images]))
    if first.instance.kind == "picture":
        folder = folder_of(first.instance.source)
        return Series(uid="", modality=first.modality, instances=instances, description=folder.rpartition("/")[2])
    return Series(
        uid=first.series_uid,
        modality=first.modality,
        instances=instances,
        description=first.series_description,
        number=first.series_number,
        body_part=first.body_part,
    )


def in_order(instances: Sequence[Instance]) -> list[Instance]:
    """Sort the images of a stack.

    By position along the normal of the slices where all have one and they differ, else by instance
    number; equal ones by instance number, time, and source, so that the order is always the same.
    """
    positions = [along_normal(i.geometry) for i in instances]
    known = [p for p in positions if p is not None]
    by_position = len(known) == len(instances) and len(known) > 1 and max(known) - min(known) > 1e-3

    def key(pair: tuple[Instance, float | None]) -> tuple[float, float, str, str]:
        instance, position = pair
        number = math.inf if instance.instance_number is None else float(instance.instance_number)
        place = round(position, 3) if by_position and position is not None else 0.0
        return place, number, instance.acquired, instance.source

    return [instance for instance, _ in sorted(zip(instances, positions, strict=True), key=key)]


def along_normal(geometry: Geometry) -> float | None:
    """Return the position of an image along the normal of its plane, millimetres; None where it is unknown."""
    if geometry.position is None or geometry.orientation is None:
        return None
    rx, ry, rz, cx, cy, cz = geometry.orientation
    normal = (ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx)
    return sum(n * p for n, p in zip(normal, geometry.position, strict=True))
