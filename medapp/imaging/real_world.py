"""What stored values mean in the real world: the Real World Value Mapping macro, PS3.3 C.7.6.16.2.11."""

from __future__ import annotations

from dataclasses import dataclass


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
