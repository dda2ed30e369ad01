"""What is fed with damaged files, and what each must do: answer, or refuse with a code that has a text."""

from __future__ import annotations

import io
import json
import shutil
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from medapp.classify.package import MANIFEST
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.registry import Registry
from medapp.errors import MedappError, Problem
from medapp.folders import Folders
from medapp.i18n import catalogue
from medapp.imaging.found import FoundImage
from medapp.imaging.phantom import PhantomCase, radiograph
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.jobs import run_to_end
from medapp.storage.results import Results
from medapp.storage.running import Running
from medapp.storage.settings import Settings, SettingsFile
from medapp.training.runs.events import EVENTS_FILE
from medapp.training.runs.run import Run
from medapp.workflows.project_file import PROJECT_FILE
from medapp.workflows.project_state import Question
from medapp.workflows.teaching import Project
from tests.trial_packages import package_at

ANSWERED = "answered"
BROKE = "BROKE "
SECONDS_PER_FILE = 10.0
LARGEST_ORIGINAL = 600_000
FORBIDDEN = frozenset({"unexpected", "reader.died", "reader.slow"})
"""A reader that dies or hangs costs nothing but itself; still it is what the long runs look for."""


@dataclass(frozen=True)
class Original:
    """A file to be damaged, or that was; the name tells which."""

    name: str
    content: bytes


def judged(code: str) -> str:
    """Return the outcome of a refusal with `code`."""
    if code in FORBIDDEN or f"problem.{code}" not in catalogue():
        return BROKE + code
    return f"refused {code}"


class Target(ABC):
    """One kind of file, and the part of the program that reads it."""

    name: str
    batch = 1

    def __init__(self, data: Path, scratch: Path) -> None:
        self.data = data
        self.scratch = scratch / self.name
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)

    @cached_property
    @abstractmethod
    def originals(self) -> tuple[Original, ...]:
        """The files to be damaged, always in the same order."""

    @abstractmethod
    def outcomes(self, damaged: Sequence[Original]) -> list[str]:
        """Return what came of each damaged file: `ANSWERED`, ``refused <code>``, or ``BROKE <what>``."""

    @cached_property
    def readers(self) -> Readers:
        """One reader, started when it is needed."""
        return Readers(ReaderConfig(processes=1, seconds_per_file=SECONDS_PER_FILE))

    def close(self) -> None:
        """End the reader."""
        if "readers" in self.__dict__:
            self.readers.close()


class _Read(Target):
    """Files that go through a reader process, header and pixels."""

    batch = 100

    def outcomes(self, damaged: Sequence[Original]) -> list[str]:
        paths = [self.scratch / f"{n}.dcm" for n in range(len(damaged))]
        for path, file in zip(paths, damaged, strict=True):
            path.write_bytes(file.content)
        replies = list(self.readers.headers([str(path) for path in paths]))
        return [self._outcome(str(path), reply.found) for path, reply in zip(paths, replies, strict=True)]

    def _outcome(self, source: str, found: object) -> str:
        if isinstance(found, Problem):
            return judged(found.code)
        if not isinstance(found, FoundImage):
            return ANSWERED
        try:
            for index in sorted({0, found.instance.frames - 1}):
                frame = self.readers.frame(source, index)
                if not frame.stored.size:
                    return BROKE + "empty picture"
        except MedappError as error:
            return judged(error.code)
        return ANSWERED


class DicomFiles(_Read):
    """DICOM of every kind: the reference data."""

    name = "dicom"

    @cached_property
    def originals(self) -> tuple[Original, ...]:
        files = sorted(p for p in (self.data / "dicom").rglob("*") if p.is_file())
        small = [p for p in files if p.stat().st_size <= LARGEST_ORIGINAL and p.suffix not in {".json", ".gz", ".md"}]
        spread = _spread(small)
        return tuple(Original(p.relative_to(self.data).as_posix(), p.read_bytes()) for p in spread)


def _spread(files: Sequence[Path], most: int = 12) -> list[Path]:
    """Return at most `most` files of each folder: a series of like slices proves no more than a few of them."""
    taken: dict[Path, int] = {}
    kept = []
    for path in files:
        taken[path.parent] = taken.get(path.parent, 0) + 1
        if taken[path.parent] <= most or "pydicom" in path.parts or "cornerstone3D" in path.parts:
            kept.append(path)
    return kept


class Pictures(_Read):
    """Common pictures of every format that is read."""

    name = "pictures"

    @cached_property
    def originals(self) -> tuple[Original, ...]:
        grey = (radiograph(PhantomCase(1, nodule=True, size=48)) >> 4).astype(np.uint8)
        deep = Image.fromarray(radiograph(PhantomCase(2, nodule=False, size=48)))
        plain, colour = Image.fromarray(grey), Image.fromarray(np.stack([grey, grey // 2, 255 - grey], axis=-1))
        floats = Image.fromarray(grey.astype(np.float32))
        made = [
            (plain, "PNG", {}),
            (deep, "PNG", {}),
            (colour.quantize(16), "PNG", {}),
            (plain.convert("1"), "PNG", {}),
            (plain, "JPEG", {}),
            (colour, "JPEG", {"progressive": True}),
            (colour.convert("CMYK"), "JPEG", {}),
            (deep, "TIFF", {}),
            (floats, "TIFF", {}),
            (colour, "TIFF", {"compression": "tiff_lzw"}),
            (colour, "TIFF", {"compression": "tiff_adobe_deflate"}),
            (plain.convert("1"), "TIFF", {"compression": "group4"}),
            (colour, "TIFF", {"compression": "jpeg"}),
            (plain, "TIFF", {"save_all": True, "append_images": [plain, colour]}),
            (colour, "BMP", {}),
            (colour, "WEBP", {"lossless": True}),
            (colour, "WEBP", {"quality": 60}),
        ]
        return tuple(
            Original(f"{n}-{kind}", _saved(image, kind, **options)) for n, (image, kind, options) in enumerate(made)
        )


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


class Archives(Target):
    """ZIP files of scans and DICOMDIR sets, through the scan of a folder."""

    name = "archives"

    @cached_property
    def originals(self) -> tuple[Original, ...]:
        pydicom = self.data / "dicom" / "pydicom"
        parts = {name: (pydicom / name).read_bytes() for name in ("CT_small.dcm", "MR_small.dcm")}
        listings = sorted((self.data / "dicom").rglob("DICOMDIR*"))
        zips = [
            Original(f"zip-{method}", zipped(parts, method)) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        ]
        folders = [Original(p.relative_to(self.data).as_posix(), p.read_bytes()) for p in listings]
        return (*zips, *folders)

    def outcomes(self, damaged: Sequence[Original]) -> list[str]:
        return [self._outcome(file) for file in damaged]

    def _outcome(self, file: Original) -> str:
        path = self.scratch / ("a.zip" if file.name.startswith("zip") else "DICOMDIR")
        path.write_bytes(file.content)
        start = time.monotonic()
        try:
            found = run_to_end(scan([path], self.readers))
        except MedappError as error:
            return judged(error.code)
        finally:
            path.unlink()
        if time.monotonic() - start > 2 * SECONDS_PER_FILE:
            return BROKE + "slow"
        told = sorted((judged(p.code) for p in found.problems), key=lambda outcome: not outcome.startswith(BROKE))
        return ANSWERED if found.studies and not told else [*told, "refused nothing in it"][0]


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP file of `parts`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, method)
    return stream.getvalue()


class Packages(Target):
    """Model packages as ZIP files: damaged outside, and inside with the hashes made to fit again."""

    name = "packages"

    @cached_property
    def _parts(self) -> dict[str, bytes]:
        folder = package_at(self.scratch / "whole").path
        files = (p for p in sorted(folder.rglob("*")) if p.is_file())
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}

    @cached_property
    def originals(self) -> tuple[Original, ...]:
        inside = [Original(name, content) for name, content in self._parts.items() if name != MANIFEST]
        return (Original("zip", zipped(self._parts)), *inside)

    def outcomes(self, damaged: Sequence[Original]) -> list[str]:
        return [self._outcome(file) for file in damaged]

    def _outcome(self, file: Original) -> str:
        root = self.scratch / "station"
        shutil.rmtree(root, ignore_errors=True)
        path = self.scratch / "given.zip"
        path.write_bytes(file.content if file.name == "zip" else self._with(file))
        registry = Registry(Folders(root / "data", root / "cache", root / "config"), builtin=root / "none")
        try:
            package = registry.install(path)
            _ = package.weights(), package.novelty(), package.report(), package.card(), package.training_set()
            outcome = ANSWERED
        except MedappError as error:
            outcome = judged(error.code)
        left = [p.name for p in root.rglob("*") if p.name.startswith((".", "package-"))]
        return BROKE + "left behind" if left else outcome

    def _with(self, file: Original) -> bytes:
        """Return the package with one part replaced, and a manifest that fits."""
        parts = {**self._parts, file.name: file.content}
        del parts[MANIFEST]
        lines = [f"{sha256(part).hexdigest()}  {name}\n" for name, part in sorted(parts.items())]
        return zipped({**parts, MANIFEST: "".join(lines).encode()})


class OwnFiles(Target):
    """The small files that the program writes itself."""

    name = "own files"

    @cached_property
    def originals(self) -> tuple[Original, ...]:
        folder = self.scratch / "whole"
        SettingsFile(folder / "settings.json").save(Settings())
        running = Running(folder / "running.json")
        running.begin()
        running.note_opened([Path("a")])
        project = Project.create(folder / "projects", "trial")
        project.ask(Question(find="ill"))
        with Results(folder / "results.sqlite") as results:
            results.put([_prediction()])
        events = [
            {"event": "started"},
            {"event": "progress", "phase": "reading", "done": 1, "total": 2},
            {"event": "failed", "code": "x"},
        ]
        files = {
            "settings.json": (folder / "settings.json").read_bytes(),
            "running.json": (folder / "running.json").read_bytes(),
            PROJECT_FILE: (project.folder / PROJECT_FILE).read_bytes(),
            "results.sqlite": (folder / "results.sqlite").read_bytes(),
            EVENTS_FILE: "".join(json.dumps(event) + "\n" for event in events).encode(),
        }
        return tuple(Original(name, content) for name, content in files.items())

    def outcomes(self, damaged: Sequence[Original]) -> list[str]:
        return [self._outcome(file) for file in damaged]

    def _outcome(self, file: Original) -> str:
        folder = self.scratch / "read"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / file.name).write_bytes(file.content)
        try:
            return _READ[file.name](folder / file.name)
        except MedappError as error:
            return judged(error.code)
        except Exception as error:  # noqa: BLE001 - whatever it is, it broke
            return BROKE + type(error).__name__


def _read_results(path: Path) -> str:
    with Results(path) as results:
        results.get("identity", "hash")
        results.put([_prediction()])
        kept = results.get("identity", "hash")
    return ANSWERED if kept is not None else BROKE + "results forget"


def _after(result: object) -> str:
    return ANSWERED if result is not None else BROKE + "nothing"


_READ: Mapping[str, Callable[[Path], str]] = {
    "settings.json": lambda path: _after(SettingsFile(path).load()),
    "running.json": lambda path: _after(Running(path).begin()),
    PROJECT_FILE: lambda path: _after(Project.open(path.parent).steps()),
    EVENTS_FILE: lambda path: _after(Run(path.parent).state()),
    "results.sqlite": _read_results,
}


def _prediction() -> Prediction:
    return Prediction(ModelKey("trial", "1.0", "hash"), "identity", {"a": 0.25, "b": 0.75}, "b")


TARGETS: tuple[type[Target], ...] = (DicomFiles, Pictures, Archives, Packages, OwnFiles)
