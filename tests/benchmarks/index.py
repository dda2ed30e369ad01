"""Benchmarks of the index: the headers of thousands of files against GDCM's series scan, the first picture, memory."""

from __future__ import annotations

import shutil
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.uid import generate_uid

from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Scan
from medapp.jobs import Partial, Progress, run_to_end
from tests.benchmarks.measure import Ratio, compare

SERIES = Path(__file__).parents[3] / "shared" / "data" / "dicom" / "weasis_headneck_ct"
COPIES = 14
BYTES_A_FILE = 4096


@contextmanager
def many_files() -> Iterator[list[Path]]:
    """Copies of the neck CT, 4,130 files, each copy a study with UIDs of its own; the folders of the copies."""
    folder = Path(tempfile.mkdtemp())
    try:
        yield [_copied(folder / f"{copy:02}") for copy in range(COPIES)]
    finally:
        shutil.rmtree(folder)


def _copied(folder: Path) -> Path:
    folder.mkdir()
    new: dict[str, bytes] = {}
    for path in sorted(SERIES.glob("*.dcm")) or sorted(SERIES.iterdir()):
        raw = path.read_bytes()
        if raw[128:132] != b"DICM":
            continue
        header = pydicom.dcmread(path, stop_before_pixels=True)
        for uid in (header.StudyInstanceUID, header.SeriesInstanceUID, header.SOPInstanceUID):
            new.setdefault(uid, _of_length(len(uid)))
            raw = raw.replace(uid.encode(), new[uid])
        (folder / path.name).write_bytes(raw)
    return folder


def _of_length(length: int) -> bytes:
    return generate_uid()[:length].rstrip(".").ljust(length, "1").encode()


def index_of_thousands() -> Ratio:
    """The headers of 4,130 CT files, sorted into series, readers already up."""
    import SimpleITK as sitk

    with many_files() as folders, Readers() as readers:
        found = _scanned(folders, readers)
        assert sum(len(study.series[0].instances) for study in found.studies) == len(_files(folders))
        return compare(
            f"index of {len(_files(folders)):,} CT files",
            lambda: _scanned(folders, readers),
            "SimpleITK GetGDCMSeriesIDs",
            lambda: [sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder)) for folder in folders],
            pairs=5,
        )


def _files(folders: list[Path]) -> list[Path]:
    return [path for folder in folders for path in folder.iterdir()]


def _scanned(folders: list[Path], readers: Readers) -> Scan:
    return run_to_end(scan(folders, readers))


def first_picture_of_thousands() -> Ratio:
    """Files read when the first picture is known, as a part of a tenth of all (no seconds: both are counts)."""
    with many_files() as folders, Readers() as readers:
        tenth = len(_files(folders)) / 10
        read = _read_at_first_partial(folders, readers)
        return Ratio("files read before the first picture", "a tenth of all", read, tenth, read / tenth, 1)


def _read_at_first_partial(folders: list[Path], readers: Readers) -> int:
    read = 0
    job = scan(folders, readers)
    for report in job:
        if isinstance(report, Partial):
            break
        if isinstance(report, Progress):
            read = report.done
    job.close()
    return read


def memory_of_thousands() -> list[Ratio]:
    """Bytes of Python memory a file in this process, while scanning and afterwards, as a part of 4 KB (no seconds)."""
    with many_files() as folders, Readers() as readers:
        count = len(_files(folders))
        _scanned(folders[:1], readers)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        found = _scanned(folders, readers)
        now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(found.studies) == COPIES
        figures = (("peak while scanning", (peak - before) / count), ("kept", (now - before) / count))
        return [
            Ratio(f"bytes a file, {name}", f"{BYTES_A_FILE}", value, BYTES_A_FILE, value / BYTES_A_FILE, 1)
            for name, value in figures
        ]


ALL = (index_of_thousands, first_picture_of_thousands, memory_of_thousands)
