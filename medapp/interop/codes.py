"""The coded words of a structured report: DICOM's own where there are any, else those of medapp's own scheme."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from medapp.i18n import tr

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.sr.coding import Code

SCHEME = "99MEDAPP"
LONGEST_MEANING = 64
_STATES = {
    "answered": ("STATE_ANSWERED", "Answered"),
    "unclear": ("STATE_UNCLEAR", "Unclear"),
    "unlike": ("STATE_UNLIKE", "Not like the training data"),
    "no_model": ("STATE_NO_MODEL", "No model for this"),
}


def own(value: str, meaning: str) -> Code:
    """Return a code of medapp's own scheme."""
    from pydicom.sr.coding import Code

    return Code(value, SCHEME, meaning)


def state_code(state: str) -> Code:
    """Return the code of one of the kinds of answer, see `Prediction.state`."""
    return own(*_STATES[state])


def class_code(name: str) -> Code:
    """Return the code of a model's class: a hash of its name, for names are a person's own words of any length."""
    return own(f"C{hashlib.sha256(name.encode()).hexdigest()[:14].upper()}", meaning_of(name))


def meaning_of(text: str) -> str:
    """Return a text as Code Meaning allows it: no backslash, 64 characters at most (PS3.5 6.2, LO)."""
    plain = "".join(c if c.isprintable() and c != "\\" else " " for c in text).strip()
    return plain[:LONGEST_MEANING].strip() or tr("send.unnamed")


def scheme_identification() -> Dataset:
    """Return the item of Coding Scheme Identification Sequence that says whose codes these are (PS3.3 C.12.1.1.4)."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodingSchemeDesignator = SCHEME
    item.CodingSchemeName = "medapp"
    item.CodingSchemeResponsibleOrganization = "medapp"
    return item
