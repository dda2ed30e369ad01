"""Every option of ``medapp render`` against a straight implementation of the pipeline that shares no code with it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset

from medapp.cli.main import main
from medapp.imaging.readers import Readers
from tests.imaging.states_made import IMAGE, add_plane, annotation, area, graphic, refer, state, voi
from tests.imaging.synthetic import dicom, item, saved, sequence

STORED = np.random.default_rng(3).integers(0, 4096, (24, 36)).astype(np.uint16)
SLOPE, INTERCEPT = 0.5, -700.0


@pytest.fixture(autouse=True)
def _one_reader_for_all(monkeypatch: pytest.MonkeyPatch, pool: Readers) -> None:
    monkeypatch.setattr("medapp.cli.render.Readers", lambda: nullcontext(pool))


def _image(**attributes: Any) -> FileDataset:
    dataset = dicom(
        STORED, BitsStored=12, HighBit=11, RescaleSlope=str(SLOPE), RescaleIntercept=str(INTERCEPT),
        WindowCenter=[300, 10], WindowWidth=[900, 100], SOPInstanceUID=IMAGE,
    )  # fmt: skip
    for name, value in attributes.items():
        setattr(dataset, name, value)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


@pytest.fixture
def image(tmp_path: Path) -> str:
    return saved(_image(), tmp_path / "Bild ä.dcm")


def _straight(stored: NDArray[Any], center: float, width: float, function: str = "linear") -> NDArray[np.uint8]:
    """PS3.3 C.11.2.1.2, pixel by pixel."""
    grey = np.zeros(stored.shape, np.uint8)
    for place, value in np.ndenumerate(stored):
        x = float(value) * SLOPE + INTERCEPT
        if function == "linear":
            if x <= center - 0.5 - (width - 1) / 2:
                y = 0.0
            elif x > center - 0.5 + (width - 1) / 2:
                y = 255.0
            else:
                y = ((x - (center - 0.5)) / (width - 1) + 0.5) * 255
        elif function == "linear_exact":
            y = min(max((x - center) / width + 0.5, 0), 1) * 255
        else:
            y = 255 / (1 + np.exp(-4 * (x - center) / width))
        grey[place] = round(y)
    return grey


def _render(source: str, folder: Path, *options: str, name: str = "out.png", status: int = 0) -> NDArray[Any]:
    assert main(["render", source, "-o", str(folder / name), *options]) == status
    if status:
        return np.zeros(0)
    with Image.open(folder / name) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize(
    ("options", "window"),
    [
        ((), (300, 900)),
        (("--voi", "2"), (10, 100)),
        (("--window", "-50.5,333"), (-50.5, 333)),
        (("--window", "0,1"), (0, 1)),
        (("--window", "0.25,0.5", "--function", "linear-exact"), (0.25, 0.5, "linear_exact")),
        (("--window", "100,80", "--function", "SIGMOID"), (100, 80, "sigmoid")),
    ],
)
def test_grey_levels_are_those_of_the_formula(
    image: str, tmp_path: Path, options: tuple[str, ...], window: tuple[Any, ...]
) -> None:
    np.testing.assert_array_equal(_render(image, tmp_path, *options), _straight(STORED, *window))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("flip", ["", "horizontal", "vertical"])
def test_own_pixels_are_turned_then_mirrored_and_inverted(image: str, tmp_path: Path, turns: int, flip: str) -> None:
    expected = np.rot90(255 - _straight(STORED, 300, 900), -turns)
    expected = {"": expected, "horizontal": np.fliplr(expected), "vertical": np.flipud(expected)}[flip]
    options = ["--rotate", str(turns * 90), "--invert", *(["--flip", flip] if flip else [])]
    np.testing.assert_array_equal(_render(image, tmp_path, *options), expected)


def test_monochrome1_and_invert_are_two_inversions(tmp_path: Path) -> None:
    source = saved(_image(PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE"), tmp_path / "a.dcm")
    np.testing.assert_array_equal(_render(source, tmp_path), 255 - _straight(STORED, 300, 900))
    np.testing.assert_array_equal(_render(source, tmp_path, "--invert"), _straight(STORED, 300, 900))


def test_padding_is_black_either_way_round(tmp_path: Path) -> None:
    stored = STORED.copy()
    stored[:5] = 4000
    dataset = dicom(
        stored, BitsStored=12, HighBit=11, PixelPaddingValue=4000, WindowCenter=300, WindowWidth=900,
        RescaleSlope=str(SLOPE), RescaleIntercept=str(INTERCEPT),
    )  # fmt: skip
    dataset["PixelPaddingValue"].VR = "US"
    source = saved(dataset, tmp_path / "a.dcm")
    expected = np.where(stored == 4000, 0, 255 - _straight(stored, 300, 900))
    np.testing.assert_array_equal(_render(source, tmp_path, "--invert"), expected)


def test_a_region_is_cut_out_and_black_beyond_the_image(image: str, tmp_path: Path) -> None:
    whole = _straight(STORED, 300, 900)
    np.testing.assert_array_equal(_render(image, tmp_path, "--region", "4,3,10,7"), whole[3:10, 4:14])
    beyond = _render(image, tmp_path, "--region", "-2,20,5,9")
    assert beyond.shape == (9, 5)
    np.testing.assert_array_equal(beyond[:4, 2:], whole[20:, :3])
    assert not beyond[4:].any()
    assert not beyond[:, :2].any()
    assert not _render(image, tmp_path, "--region", "100,100,5,9").any()


def test_zoom_by_nearest_repeats_pixels(image: str, tmp_path: Path) -> None:
    whole = _straight(STORED, 300, 900)
    picture = _render(image, tmp_path, "--zoom", "3", "--interpolation", "nearest")
    np.testing.assert_array_equal(picture, np.kron(whole, np.ones((3, 3), np.uint8)))
    part = _render(image, tmp_path, "--zoom", "2", "--interpolation", "nearest", "--region", "4,3,10,7")
    np.testing.assert_array_equal(part, np.kron(whole[3:10, 4:14], np.ones((2, 2), np.uint8)))


def test_at_zoom_1_nothing_is_changed(image: str, tmp_path: Path) -> None:
    expected = _straight(STORED, 300, 900)
    for how in ("linear", "nearest", "lanczos"):
        np.testing.assert_array_equal(_render(image, tmp_path, "--zoom", "1", "--interpolation", how), expected)


def test_size_zoom_and_centre_show_what_is_asked_for(image: str, tmp_path: Path) -> None:
    picture = _render(image, tmp_path, "--size", "9x5", "--zoom", "1", "--centre", "10,8")
    np.testing.assert_array_equal(picture, _straight(STORED, 300, 900)[6:11, 6:15])


def test_a_region_fills_the_size(image: str, tmp_path: Path) -> None:
    picture = _render(image, tmp_path, "--region", "4,3,10,5", "--size", "40x40", "--interpolation", "nearest")
    expected = np.kron(_straight(STORED, 300, 900)[3:8, 4:14], np.ones((4, 4), np.uint8))
    np.testing.assert_array_equal(picture[10:30], expected)


def test_pixels_that_are_not_square_are_square_when_zoomed_and_as_stored_without(tmp_path: Path) -> None:
    source = saved(_image(PixelSpacing=["2", "1"]), tmp_path / "a.dcm")
    assert _render(source, tmp_path).shape == (24, 36)
    np.testing.assert_array_equal(_render(source, tmp_path), _straight(STORED, 300, 900))
    tall = _render(source, tmp_path, "--zoom", "1", "--interpolation", "nearest")
    np.testing.assert_array_equal(tall, np.repeat(_straight(STORED, 300, 900), 2, axis=0))
    assert _render(source, tmp_path, "--zoom", "1", "--rotate", "90").shape == (36, 48)


def test_the_window_of_the_series_is_the_same_for_all_its_files(tmp_path: Path) -> None:
    for number, values in enumerate((STORED // 4, STORED), start=1):
        dataset = _image(SOPInstanceUID=f"1.2.3.4.5.{number}", InstanceNumber=number)
        dataset.PixelData = values.tobytes()
        del dataset.WindowCenter, dataset.WindowWidth
        saved(dataset, tmp_path / f"{number}.dcm")
    (tmp_path / "note.txt").write_text("no image")
    first = _render(str(tmp_path / "1.dcm"), tmp_path, "--series-auto")
    second = _render(str(tmp_path / "2.dcm"), tmp_path, "--series-auto")
    assert first[STORED < 4000].max() < 90  # dark, as it is beside the other
    assert second.max() == 255
    assert _render(str(tmp_path / "1.dcm"), tmp_path, "--auto").max() == 255


def test_the_window_of_a_file_of_many_frames_is_that_of_its_frames(tmp_path: Path) -> None:
    frames = np.stack([np.full((8, 8), v, np.uint16) for v in (0, 100, 1000)])
    source = saved(dicom(frames), tmp_path / "a.dcm")
    assert _render(source, tmp_path, "--series-auto", "--frame", "2").tolist() == [[25] * 8] * 8


def test_colour_is_untouched_by_default_and_windowed_when_asked(tmp_path: Path) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    source = saved(dicom(colour, WindowCenter=10, WindowWidth=5), tmp_path / "a.dcm")
    np.testing.assert_array_equal(_render(source, tmp_path), colour)
    np.testing.assert_array_equal(_render(source, tmp_path, "--auto"), colour)
    np.testing.assert_array_equal(_render(source, tmp_path, "--rotate", "90"), np.rot90(colour, -1))
    np.testing.assert_array_equal(_render(source, tmp_path, "--window", "100,1"), np.where(colour > 99.5, 255, 0))


@pytest.mark.parametrize("name", ["out.png", "OUT.PNG", "out", "out.tif", "out.TIFF"])
def test_png_and_tiff_hold_the_same(image: str, tmp_path: Path, name: str) -> None:
    np.testing.assert_array_equal(_render(image, tmp_path, name=name), _straight(STORED, 300, 900))
    with Image.open(tmp_path / name) as picture:
        assert picture.format == ("TIFF" if "tif" in name.lower() else "PNG")


@pytest.mark.parametrize("name", ["out.png", "out.tif"])
def test_16_bits_are_cut_turned_and_say_what_they_mean(image: str, tmp_path: Path, name: str) -> None:
    picture = _render(image, tmp_path, "--bits", "16", "--region", "4,3,10,7", "--rotate", "90", name=name)
    with Image.open(tmp_path / name) as opened:
        texts = json.loads(opened.tag_v2[270]) if name.endswith("tif") else opened.text  # type: ignore[attr-defined]
    values = picture * float(texts["slope"]) + float(texts["intercept"])
    np.testing.assert_allclose(values, np.rot90(STORED[3:10, 4:14], -1) * SLOPE + INTERCEPT)


def test_16_bits_are_resampled_values(image: str, tmp_path: Path) -> None:
    options = ("--bits", "16", "--zoom", "2", "--interpolation", "nearest")
    picture = _render(image, tmp_path, *options)
    own = _render(image, tmp_path, "--bits", "16")
    np.testing.assert_array_equal(picture, np.kron(own, np.ones((2, 2), np.uint16)))


def test_shutters_cover_unless_they_are_not_wanted(tmp_path: Path) -> None:
    edges = {"ShutterLeftVerticalEdge": 3, "ShutterRightVerticalEdge": 30}
    edges |= {"ShutterUpperHorizontalEdge": 4, "ShutterLowerHorizontalEdge": 20}
    source = saved(_image(ShutterShape="RECTANGULAR", ShutterPresentationValue=65535, **edges), tmp_path / "a.dcm")
    expected = np.full(STORED.shape, 255, np.uint8)
    expected[3:20, 2:30] = _straight(STORED, 300, 900)[3:20, 2:30]
    np.testing.assert_array_equal(_render(source, tmp_path), expected)
    np.testing.assert_array_equal(_render(source, tmp_path, "--no-shutters"), _straight(STORED, 300, 900))


def _state(folder: Path, **attributes: Any) -> str:
    rescale = {"RescaleSlope": str(SLOPE), "RescaleIntercept": str(INTERCEPT), "RescaleType": "US"}
    return saved(state(**{**rescale, **attributes}), folder / "state.dcm")


def test_a_presentation_state_gives_window_turn_polarity_and_area(image: str, tmp_path: Path) -> None:
    source = _state(
        tmp_path,
        SoftcopyVOILUTSequence=sequence(voi(refer(), WindowCenter=[100, 7], WindowWidth=[500, 30])),
        PresentationLUTShape="INVERSE", ImageRotation=90, ImageHorizontalFlip="Y",
        DisplayedAreaSelectionSequence=sequence(area((5, 4), (14, 10))),
    )  # fmt: skip
    expected = np.fliplr(np.rot90(255 - _straight(STORED, 100, 500)[3:10, 4:14], -1))
    np.testing.assert_array_equal(_render(image, tmp_path, "--presentation-state", source), expected)
    second = np.fliplr(np.rot90(255 - _straight(STORED, 7, 30)[3:10, 4:14], -1))
    np.testing.assert_array_equal(_render(image, tmp_path, "--presentation-state", source, "--voi", "2"), second)
    plain = np.rot90(_straight(STORED, 100, 500)[3:10, 4:14], -1)
    options = ("--presentation-state", source, "--invert", "--flip", "horizontal")
    np.testing.assert_array_equal(_render(image, tmp_path, *options), plain)


def test_a_presentation_state_ignores_the_photometric_interpretation(tmp_path: Path) -> None:
    source = saved(_image(PhotometricInterpretation="MONOCHROME1"), tmp_path / "a.dcm")
    windows = sequence(voi(WindowCenter=100, WindowWidth=500))
    made = _state(tmp_path, SoftcopyVOILUTSequence=windows, PresentationLUTShape="IDENTITY")
    np.testing.assert_array_equal(_render(source, tmp_path, "--presentation-state", made), _straight(STORED, 100, 500))


def test_a_presentation_lut_is_applied(image: str, tmp_path: Path) -> None:
    table = item(LUTDescriptor=[2, 0, 8], LUTData=[200, 50])
    table["LUTData"].VR = "US"
    windows = sequence(voi(WindowCenter=100, WindowWidth=1))
    made = _state(tmp_path, SoftcopyVOILUTSequence=windows, PresentationLUTSequence=sequence(table))
    expected = np.where(STORED * SLOPE + INTERCEPT > 99.5, 50, 200)
    np.testing.assert_array_equal(_render(image, tmp_path, "--presentation-state", made), expected)


def test_drawings_of_a_state_are_overlays_and_shutters_are_its_own(image: str, tmp_path: Path) -> None:
    line = annotation(graphic("POLYLINE", 2.0, 10.5, 30.0, 10.5))
    dataset = state(
        RescaleSlope=str(SLOPE), RescaleIntercept=str(INTERCEPT),
        GraphicAnnotationSequence=sequence(line), ShutterShape="CIRCULAR", CenterOfCircularShutter=[12, 18],
        RadiusOfCircularShutter=8, SoftcopyVOILUTSequence=sequence(voi(WindowCenter=100, WindowWidth=500)),
    )  # fmt: skip
    add_plane(dataset, b"\xff" * 4, 4, 8, group=0x6002, layer="NOTES")
    made = saved(dataset, tmp_path / "state.dcm")
    y, x = np.mgrid[:24, :36]
    covered = np.where((x - 17) ** 2 + (y - 11) ** 2 <= 64, _straight(STORED, 100, 500), 0)
    bare = _render(image, tmp_path, "--presentation-state", made, "--no-overlays")
    np.testing.assert_array_equal(bare, covered)
    drawn = _render(image, tmp_path, "--presentation-state", made)
    assert (drawn[10, 3:29] > 200).all()
    assert (drawn[:4, :8] == 255).all()
    np.testing.assert_array_equal(drawn[14:], covered[14:])


def test_what_a_state_asks_for_and_does_not_get_is_told(
    image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _state(tmp_path, MaskSubtractionSequence=sequence(item(MaskOperation="AVG_SUB")))
    _render(image, tmp_path, "--presentation-state", made)
    assert "mask" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--presentation-state", "{image}"), "no presentation state"),
        (("--presentation-state", "{folder}/gone.dcm"), "does not exist"),
        (("--presentation-state", "{other}"), "other images"),
        (("--segmentation", "{image}"), ""),
        (("-o", "{folder}/out.jpg"), ".jpg"),
        (("-o", "{folder}/no such folder/out.png"), "no folder"),
        (("--zoom", "64", "--region", "0,0,1000,1000"), "64000"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    other = saved(state(refer("1.9.9")), tmp_path / "other.dcm")
    filled = [option.format(image=image, folder=tmp_path, other=other) for option in options]
    _render(image, tmp_path, *filled, status=3)
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "no such folder").exists()


def test_a_tiny_image_fills_a_large_size(tmp_path: Path) -> None:
    source = saved(dicom(np.full((2, 4), 200, np.uint8), WindowCenter=128, WindowWidth=256), tmp_path / "a.dcm")
    picture = _render(source, tmp_path, "--size", "800x800")
    assert (picture[200:600] == 200).all()
    assert not picture[:200].any()
    assert (_render(source, tmp_path, "--size", "1x1") == 200).all()
