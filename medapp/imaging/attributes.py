"""Values of a data set as plain Python values: what is missing, empty or malformed is a default, never an error."""

from __future__ import annotations

import math
import struct
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.tag import BaseTag

LONGEST_TEXT = 256 * 1024
"""Bytes of a text, or of a list of texts, that is believed; a longer one is taken as missing."""
_TEXTS = frozenset(("AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "SH", "TM", "UC", "UI"))


def raw_value(dataset: Dataset, keyword: str) -> Any:  # noqa: ANN401 - any value of any representation
    """Return the value of `keyword`, or None where it is missing, empty or cannot be converted."""
    return element_value(dataset, _tag(keyword))


def element_value(dataset: Dataset, tag: int) -> Any:  # noqa: ANN401 - any value of any representation
    """Return the value of `tag`, or None where it is missing, empty or cannot be converted."""
    if tag not in dataset:  # asked first: a look-up that fails costs pydicom ten times as much
        return None
    try:
        if _is_endless(dataset, tag):
            return None
        value = dataset[tag].value
    except Exception:  # noqa: BLE001 - conversion is lazy, and a malformed value can raise anything
        return None
    return None if isinstance(value, str | bytes) and not value else value


def _is_endless(dataset: Dataset, tag: int) -> bool:
    """Whether a text is longer than any honest one: pydicom takes seconds for a megabyte of numbers as text."""
    if not hasattr(dataset, "get_item"):
        return False  # a header read at one go has left them out already
    raw = dataset.get_item(tag)
    data = getattr(raw, "value", None)
    return isinstance(data, bytes) and len(data) > LONGEST_TEXT and _representation(tag, raw.VR) in _TEXTS


def _representation(tag: int, told: str | None) -> str:
    """Return the value representation, the dictionary's where the file tells none."""
    from pydicom.datadict import dictionary_VR

    try:
        return told if told not in {None, "UN"} else dictionary_VR(tag)
    except KeyError:
        return ""


@cache
def _tag(keyword: str) -> BaseTag:
    from pydicom.datadict import tag_for_keyword
    from pydicom.tag import Tag

    number = tag_for_keyword(keyword)
    assert number is not None, keyword
    return Tag(number)


def byte_order(dataset: Dataset) -> str:
    """Return ``<`` or ``>``: how words in the data set (or sequence item) were written."""
    return ">" if dataset.original_encoding[1] is False else "<"


def values(dataset: Dataset, keyword: str) -> list[Any]:
    """Return the values of `keyword` as a list, empty where there are none."""
    value = raw_value(dataset, keyword)
    if value is None:
        return []
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__") or hasattr(value, "components"):
        return [value]
    return list(value)


def text(dataset: Dataset, keyword: str) -> str:
    """Return `keyword` as text without padding and control characters; several values are joined by a backslash."""
    value = raw_value(dataset, keyword)
    if value is None:
        return ""
    joined = value if isinstance(value, str) else "\\".join(_decoded(one) for one in values(dataset, keyword))
    if joined.isprintable():
        return joined.strip()
    return "".join(c for c in joined if c.isprintable()).strip()


def _decoded(value: Any) -> str:  # noqa: ANN401 - any value
    try:
        return value.decode("latin-1") if isinstance(value, bytes) else str(value)
    except Exception:  # noqa: BLE001 - a person's name decodes itself when it is asked
        return ""


def numbers(dataset: Dataset, keyword: str) -> list[float]:
    """Return the finite numbers of `keyword`; what is no number is left out."""
    return plain_numbers(_unpacked(values(dataset, keyword), dataset))


def plain_numbers(values: Any) -> list[float]:  # noqa: ANN401 - a value, or several, of any representation
    """Return the finite numbers among `values`; what is no number is left out."""
    found = []
    for value in [values] if isinstance(values, str | int | float) else values:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            continue
        if math.isfinite(number):
            found.append(number)
    return found


def _unpacked(found: list[Any], dataset: Dataset) -> list[Any]:
    """Split bytes in 16-bit words: what is left of an attribute that is "US or SS" in implicit encoding."""
    if len(found) == 1 and isinstance(found[0], bytes) and len(found[0]) % 2 == 0:
        order = byte_order(dataset)
        return list(struct.unpack(f"{order}{len(found[0]) // 2}H", found[0]))
    return found


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return the first number of `keyword`, or None."""
    return next(iter(numbers(dataset, keyword)), None)


def integer(dataset: Dataset, keyword: str) -> int | None:
    """Return the first number of `keyword` as an integer, or None."""
    found = number(dataset, keyword)
    return None if found is None else int(found)


def exactly(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return the numbers of `keyword` where there are exactly `count` of them, or None."""
    found = numbers(dataset, keyword)
    return tuple(found) if len(found) == count else None


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence, empty where there is none."""
    return [item for item in values(dataset, keyword) if hasattr(item, "get")]


def first_item(dataset: Dataset, keyword: str) -> Dataset | None:
    """Return the first item of a sequence, or None."""
    return next(iter(items(dataset, keyword)), None)
