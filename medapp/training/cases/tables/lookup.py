"""Finding images by what a table calls them: as it stands first, then written in another way, and that is told."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from medapp.training.cases.tables.words import SUFFIXES

Way: TypeAlias = Literal["", "folder", "case", "spaces", "extension", "zeros", "number"]
"""How a text was found: empty as it stands, else what had to be overlooked."""
DAMAGED = re.compile(r"\d([.,]\d+)?E\+?\d{1,3}", re.IGNORECASE)
"""What a spreadsheet makes of a long number: its last digits are gone."""
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


@dataclass(frozen=True)
class Found:
    """The images that a text names.

    Attributes
    ----------
    images : tuple of int
        Their places; of a name that several have, all of them.
    way : str
        What had to be overlooked.
    unclear : bool
        Whether it may be any of `images`, and not all of them.
    """

    images: tuple[int, ...] = ()
    way: Way = ""
    unclear: bool = False


def is_damaged(text: str) -> bool:
    """Tell whether a spreadsheet has taken a long number for a quantity: ``1.2E+15``."""
    return DAMAGED.fullmatch(text) is not None


def _small(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _tight(text: str) -> str:
    return "".join(_small(text).split())


def _stem(text: str) -> str:
    stem = _tight(text)
    while True:
        before, mark, ending = stem.rpartition(".")
        if not mark or not before or f".{ending}" not in SUFFIXES:
            return stem
        stem = before


def _without_zeros(text: str) -> str:
    return _ZEROS.sub("", _stem(text))


def _id_without_zeros(text: str) -> str:
    return _tight(text).lstrip("0") or "0"


def _id_as_number(text: str) -> str:
    whole, mark, rest = _tight(text).replace(",", ".").partition(".")
    return (whole.lstrip("0") or "0") if mark and whole.isdecimal() and not rest.strip("0") else _id_without_zeros(text)


def _name_as_number(text: str) -> str:
    return _stem(text).removesuffix(".0").lstrip("0")


def coarse_name(text: str) -> str:
    """Return the name of a file with all overlooked that a lookup may overlook, but for numbers with a point."""
    return _without_zeros(_last(text.replace("\\", "/")))


def coarse_id(text: str) -> str:
    """Return a number with all overlooked that a lookup may overlook."""
    return _id_as_number(text.strip("\x00 "))


_NAME_WAYS: Mapping[Way, Callable[[str], str]] = {
    "case": _small,
    "spaces": _tight,
    "extension": _stem,
    "zeros": _without_zeros,
    "number": _name_as_number,
}
_ID_WAYS: Mapping[Way, Callable[[str], str]] = {
    "case": _small,
    "spaces": _tight,
    "zeros": _id_without_zeros,
    "number": _id_as_number,
}


class _Level:
    """Images by their texts, written in one way."""

    def __init__(self, texts: Iterable[tuple[int, str]], write: Callable[[str], str]) -> None:
        self._write = write
        self._texts = texts

    @cached_property
    def _by_text(self) -> Mapping[str, tuple[list[int], set[str]]]:
        found: dict[str, tuple[list[int], set[str]]] = defaultdict(lambda: ([], set()))
        for place, text in self._texts:
            images, originals = found[self._write(text)]
            images.append(place)
            originals.add(text)
        return dict(found)

    def find(self, text: str) -> tuple[list[int], set[str]]:
        return self._by_text.get(self._write(text), ([], set()))


class IdLookup:
    """Finds images by a UID or a number; all images that have it."""

    def __init__(self, texts: Iterable[str], *, single: bool = False) -> None:
        named = [(place, text) for place, text in enumerate(texts) if text]
        self._single = single
        self._exact = _Level(named, str)
        self._ways = {way: _Level(named, write) for way, write in _ID_WAYS.items()}

    def find(self, text: str) -> Found:
        """Return the images with this text; `single`: only one may have it."""
        text = text.strip("\x00 ")
        images, _ = self._exact.find(text)
        if images:
            return Found(tuple(images), "", unclear=self._single and len(images) > 1)
        for way, level in self._ways.items():
            images, originals = level.find(text)
            if images:
                return Found(tuple(images), way, unclear=len(originals) > 1 or (self._single and len(images) > 1))
        return Found()


class NameLookup:
    """Finds the image that a name of a file is about; `root` is where absolute paths lead to."""

    def __init__(self, names: Iterable[str], root: str) -> None:
        self._names = tuple(names)
        self._root = root.replace("\\", "/").rstrip("/") + "/"
        self._whole = {name: place for place, name in enumerate(self._names)}
        last = [(place, _last(name)) for place, name in enumerate(self._names)]
        self._exact = _Level(last, str)
        self._ways = {way: _Level(last, write) for way, write in _NAME_WAYS.items()}

    def find(self, cell: str) -> Found:
        """Return the image that `cell` names."""
        path = cell.replace("\\", "/").removeprefix("file://").removeprefix(self._root).removeprefix("./")
        if (place := self._whole.get(path)) is not None:
            return Found((place,))
        name = _last(path)
        images, _ = self._exact.find(name)
        if images:
            return self._nearest(images, path, "")
        for way, level in self._ways.items():
            images, _ = level.find(name)
            if images:
                return self._nearest(images, path, way)
        return Found()

    def _nearest(self, images: list[int], path: str, way: Way) -> Found:
        """Return those of some images whose folders are most like those of `path`."""
        common = {place: _common_folders(self._names[place], path) for place in images}
        most = max(common.values())
        nearest = tuple(place for place in images if common[place] == most)
        elsewhere = most < min(path.count("/"), self._names[nearest[0]].count("/"))
        return Found(nearest, way or ("folder" if elsewhere else ""), unclear=len(nearest) > 1)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _common_folders(one: str, other: str) -> int:
    """Return how many folders above the file are the same, from the file upwards."""
    same = 0
    for first, second in zip(one.split("/")[-2::-1], other.split("/")[-2::-1], strict=False):
        if _small(first) != _small(second):
            break
        same += 1
    return same
