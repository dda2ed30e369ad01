"""What a DICOM file without a picture is, by its SOP class: a key with a text ``what.<key>``."""

from __future__ import annotations

_PRESENTATION_STATES = "1.2.840.10008.5.1.4.1.1.11."
_BY_UID = {
    "1.2.840.10008.1.3.10": "dicomdir",
    "1.2.840.10008.5.1.1.27": "print",
    "1.2.840.10008.5.1.4.1.1.4.2": "spectroscopy",
    "1.2.840.10008.5.1.4.1.1.8": "standalone",
    "1.2.840.10008.5.1.4.1.1.9": "standalone",
    "1.2.840.10008.5.1.4.1.1.10": "standalone",
    "1.2.840.10008.5.1.4.1.1.11": "standalone",
    "1.2.840.10008.5.1.4.1.1.11.2": "presentation_state_colour",
    "1.2.840.10008.5.1.4.1.1.11.3": "presentation_state_palette",
    "1.2.840.10008.5.1.4.1.1.11.4": "presentation_state_blending",
    "1.2.840.10008.5.1.4.1.1.11.8": "presentation_state_blending",
    "1.2.840.10008.5.1.4.1.1.66": "raw_data",
    "1.2.840.10008.5.1.4.1.1.66.6": "tractography",
    "1.2.840.10008.5.1.4.1.1.77.1.5.3": "measurements",
    "1.2.840.10008.5.1.4.1.1.90.1": "structured_report",
    "1.2.840.10008.5.1.4.1.1.129": "standalone",
    "1.2.840.10008.5.1.4.1.1.131": "hanging_protocol",
    "1.2.840.10008.5.1.4.1.1.66.1": "registration",
    "1.2.840.10008.5.1.4.1.1.66.2": "fiducials",
    "1.2.840.10008.5.1.4.1.1.66.3": "registration",
    "1.2.840.10008.5.1.4.1.1.66.5": "surface",
    "1.2.840.10008.5.1.4.1.1.67": "real_world_mapping",
    "1.2.840.10008.5.1.4.1.1.88.59": "key_object",
    "1.2.840.10008.5.1.4.1.1.91.1": "annotations",
    "1.2.840.10008.5.1.4.1.1.104.1": "pdf",
    "1.2.840.10008.5.1.4.1.1.104.2": "document",
    "1.2.840.10008.5.1.4.1.1.481.3": "rt_structures",
    "1.2.840.10008.5.1.4.1.1.481.5": "rt_plan",
    "1.2.840.10008.5.1.4.1.1.481.8": "rt_plan",
    "1.2.840.10008.5.1.4.39.1": "palette",
}
_BY_PREFIX = (
    ("1.2.840.10008.5.1.4.1.1.88.", "structured_report"),
    ("1.2.840.10008.5.1.4.1.1.9.", "waveform"),
    (_PRESENTATION_STATES, "presentation_state"),
    ("1.2.840.10008.5.1.4.1.1.104.", "document"),
    ("1.2.840.10008.5.1.4.1.1.481.", "rt_object"),
    ("1.2.840.10008.5.1.4.1.1.68.", "surface"),
    ("1.2.840.10008.5.1.4.1.1.78.", "measurements"),
    ("1.2.840.10008.5.1.4.1.1.79.", "measurements"),
    ("1.2.840.10008.5.1.4.1.1.80.", "measurements"),
    ("1.2.840.10008.5.1.4.1.1.200.", "protocol"),
    ("1.2.840.10008.5.1.4.1.1.201.", "inventory"),
    ("1.2.840.10008.5.1.4.38.", "hanging_protocol"),
    ("1.2.840.10008.5.1.4.43.", "implant"),
    ("1.2.840.10008.5.1.4.44.", "implant"),
    ("1.2.840.10008.5.1.4.45.", "implant"),
    ("1.2.840.10008.5.1.4.34.", "procedure_step"),
    ("1.2.840.10008.3.1.2.", "procedure_step"),
)
_WITHOUT_PIXELS = "no_pixels"
SEGMENTATIONS = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})
"""Segmentation and label map segmentation storage."""


def what_is(sop_class_uid: str, *, is_directory: bool = False) -> str:
    """Return the key of what a file without pixels is; ``no_pixels`` for an image whose pixels are not there."""
    if is_directory:
        return "dicomdir"
    if sop_class_uid in _BY_UID:
        return _BY_UID[sop_class_uid]
    return next((what for prefix, what in _BY_PREFIX if sop_class_uid.startswith(prefix)), _WITHOUT_PIXELS)


def is_presentation_state(sop_class_uid: str) -> bool:
    """Tell whether it is a presentation state, of grey images or of another kind."""
    return sop_class_uid.startswith(_PRESENTATION_STATES)
