"""The files that a DICOMDIR lists (PS3.3 F.5, PS3.10 8.6): names below its own folder, never outside."""

from __future__ import annotations

from pathlib import Path

from medapp.errors import MedappError
from medapp.files import is_there
from medapp.imaging.archive import MEMBER, open_source
from medapp.imaging.attributes import items, text
from medapp.imaging.dicom import open_dicom
from medapp.imaging.limits import ReadLimits

LISTED_LIMIT = 200_000
_RECORDS = ("DirectoryRecordSequence",)


def listed_files(source: str, limits: ReadLimits) -> tuple[str, ...]:
    """Return the files that a DICOMDIR lists, as sources, each once; also those that are not there.

    Parameters
    ----------
    source : str
        A DICOMDIR.
    limits : ReadLimits

    Raises
    ------
    MedappError
        ``dicomdir.outside`` where a name leads out of its folder, ``archive.too_many``, and what opening raises.
    """
    if MEMBER in source:
        return ()  # the members of an archive are read whether they are listed or not
    with open_source(source, limits) as stream:
        records = items(open_dicom(stream, limits, _RECORDS).dataset, _RECORDS[0])
        names = dict.fromkeys(name for record in records if (name := text(record, "ReferencedFileID")))
    if len(names) > LISTED_LIMIT:
        raise MedappError("archive.too_many", limit=LISTED_LIMIT)
    folder = Path(source).parent
    return tuple(str(_below(folder, tuple(name.split("\\")))) for name in names)


def _below(folder: Path, parts: tuple[str, ...]) -> Path:
    """Return the file that a name means; media that were copied have lost their capitals at times."""
    for part in parts:
        if part in {"", ".", ".."} or set(part) & set("/:\0"):
            raise MedappError("dicomdir.outside")
    named = folder.joinpath(*parts)
    lower = folder.joinpath(*(part.lower() for part in parts))
    return lower if not is_there(named) and is_there(lower) else named
