"""What is sent on, judged by others: `python -m tests.evidence interop WORK` writes ``interop.json``, ``interop.md``.

Twenty images of eight kinds with every kind of answer, and what ``medapp classify --report`` makes of the same images
with the built-in model: errors of dciodvfy, reading back by highdicom and dsrdump, C-STORE into a real Orthanc.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydicom import dcmread

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.registry import Registry
from medapp.files import write_json, write_text
from medapp.folders import user_folders
from medapp.imaging.readers import Readers
from medapp.interop.outcome import Outcome
from medapp.jobs import run_to_end
from medapp.workflows.folder_reading import classify_paths
from medapp.workflows.reading import Reading
from medapp.workflows.sending import Told, Wanted, send_on
from tests.conftest import SHARED_DATA
from tests.interop.made import FACTS, KINDS, prediction
from tests.interop.validators import (
    SOURCES,
    Node,
    data_set_of,
    dumped,
    errors_of,
    made_files,
    orthanc,
    program,
)

PROGRAMS = ("dciodvfy", "dsrdump", "Orthanc")


@dataclass(frozen=True)
class Judged:
    """What others say about the report and the picture of one image."""

    source: str
    modality: str
    state: str
    sr_errors: int
    sc_errors: int
    read_by_highdicom: bool
    read_by_dsrdump: bool
    stored: bool
    returned_unchanged: bool

    @property
    def is_good(self) -> bool:
        """Whether nobody objects."""
        good = self.read_by_highdicom and self.read_by_dsrdump and self.stored and self.returned_unchanged
        return good and not self.sr_errors + self.sc_errors


def main(arguments: list[str]) -> int:
    """Make the files, have them judged, write the table; 1 where anyone objects."""
    parser = argparse.ArgumentParser(prog="tests.evidence interop", description=__doc__)
    parser.add_argument("work", type=Path)
    work: Path = parser.parse_args(arguments).work
    missing = [name for name in PROGRAMS if program(name) is None]
    if missing or not SHARED_DATA.is_dir():
        print(f"not here: {missing or 'the reference data'}")
        return 3
    warnings.simplefilter("ignore")  # the reference data's own oddities
    work.mkdir(parents=True, exist_ok=True)
    with Readers() as readers, orthanc(work / "orthanc") as node:
        made = list(_of_each_kind(readers, work / "made", node))
        real = list(_of_the_model(readers, work / "real", node))
    _write(work, made, real)
    return 0 if all(row.is_good for row in (*made, *real)) else 1


def _of_each_kind(readers: Readers, folder: Path, node: Node) -> Iterator[Judged]:
    """Judge made-up answers of every kind about the twenty images."""
    outcomes = []
    for number, name in enumerate(SOURCES, 1):
        path = str(SHARED_DATA / "dicom" / name)
        frame, header = readers.frame(path, 0), readers.source_header(path)
        told = prediction(KINDS[number % len(KINDS)], frame.identity)
        outcomes.append(Outcome(number, path, 1, told, FACTS, header, frame))
    folder.mkdir(parents=True, exist_ok=True)
    made_files(outcomes, folder)
    for one, name in zip(outcomes, SOURCES, strict=True):
        assert one.header is not None
        files = [folder / f"{one.number:02d}.{ending}.dcm" for ending in ("sr", "sc")]
        yield _judged(name, one.header.get("Modality"), one.prediction.state, files, node)


def _of_the_model(readers: Readers, folder: Path, node: Node) -> Iterator[Judged]:
    """Judge what the program writes about the same images with the models in use."""
    paths = [SHARED_DATA / "dicom" / name for name in SOURCES]
    with Engine(EngineConfig(device="cpu")) as engine:
        reading = Reading(Registry(user_folders()), engine, None)
        answers = run_to_end(classify_paths(paths, reading, readers, heat_map=True)).answers
    first = {answer.path: answer for answer in reversed(answers) if answer.frame == 1}
    told = [Told(path, 1, answer.prediction) for path, answer in first.items()]
    sent = run_to_end(send_on(told, reading.package_of, readers, folder, Wanted(("sr", "sc", "csv", "json", "pdf"))))
    for one, row in zip(told, sent.rows, strict=True):
        files = [folder / name for ending in ("sr.dcm", "sc.dcm") for name in row.files if name.endswith(ending)]
        source = Path(one.source).relative_to(SHARED_DATA / "dicom").as_posix()
        yield _judged(source, readers.source_header(one.source).get("Modality"), row.values["state"], files, node)


def _judged(source: str, modality: str, state: str, files: list[Path], node: Node) -> Judged:
    report, capture = files
    stored = node.store(files) == [0, 0]
    return Judged(
        source=source,
        modality=modality,
        state=state,
        sr_errors=len(errors_of(report)),
        sc_errors=len(errors_of(capture)),
        read_by_highdicom=_read_by_highdicom(report, capture),
        read_by_dsrdump="Imaging Measurement Report" in dumped(report),
        stored=stored,
        returned_unchanged=all(_returned(path, node) for path in files),
    )


def _read_by_highdicom(report: Path, capture: Path) -> bool:
    from highdicom import imread
    from highdicom.sr import srread

    groups = srread(report).content.get_image_measurement_groups()
    return bool(groups) and imread(capture).pixel_array.shape[2] == 3


def _returned(path: Path, node: Node) -> bool:
    uid = dcmread(path, specific_tags=["SOPInstanceUID"]).SOPInstanceUID
    listed = node.listed()
    return uid in listed and data_set_of(node.returned(listed[uid])) == data_set_of(path.read_bytes())


def _write(work: Path, made: list[Judged], real: list[Judged]) -> None:
    parts = {"made-up answers of every kind": made, "the built-in model's answers": real}
    told = {title: [asdict(row) for row in rows] for title, rows in parts.items()}
    write_json(work / "interop.json", {"date": datetime.now(UTC).date().isoformat(), "parts": told})
    lines = []
    for title, rows in parts.items():
        lines += [f"## {title.capitalize()}: {sum(r.is_good for r in rows)} of {len(rows)} without objection", ""]
        lines += ["| image | modality | answer | dciodvfy errors SR, SC | highdicom | dsrdump | Orthanc |"]
        lines += ["|---|---|---|---|---|---|---|", *map(_line, rows), ""]
    write_text(work / "interop.md", "\n".join(lines))
    print("\n".join(lines))


def _line(row: Judged) -> str:
    orthanc_says = "stored, returned equal" if row.stored and row.returned_unchanged else "no"
    read = ("read" if row.read_by_highdicom else "no", "read" if row.read_by_dsrdump else "no")
    cells = (row.source, row.modality, row.state, f"{row.sr_errors}, {row.sc_errors}", *read, orthanc_says)
    return f"| {' | '.join(cells)} |"
