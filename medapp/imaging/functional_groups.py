"""Where an attribute of one frame stands: its own functional groups, the shared ones, or the data set (C.7.6.16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medapp.imaging.attributes import first_item, items

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


@dataclass(frozen=True, eq=False)
class FrameScope:
    """The data sets that speak about one frame, the most specific first."""

    dataset: Dataset
    groups: tuple[Dataset, ...]

    @classmethod
    def of(cls, dataset: Dataset, index: int) -> FrameScope:
        """Return the scope of frame `index` (from 0)."""
        per_frame = items(dataset, "PerFrameFunctionalGroupsSequence")
        own = per_frame[index : index + 1]
        shared = first_item(dataset, "SharedFunctionalGroupsSequence")
        return cls(dataset, tuple(own) + ((shared,) if shared is not None else ()))

    def macro(self, keyword: str) -> Iterator[Dataset]:
        """Yield the items of a functional group `keyword` that hold for the frame, then the data set itself."""
        for group in self.groups:
            item = first_item(group, keyword)
            if item is not None:
                yield item
        yield self.dataset
