"""What is to become of a weight file: a starting model, or a classifier with its classes. Known without torch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from medapp import schemas
from medapp.classify.package import SMALL_FILE_LIMIT, bounded_bytes
from medapp.classify.preprocess import PreprocessSpec, RangeSpec, Triple
from medapp.classify.scope import PICTURE, Scope, narrowed
from medapp.errors import MedappError
from medapp.i18n import listed, named_in

XRV, IMAGENET = "xrv", "imagenet"
GREY_NETWORK = "xrv_densenet121"
MOST_OUTPUTS = 1000
XRV_LABELS = (
    "Atelectasis",
    "Consolidation",
    "Infiltration",
    "Pneumothorax",
    "Edema",
    "Emphysema",
    "Fibrosis",
    "Effusion",
    "Pneumonia",
    "Pleural_Thickening",
    "Cardiomegaly",
    "Nodule",
    "Mass",
    "Hernia",
    "Lung Lesion",
    "Fracture",
    "Lung Opacity",
    "Enlarged Cardiomediastinum",
)
"""The outputs of TorchXRayVision's networks, in their order (Cohen et al., MIDL 2022)."""
PREPROCESS: Mapping[str, PreprocessSpec] = {
    # TorchXRayVision scales a picture to −1024 … 1024 and takes the square in the middle. Its own reader of DICOM files
    # takes the lowest and the highest value for that, which holds in any depth of bits.
    XRV: PreprocessSpec(range=RangeSpec(low=0, high=100), crop_to_square=True, mean=(0.5,) * 3, std=(1 / 2048,) * 3),
    # torchvision's weights are measured on the middle 224 of 256 pixels
    IMAGENET: PreprocessSpec(colour="rgb", range=RangeSpec("type"), crop_to_square=True, border_crop=0.0625),
    "medapp": PreprocessSpec(),
}
"""How pictures are prepared, by name."""
RADIOGRAPHS = Scope(
    modalities=("CR", "DX", PICTURE), text="Chest radiographs, frontal (as the file suggests; not tested here)"
)


@dataclass(frozen=True)
class WeightPlan:
    """What a person says about a weight file.

    Attributes
    ----------
    model_id, title, version : str
        Of the package; made of the file's name, of the network's, and the next free one where empty.
    architecture : str
        What the network must be; empty for whatever its tensors show.
    classes : tuple of str
        Names of the outputs, in their order; an output with an empty name is left out. None at all: a starting model.
    several : bool
        Whether the classes are labels that may occur together; always so for TorchXRayVision's network.
    preprocess : PreprocessSpec or None
        How pictures are prepared; None: guessed from the network, and told on the card.
    mean, std : tuple of 3 floats, or None
        Input normalisation on values 0 to 1, in place of the specification's.
    scope : Scope or None
        Modalities, body parts and views that it may be asked about, where they are not those that are guessed.
    """

    model_id: str = ""
    title: str = ""
    version: str = ""
    architecture: str = ""
    classes: tuple[str, ...] = ()
    several: bool = False
    preprocess: PreprocessSpec | None = None
    mean: Triple | None = None
    std: Triple | None = None
    scope: Scope | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        spec, scope = self.preprocess, self.scope
        return {
            **asdict(self),
            "preprocess": None if spec is None else spec.to_json(),
            "scope": None if scope is None else scope.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> WeightPlan:
        """Rebuild a plan from `to_json`'s value."""
        values = dict(document)
        for name in ("classes", "mean", "std"):
            values[name] = None if values[name] is None else tuple(values[name])
        spec, scope = values["preprocess"], values["scope"]
        values["preprocess"] = None if spec is None else PreprocessSpec.from_json(spec)
        values["scope"] = None if scope is None else Scope.from_json(scope)
        return cls(**values)


@dataclass(frozen=True)
class WeightFacts:
    """What a weight file shows of itself.

    Attributes
    ----------
    architecture : str
        A row of ``classify.network.ARCHITECTURES``.
    outputs : int
        Rows of the last layer.
    thresholds : tuple of (float or None)
        TorchXRayVision's operating points, one an output, None for an output that was never trained; else empty.
    says : dict of str to str
        What the file says about itself.
    sha256 : str
        Of the file.
    """

    architecture: str
    outputs: int
    thresholds: tuple[float | None, ...]
    says: Mapping[str, str]
    sha256: str

    @property
    def guessed_classes(self) -> tuple[str, ...]:
        """The labels that the outputs seem to be; empty where nothing suggests any."""
        is_xrv = self.architecture == GREY_NETWORK and self.outputs == len(XRV_LABELS)
        return XRV_LABELS if is_xrv else ()

    @property
    def guessed_preprocess(self) -> str:
        """How pictures seem to be prepared: a name of `PREPROCESS`."""
        return guessed_preprocess(self.architecture)

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {**asdict(self), "thresholds": list(self.thresholds), "says": dict(self.says)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> WeightFacts:
        """Rebuild the facts from `to_json`'s value."""
        return cls(**{**document, "thresholds": tuple(document["thresholds"])})


def guessed_preprocess(architecture: str) -> str:
    """Return the name of the preprocessing that goes with a network as it is published."""
    return XRV if architecture == GREY_NETWORK else IMAGENET


def package_id(text: str) -> str:
    """Return the id of a package that is called `text`: lower-case letters, digits, dashes and underscores."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")[:64] or "starting-model"


def class_names(text: str) -> tuple[str, ...]:
    """Return names of classes: ``xrv``, the lines of a text file, or names joined by commas.

    Raises
    ------
    MedappError
        ``weights.no_classes`` where none is named.
    """
    if text.strip().lower() == XRV:
        return XRV_LABELS
    names = _lines(Path(text)) or named_in(text)
    if not any(names):
        raise MedappError("weights.no_classes")
    return tuple(names)


def preprocess_from(text: str, *, size: int | None = None, spread: str = "") -> PreprocessSpec:
    """Return a specification: a name of `PREPROCESS`, or a JSON file as packages hold it, changed as asked for.

    Parameters
    ----------
    text : str
        The name or the path.
    size : int, optional
        Rows and columns of the network picture.
    spread : str, optional
        What becomes black and white: ``type``, ``equalised``, ``fixed:LOW:HIGH`` or ``percentile:LOW:HIGH``.

    Raises
    ------
    MedappError
        ``weights.preprocess``, ``weights.range``, ``package.range``, ``package.unreadable``, ``package.json``, or
        ``schema``.
    """
    spec = PREPROCESS.get(text.strip().lower()) or _specification(Path(text))
    document = replace(spec, size=size or spec.size, range=_range(spread) if spread else spec.range).to_json()
    schemas.check("package_preprocess", {"schema_version": 1, **document})
    return PreprocessSpec.from_json(document)


def scope_from(modalities: str, body_parts: str, views: str) -> Scope | None:
    """Return the scope that a person has written, lists with commas; None where nothing is.

    Raises
    ------
    MedappError
        ``scope.words``.
    """
    if not (modalities or body_parts or views):
        return None
    return narrowed(
        Scope(), modalities=modalities, body_parts=body_parts, views=views, age_from="", age_to="", makers=""
    )


def _lines(path: Path) -> list[str]:
    try:
        if not path.is_file():
            return []
        text = bounded_bytes(path, SMALL_FILE_LIMIT).decode("utf-8-sig")
    except (OSError, ValueError):  # a name that no file can have, or a file that is no text
        return []
    return [line.strip() for line in text.splitlines()]


def _specification(path: Path) -> PreprocessSpec:
    if path.suffix.lower() != ".json" or not path.is_file():
        raise MedappError("weights.preprocess", name=path.name[:80], known=listed(PREPROCESS))
    try:
        document = json.loads(bounded_bytes(path, SMALL_FILE_LIMIT))
    except (ValueError, RecursionError) as error:
        raise MedappError("package.json", file=path.name) from error
    schemas.check("package_preprocess", document)
    return PreprocessSpec.from_json({name: value for name, value in document.items() if name != "schema_version"})


def _range(text: str) -> RangeSpec:
    kind, *ends = text.strip().lower().split(":")
    try:
        low, high = (float(end) for end in ends) if ends else (0.5, 99.5)
    except ValueError as error:
        raise MedappError("weights.range", text=text[:40]) from error
    if (kind in {"type", "equalised"} and not ends) or (kind in {"fixed", "percentile"} and ends):
        return RangeSpec(kind, low, high)  # type: ignore[arg-type]
    raise MedappError("weights.range", text=text[:40])
