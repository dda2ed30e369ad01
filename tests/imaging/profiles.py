"""ICC profiles for tests."""

from __future__ import annotations

import imagecodecs
from PIL import ImageCms


def display_profile() -> bytes:
    """The profile of a display with the primaries of sRGB that answers linearly (gamma 1)."""
    primaries = [0.64, 0.33, 1, 0.30, 0.60, 1, 0.15, 0.06, 1]
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=[0.3127, 0.329, 1], primaries=primaries, gamma=1.0))


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def grey_profile() -> bytes:
    """A profile that is not for RGB."""
    return bytes(imagecodecs.cms_profile("gray", gamma=2.2))
