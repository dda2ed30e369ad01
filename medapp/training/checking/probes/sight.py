"""What a small model is allowed to see of the cases: columns of numbers, and which place or property each is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sight:
    """What one probe sees.

    Attributes
    ----------
    code : str
        The probe.
    values : ndarray of float32, shape (n, columns)
        Finite.
    aspects : tuple of str
        For each column the place or property that it is about; several columns may share one.
    """

    code: str
    values: Floats
    aspects: tuple[str, ...]

    @classmethod
    def of(cls, code: str, parts: Sequence[tuple[str, Floats]]) -> Sight:
        """Join the columns of each aspect; columns that are the same for all cases are left out."""
        shaped = [(aspect, part.reshape(len(part), -1)) for aspect, part in parts]
        values = np.concatenate([part for _, part in shaped], axis=1).astype(np.float32)
        aspects = [aspect for aspect, part in shaped for _ in range(part.shape[1])]
        varies = np.ptp(values, axis=0) > 0
        kept = tuple(aspect for aspect, there in zip(aspects, varies, strict=True) if there)
        return cls(code, values[:, varies], kept)

    def only(self, aspect: str) -> Sight:
        """Return what is seen of one aspect."""
        chosen = np.array([name == aspect for name in self.aspects], np.bool_)
        return Sight(self.code, self.values[:, chosen], (aspect,) * int(chosen.sum()))

    def among(self, cases: NDArray[np.int64]) -> Sight:
        """Return what is seen of some cases."""
        return Sight(self.code, self.values[cases], self.aspects)

    @property
    def names(self) -> tuple[str, ...]:
        """The aspects, each once."""
        return tuple(dict.fromkeys(self.aspects))
