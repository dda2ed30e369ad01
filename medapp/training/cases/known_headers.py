"""Headers of picture files that an earlier check has read: a second one starts no reader for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from medapp.imaging.found import FoundImage, HeaderReply
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance
from medapp.training.cases.check_memory import CheckMemory, key_of
from medapp.training.cases.survey import ReadsFrames

_Shape: TypeAlias = tuple[int, int, int]


class KnownHeaders:
    """Readers that remember rows, columns and frames of PNG, JPEG and the like; a DICOM header is always read.

    Nothing of a header that could tell a patient is kept: of a file only a hash of its path, size and time.

    Parameters
    ----------
    readers : ReadsFrames
        Who reads what is not known.
    memory : CheckMemory
        Where it is kept.
    root : Path
        The folder, or table, of the cases.
    """

    def __init__(self, readers: ReadsFrames, memory: CheckMemory, root: Path) -> None:
        self._readers, self._memory = readers, memory
        self._place = key_of("headers", [str(root)])
        self._known: dict[str, _Shape] = _shapes(memory.get(self._place))
        self._fresh: dict[str, _Shape] = {}

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        """Yield what each source is, in order; remembers those of a listing once it has told them all."""
        keys = [_key(source) for source in sources]
        asked = self._readers.headers([s for s, key in zip(sources, keys, strict=True) if key not in self._known])
        for source, key in zip(sources, keys, strict=True):
            shape = self._known.get(key)
            reply = next(asked) if shape is None else HeaderReply(source, _picture(source, shape))
            self._note(key, reply)
            yield reply
        next(asked, None)  # to its end: until then it holds a reader
        if self._fresh != self._known:
            self._memory.put(self._place, self._fresh)

    def frame(self, source: str, index: int = 0) -> Frame:
        """Return one frame."""
        return self._readers.frame(source, index)

    def _note(self, key: str, reply: HeaderReply) -> None:
        found = reply.found
        if not key or not isinstance(found, FoundImage):
            return
        shape = (found.instance.rows, found.instance.columns, found.instance.frames)
        if found == _picture(reply.source, shape):
            self._fresh[key] = shape


def _picture(source: str, shape: _Shape) -> FoundImage:
    """Return what the header of a picture file is, of which there is nothing to know but its shape."""
    return FoundImage(Instance(source, "picture", *shape), "PICTURE", series_uid="")


def _key(source: str) -> str:
    """Return what changes when a file does; empty where it cannot be asked."""
    try:
        facts = Path(source).stat()
    except OSError:
        return ""
    told = f"{source}|{facts.st_size}|{facts.st_mtime_ns}"
    return hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:24]  # a name may be no text


def _shapes(document: object) -> dict[str, _Shape]:
    """Return what was kept; nothing where it is damaged."""
    if not isinstance(document, dict):
        return {}
    return {
        key: (shape[0], shape[1], shape[2])
        for key, shape in document.items()
        if isinstance(shape, list) and len(shape) == 3 and all(type(side) is int for side in shape)
    }
