"""Reading every case once: what it is, whose it is, and a hash of what is in it. Through the reader processes."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from medapp.classify.preprocess import is_grey_picture
from medapp.errors import MedappError, Problem
from medapp.files import sha256_of
from medapp.i18n import tr
from medapp.imaging.found import FoundImage, HeaderReply
from medapp.imaging.frame import Frame
from medapp.imaging.study import NotImage
from medapp.jobs import Job, Progress, TimeLeft
from medapp.training.cases.case import Case, CaseFolder
from medapp.training.cases.case_traits import CaseTraits, traits_of_case
from medapp.training.cases.file_facts import file_facts
from medapp.training.cases.header_facts import HeaderFacts, header_facts
from medapp.training.cases.patients import PatientRule, choose_rule, patient_key
from medapp.training.cases.sketch import Sketch, sketch_of
from medapp.training.cases.sketch_store import PictureFacts, SketchStore

READS_IN_FLIGHT = 4


class ReadsFrames(Protocol):
    """What a survey needs of ``imaging.readers.Readers``."""

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        """Yield what each source is, in order."""
        ...

    def frame(self, source: str, index: int = 0) -> Frame:
        """Return one frame."""
        ...


@dataclass(frozen=True)
class Seen:
    """A case that could be read.

    Attributes
    ----------
    case : Case
        The case, with its patient key.
    content : str
        SHA-256 of the decoded picture, the same for the same picture in another file format.
    file_hash : str
        SHA-256 of the file's bytes.
    rows, columns : int
        Size of the picture.
    frames : int
        Frames in the file; the first is used.
    modality : str
        DICOM modality, or ``PICTURE``.
    colour : bool
        Whether the picture has colours.
    traits : CaseTraits
        Site, machine, view, sex, age, date, as far as they are known.
    header : HeaderFacts
        How the picture was made, as far as its header says.
    sketch : Sketch or None
        What is remembered of the picture, taken at the one reading of it.
    """

    case: Case
    content: str
    file_hash: str
    rows: int
    columns: int
    frames: int = 1
    modality: str = "PICTURE"
    colour: bool = False
    traits: CaseTraits = field(default_factory=CaseTraits)
    header: HeaderFacts = field(default_factory=HeaderFacts)
    sketch: Sketch | None = None


@dataclass(frozen=True)
class Survey:
    """Everything that the cases turned out to be.

    Attributes
    ----------
    folder : CaseFolder
        What was listed.
    rule : PatientRule
        What tells patients apart.
    seen : tuple of Seen
        The cases that could be read, in the order of their names.
    unreadable : tuple of Problem
        The files that could not, with the reason.
    not_images : tuple of NotImage
        Files without a picture.
    """

    folder: CaseFolder
    rule: PatientRule
    seen: tuple[Seen, ...]
    unreadable: tuple[Problem, ...] = ()
    not_images: tuple[NotImage, ...] = field(default=())


def content_hash(frame: Frame) -> str:
    """Return the SHA-256 of the modality values of a frame, shape and polarity.

    Grey pictures stored as RGB, in another integer type or another file format have the same hash.
    """
    values = frame.modality_values()
    if values.ndim == 3 and (values[..., :1] == values).all():
        values = values[..., 0]
    if values.dtype.kind in "iub":
        values = values.astype(np.int32)
    digest = hashlib.sha256(repr((values.shape, values.dtype.kind, frame.inverted)).encode())
    digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def survey(
    folder: CaseFolder,
    readers: ReadsFrames,
    pattern: str | None = None,
    on_frame: Callable[[int, Frame], None] | None = None,
    store: SketchStore | None = None,
) -> Job[Survey]:
    """Read every case.

    Parameters
    ----------
    folder : CaseFolder
        The files.
    readers : Readers
        The reader pool.
    pattern : str, optional
        Regular expression that finds the patient in the file's name.
    on_frame : callable, optional
        Called in a worker thread with the position in ``folder.cases`` and the decoded frame, so that
        a training need not decode twice.
    store : SketchStore, optional
        What earlier surveys know of the same files; what it knows is not decoded again, unless `on_frame` wants it.

    Yields
    ------
    Progress
        One a case.

    Raises
    ------
    MedappError
        ``patients.pattern`` or ``patients.no_match`` for a bad pattern.
    """
    choose_rule([case.name for case in folder.cases], [""] * len(folder.cases), pattern)  # a bad pattern fails at once
    images, not_images, unreadable = yield from _sort_headers(folder, readers)
    positions = list(images)
    keys = [_header_key(images[position]) for position in positions]
    chosen = [folder.cases[position] for position in positions]
    rule = choose_rule([case.name for case in chosen], keys, pattern, [case.patient for case in chosen])
    left, seen = TimeLeft(), []
    with ThreadPoolExecutor(READS_IN_FLIGHT, thread_name_prefix="ThreadPoolExecutor-survey") as pool:
        waiting: deque[tuple[int, Future[Seen]]] = deque()
        queue = iter(positions)
        try:
            for done in range(len(positions)):
                while len(waiting) < 2 * READS_IN_FLIGHT and (position := next(queue, None)) is not None:
                    task = pool.submit(
                        _read, folder.cases[position], images[position], position, readers, on_frame, store
                    )
                    waiting.append((position, task))
                position, task = waiting.popleft()
                try:
                    seen.append(_with_patient(task.result(), rule, images[position]))
                except (MedappError, OSError) as error:
                    unreadable.append(Problem.from_error(folder.cases[position].source, error))
                yield Progress(done + 1, len(positions), tr("survey.reading"), left.after(done + 1, len(positions)))
        finally:
            for _, task in waiting:
                task.cancel()
    unreadable.sort(key=lambda problem: problem.path)
    return Survey(folder, rule, tuple(seen), tuple(unreadable), tuple(not_images))


def _sort_headers(
    folder: CaseFolder, readers: ReadsFrames
) -> Job[tuple[dict[int, FoundImage], list[NotImage], list[Problem]]]:
    """Return images by position, files without a picture, and problems."""
    images: dict[int, FoundImage] = {}
    not_images: list[NotImage] = []
    unreadable: list[Problem] = []
    total = len(folder.cases)
    for position, reply in enumerate(readers.headers([case.source for case in folder.cases])):
        match reply.found:
            case FoundImage():
                images[position] = reply.found
            case NotImage():
                not_images.append(reply.found)
            case Problem():
                unreadable.append(reply.found)
        yield Progress(position + 1, total, tr("survey.headers"))
    return images, not_images, unreadable


def _read(
    case: Case,
    found: FoundImage,
    position: int,
    readers: ReadsFrames,
    on_frame: Callable[[int, Frame], None] | None,
    store: SketchStore | None,
) -> Seen:
    path = Path(case.source)
    file_hash = sha256_of(path)
    facts = store.get(file_hash) if store is not None and on_frame is None else None
    if facts is None:
        frame = readers.frame(case.source, 0)
        if on_frame is not None:
            on_frame(position, frame)
        facts = _facts_of(frame, path)
        if store is not None:
            store.put(file_hash, facts)
    return Seen(
        case,
        facts.content,
        file_hash,
        facts.rows,
        facts.columns,
        found.instance.frames,
        facts.modality,
        facts.colour,
        traits_of_case(case, found),
        header_facts(found),
        facts.sketch,
    )


def _facts_of(frame: Frame, path: Path) -> PictureFacts:
    sketch, colour = sketch_of(frame, file_facts(path)), not is_grey_picture(frame)
    return PictureFacts(content_hash(frame), *frame.shape, frame.modality, colour, sketch)


def _header_key(found: FoundImage) -> str:
    patient = found.patient
    return f"{patient.issuer}|{patient.patient_id}" if patient.patient_id.strip() else ""


def _with_patient(seen: Seen, rule: PatientRule, found: FoundImage) -> Seen:
    key = patient_key(rule, seen.case.name, _header_key(found), seen.content, seen.case.patient)
    return replace(seen, case=replace(seen.case, patient=key))
