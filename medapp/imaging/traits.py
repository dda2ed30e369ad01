"""What one image or frame says about itself that may split a series: contrast, phase, diffusion (values only)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medapp.imaging.attributes import first_item, integer, number, numbers, text, values
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.private_diffusion import private_diffusion

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TAGS = """EchoTime EchoNumbers ConvolutionKernel KVP TemporalPositionIdentifier NominalPercentageOfCardiacPhase
    TriggerTime InversionTime FlipAngle AcquisitionNumber DiffusionBValue DiffusionGradientOrientation StackID
    DiffusionDirectionality ComplexImageComponent FrameReferenceTime"""
TRAIT_TAGS = tuple(_TAGS.split())
_FRAME_TYPES = (
    "MRImageFrameTypeSequence",
    "CTImageFrameTypeSequence",
    "PETFrameTypeSequence",
    "XRay3DFrameTypeSequence",
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What may tell one volume of a series from another; empty or None where a file does not say.

    Attributes
    ----------
    image_type : tuple of str
        Image Type, or the Frame Type of a frame.
    component : str
        Complex Image Component.
    echo, energy : float or None
        Echo time in milliseconds; peak tube voltage, kV.
    b_value : float or None
        Diffusion b-value, s/mm², standard or of a vendor.
    direction : tuple of float
        Diffusion gradient orientation, or nothing.
    temporal, phase, trigger, reference : float or None
        Temporal Position Identifier or Index; percentage of the cardiac phase; trigger and frame reference time, ms.
    inversion, flip : float or None
        Inversion time in milliseconds, flip angle in degrees.
    acquisition : int or None
        Acquisition Number.
    """

    image_type: tuple[str, ...] = ()
    kernel: str = ""
    component: str = ""
    stack: str = ""
    echo: float | None = None
    energy: float | None = None
    b_value: float | None = None
    direction: tuple[float, ...] = ()
    temporal: float | None = None
    phase: float | None = None
    trigger: float | None = None
    reference: float | None = None
    inversion: float | None = None
    flip: float | None = None
    acquisition: int | None = None


def traits_of(scope: FrameScope) -> Traits:
    """Read the traits of a frame from its functional groups (C.7.6.16, C.8.13) or, without them, from the data set."""
    dataset = scope.dataset
    content = next(scope.macro("FrameContentSequence"))
    b_value, direction = _diffusion(scope)
    return Traits(
        image_type=_image_type(scope),
        kernel=_first_text(scope, "CTReconstructionSequence", "ConvolutionKernel"),
        component=_component(scope),
        stack=text(content, "StackID"),
        echo=_echo(scope),
        energy=_first(scope, "CTXRayDetailsSequence", "KVP"),
        b_value=b_value,
        direction=direction,
        temporal=_temporal(scope, content),
        phase=_first(scope, "CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase"),
        trigger=_trigger(scope),
        reference=number(dataset, "FrameReferenceTime"),
        inversion=_inversion(scope),
        flip=_first(scope, "MRTimingAndRelatedParametersSequence", "FlipAngle"),
        acquisition=integer(content, "FrameAcquisitionNumber") or integer(dataset, "AcquisitionNumber"),
    )


def _first(scope: FrameScope, macro: str, keyword: str) -> float | None:
    found = (number(item, keyword) for item in scope.macro(macro))
    return next((value for value in found if value is not None), None)


def _first_text(scope: FrameScope, macro: str, keyword: str) -> str:
    return next((found for item in scope.macro(macro) if (found := text(item, keyword))), "")


def _image_type(scope: FrameScope) -> tuple[str, ...]:
    for item in _frame_types(scope):
        if found := values(item, "FrameType"):
            return tuple(str(v).strip() for v in found)
    return tuple(str(v).strip() for v in values(scope.dataset, "ImageType"))


def _frame_types(scope: FrameScope) -> Iterator[Dataset]:
    if scope.groups:
        for keyword in _FRAME_TYPES:
            yield from scope.macro(keyword)


def _component(scope: FrameScope) -> str:
    found = (text(item, "ComplexImageComponent") for item in _frame_types(scope))
    return next((component for component in found if component), text(scope.dataset, "ComplexImageComponent"))


def _echo(scope: FrameScope) -> float | None:
    effective = _first(scope, "MREchoSequence", "EffectiveEchoTime")
    if effective is not None:
        return effective
    time = number(scope.dataset, "EchoTime")
    return number(scope.dataset, "EchoNumbers") if time is None else time


def _temporal(scope: FrameScope, content: Dataset) -> float | None:
    index = number(content, "TemporalPositionIndex")
    if index is not None:
        return index
    offset = _first(scope, "TemporalPositionSequence", "TemporalPositionTimeOffset")
    return number(scope.dataset, "TemporalPositionIdentifier") if offset is None else offset


def _trigger(scope: FrameScope) -> float | None:
    delay = _first(scope, "CardiacSynchronizationSequence", "NominalCardiacTriggerDelayTime")
    return number(scope.dataset, "TriggerTime") if delay is None else delay


def _inversion(scope: FrameScope) -> float | None:
    times = _first(scope, "MRModifierSequence", "InversionTimes")
    return number(scope.dataset, "InversionTime") if times is None else times


def _diffusion(scope: FrameScope) -> tuple[float | None, tuple[float, ...]]:
    """Return b-value and direction: PS3.3 C.8.13.5.9, else what vendors wrote before there was a standard."""
    for item in scope.macro("MRDiffusionSequence"):
        b_value = number(item, "DiffusionBValue")
        if b_value is not None:
            oriented = first_item(item, "DiffusionGradientDirectionSequence")
            direction = numbers(item if oriented is None else oriented, "DiffusionGradientOrientation")
            has_one = len(direction) == 3 and any(direction) and b_value > 0
            return b_value, tuple(direction) if has_one and not _is_isotropic(item) else ()
    return private_diffusion(scope.dataset) if not scope.groups else (None, ())


def _is_isotropic(item: Dataset) -> bool:
    return text(item, "DiffusionDirectionality") == "ISOTROPIC"
