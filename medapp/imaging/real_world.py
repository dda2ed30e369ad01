"""What stored values mean in the real world: the Real World Value Mapping macro, PS3.3 C.7.6.16.2.11."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medapp.imaging.attributes import first_item, items, number, numbers, text
from medapp.imaging.functional_groups import FrameScope

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MOST = sys.float_info.max
_MACRO = "RealWorldValueMappingSequence"
_WORDS = {"1": "", "[hnsf'U]": "HU", "g/ml{SUVbw}": "SUVbw", "g/ml{SUVlbm}": "SUVlbm", "cm2/ml{SUVbsa}": "SUVbsa",
          "{SUVbw}g/ml": "SUVbw", "{SUVlbm}g/ml": "SUVlbm", "{SUVbsa}cm2/ml": "SUVbsa", "no units": ""}  # fmt: skip
_POWER = re.compile(r"(?<=[A-Za-z])(-?\d)(?!\d)")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class RealWorldMapping:
    """A line or a table from stored values to values with a unit; for read-out, never for display.

    Attributes
    ----------
    first, last : float
        The stored values that are mapped; others have no real-world value.
    slope, intercept : float
        Ignored where `table` is there.
    table : tuple of float
        Real-world value of `first`, `first` + 1, … or empty.
    unit : str
        UCUM code as people read it; empty for a number without a unit.
    label, quantity : str
        LUT Label, and the meaning of the quantity where it is coded.
    """

    first: float
    last: float
    slope: float = 1.0
    intercept: float = 0.0
    table: tuple[float, ...] = ()
    unit: str = ""
    label: str = ""
    quantity: str = ""

    def value_of(self, stored: float) -> float | None:
        """Return the real-world value of a stored value, None where it is not mapped."""
        if not self.first <= stored <= self.last:
            return None
        if self.table:
            return self.table[min(round(stored - self.first), len(self.table) - 1)]
        return stored * self.slope + self.intercept


def real_world_of(scope: FrameScope, *, is_float: bool, is_signed: bool) -> tuple[RealWorldMapping, ...]:
    """Return the real-world mappings that hold for a frame.

    Parameters
    ----------
    scope : FrameScope
        The frame's own mappings go before the shared ones, those before the data set's.
    is_float : bool
        Float pixel data: a range given in integers (US or SS) cannot bound it and is not applied.
    is_signed : bool
        Whether stored values are signed: so are then the bounds of the range.

    Notes
    -----
    PS3.3 C.7.6.16.2.11. Impossible mappings (no slope and no table) are left out.
    """
    for group in (*scope.groups, scope.dataset):
        found = [_mapping(item, is_float=is_float, is_signed=is_signed) for item in items(group, _MACRO)]
        if mappings := tuple(mapping for mapping in found if mapping is not None):
            return mappings
    return ()


def _mapping(item: Dataset, *, is_float: bool, is_signed: bool) -> RealWorldMapping | None:
    table, slope = tuple(numbers(item, "RealWorldValueLUTData")), number(item, "RealWorldValueSlope")
    first, last = _range(item, is_float=is_float, is_signed=is_signed)
    if (not table and not slope) or first > last:
        return None
    return RealWorldMapping(
        first=first,
        last=min(last, first + len(table) - 1) if table else last,
        slope=slope or 1.0,
        intercept=number(item, "RealWorldValueIntercept") or 0.0,
        table=table,
        unit=_unit(first_item(item, "MeasurementUnitsCodeSequence")),
        label=text(item, "LUTLabel"),
        quantity=next(_quantities(item), ""),
    )


def _range(item: Dataset, *, is_float: bool, is_signed: bool) -> tuple[float, float]:
    exact = [number(item, f"DoubleFloatRealWorldValue{end}ValueMapped") for end in ("First", "Last")]
    if exact[0] is not None and exact[1] is not None:
        return exact[0], exact[1]
    whole = [number(item, f"RealWorldValue{end}ValueMapped") for end in ("First", "Last")]
    if is_float or whole[0] is None or whole[1] is None:
        return -_MOST, _MOST
    first, last = (n - 65536 if is_signed and n >= 32768 else n for n in (whole[0], whole[1]))
    return first, last


def _quantities(item: Dataset) -> Iterator[str]:
    """Yield what is measured: the coded value of the content items of the Quantity Definition Sequence."""
    for definition in items(item, "QuantityDefinitionSequence"):
        code = first_item(definition, "ConceptCodeSequence")
        if code is not None and (meaning := text(code, "CodeMeaning")):
            yield meaning


def _unit(code: Dataset | None) -> str:
    """Return a UCUM code as people read it: ``um2/s`` is µm²/s, ``[hnsf'U]`` HU, ``1`` nothing."""
    if code is None:
        return ""
    value = text(code, "CodeValue") or text(code, "CodeMeaning")
    if value in _WORDS:
        return _WORDS[value]
    plain = re.sub(r"\{[^}]*\}", "", value).replace("um", "µm").replace("us", "µs")
    return _POWER.sub(lambda power: power[0].translate(_SUPERSCRIPTS), plain)
