from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medapp.errors import MedappError
from medapp.imaging.presentation import Graphic, PresentationState, StateText, about, states_about
from medapp.imaging.presentation_graphics import srgb_of
from medapp.imaging.presentation_state import read_presentation
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.wire import from_message, to_message
from tests.imaging.states_made import (
    BLENDING,
    PSEUDO_COLOR,
    add_plane,
    annotation,
    area,
    graphic,
    layer,
    refer,
    state,
    voi,
)
from tests.imaging.synthetic import LIMITS, dicom, item, ramp, saved, sequence


def _read(dataset: object, folder: Path) -> PresentationState:
    return read_presentation(saved(dataset, folder / "state ü.dcm"), LIMITS)  # type: ignore[arg-type]


def test_what_a_state_is_called_and_what_it_is_about_is_read(tmp_path: Path) -> None:
    read = _read(state(refer("1.5"), refer("1.6", 2, 4)), tmp_path)
    assert (read.kind, read.label, read.description, read.created) == (
        "grayscale", "LUNGS", "as I see it", "20260102 030405",
    )  # fmt: skip
    assert read.instances == {"1.5", "1.6"}
    assert [read.is_about("1.6", n) for n in (1, 2, 3, 4)] == [False, True, False, True]
    assert read.is_about("1.5", 77)
    assert not read.is_about("1.7")
    assert states_about([read], "1.6", 2) == (read,)
    assert states_about([read], "1.6", 1) == ()


def test_a_part_without_references_is_about_all_images_and_a_state_without_them_about_none(tmp_path: Path) -> None:
    assert about((), "anything", 1)
    dataset = state()
    dataset.ReferencedSeriesSequence = sequence()
    assert not _read(dataset, tmp_path).is_about("1.5")


def test_windows_and_tables_are_read_with_what_they_are_for(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[2, 3, 8], LUTData=[0, 255])
    table["LUTData"].VR = "US"
    one = voi(refer("1.5"), WindowCenter=[40, 50], WindowWidth=[400, 350], VOILUTFunction="SIGMOID")
    read = _read(state(SoftcopyVOILUTSequence=sequence(one, voi(VOILUTSequence=sequence(table)))), tmp_path)
    assert [(w.center, w.width, w.function) for w in read.vois[0].windows] == [
        (40, 400, "SIGMOID"),
        (50, 350, "SIGMOID"),
    ]
    assert read.vois[0].references[0].sop_instance_uid == "1.5"
    assert read.vois[1].luts[0].entries.tolist() == [0, 255]


def test_turns_flip_polarity_and_rescale_are_read(tmp_path: Path) -> None:
    dataset = state(
        ImageRotation=270, ImageHorizontalFlip="Y", PresentationLUTShape="INVERSE",
        RescaleSlope="2", RescaleIntercept="-10", RescaleType="HU",
    )  # fmt: skip
    read = _read(dataset, tmp_path)
    assert (read.quarter_turns, read.flipped, read.inverse) == (3, True, True)
    assert read.rescale is not None
    assert (read.rescale.slope, read.rescale.intercept, read.rescale.unit) == (2, -10, "HU")
    assert _read(state(), tmp_path).rescale is None


def test_the_corners_of_a_displayed_area_are_taken_in_any_order(tmp_path: Path) -> None:
    turned = area((100, 50), (1, 1), PresentationPixelAspectRatio=[1, 2])  # of a picture turned by 180 degrees
    magnified = area((0, -5), (9, 9), PresentationSizeMode="MAGNIFY", PresentationPixelMagnificationRatio=2.5)
    read = _read(state(DisplayedAreaSelectionSequence=sequence(turned, magnified)), tmp_path)
    assert (read.areas[0].first, read.areas[0].last, read.areas[0].aspect) == ((0, 0), (99, 49), (1, 2))
    assert (read.areas[1].first, read.areas[1].mode, read.areas[1].magnification) == ((-1, -6), "MAGNIFY", 2.5)


def test_positions_of_drawings_are_moved_to_pixel_centres(tmp_path: Path) -> None:
    marks = annotation(
        graphic("POLYLINE", 0.0, 0.0, 4.0, 2.0),
        graphic("CIRCLE", 0.5, 0.5, 1.0, 1.0, units="DISPLAY", filled=True),
        graphic("STAR", 1.0, 1.0),
        graphic("ELLIPSE", 1.0, 1.0),
        graphic("POINT", 1.0, 1.0, units="MATRIX"),
    )
    read = _read(state(GraphicAnnotationSequence=sequence(marks)), tmp_path)
    assert read.annotations[0].graphics == (
        Graphic("POLYLINE", ((-0.5, -0.5), (3.5, 1.5))),
        Graphic("CIRCLE", ((0.5, 0.5), (1.0, 1.0)), "DISPLAY", filled=True),
    )


def test_texts_are_read_with_their_box_or_their_anchor(tmp_path: Path) -> None:
    boxed = item(
        UnformattedTextValue="Herd\r\nrechts", BoundingBoxAnnotationUnits="DISPLAY",
        BoundingBoxTopLeftHandCorner=[0.1, 0.2], BoundingBoxBottomRightHandCorner=[0.5, 0.3],
        BoundingBoxTextHorizontalJustification="CENTER",
    )  # fmt: skip
    anchored = item(
        UnformattedTextValue="here", AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[3.0, 4.0],
        AnchorPointVisibility="Y",
    )  # fmt: skip
    nowhere = item(UnformattedTextValue="lost")
    marks = annotation(TextObjectSequence=sequence(boxed, anchored, nowhere))
    texts = _read(state(GraphicAnnotationSequence=sequence(marks)), tmp_path).annotations[0].texts
    assert [t.lines for t in texts] == [("Herd", "rechts"), ("here",)]
    assert texts[0].box is not None
    np.testing.assert_allclose(texts[0].box, ((0.1, 0.2), (0.5, 0.3)), rtol=1e-6)
    assert (texts[0].align, texts[0].box_units) == ("CENTER", "DISPLAY")
    assert texts[1] == StateText(("here",), anchor=(2.5, 3.5), anchor_visible=True)


def test_layers_come_in_their_order_with_their_colour(tmp_path: Path) -> None:
    layers = sequence(
        layer("B", 2, GraphicLayerRecommendedDisplayGrayscaleValue=65535),
        layer("A", 1, GraphicLayerRecommendedDisplayCIELabValue=[34939, 53402, 50171]),
    )
    read = _read(state(GraphicLayerSequence=layers), tmp_path)
    assert [known.name for known in read.layers] == ["A", "B"]
    assert read.layers[1].colour == (255, 255, 255)


@pytest.mark.parametrize(
    ("encoded", "rgb"),
    [
        ((0, 32896, 32896), (0, 0, 0)),
        ((65535, 32896, 32896), (255, 255, 255)),
        ((35585, 53656, 50857), (255, 0, 0)),  # L* 54.29, a* 80.8, b* 69.9: sRGB's red under D50
    ],
)
def test_cielab_becomes_srgb(encoded: tuple[int, int, int], rgb: tuple[int, int, int]) -> None:
    np.testing.assert_allclose(srgb_of(encoded), rgb, atol=2)


def test_overlay_planes_are_read_with_the_layer_that_shows_them(tmp_path: Path) -> None:
    dataset = state()
    add_plane(dataset, b"\x01\x80", 4, 4, group=0x6002, layer="NOTES")
    add_plane(dataset, b"\x01\x80", 4, 4, group=0x6004)
    read = _read(dataset, tmp_path)
    assert [plane.group for plane in read.planes] == [0x6002, 0x6004]
    assert np.argwhere(read.planes[0].mask).tolist() == [[0, 0], [3, 3]]
    assert [(o.group, o.layer) for o in read.active_overlays] == [(0x6002, "NOTES")]


def test_what_is_not_applied_is_told(tmp_path: Path) -> None:
    dataset = state(MaskSubtractionSequence=sequence(item(MaskOperation="AVG_SUB")), ImageRotation=45)
    assert set(_read(dataset, tmp_path).not_applied) == {"mask", "rotation"}
    assert _read(state(sop_class=PSEUDO_COLOR), tmp_path).not_applied == ("palette",)
    assert (_read(state(sop_class=BLENDING), tmp_path).kind) == "blending"
    assert _read(state(), tmp_path).not_applied == ()


def test_a_state_of_nonsense_is_read_without_its_nonsense(tmp_path: Path) -> None:
    dataset = state(
        SoftcopyVOILUTSequence=sequence(item(WindowCenter=40)),
        DisplayedAreaSelectionSequence=sequence(item(PresentationSizeMode="NEITHER")),
        GraphicAnnotationSequence=sequence(item()),
        GraphicLayerSequence=sequence(item()),
        PresentationLUTSequence=sequence(item()),
        ShutterShape=["RECTANGULAR", "CIRCULAR", "POLYGONAL", "STAR"],
        ShutterOverlayGroup=0x6000,
    )
    read = _read(dataset, tmp_path)
    assert (read.vois[0].windows, read.areas, read.shutters, read.presentation_lut) == ((), (), (), None)


def test_another_file_is_no_presentation_state(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    for source in (str(tmp_path / "note.txt"), saved(dicom(ramp()), tmp_path / "image.dcm")):
        with pytest.raises(MedappError, match=r"presentation\.not_one"):
            read_presentation(source, LIMITS)


def test_a_state_comes_whole_through_a_reader(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[3, 0, 8], LUTData=[0, 99, 255])
    table["LUTData"].VR = "US"
    dataset = state(
        PresentationLUTSequence=sequence(table),
        SoftcopyVOILUTSequence=sequence(voi(refer(), WindowCenter=4, WindowWidth=8)),
        DisplayedAreaSelectionSequence=sequence(area((1, 1), (2, 2))),
        GraphicAnnotationSequence=sequence(annotation(graphic("POINT", 1.0, 1.0))),
    )
    add_plane(dataset, b"\x01\x80", 4, 4, layer="X")
    source = saved(dataset, tmp_path / "a.dcm")
    here = read_presentation(source, LIMITS)
    with Readers(ReaderConfig(processes=1)) as readers:
        there = readers.presentation(source)
    assert to_message(there)[0] == to_message(here)[0]
    assert there.presentation_lut is not None
    assert there.presentation_lut.entries.tolist() == [0, 99, 255]
    np.testing.assert_array_equal(there.planes[0].mask, here.planes[0].mask)
    assert isinstance(from_message(PresentationState, *to_message(here)).annotations[0].graphics[0], Graphic)
