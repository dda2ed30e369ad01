"""What the keys and the strip of label mode do: the same, one by hand and one by mouse."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from medapp.ui.label_door import LabelDoor
from medapp.ui.labelling import Labelling
from medapp.ui.widgets.label_strip import LabelStrip
from medapp.workflows.label_plan import MOST_CLASSES


def label_handlers(labelling: Labelling, door: LabelDoor) -> dict[str, Callable[[], object]]:
    """Return what each command of label mode does."""
    return {
        "label_mode": labelling.toggle,
        "label_projects": door.show,
        **{f"label_{number}": partial(labelling.digit, number) for number in range(1, MOST_CLASSES + 1)},
        "label_unsure": labelling.unsure,
        "label_exclude": labelling.exclude,
        "label_undo": labelling.undo,
        "label_next": labelling.following,
        "label_advance": labelling.toggle_advance,
    }


def connect_strip(strip: LabelStrip, labelling: Labelling) -> None:
    """Let what is clicked do what its key does."""
    strip.class_requested.connect(labelling.digit)
    strip.unsure_requested.connect(labelling.unsure)
    strip.exclude_requested.connect(labelling.exclude)
    strip.undo_requested.connect(labelling.undo)
    strip.advance_requested.connect(labelling.toggle_advance)
    strip.leave_requested.connect(labelling.leave)
