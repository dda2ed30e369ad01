"""Traps between modality values and the screen: windows, tables, polarity, padding, shutters, states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.display.presentation import presented
from medapp.display.render import grey, render_frame, resample
from medapp.display.shutters import draw_shutters
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.automatic_window import automatic_window, series_window
from medapp.imaging.frame import Frame
from medapp.imaging.study import Window
from medapp.imaging.voi import default_voi, default_window, starts_inverted, windows_of
from tests.imaging.states_made import IMAGE, annotation, area, graphic, state, voi
from tests.imaging.synthetic import dicom, item, saved, sequence
from tests.traps.table import Opened, Row

RAMP = np.arange(-8, 8, dtype=np.int16).reshape(2, 8)


def _made(folder: Path, pixels: NDArray[Any], **attributes: Any) -> Path:
    return Path(saved(dicom(pixels, **attributes), folder / "image.dcm"))


def _shown(frame: Frame, *, invert: bool | None = None) -> NDArray[np.int_]:
    return render_frame(frame, default_voi(frame), invert=invert).astype(int)


def _formula(frame: Frame, center: float, width: float) -> NDArray[np.int_]:
    """LINEAR, straight from C.11.2.1.2.1."""
    x = frame.modality_values().astype(np.float64)
    y = ((x - (center - 0.5)) / (width - 1) + 0.5) * 255
    y[x <= center - 0.5 - (width - 1) / 2] = 0
    y[x > center - 0.5 + (width - 1) / 2] = 255
    return np.rint(y).astype(int)


def _half_pixel(opened: Opened) -> None:
    frame = opened.frame()
    np.testing.assert_array_equal(_shown(frame), _formula(frame, 600, 1600))


def _threshold_file(folder: Path) -> Path:
    """values -8 to 7, window center 0, width 1"""
    return _made(folder, RAMP, WindowCenter=0, WindowWidth=1)


def _threshold(opened: Opened) -> None:
    np.testing.assert_array_equal(_shown(opened.frame()), np.where(RAMP > -0.5, 255, 0))


def _impossible_file(folder: Path) -> Path:
    """windows of width 0 and -5"""
    return _made(folder, RAMP, WindowCenter=[0, 0], WindowWidth=[0, -5])


def _impossible(opened: Opened) -> None:
    frame = opened.frame()
    assert windows_of(frame) == ()
    assert default_voi(frame) == automatic_window(frame)


def _sigmoid_file(folder: Path) -> Path:
    """VOI LUT Function SIGMOID, center 0, width 8"""
    return _made(folder, RAMP, WindowCenter=0, WindowWidth=8, VOILUTFunction="SIGMOID")


def _sigmoid(opened: Opened) -> None:
    np.testing.assert_array_equal(_shown(opened.frame()), np.rint(255 / (1 + np.exp(-4 * RAMP / 8.0))))


def _exact_file(folder: Path) -> Path:
    """VOI LUT Function LINEAR_EXACT, width 0.5, values in steps of 0.0625"""
    attributes = {"RescaleSlope": "0.0625", "RescaleIntercept": "0", "VOILUTFunction": "LINEAR_EXACT"}
    return _made(folder, RAMP, WindowCenter=0, WindowWidth=0.5, **attributes)


def _exact(opened: Opened) -> None:
    expected = np.rint(np.clip(RAMP * 0.0625 / 0.5 + 0.5, 0, 1) * 255)
    np.testing.assert_array_equal(_shown(opened.frame()), expected)


def _unknown_file(folder: Path) -> Path:
    """VOI LUT Function GAMMA, which does not exist"""
    return _made(folder, RAMP, WindowCenter=0, WindowWidth=8, VOILUTFunction="GAMMA")


def _unknown(opened: Opened) -> None:
    frame = opened.frame()
    assert windows_of(frame)[0].function == "LINEAR"
    np.testing.assert_array_equal(_shown(frame), _formula(frame, 0, 8))


def _table_is_default(opened: Opened) -> None:
    frame = opened.frame()
    assert windows_of(frame) == ()
    lut = frame.voi_luts[0]
    expected = np.rint(lut.entries[frame.stored.astype(int) - lut.first] * 255.0 / (2**lut.bits - 1))
    np.testing.assert_array_equal(_shown(frame), expected)


def _table_beside_file(folder: Path) -> Path:
    """a window and a table of 12 bits that starts at 2"""
    table = item(LUTDescriptor=[3, 2, 12], LUTData=[4095, 2048, 0], LUTExplanation="TURNED")
    table["LUTData"].VR = "US"
    pixels = np.arange(16, dtype=np.uint8).reshape(2, 8)
    return _made(folder, pixels, WindowCenter=8, WindowWidth=16, VOILUTSequence=sequence(table))


def _table_beside(opened: Opened) -> None:
    frame = opened.frame()
    assert (len(windows_of(frame)), [lut.name for lut in frame.voi_luts]) == (1, ["TURNED"])
    assert default_voi(frame) == windows_of(frame)[0]
    looked_up = render_frame(frame, frame.voi_luts[0])
    assert looked_up.ravel()[:6].tolist() == [255, 255, 255, 128, 0, 0]


def _several_windows(opened: Opened) -> None:
    windows = windows_of(opened.frame())
    assert [(w.center, w.width, w.name) for w in windows] == [(450, 790, "WINDOW1"), (200, 443, "WINDOW2")]
    assert default_voi(opened.frame()) == windows[0]


def _ct_without_window(opened: Opened) -> None:
    assert default_voi(opened.frame()) == Window(40, 400)


def _pet_file(folder: Path) -> Path:
    """PET in SUV without a window"""
    values = np.array([[0, 5, 10, 30]], np.uint16)
    return _made(folder, values, Modality="PT", Units="GML", SUVType="BW")


def _pet(opened: Opened) -> None:
    frame = opened.frame()
    assert starts_inverted(frame)
    assert _shown(frame, invert=not frame.inverted).tolist() == [[255, 127, 0, 0]]


def _stack_file(folder: Path) -> Path:
    """a dark and a bright frame, a quarter of each padding, no window"""
    frames = np.stack([np.tile(np.arange(100, dtype=np.int16), (100, 1)) + level for level in (0, 900)])
    frames[:, :25] = -2000
    return _made(folder, frames, PixelPaddingValue=-2000)


def _stack(opened: Opened) -> None:
    frames = [opened.frame(0), opened.frame(1)]
    window = series_window(frames)
    valid = np.concatenate([f.modality_values()[f.valid].ravel() for f in frames])  # type: ignore[index]
    low, high = np.percentile(valid, (0.5, 99.5))
    np.testing.assert_allclose(window.center, (low + high + 1) / 2, atol=1)
    np.testing.assert_allclose(window.width, high - low + 1, atol=2)


def _fraction(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.slope == 0.684
    np.testing.assert_allclose(frame.modality_values(), frame.stored * 0.684 + 200, rtol=1e-6)


def _tiny_slope_file(folder: Path) -> Path:
    """slope 1e-6, window 0.0005 wide"""
    pixels = np.arange(1000, dtype=np.uint16).reshape(10, 100)
    window = {"WindowCenter": "0.0005", "WindowWidth": "0.0005", "VOILUTFunction": "LINEAR_EXACT"}
    return _made(folder, pixels, RescaleSlope="1e-6", RescaleIntercept="0", **window)


def _tiny_slope(opened: Opened) -> None:
    frame = opened.frame()
    expected = np.clip((frame.stored * 1e-6 - 0.0005) / 0.0005 + 0.5, 0, 1) * 255
    np.testing.assert_allclose(_shown(frame), expected, atol=0.51)
    screen = grey(resample(frame, Viewport(), (100, 10)), default_voi(frame))
    np.testing.assert_array_equal(screen, _shown(frame))


def _after_voi(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.inverted
    np.testing.assert_array_equal(_shown(frame), 255 - _formula(frame, 1600, 2800))


def _one_inversion(opened: Opened) -> None:
    frame = opened.frame()
    np.testing.assert_array_equal(_shown(frame), 255 - _formula(frame, 128, 256))
    np.testing.assert_array_equal(_shown(frame, invert=False), frame.stored)


def _state_file(folder: Path) -> Path:
    """MONOCHROME1 image and a state: IDENTITY, window, turned by 90 degrees and mirrored, area, circle, shutter"""
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    dataset = dicom(pixels, PhotometricInterpretation="MONOCHROME1", SOPInstanceUID=IMAGE)
    dataset.file_meta.MediaStorageSOPInstanceUID = IMAGE
    saved(dataset, folder / "image.dcm")
    made = state(
        SoftcopyVOILUTSequence=sequence(voi(WindowCenter=128, WindowWidth=256)), PresentationLUTShape="IDENTITY",
        ImageRotation=90, ImageHorizontalFlip="Y", ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=3,
        ShutterRightVerticalEdge=16, ShutterUpperHorizontalEdge=1, ShutterLowerHorizontalEdge=16,
        DisplayedAreaSelectionSequence=sequence(area((1, 1), (16, 16))),
        GraphicAnnotationSequence=sequence(annotation(graphic("CIRCLE", 8.0, 8.0, 12.0, 8.0))),
    )  # fmt: skip
    return Path(saved(made, folder / "state.dcm"))


def _state(opened: Opened) -> None:
    frame = opened.readers.frame(str(opened.path.with_name("image.dcm")))
    shown = presented(frame, opened.readers.presentation(opened.source), IMAGE)
    assert shown is not None
    turned = np.fliplr(np.rot90(frame.stored, -1))
    viewport = shown.viewport((16, 16))
    picture = grey(resample(shown.frame, viewport, (16, 16)), shown.voi, invert=shown.frame.inverted)
    np.testing.assert_array_equal(picture, turned)
    shuttered = draw_shutters(picture, shown.frame, viewport, (16, 16))
    assert not shuttered[:2].any()
    np.testing.assert_array_equal(shuttered[2:], turned[2:])
    assert shown.annotations[0].graphics[0].points == ((7.5, 7.5), (11.5, 7.5))
    assert presented(frame, opened.readers.presentation(opened.source), "1.2.3.4.6") is None


def _padding(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.valid is not None
    np.testing.assert_array_equal(~frame.valid, frame.stored == -2000)
    assert not _shown(frame, invert=True)[~frame.valid].any()
    low, high = np.percentile(frame.modality_values()[frame.valid], (0.5, 99.5))
    assert abs(automatic_window(frame).width - (high - low + 1)) < 0.02 * (high - low)


def _padding_range_file(folder: Path) -> Path:
    """Pixel Padding Value 0 to Range Limit 3 in an inverted image with a rescale"""
    limits = {"PixelPaddingValue": 0, "PixelPaddingRangeLimit": 3, "RescaleIntercept": "100", "RescaleSlope": "2"}
    dataset = dicom(np.arange(16, dtype=np.uint16).reshape(4, 4), PhotometricInterpretation="MONOCHROME1", **limits)
    for name in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        dataset[name].VR = "US"
    return Path(saved(dataset, folder / "image.dcm"))


def _padding_range(opened: Opened) -> None:
    frame = opened.frame()
    np.testing.assert_array_equal(frame.valid, frame.stored > 3)
    assert not _shown(frame)[frame.stored <= 3].any()
    assert _shown(frame)[frame.stored == 4].item() == 255
    halo = grey(resample(frame, Viewport(), (64, 64)), Window(108, 3), invert=True)
    assert not halo[:14].any()
    assert (halo[18:24, :6] > 0).all()


def _shutter_file(folder: Path) -> Path:
    """a rectangle and a circle together, covered part white"""
    edges = {"ShutterLeftVerticalEdge": 5, "ShutterRightVerticalEdge": 20}
    edges |= {"ShutterUpperHorizontalEdge": 1, "ShutterLowerHorizontalEdge": 20}
    circle = {"CenterOfCircularShutter": [10, 10], "RadiusOfCircularShutter": 6}
    shape = {"ShutterShape": ["RECTANGULAR", "CIRCULAR"], "ShutterPresentationValue": 65535}
    return _made(
        folder, np.full((20, 20), 100, np.uint8), WindowCenter=128, WindowWidth=256, **edges, **circle, **shape
    )


def _shutter(opened: Opened) -> None:
    frame = opened.frame()
    y, x = np.mgrid[:20, :20]
    seen = (x >= 4) & (x <= 19) & (y <= 19) & ((x - 9) ** 2 + (y - 9) ** 2 <= 36)
    picture = draw_shutters(render_frame(frame, default_voi(frame)), frame, Viewport(), None)
    np.testing.assert_array_equal(picture, np.where(seen, 100, 255))
    assert (frame.modality_values() == 100).all()


def _polygon_file(folder: Path) -> Path:
    """a polygon with corners at (2, 2), (2, 12), (12, 12), (12, 2)"""
    corners = [3, 3, 3, 13, 13, 13, 13, 3]
    return _made(
        folder, np.full((20, 20), 100, np.uint8), ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=corners
    )


def _polygon(opened: Opened) -> None:
    frame = opened.frame()
    picture = draw_shutters(np.full((20, 20), 9, np.uint8), frame, Viewport(), None)
    y, x = np.mgrid[:20, :20]
    np.testing.assert_array_equal(picture == 9, (x >= 2) & (x <= 12) & (y >= 2) & (y <= 12))


def _square(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.geometry.aspect == (4, 3)
    inside = resample(frame, Viewport(), (800, 800)).inside
    height, width = inside.any(axis=1).sum(), inside.any(axis=0).sum()
    np.testing.assert_allclose(height / width, frame.shape[0] * 4 / (frame.shape[1] * 3), atol=0.005)


def _spacing(opened: Opened) -> None:
    np.testing.assert_allclose(ImageShape.of(opened.frame()).aspect, 0.545455 / 0.596847, rtol=1e-5)


def _colour_window_file(folder: Path) -> Path:
    """an RGB picture with a window of center 10, width 5"""
    colours = np.random.default_rng(1).integers(0, 256, (6, 8, 3), np.uint8)
    return _made(folder, colours, WindowCenter=10, WindowWidth=5)


def _colour_window(opened: Opened) -> None:
    frame = opened.frame()
    assert (windows_of(frame), default_voi(frame)) == ((), None)
    np.testing.assert_array_equal(render_frame(frame, default_voi(frame)), frame.stored)
    screen = grey(resample(frame, Viewport(), (8, 6)), default_voi(frame))
    np.testing.assert_array_equal(screen, np.random.default_rng(1).integers(0, 256, (6, 8, 3), np.uint8))
    assert default_window(frame) == Window(128, 256)


ROWS = (
    Row(1, "pydicom/MR_small.dcm", "the half pixel of LINEAR", "every grey level is the formula's", _half_pixel),
    Row(1, _threshold_file, "width 1 divides by nothing", "a threshold at center − 0.5", _threshold),
    Row(1, _impossible_file, "widths that cannot be", "not offered; the automatic window", _impossible),
    Row(2, _sigmoid_file, "SIGMOID", "every grey level is the formula's", _sigmoid),
    Row(2, _exact_file, "LINEAR_EXACT with a width below 1", "every grey level is the formula's", _exact),
    Row(2, _unknown_file, "an unknown function", "taken as LINEAR", _unknown),
    Row(3, "pydicom-data/vlut_04.dcm", "a table and no window", "shown with the table", _table_is_default),
    Row(3, _table_beside_file, "a table beside a window", "both offered; ends hold outside", _table_beside),
    Row(5, "pydicom/examples_overlay.dcm", "two windows with names", "by name, the first is used", _several_windows),
    Row(5, "pydicom/CT_small.dcm", "CT without a window", "40/400 HU", _ct_without_window),
    Row(5, _pet_file, "PET without a window", "SUV 0 to 10, black on white", _pet),
    Row(5, _stack_file, "a stack without a window", "percentiles of all frames, without padding", _stack),
    Row(6, "pydicom/dicomdirtests/77654033/CR1/6154", "slope 0.684", "fractions are kept", _fraction),
    Row(6, _tiny_slope_file, "values far below 1", "a full range of grey levels", _tiny_slope),
    Row(10, "pydicom/dicomdirtests/77654033/CR1/6154", "MONOCHROME1", "inverted behind the window", _after_voi),
    Row(11, "highdicom/dx_image.dcm", "MONOCHROME1 and INVERSE together", "one inversion", _one_inversion),
    Row(12, _state_file, "polarity, turn, area, shutter", "as the state says, no other image", _state),
    Row(13, "dicomParser/CT1_UNC.explicit_little_endian.dcm", "padding −2000", "black, not in the window", _padding),
    Row(13, _padding_range_file, "a range of stored values", "black when inverted, no halo", _padding_range),
    Row(14, _shutter_file, "two shutters together", "seen where both let through; values stay", _shutter),
    Row(14, _polygon_file, "a polygon", "seen inside its corners", _polygon),
    Row(15, "pydicom-data/color-pl.dcm", "Pixel Aspect Ratio 4:3", "square on the screen", _square),
    Row(15, "pydicom/dicomdirtests/98892001/CT2N/6924", "spacing 0.545 by 0.597", "square on the screen", _spacing),
    Row(22, _colour_window_file, "a window in a colour image", "not applied", _colour_window),
)  # fmt: skip
