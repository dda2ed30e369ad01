"""ICC profiles: colour as the device meant it, converted to sRGB (PS3.3 C.11.15)."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.attributes import items, raw_value, text
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.study import Note

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_SAME = 3
"""Grey levels that a profile may move a colour and still be sRGB: what rounding in its tables leaves."""
_LARGEST = 16 * 2**20


def profile_of(scope: FrameScope) -> bytes:
    """Return the ICC profile of a frame: of its optical path, else of the data set; empty where there is none."""
    paths = items(scope.dataset, "OpticalPathSequence")
    named = {text(item, "OpticalPathIdentifier") for item in scope.macro("OpticalPathIdentificationSequence")}
    own = [path for path in paths if text(path, "OpticalPathIdentifier") in named] or paths
    for dataset in (*own, scope.dataset):
        if profile := _profile_in(dataset):
            return profile
    return b""


def _profile_in(dataset: Dataset) -> bytes:
    value = raw_value(dataset, "ICCProfile")
    return value if isinstance(value, bytes) else b""


def to_srgb(rgb: NDArray[np.uint8], profile: bytes) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    """Convert colours to sRGB, relative colorimetric with compensation of the black point.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (rows, columns, 3)
    profile : bytes
        Empty for none: then the colours are taken as sRGB.

    Returns
    -------
    ndarray of uint8, shape (rows, columns, 3)
        `rgb` itself where the profile is sRGB by another name.
    tuple of Note
        ``icc_unusable`` where the profile is damaged or not one for RGB.
    """
    if not profile:
        return rgb, ()
    try:
        transform = _transform(profile)
    except Exception:  # noqa: BLE001 - Pillow and its library raise many kinds for a damaged profile
        return rgb, (Note("icc_unusable"),)
    return (rgb if transform is None else _applied(transform, rgb)), ()


@lru_cache(maxsize=4)
def _transform(profile: bytes) -> Any:  # noqa: ANN401 - Pillow's transform, which it does not type
    """Return the transform to sRGB, None where it changes nothing that can be seen."""
    from PIL import ImageCms

    if len(profile) > _LARGEST:
        raise ValueError(len(profile))
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(
        source, target, "RGB", "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )  # fmt: skip
    cube = np.stack(np.meshgrid(*[np.arange(0, 256, 51, dtype=np.uint8)] * 3), axis=-1).reshape(6, 36, 3)
    moved = np.abs(_applied(transform, cube).astype(np.int16) - cube)
    return transform if moved.max() > _SAME else None


def _applied(transform: Any, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:  # noqa: ANN401 - see above
    from PIL import Image

    return np.asarray(transform.apply(Image.fromarray(np.ascontiguousarray(rgb))))
