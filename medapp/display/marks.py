"""The marks of a picture in words: what must stay in sight whatever else is hidden."""

from __future__ import annotations

from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance

ALWAYS = frozenset({"lossy", "lossy_how", "for_processing", "burned_in", "quality_control"})
"""What is shown also where a person has hidden the other texts."""


def marks(instance: Instance, frame: Frame | None, *, all_of_them: bool = True) -> tuple[str, ...]:
    """Return the marks of an image as short texts.

    Parameters
    ----------
    instance : Instance
    frame : Frame or None
        None while it is being decoded: then what the header says.
    all_of_them : bool
        Also those that may be hidden ("derived").

    Returns
    -------
    tuple of str
    """
    if frame is None or not frame.marks:
        known = (("lossy", instance.lossy), ("for_processing", instance.for_processing))
        return tuple(tr(f"mark.{code}") for code, holds in known if holds)
    shown = [mark for mark in frame.marks if all_of_them or mark.code in ALWAYS]
    texts = (tr(f"mark.{mark.code}", **dict(mark.params)) for mark in shown)
    return tuple(" ".join(text.split()) for text in texts)  # a place without a value leaves no gap
