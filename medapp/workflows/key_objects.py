"""Key images as DICOM Key Object Selections, one for each study, written beside other files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import MedappError
from medapp.files import write_free
from medapp.i18n import tell
from medapp.imaging.readers import Readers
from medapp.imaging.source_header import SourceHeader
from medapp.interop.press import Press
from medapp.workflows.picture_files import told_disk


@dataclass(frozen=True)
class KeyReference:
    """A key image: the source of its instance, and its frame in it, from 1."""

    source: str
    frame_number: int


def write_key_objects(references: Sequence[KeyReference], readers: Readers, folder: Path) -> tuple[int, list[str]]:
    """Write one Key Object Selection for each study of the images.

    Parameters
    ----------
    references : sequence of KeyReference
    readers : Readers
    folder : Path

    Returns
    -------
    tuple of int and list of str
        How many objects were written, and why images are in none: each reason once.

    Raises
    ------
    MedappError
        ``export.write`` where the disk refuses.
    """
    studies: dict[str, list[tuple[SourceHeader, int]]] = {}
    refused: list[str] = []
    headers: dict[str, SourceHeader] = {}
    for one in references:
        try:
            header = headers.get(one.source) or readers.source_header(one.source)
        except MedappError as error:
            refused.append(tell(error))
            continue
        headers[one.source] = header
        studies.setdefault(header.get("StudyInstanceUID"), []).append((header, one.frame_number))
    written = 0
    with Press() as press:
        for images in studies.values():
            try:
                data = press.make_key_object(images)
            except MedappError as error:
                refused.append(tell(error))
                continue
            with told_disk():
                write_free(folder, "key-object", ".dcm", data)
            written += 1
    return written, list(dict.fromkeys(refused))
