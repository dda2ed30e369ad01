"""Tables and images that these tests make: files by name, and radiographs with headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl
from pydicom import dcmread

from medapp.imaging.phantom import PhantomCase, write_dicom
from medapp.jobs import run_to_end
from medapp.training.cases.survey import ReadsFrames
from medapp.training.cases.tables.columns import guess_columns
from medapp.training.cases.tables.image_index import ImageIndex, IndexedImage
from medapp.training.cases.tables.importing import Imported, import_table, matched, plan_of
from medapp.training.cases.tables.opening import read_grid


def csv_file(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "Liste.csv") -> Path:
    """Write a text file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def workbook(path: Path, sheets: Mapping[str, Iterable[Sequence[object]]], merged: Sequence[str] = ()) -> Path:
    """Write an Excel workbook; `merged` are ranges of the last sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for cells in merged:
        book.worksheets[-1].merge_cells(cells)
    book.save(path)
    return path


def named(*names: str) -> ImageIndex:
    """Return an index of files that are known by their names only."""
    return ImageIndex(Path("Bilder").absolute(), tuple(IndexedImage(name) for name in names))


def matched_with(path: Path, index: ImageIndex, answers: Mapping[str, str] | None = None) -> Imported:
    """Read, guess and match."""
    grid = read_grid(path)
    return matched(grid, guess_columns(grid, index.known()), index, answers or {})


def radiographs(folder: Path, accessions: Sequence[str]) -> Path:
    """Write a radiograph for each accession number; the same number is the same study."""
    for place, accession in enumerate(accessions):
        path = write_dicom(folder / f"IM{place:04}", PhantomCase(place, place % 2 == 0, 64))
        header = dcmread(path)
        header.AccessionNumber, header.PatientID = accession, f"P{accession}"
        header.StudyInstanceUID = f"1.2.3.4.5.{int(accession) + 1}"
        header.SeriesInstanceUID = f"1.2.3.4.6.{int(accession) + 1}"
        header.save_as(path)
    return folder


def imported(
    path: Path,
    images: Path,
    readers: ReadsFrames,
    *,
    columns: tuple[str, ...] = (),
    answers: tuple[str, ...] = (),
    sheet: str = "",
) -> Imported:
    """Run the job."""
    return run_to_end(import_table(plan_of(path, images, sheet, columns, answers), readers))
