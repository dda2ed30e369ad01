"""What is known of images before they are decoded: their files were read once, and the answers were kept."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass

from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.errors import MedappError
from medapp.imaging.archive import split_source
from medapp.imaging.frame import Frame
from medapp.storage.results import ReadFile, Results
from medapp.workflows.batches import FrameOf, Outcome, Wanted
from medapp.workflows.reading import Reading

log = logging.getLogger(__name__)
_COARSE_SECONDS = 0.1
"""By so much the times that file systems tell may lie behind the clock."""


@dataclass(frozen=True, eq=False)
class Recalled:
    """An answer that was kept; `is_current` where the model that gave it is the one that would be asked now."""

    prediction: Prediction
    is_current: bool


class Memory:
    """Finds kept answers by file. A file that was changed since is another one.

    Parameters
    ----------
    reading : Reading
        Says which model would be asked.
    results : Results
        Keeps answers, and which file holds which image.
    """

    def __init__(self, reading: Reading, results: Results) -> None:
        self._reading, self._results = reading, results
        self._packages: dict[tuple[str, str, str], Package | None] = {}
        self._stamp: tuple[str, str] = ("", "")
        self._before: dict[Wanted, str] = {}

    def recall(self, images: Sequence[Wanted]) -> dict[Wanted, Recalled]:
        """Return what was said about images; those that must be decoded are not in it.

        None is where a model in use is for some ages or machines alone: of whom images are is not kept.
        """
        if self._reading.asks_who:
            return {}
        places = {image: place for image in images if (place := self._place(image))}
        files = self._results.files(list(places.values()))
        found = {image: self._recalled(files[place]) for image, place in places.items() if place in files}
        return {image: recalled for image, recalled in found.items() if recalled is not None}

    def reader(self, read: FrameOf) -> FrameOf:
        """Return `read`, which then notes what each file was like before it was read.

        A file that is replaced while its image is answered must not be taken for that image afterwards.
        """

        def frame(source: str, index: int) -> Frame:
            image = Wanted(source, index)
            place = self._place(image)
            made = read(source, index)
            self._before[image] = place
            return made

        return frame

    def take_kept(self, image: Wanted, began: float | None) -> None:
        """Note the file of a frame that was decoded before, from the time `began` on, unless it was changed since."""
        path, _ = split_source(image.source)
        try:
            status = path.stat()
        except (OSError, ValueError):
            return
        if began is not None and max(status.st_mtime, status.st_ctime) < began - _COARSE_SECONDS:
            self._before[image] = self._place(image)

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Keep which files, of those that were read, hold which images; a disk that refuses costs the memory alone."""
        rows = {
            place: ReadFile(one.told.identity, *one.kind)
            for one in outcomes
            if (place := self._before.pop(one.wanted, "")) and isinstance(one.told, Prediction) and one.told.identity
        }
        try:
            self._results.note_files(rows)
        except MedappError as error:
            log.warning("files could not be noted: %s", error.code)

    def _recalled(self, file: ReadFile) -> Recalled | None:
        package = self._package(file)
        if package is not None:
            known = self._results.get(file.identity, package.manifest_hash)
            if known is not None:
                return Recalled(known, is_current=True)
        before = self._results.latest(file.identity)
        return None if before is None else Recalled(before, is_current=False)

    def _package(self, file: ReadFile) -> Package | None:
        kind = file.modality, file.body_part, file.view
        if kind not in self._packages:
            self._packages[kind] = self._reading.package_for(*kind)
        return self._packages[kind]

    def _place(self, image: Wanted) -> str:
        """Return a hash for a frame of a file as it is now, for names are not kept; empty where it is gone."""
        stamp = self._stamp_of(image.source)
        return hashlib.sha256(f"{stamp}|{image.index}".encode(errors="surrogateescape")).hexdigest() if stamp else ""

    def _stamp_of(self, source: str) -> str:
        """Return what a file is like now; that of the last one is kept, for a file may hold many frames."""
        last, stamp = self._stamp
        if source == last:
            return stamp
        path, member = split_source(source)
        try:
            status = path.stat()
        except (OSError, ValueError):
            return ""
        whole = os.path.abspath(path)  # noqa: PTH100 - links stay as they are
        stamp = f"{whole}|{member or ''}|{status.st_size}|{status.st_mtime_ns}"
        self._stamp = source, stamp
        return stamp
