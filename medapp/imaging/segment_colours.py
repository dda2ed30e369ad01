"""Colours of segments: the file's CIELab recommendation, else a palette whose neighbours are easy to tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from medapp.imaging.attributes import exactly

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Colour: TypeAlias = tuple[int, int, int]
PALETTE: tuple[Colour, ...] = (
    (230, 25, 75), (60, 180, 75), (255, 225, 25), (67, 99, 216), (245, 130, 49), (66, 212, 244),
    (240, 50, 230), (191, 239, 69), (250, 190, 212), (70, 153, 144), (220, 190, 255), (154, 99, 36),
    (255, 250, 200), (128, 0, 0), (170, 255, 195), (128, 128, 0), (255, 216, 177), (0, 0, 200),
)  # fmt: skip
"""Trubetskoy's list of distinct colours: bright ones first, without black, white and grey."""
_D50_WHITE = np.array([0.96422, 1.0, 0.82521])
_D50_TO_LINEAR_SRGB = np.array(
    [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]]
)
"""Lindbloom: XYZ of D50, Bradford-adapted to D65, to linear sRGB."""


def colour_of(item: Dataset, number: int) -> Colour:
    """Return the colour of a segment: Recommended Display CIELab Value, else one of the palette by its number."""
    coded = exactly(item, "RecommendedDisplayCIELabValue", 3)
    return PALETTE[(number - 1) % len(PALETTE)] if coded is None else from_cielab((coded[0], coded[1], coded[2]))


def from_cielab(coded: tuple[float, float, float]) -> Colour:
    """Return a PCS value of DICOM as sRGB.

    Parameters
    ----------
    coded : tuple of 3 float
        Each 0 to 65535: L* 0 to 100, a* and b* -128 to 127 (PS3.3 C.10.7.1.1); illuminant D50.

    Returns
    -------
    tuple of 3 int
        0 to 255; colours outside sRGB are clipped.

    Examples
    --------
    >>> from_cielab((65535, 0x8080, 0x8080))
    (255, 255, 255)
    """
    light, a, b = coded[0] / 65535 * 100, coded[1] / 65535 * 255 - 128, coded[2] / 65535 * 255 - 128
    y = (light + 16) / 116
    roots = np.array([y + a / 500, y, y - b / 200])
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * _D50_WHITE
    linear = np.clip(_D50_TO_LINEAR_SRGB @ xyz, 0, 1)
    gamma = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (int(v) for v in np.rint(gamma * 255))
    return red, green, blue
