"""``medapp info``: what files and folders hold, as a listing or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medapp.errors import MedappError
from medapp.files import is_there
from medapp.i18n import tell, tr
from medapp.imaging.archive import split_source
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Note, PresentationRef, Scan, Series, Study
from medapp.jobs import run_to_end

SCHEMA_VERSION = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help=tr("cli.info.paths"))
    parser.add_argument("--json", action="store_true", help=tr("cli.json"))


def run(args: argparse.Namespace) -> int:
    """Print what `args.paths` hold; raises where none of them exists."""
    if not any(is_there(split_source(path)[0]) for path in args.paths):
        raise MedappError("info.nothing", path=args.paths[0])
    with Readers() as readers:
        found = run_to_end(scan([Path(path) for path in args.paths], readers))
    if args.json:
        print(json.dumps(document_of(found), indent=2))
    else:
        _print_listing(found)
    return 0


def document_of(found: Scan) -> dict[str, Any]:
    """Return a scan as the JSON document of schema ``info``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "studies": [_study(study) for study in found.studies],
        "not_images": [{"path": n.path, "what": n.what} for n in found.not_images],
        "problems": [{"path": p.path, "code": p.code, "reason": tell(p)} for p in found.problems],
    }


def _study(study: Study) -> dict[str, Any]:
    return {
        "uid": study.uid,
        "patient": asdict(study.patient),
        "date": study.date,
        "time": study.time,
        "description": study.description,
        "accession": study.accession,
        "series": [_series(series) for series in study.series],
        "presentations": [_presentation(state) for state in study.presentations],
    }


def _presentation(state: PresentationRef) -> dict[str, Any]:
    return {
        "path": state.source,
        "label": state.label,
        "description": state.description,
        "created": state.created,
        "images": list(state.refers_to),
    }


def _notes(notes: Sequence[Note]) -> list[dict[str, str]]:
    return [{"code": note.code, "text": _text_of(note)} for note in notes]


def _text_of(note: Note) -> str:
    return tr(f"note.{note.code}", **dict(note.params))


def _series(series: Series) -> dict[str, Any]:
    first = series.instances[0]
    return {
        "uid": series.uid,
        "modality": series.modality,
        "description": series.description,
        "number": series.number,
        "body_part": series.body_part,
        "instances": len(series.instances),
        "frames": series.frames,
        "rows": first.rows,
        "columns": first.columns,
        "spacing_mm": first.geometry.spacing_mm,
        "spacing_source": first.geometry.spacing_source,
        "files": [instance.source for instance in series.instances],
        "frame_order": [list(instance.frame_order) for instance in series.instances if instance.frame_order],
        "split": _notes(series.split),
        "notes": _notes(series.notes),
    }


def _print_listing(found: Scan) -> None:
    for study in found.studies:
        about = (study.patient.name, study.patient.patient_id, study.date, study.description)
        _print_line(tr("info.study", about=" · ".join(t for t in about if t) or tr("info.no_patient")))
        for series in study.series:
            _print_series(series)
        for state in study.presentations:
            named = " · ".join(text for text in (state.label, state.description) if text)
            _print_line(tr("info.presentation", about=named or "–", images=len(state.refers_to)))
    for other in found.not_images:
        _print_line(tr("info.not_image", path=other.path, what=tr(f"what.{other.what}")))
    for problem in found.problems:
        _print_line(tr("info.problem", path=problem.path, reason=tell(problem)))
    images = sum(series.frames for study in found.studies for series in study.series)
    counts = {"images": images, "studies": len(found.studies)}
    _print_line(tr("info.sum", **counts, not_images=len(found.not_images), problems=len(found.problems)))


def _print_series(series: Series) -> None:
    first = series.instances[0]
    described = [series.description or "–", *(_text_of(note) for note in series.split)]
    size = {"columns": first.columns, "rows": first.rows}
    about = " · ".join(described)
    _print_line(tr("info.series", modality=series.modality, description=about, images=series.frames, **size))
    for note in series.notes:
        _print_line(tr("info.note", text=_text_of(note)))


def _print_line(text: str) -> None:
    """Print `text` whatever the terminal can show: file names may hold any bytes."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))
