"""Reads what a set of files, folders and archives holds, as a job: the first picture shows while the rest is read."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from medapp.errors import MedappError, Problem
from medapp.i18n import tr
from medapp.imaging.archive import MEMBER
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.readers import Readers
from medapp.imaging.stacks import build_scan
from medapp.imaging.study import NotImage, Scan
from medapp.jobs import Job, Partial, Progress, TimeLeft

BATCH = 32
PARTIAL_SECONDS = 0.25
_EXPANDED = frozenset({".zip", ""})


def scan(paths: Sequence[Path], readers: Readers) -> Job[Scan]:
    """Find every image below `paths`.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders of any depth, ZIP archives, DICOMDIRs; names with ``!/`` are members of archives.
    readers : Readers

    Yields
    ------
    Progress
        Files read of files known, and the time left.
    Partial
        The `Scan` so far: at once when the first image is known, then at most four times a second.

    Returns
    -------
    Scan
        Every file is in exactly one place: an instance, a not-image or a problem.
    """
    work = _Work(readers)
    yield Progress(0, 0, tr("scan.listing"))
    try:
        for listed, item in enumerate(walk(paths), start=1):
            work.add(item)
            if listed % 1000 == 0:
                yield Progress(0, listed, tr("scan.listing"))
        yield from work.run()
    finally:
        work.close()
    return build_scan(work.found)


class _Work:
    """The state of one scan: what is waiting, what is being read, what was found."""

    def __init__(self, readers: Readers) -> None:
        self.found: list[Found] = []
        self._readers = readers
        self._waiting: deque[str] = deque()
        self._running: set[Future[list[Found]]] = set()
        self._total = self._done = self._images = 0
        self._seen: set[str] = set()
        self._stopped = False
        self._parallel = max(1, readers.config.processes)
        self._executor = ThreadPoolExecutor(self._parallel, thread_name_prefix="ThreadPoolExecutor-scan")

    def add(self, item: str | Problem) -> None:
        if isinstance(item, Problem):
            self.found.append(item)
        elif item not in self._seen:
            self._seen.add(item)
            self._waiting.append(item)
            self._total += 1

    def run(self) -> Iterator[Progress | Partial]:
        left, next_partial, told = TimeLeft(), 0.0, 0
        while self._waiting or self._running:
            self._fill(BATCH if told else 1)  # single files until the first image shows
            done, self._running = wait(self._running, timeout=PARTIAL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(future.result())
            text = tr("scan.reading", done=self._done, total=self._total)
            yield Progress(self._done, self._total, text, left.after(self._done, self._total))
            started = time.monotonic()
            if self._images > told and started >= next_partial:
                yield Partial(build_scan(self.found))
                told = self._images
                # a large scan takes long to sort: no more than a tenth of the time goes there
                next_partial = started + max(PARTIAL_SECONDS, 10 * (time.monotonic() - started))

    def _fill(self, batch: int) -> None:
        while self._waiting and len(self._running) < self._parallel:
            sources = [self._waiting.popleft() for _ in range(min(batch, len(self._waiting)))]
            self._running.add(self._executor.submit(self._read, sources))

    def _read(self, sources: list[str]) -> list[Found]:
        found: list[Found] = []
        for reply in self._readers.headers(sources):
            found.append(reply.found)
            if self._stopped:
                break
        return found

    def _take(self, found: list[Found]) -> None:
        self._done += len(found)
        self._images += sum(isinstance(item, FoundImage) for item in found)
        for item in found:
            if isinstance(item, NotImage) and _is_expanded(item):
                self._open_archive(item)
            elif isinstance(item, NotImage) and item.what == "dicomdir":
                self._follow(item)
            else:
                self.found.append(item)

    def _open_archive(self, archive: NotImage) -> None:
        try:
            members = self._readers.members(archive.path)
        except MedappError as error:
            self.found.append(Problem.from_error(archive.path, error))
            return
        if not members:
            self.found.append(archive)
        for source in members:
            self.add(source)

    def _follow(self, directory: NotImage) -> None:
        """Read what a DICOMDIR lists; a file that is not there answers so itself."""
        try:
            listed = self._readers.listed(directory.path)
        except MedappError as error:
            self.found.append(Problem.from_error(directory.path, error))
            return
        self.found.append(directory)
        for source in listed:
            self.add(source)

    def close(self) -> None:
        self._stopped = True
        self._waiting.clear()
        self._executor.shutdown(wait=True, cancel_futures=True)


def _is_expanded(found: NotImage) -> bool:
    """Whether to look into a file: an archive by name and content, but no archive inside another."""
    return found.what == "archive" and MEMBER not in found.path and Path(found.path).suffix.lower() in _EXPANDED


def walk(paths: Sequence[Path]) -> Iterator[str | Problem]:
    """Yield every file below `paths` as a source, sorted within each folder; what cannot be listed as a problem.

    Links to folders are followed once: a folder that is reached again, through a loop, is left out.
    """
    visited: set[tuple[int, int]] = set()
    for path in paths:
        yield from _walk(path, visited)


def _walk(path: Path, visited: set[tuple[int, int]]) -> Iterator[str | Problem]:
    pending = [path]
    while pending:
        path = pending.pop()
        try:
            if not path.is_dir():
                yield str(path)
                continue
            state = path.stat()
            if (state.st_dev, state.st_ino) in visited and state.st_ino:
                continue
            visited.add((state.st_dev, state.st_ino))
            with os.scandir(path) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError as error:
            code = "folder.forbidden" if isinstance(error, PermissionError) else "folder.unreadable"
            yield Problem(str(path), code)
            continue
        pending += [path / name for name in reversed(names)]
