"""From images found one by one to studies: display sets, in the order in which they are scrolled."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from medapp.errors import Problem
from medapp.i18n import listed
from medapp.imaging.archive import MEMBER
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.slices import Slice
from medapp.imaging.splitting import Group, split
from medapp.imaging.stack_order import in_order, missing_numbers, notes_on
from medapp.imaging.study import Note, NotImage, PresentationRef, Scan, Series, StructureRef, Study

_MISSING_TOLD = 8


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
    others = tuple(sorted(not_images, key=lambda n: n.path))
    return Scan(
        studies=with_companions(build_studies(images), others),
        not_images=others,
        problems=tuple(sorted(problems, key=lambda p: p.path)),
    )


def with_companions(studies: Sequence[Study], others: Iterable[NotImage]) -> tuple[Study, ...]:
    """Return the studies, each with what is about its images: presentation states, the oldest first; structure sets."""
    listed = list(others)
    states = [other.presentation for other in listed if other.presentation is not None]
    structures = [other.structures for other in listed if other.structures is not None]
    if not (states or structures):
        return tuple(studies)
    return tuple(_with_those(study, states, structures) for study in studies)


def _with_those(study: Study, states: Sequence[PresentationRef], structures: Sequence[StructureRef]) -> Study:
    instances = [instance for series in study.series for instance in series.instances]
    known = {instance.sop_instance_uid for instance in instances}
    spaces = {instance.geometry.frame_of_reference for instance in instances} - {""}
    chosen = [state for state in states if not known.isdisjoint(state.refers_to)]
    over = [one for one in structures if not (known.isdisjoint(one.refers_to) and spaces.isdisjoint(one.spaces))]
    return replace(
        study,
        presentations=tuple(sorted(chosen, key=lambda s: (s.created, s.source))),
        structures=tuple(sorted(over, key=lambda s: s.source)),
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
    parts = sorted((_display_sets(members) for members in by_series.values()), key=lambda sets: _series_order(sets[0]))
    return Study(
        uid=first.study_uid,
        patient=first.patient,
        series=tuple(series for sets in parts for series in sets),
        date=first.study_date,
        time=first.study_time,
        description=first.study_description,
        accession=first.accession,
    )


def _series_key(image: FoundImage) -> tuple[str, ...]:
    if image.instance.kind == "picture":
        return ("pictures", folder_of(image.instance.source))
    return image.series_uid, image.modality


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


def _display_sets(images: Sequence[FoundImage]) -> list[Series]:
    """Return the display sets of one DICOM series, or the pictures of one folder as one."""
    if images[0].instance.kind == "picture":
        return [_pictures(images)]
    stacked = [image for image in images if not image.alone]
    sets = _stacks(stacked) if stacked else []
    alone = sorted((image for image in images if image.alone), key=_number)
    return sets + [replace(_described(image), notes=image.notes) for image in alone]


def _pictures(images: Sequence[FoundImage]) -> Series:
    first = images[0]
    folder = folder_of(first.instance.source)
    instances = tuple(image.instance for image in sorted(images, key=_as_people_count))
    return Series(uid="", modality=first.modality, instances=instances, description=folder.rpartition("/")[2])


def _as_people_count(image: FoundImage) -> tuple[list[tuple[int, str]], str]:
    """Sort ``image 10`` behind ``image 9``: numbers in names count as numbers."""
    parts = re.split(r"([0-9]{1,18})", image.instance.source.casefold())
    return [(int(part), "") if n % 2 else (-1, part) for n, part in enumerate(parts)], image.instance.source


def _number(image: FoundImage) -> tuple[float, str, str]:
    instance = image.instance
    return _finite(instance.instance_number), instance.acquired, instance.source


def _finite(number: int | None) -> float:
    return math.inf if number is None else float(number)


def _stacks(images: Sequence[FoundImage]) -> list[Series]:
    """Return the stacks that the single-frame images of one series make."""
    groups = split([slice_of(key, image) for key, image in enumerate(images)])
    absent = _absent_numbers(groups)
    mixed = _of_sizes(images)
    return [_stack(images, group, (*mixed, *_of_absent(absent.get(n, ())))) for n, group in enumerate(groups)]


def _of_sizes(images: Sequence[FoundImage]) -> tuple[Note, ...]:
    sizes = len({(image.instance.rows, image.instance.columns) for image in images})
    return (Note.of("mixed_matrices", sizes=sizes),) if sizes > 1 else ()


def slice_of(key: int, image: FoundImage) -> Slice:
    """Return an image as the sorting sees it."""
    instance = image.instance
    return Slice(
        key=key,
        name=instance.source,
        size=(instance.rows, instance.columns),
        kind=(instance.sop_class_uid, instance.photometric.startswith("MONOCHROME")),
        number=_finite(instance.instance_number),
        acquired=instance.acquired,
        uid=instance.sop_instance_uid,
        geometry=instance.geometry,
        traits=image.traits,
    )


def _absent_numbers(groups: Sequence[Group]) -> dict[int, list[int]]:
    """Return the absent Instance Numbers of a series by the group that the number before each is in."""
    owner = {one.number: n for n, group in enumerate(groups) for one in group.slices}
    absent: dict[int, list[int]] = defaultdict(list)
    present = sorted(number for number in owner if math.isfinite(number))
    for number in missing_numbers(present):
        absent[owner[present[bisect_left(present, number) - 1]]].append(number)
    return absent


def _stack(images: Sequence[FoundImage], group: Group, of_series: tuple[Note, ...]) -> Series:
    ordered = in_order(group.slices)
    of_images = dict.fromkeys(note for one in ordered for note in images[one.key].notes)
    notes = (*of_images, *group.notes, *notes_on(ordered), *of_series)
    instances = tuple(images[one.key].instance for one in ordered)
    return replace(_described(images[ordered[0].key]), instances=instances, split=group.split, notes=notes)


def _of_absent(absent: Sequence[int]) -> tuple[Note, ...]:
    if not absent:
        return ()
    told = listed(absent[:_MISSING_TOLD]) + (" …" if len(absent) > _MISSING_TOLD else "")
    return (Note.of("missing_numbers", count=len(absent), numbers=told),)


def _described(image: FoundImage) -> Series:
    """Return what a display set takes from the series that its image names."""
    return Series(
        uid=image.series_uid,
        modality=image.modality,
        instances=(image.instance,),
        description=image.series_description,
        number=image.series_number,
        body_part=image.body_part,
    )
