"""Answers written into a folder in the forms that others can read. Nothing is overwritten, and every file is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from medapp import schemas
from medapp.classify.package import Package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.display.look import Look
from medapp.errors import MedappError
from medapp.files import json_bytes, write_free
from medapp.i18n import tell, tr
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.source_header import SourceHeader
from medapp.interop.outcome import DICOM, FORMATS, PICTURES, TABLES, Format, ModelFacts, Outcome, StackFacts
from medapp.interop.picture import picture_with_contour
from medapp.interop.press import Press
from medapp.interop.rows import Refused, Row, values_of
from medapp.interop.tables import as_csv, as_document
from medapp.jobs import Job, Progress, TimeLeft

Packages: TypeAlias = Callable[[ModelKey], Package | None]
_ENDINGS: dict[Format, str] = {"sr": ".sr.dcm", "sc": ".sc.dcm", "pdf": ".pdf"}


@dataclass(frozen=True)
class Wanted:
    """In which forms answers are sent on, and whether those that need no identity tell it all the same."""

    formats: tuple[Format, ...] = FORMATS
    with_identity: bool = False


@dataclass(frozen=True, eq=False)
class Told:
    """An answer about one frame of a source.

    Attributes
    ----------
    source : str
    frame_number : int
        From 1.
    prediction : Prediction
    frame : Frame or None
        Where it is in memory already; else it is read when a form needs it.
    look : Look or None
        What the picture is shown with; None for the file's own window.
    sop_instance_uid : str
        Of the instance that the answer is about, where it is known: a file that holds another one by now is refused.
    """

    source: str
    frame_number: int
    prediction: Prediction
    frame: Frame | None = None
    look: Look | None = None
    sop_instance_uid: str = ""


@dataclass(frozen=True, eq=False)
class ToldStack:
    """An answer about a stack: it is filed with its foremost image.

    Attributes
    ----------
    foremost : Told
        Its prediction is what the stack comes to.
    facts : StackFacts
    """

    foremost: Told
    facts: StackFacts


@dataclass(frozen=True)
class Sent:
    """What was written, and what could not be: of each answer, and of stacks."""

    folder: Path
    files: tuple[Path, ...]
    rows: tuple[Row, ...]
    of_stacks: tuple[Refused, ...] = ()

    @property
    def refusals(self) -> tuple[Refused, ...]:
        """Every form in which an answer could not be sent on."""
        return (*(refused for row in self.rows for refused in row.refused), *self.of_stacks)


@dataclass(eq=False)
class _Run:
    """What one run of `send_on` works with."""

    readers: Readers
    packages: Packages
    press: Press
    folder: Path
    wanted: Wanted
    facts: dict[ModelKey, ModelFacts] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def needs(self, formats: frozenset[Format]) -> bool:
        """Tell whether any of these forms is wanted."""
        return not formats.isdisjoint(self.wanted.formats)

    def facts_of(self, key: ModelKey) -> ModelFacts:
        """Return what is told of a model; its package is read once."""
        if key not in self.facts:
            self.facts[key] = ModelFacts.of(key, self.packages(key))
        return self.facts[key]


def prepared_folder(folder: Path) -> Path:
    """Make the folder that results go to, so that one which cannot be written is told before anything is computed.

    Raises
    ------
    MedappError
        ``send.folder``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise MedappError("send.folder", name=folder.name[:100], reason=_why(error)) from error
    return folder


def send_on(
    told: Sequence[Told],
    packages: Packages,
    readers: Readers,
    folder: Path,
    wanted: Wanted,
    stacks: Sequence[ToldStack] = (),
) -> Job[Sent]:
    """Write answers into a folder.

    Parameters
    ----------
    told : sequence of Told
    packages : callable
        Gives the package that a key names, None where it is no longer there.
    readers : Readers
        Read what is kept of the instances, and the frames that are not in memory.
    folder : Path
        Made where it is not there. A name that is taken gets a number.
    wanted : Wanted
    stacks : sequence of ToldStack
        Each has one structured report, ``stack-….sr.dcm``, where that form is wanted.

    Returns
    -------
    Sent
        SR, SC and PDF are a file for each answer; CSV and JSON one for all, written last.

    Raises
    ------
    MedappError
        ``send.folder``, ``send.write`` where the disk refuses. What was written until then is whole. A form that
        cannot be made of one image (``send.not_dicom`` …) is told in `Sent.rows` and raises nothing.
    """
    rows: list[Row] = []
    refused: list[Refused] = []
    left = TimeLeft()
    with Press() as press:
        run = _Run(readers, packages, press, prepared_folder(folder), wanted)
        for number, one in enumerate(told, 1):
            rows.append(_written(run, number, one))
            text = tr("send.progress", done=number, total=len(told))
            yield Progress(number, len(told), text, left.after(number, len(told)))
        for number, stack in enumerate(stacks if "sr" in wanted.formats else (), 1):
            refused += _write_stack(run, number, stack)
            yield Progress(len(told), len(told))
    _write_tables(run, rows)
    return Sent(folder, tuple(run.files), tuple(rows), tuple(refused))


def _write_stack(run: _Run, number: int, stack: ToldStack) -> list[Refused]:
    """Write the report of a stack, or return why there is none."""
    refused: list[Refused] = []
    one = stack.foremost
    header = _header(run, one, refused)
    if not refused:
        model = run.facts_of(one.prediction.model)
        outcome = Outcome(number, one.source, one.frame_number, one.prediction, model, header, stack=stack.facts)
        try:
            data = run.press.make("sr", outcome, None, with_identity=False)
        except MedappError as error:
            refused += _refusals(run, frozenset({"sr"}), error)
        else:
            _write(run, f"stack-{number:05d}", _ENDINGS["sr"], data)
    return [one for one in refused if one.form == "sr"]


def _written(run: _Run, number: int, one: Told) -> Row:
    """Write the files of one answer."""
    refused: list[Refused] = []
    outcome = Outcome(number, one.source, one.frame_number, one.prediction, run.facts_of(one.prediction.model))
    outcome = replace(outcome, header=_header(run, one, refused))
    files: list[str] = []
    if run.needs(PICTURES):
        try:
            outcome = replace(outcome, frame=_frame(run, one))
        except MedappError as error:
            changed = error.code == "send.changed"
            refused += _refusals(run, PICTURES | DICOM if changed else PICTURES, error)
    for form, data in _objects(run, outcome, one.look, refused):
        files.append(_write(run, _stem(outcome), _ENDINGS[form], data))
    return Row(values_of(outcome, with_identity=run.wanted.with_identity), tuple(files), tuple(refused))


def _header(run: _Run, one: Told, refused: list[Refused]) -> SourceHeader | None:
    """Return what is kept of the instance; a picture has none, which refuses the forms that need one."""
    if not (run.needs(DICOM) or run.wanted.with_identity or "pdf" in run.wanted.formats):
        return None
    try:
        header = run.readers.source_header(one.source)
        if one.sop_instance_uid not in {"", header.get("SOPInstanceUID")}:
            raise MedappError("send.changed")
    except MedappError as error:
        refused += _refusals(run, DICOM, error)
        return None
    return header


def _frame(run: _Run, one: Told) -> Frame:
    frame = one.frame or run.readers.frame(one.source, one.frame_number - 1)
    if one.prediction.identity not in {"", frame.identity}:
        raise MedappError("send.changed")
    return frame


def _objects(run: _Run, outcome: Outcome, look: Look | None, refused: list[Refused]) -> Iterator[tuple[Format, bytes]]:
    """Yield the forms of one answer as bytes; what cannot be made is told in `refused`."""
    picture = picture_with_contour(outcome, look) if outcome.frame is not None else None
    done = {refusal.form for refusal in refused}
    for form in run.wanted.formats:
        if form in TABLES or form in done:
            continue
        try:
            data = run.press.make(form, outcome, picture, with_identity=run.wanted.with_identity)
        except MedappError as error:
            refused += _refusals(run, frozenset({form}), error)
        else:
            yield form, data


def _refusals(run: _Run, formats: frozenset[Format], error: MedappError) -> list[Refused]:
    return [Refused(form, error.code, tell(error)) for form in run.wanted.formats if form in formats]


def _write_tables(run: _Run, rows: list[Row]) -> None:
    """Write the files that hold all answers."""
    if "csv" in run.wanted.formats:
        _write(run, "results", ".csv", as_csv(rows).encode("utf-8", "backslashreplace"))
    if "json" in run.wanted.formats:
        document = as_document(rows, with_identity=run.wanted.with_identity)
        schemas.check("send_on", document)
        _write(run, "results", ".json", json_bytes(document, indent=1) + b"\n")


def _stem(outcome: Outcome) -> str:
    """Return a name without identity: the answer's number, and the beginning of the hash of the image's values."""
    identity = outcome.prediction.identity or (outcome.frame.identity if outcome.frame is not None else "")
    return f"{outcome.number:05d}-{identity[:8] or 'image'}"


def _write(run: _Run, stem: str, ending: str, data: bytes) -> str:
    """Write a file under a name that is free, and return that name."""
    try:
        path = write_free(run.folder, stem, ending, data)
    except OSError as error:
        raise MedappError("send.write", reason=_why(error)) from error
    run.files.append(path)
    return path.name


def _why(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
