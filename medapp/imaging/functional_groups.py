"""Where an attribute of one frame stands: its own functional groups, the shared ones, or the data set (C.7.6.16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medapp.imaging.attributes import first_item, items, raw_value

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
        per_frame = raw_value(dataset, "PerFrameFunctionalGroupsSequence")
        own = per_frame[index : index + 1] if hasattr(per_frame, "__getitem__") else ()
        return cls(dataset, (*(item for item in own if hasattr(item, "get")), *_shared(dataset)))

    @classmethod
    def of_all(cls, dataset: Dataset) -> list[FrameScope]:
        """Return the scopes of all frames that have functional groups of their own."""
        shared = _shared(dataset)
        return [cls(dataset, (own, *shared)) for own in items(dataset, "PerFrameFunctionalGroupsSequence")]

    def macro(self, keyword: str) -> Iterator[Dataset]:
        """Yield the items of a functional group `keyword` that hold for the frame, then the data set itself."""
        for group in self.groups:
            item = first_item(group, keyword)
            if item is not None:
                yield item
        yield self.dataset


def _shared(dataset: Dataset) -> tuple[Dataset, ...]:
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    return () if shared is None else (shared,)
