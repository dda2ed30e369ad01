"""What a person wants to be exported: which images, as what, with which texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from medapp.display.export import Format

Scope: TypeAlias = Literal["image", "stack", "key_images"]
Content: TypeAlias = Literal["screen", "image", "modality", "stored"]
SCOPES: tuple[Scope, ...] = ("image", "stack", "key_images")
CONTENTS: tuple[Content, ...] = ("screen", "image", "modality", "stored")


@dataclass(frozen=True)
class ExportWish:
    """What a person wants to be exported.

    Attributes
    ----------
    scope : str
        The ``image`` on screen, its whole ``stack``, or the ``key_images`` of the study.
    content : str
        As on ``screen``; all pixels of the ``image`` as they are shown; ``modality`` or ``stored`` values of 16 bits.
    form : str
    folder : str
    texts, identity : bool
        As in `Screenlike`.
    key_object : bool
        Whether a DICOM Key Object Selection is written beside key images.
    """

    scope: Scope
    content: Content
    form: Format
    folder: str
    texts: bool = True
    identity: bool = False
    key_object: bool = False
