"""What a label project is about, as a frozen value, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias

from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.i18n import named_in
from medapp.storage.labels import can_be_written
from medapp.training.cases.label_columns import said

Unit: TypeAlias = Literal["image", "series"]

PLAN_FILE = "label_project.json"
SCHEMA_VERSION = 1
FEWEST_CLASSES, MOST_CLASSES = 2, 9
LONGEST_NAME = 60


@dataclass(frozen=True)
class LabelPlan:
    """What is labelled, and with what.

    Attributes
    ----------
    title, created : str
        What people call it, and since when it is there (ISO 8601, UTC).
    classes : tuple of str
        Two to nine; their keys are 1 to 9.
    unit : {"image", "series"}
        What an answer is about.
    paths : tuple of str
        The files and folders that hold the cases.
    reader : str
        Who labelled last.
    seed : int
        Chooses which cases come back, and the order where it is mixed.
    mixed : bool
        Whether the cases come in a random order; else as they are found.
    """

    title: str
    classes: tuple[str, ...]
    unit: Unit = "image"
    paths: tuple[str, ...] = ()
    reader: str = ""
    created: str = ""
    seed: int = 0
    mixed: bool = False


def classes_in(text: str) -> tuple[str, ...]:
    """Return the classes in a line with commas or semicolons between them, Latin or Chinese ones.

    Raises
    ------
    MedappError
        As `checked_classes`.
    """
    names = (" ".join(part.split()) for part in named_in(text))
    return checked_classes([name for name in names if name])


def checked_classes(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of classes; raises ``labels.few``, ``.many``, ``.twice`` or ``labels.class_name``."""
    if len(names) < FEWEST_CLASSES:
        raise MedappError("labels.few")
    if len(names) > MOST_CLASSES:
        raise MedappError("labels.many", n=len(names), most=MOST_CLASSES)
    if len({name.casefold() for name in names}) < len(names):
        raise MedappError("labels.twice")
    for name in names:
        if said(name) != "other" or len(name) > LONGEST_NAME or not name.isprintable() or not can_be_written(name):
            raise MedappError("labels.class_name", name=name[:LONGEST_NAME], most=LONGEST_NAME)
    return tuple(names)


def write_plan(folder: Path, plan: LabelPlan) -> None:
    """Keep a plan; raises ``labels.not_saved`` where the disk refuses."""
    try:
        write_json(folder / PLAN_FILE, {"schema_version": SCHEMA_VERSION, **asdict(plan)})
    except OSError as error:
        raise MedappError("labels.not_saved", reason=error.strerror or "") from error


def read_plan(folder: Path) -> LabelPlan:
    """Return the plan in a folder; raises ``labels.no_project`` or ``labels.damaged``."""
    try:
        document = read_json(folder / PLAN_FILE)
    except FileNotFoundError as error:
        raise MedappError("labels.no_project", folder=folder.name) from error
    except (OSError, ValueError, RecursionError) as error:
        raise MedappError("labels.damaged", folder=folder.name) from error
    try:
        return _plan_from(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MedappError("labels.damaged", folder=folder.name) from error


def _plan_from(document: dict[str, Any]) -> LabelPlan:
    if int(document["schema_version"]) > SCHEMA_VERSION or document["unit"] not in {"image", "series"}:
        raise ValueError("a plan of a newer medapp")
    known = {f.name: document[f.name] for f in fields(LabelPlan) if f.name in document}
    texts = {name: str(known.get(name, "")) for name in ("title", "reader", "created")}
    classes = checked_classes([str(name) for name in known["classes"]])
    paths = tuple(str(path) for path in known["paths"])
    return LabelPlan(
        **texts,
        classes=classes,
        unit=document["unit"],
        paths=paths,
        seed=int(known.get("seed", 0)),
        mixed=bool(known.get("mixed")),
    )
