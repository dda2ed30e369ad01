"""The images of a folder by what a table may call them: names of files, and what their headers say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.found import FoundImage
from medapp.jobs import Job, Progress, TimeLeft
from medapp.training.cases.dataset import files_below
from medapp.training.cases.survey import ReadsFrames
from medapp.training.cases.tables.columns import Key
from medapp.training.cases.tables.lookup import coarse_id, coarse_name

NO_IMAGES = frozenset(
    {".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".txt", ".md", ".json", ".xml", ".html", ".pdf", ".doc", ".docx"}
    | {".log", ".ini", ".db", ".py", ".lnk", ".zip", ".nii"}
)
"""Endings of files that lie beside images and are none: they are not missed in a table."""
LISTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class IndexedImage:
    """One image file and what it can be called by; texts are empty where its header was not read or does not say."""

    name: str
    sop: str = ""
    series: str = ""
    study: str = ""
    accession: str = ""
    patient: str = ""


@dataclass(frozen=True)
class ImageIndex:
    """The images below a folder.

    Attributes
    ----------
    root : Path
        The folder.
    images : tuple of IndexedImage
        In the order of their names.
    with_headers : bool
        Whether their headers were read.
    """

    root: Path
    images: tuple[IndexedImage, ...]
    with_headers: bool = False

    def known(self) -> dict[Key, frozenset[str]]:
        """Return what the images are called by, with everything overlooked that a lookup may overlook."""
        known: dict[Key, frozenset[str]] = {"file": frozenset(coarse_name(image.name) for image in self.images)}
        keys: tuple[Key, ...] = ("sop", "series", "study", "accession", "patient")
        for key in keys if self.with_headers else ():
            known[key] = frozenset(coarse_id(text) for image in self.images if (text := getattr(image, key)))
        return known


def list_images(root: Path) -> Job[ImageIndex]:
    """List the files below `root` that may be images, without opening them.

    Raises
    ------
    MedappError
        ``images.missing`` where `root` is no folder, ``images.none`` where it holds no file that may be an image.
    """
    if not root.is_dir():
        raise MedappError("images.missing", folder=root.name)
    names: list[str] = []
    for path in _candidates(root):
        names.append(path.relative_to(root).as_posix())
        if len(names) % LISTED_AT_ONCE == 0:
            yield Progress(0, 0, tr("table.listing", n=len(names)))
    if not names:
        raise MedappError("images.none", folder=root.name)
    return ImageIndex(root, tuple(IndexedImage(name) for name in sorted(names)))


def read_headers(listed: ImageIndex, readers: ReadsFrames) -> Job[ImageIndex]:
    """Read the header of every file; files without a picture are left out.

    Raises
    ------
    MedappError
        ``images.none`` where no file is an image.
    """
    left, total, images = TimeLeft(), len(listed.images), []
    sources = [str(listed.root / image.name) for image in listed.images]
    for done, (image, reply) in enumerate(zip(listed.images, readers.headers(sources), strict=True), start=1):
        if isinstance(reply.found, FoundImage):
            images.append(_described(image.name, reply.found))
        yield Progress(done, total, tr("survey.headers"), left.after(done, total))
    if not images:
        raise MedappError("images.none", folder=listed.root.name)
    return ImageIndex(listed.root, tuple(images), with_headers=True)


def _candidates(root: Path) -> Iterator[Path]:
    return (p for p in files_below(root) if p.suffix.casefold() not in NO_IMAGES and p.name.casefold() != "dicomdir")


def _described(name: str, found: FoundImage) -> IndexedImage:
    if found.instance.kind != "dicom":
        return IndexedImage(name)
    return IndexedImage(
        name,
        sop=found.instance.sop_instance_uid.strip(),
        series=found.series_uid.strip(),
        study=found.study_uid.strip(),
        accession=found.accession.strip(),
        patient=found.patient.patient_id.strip(),
    )
