"""Two sizes that mean something: a pixel of the image as one of the screen, and a centimetre as a centimetre."""

from __future__ import annotations

from dataclasses import replace

from medapp.display.measure import spacing_of_all
from medapp.display.viewport import ZOOM_LEAST, ZOOM_MOST, ImageShape, Viewport
from medapp.errors import MedappError
from medapp.imaging.frame import Frame


def one_to_one(viewport: Viewport) -> Viewport:
    """Return the viewport that shows a pixel of the image as one pixel of the screen; what is in the middle stays.

    Notes
    -----
    Of pixels that are not square, the finer side is one pixel long.
    """
    return replace(viewport, zoom=1.0)


def true_size(viewport: Viewport, frame: Frame, pixels_per_mm: float) -> Viewport:
    """Return the viewport that shows a frame as large as its spacing says it is.

    Parameters
    ----------
    viewport : Viewport
    frame : Frame
    pixels_per_mm : float
        Of the screen, measured on it.

    Raises
    ------
    MedappError
        ``size.no_spacing`` where no spacing holds for the whole picture, ``size.out_of_reach`` where the zoom would
        be beyond what a viewport takes.

    Notes
    -----
    The spacing may be one at the detector (Imager Pixel Spacing, PS3.3 C.8.7.1): then it is the detector that is
    shown in its size, and the scale bar says so.
    """
    spacing = spacing_of_all(frame)
    if spacing is None:
        raise MedappError("size.no_spacing")
    zoom = pixels_per_mm * spacing[1] / ImageShape.of(frame).stretch[0]
    if not ZOOM_LEAST <= zoom <= ZOOM_MOST:
        raise MedappError("size.out_of_reach")
    return replace(viewport, zoom=zoom)
