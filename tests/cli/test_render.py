from __future__ import annotations

import subprocess
import sys
import zipfile
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from medapp.cli.main import main
from medapp.imaging.readers import Readers
from medapp.imaging.study import Window
from medapp.imaging.voi import apply_window
from tests.imaging.synthetic import dicom, item, ramp, saved, sequence

VALUES = np.arange(-1024, 1024, 2, dtype=np.int16).reshape(32, 32)


@pytest.fixture(autouse=True)
def _one_reader_for_all(monkeypatch: pytest.MonkeyPatch, pool: Readers) -> None:
    """Starting a reader for each command would take most of the time; two tests run the real command line."""
    monkeypatch.setattr("medapp.cli.render.Readers", lambda: nullcontext(pool))


@pytest.fixture
def ct(tmp_path: Path) -> str:
    window = {"WindowCenter": [50, -600], "WindowWidth": [350, 1500]}
    dataset = dicom(
        VALUES + 1024, Modality="CT", RescaleIntercept="-1024", RescaleSlope="1", RescaleType="HU", **window
    )
    return saved(dataset, tmp_path / "ct ü.dcm")


def _render(source: str, folder: Path, *options: str) -> NDArray[np.generic]:
    assert main(["render", source, "-o", str(folder / "out.png"), *options]) == 0
    with Image.open(folder / "out.png") as image:
        assert image.format == "PNG"
        return np.asarray(image)


@pytest.mark.parametrize(
    ("options", "window"),
    [
        ((), Window(50, 350)),
        (("--voi", "2"), Window(-600, 1500)),
        (("--window", "-600,1500"), Window(-600, 1500)),
        (("--window=40.5,1e2",), Window(40.5, 100)),
        (("--preset", "brain"), Window(40, 80)),
        (("--preset", "Soft Tissue"), Window(40, 400)),
    ],
)
def test_the_frames_own_pixels_are_written_with_the_window_asked_for(
    ct: str, tmp_path: Path, options: tuple[str, ...], window: Window
) -> None:
    np.testing.assert_array_equal(_render(ct, tmp_path, *options), apply_window(VALUES, window))


def test_the_automatic_window_uses_the_whole_range(ct: str, tmp_path: Path) -> None:
    picture = _render(ct, tmp_path, "--auto")
    assert (picture.min(), picture.max()) == (0, 255)


def test_a_size_is_kept_and_the_picture_fitted_into_it(ct: str, tmp_path: Path) -> None:
    picture = _render(ct, tmp_path, "--size", "100x64", "--window", "0,100000")
    assert picture.shape == (64, 100)
    assert picture[:, 18:82].min() > 100
    assert not picture[:, :18].any()
    assert not picture[:, 82:].any()


def test_16_bits_are_modality_values_plus_32768(ct: str, tmp_path: Path) -> None:
    picture = _render(ct, tmp_path, "--bits", "16")
    np.testing.assert_array_equal(picture.astype(int) - 32768, VALUES)
    with Image.open(tmp_path / "out.png") as image:
        assert (image.text["slope"], image.text["intercept"]) == ("1", "-32768")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("pixels", "slope", "intercept"),
    [
        (ramp(), "0.5", "-3"),
        (ramp(dtype=np.uint16), "190.17", "0"),
        (ramp(dtype=np.uint16) + 65000, "1", "-1024"),
        (ramp(dtype=np.uint16), "1e-6", "0"),
        (ramp(dtype=np.int16) - 8, "1", "0"),
    ],
)
def test_16_bits_and_their_texts_give_the_modality_values_back(
    tmp_path: Path, pixels: NDArray[np.generic], slope: str, intercept: str
) -> None:
    source = saved(dicom(pixels, RescaleSlope=slope, RescaleIntercept=intercept), tmp_path / "a.dcm")
    picture = _render(source, tmp_path, "--bits", "16").astype(np.float64)
    with Image.open(tmp_path / "out.png") as image:
        values = picture * float(image.text["slope"]) + float(image.text["intercept"])  # type: ignore[attr-defined]
    np.testing.assert_allclose(values, pixels.astype(float) * float(slope) + float(intercept), rtol=1e-6, atol=1e-9)


def test_frames_are_counted_from_1(tmp_path: Path) -> None:
    source = saved(dicom(np.stack([ramp(), ramp() * 2]), WindowCenter=8, WindowWidth=16), tmp_path / "two.dcm")
    np.testing.assert_array_equal(_render(source, tmp_path, "--frame", "2"), apply_window(ramp() * 2, Window(8, 16)))


def test_a_table_of_the_file_is_counted_behind_its_windows(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[2, 3, 8], LUTData=[0, 255])
    table["LUTData"].VR = "US"
    dataset = dicom(ramp(dtype=np.uint8), WindowCenter=8, WindowWidth=16, VOILUTSequence=sequence(table))
    picture = _render(saved(dataset, tmp_path / "a.dcm"), tmp_path, "--voi", "2")
    np.testing.assert_array_equal(picture, np.where(ramp() > 3, 255, 0))


def test_overlay_planes_are_drawn_unless_they_are_not_wanted(tmp_path: Path) -> None:
    dataset = dicom(np.zeros((4, 4), np.uint8), WindowCenter=128, WindowWidth=256)
    for element, kind, value in (
        (0x10, "US", 4),
        (0x11, "US", 4),
        (0x50, "SS", [1, 1]),
        (0x100, "US", 1),
        (0x102, "US", 0),
        (0x3000, "OW", b"\x01\x80"),
    ):
        dataset.add_new((0x6000, element), kind, value)
    source = saved(dataset, tmp_path / "a.dcm")
    assert np.argwhere(_render(source, tmp_path)).tolist() == [[0, 0], [3, 3]]
    assert not _render(source, tmp_path, "--no-overlays").any()


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    dataset = dicom(np.array([[0, 255]], np.uint8), PhotometricInterpretation="MONOCHROME1")
    picture = _render(saved(dataset, tmp_path / "a.dcm"), tmp_path, "--window", "128,256")
    assert picture.tolist() == [[255, 0]]


def test_pictures_and_members_of_archives_are_rendered_as_they_are(tmp_path: Path) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    Image.fromarray(colour).save(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        file.write(tmp_path / "a.png", "deep/ä.png")
    np.testing.assert_array_equal(_render(str(tmp_path / "a.png"), tmp_path), colour)
    np.testing.assert_array_equal(_render(f"{tmp_path / 'b.zip'}!/deep/ä.png", tmp_path), colour)


@pytest.mark.parametrize(
    "options",
    [
        ("--window", "40"),
        ("--window", "40,0"),
        ("--window", "a,b"),
        ("--frame", "0"),
        ("--voi", "-1"),
        ("--size", "0x5"),
        ("--size", "99999x99999"),
        ("--bits", "12"),
        ("--auto", "--voi", "1"),
        ("--bits", "16", "--auto"),
        ("--bits", "16", "--series-auto"),
        ("--bits", "16", "--invert"),
        ("--bits", "16", "--presentation-state", "x.dcm"),
        ("--bits", "16", "--segmentation", "x.dcm"),
        ("--function", "sigmoid"),
        ("--function", "cubic", "--window", "1,2"),
        ("--window", "1,0", "--function", "linear_exact"),
        ("--window", "1,-5", "--function", "sigmoid"),
        ("--window", "1e400,5"),
        ("--rotate", "45"),
        ("--flip", "diagonal"),
        ("--region", "1,2,3"),
        ("--region", "1,2,0,4"),
        ("--zoom", "0"),
        ("--zoom", "many"),
        ("--centre", "1,2"),
        ("--centre", "1,2", "--zoom", "2"),
        ("--region", "0,0,4,4", "--size", "9x9", "--zoom", "2"),
        ("--interpolation", "nearest"),
        ("--interpolation", "cubic", "--zoom", "2"),
        ("--window", "nan,inf"),
    ],
)
def test_odd_options_are_usage_errors(
    ct: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    assert main(["render", ct, "-o", str(tmp_path / "out.png"), *options]) == 2
    assert "error" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--frame", "2"), "There is no frame 2"),
        (("--voi", "3"), "no window or table number 3"),
        (("--preset", "moon"), "no preset"),
    ],
)
def test_what_the_file_does_not_have_is_told_in_one_line(
    ct: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    assert main(["render", ct, "-o", str(tmp_path / "out.png"), *options]) == 3
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


def test_what_cannot_be_rendered_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "note.txt").write_text("hello")
    (tmp_path / "empty.dcm").touch()
    for source in (tmp_path / "gone.dcm", tmp_path / "note.txt", tmp_path / "empty.dcm", tmp_path):
        assert main(["render", str(source), "-o", str(tmp_path / "out.png")]) == 3
        error = capsys.readouterr().err
        assert len(error.splitlines()) == 1
        assert "Traceback" not in error


def test_a_colour_image_has_no_16_bits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    Image.fromarray(colour).save(tmp_path / "a.png")
    assert main(["render", str(tmp_path / "a.png"), "-o", str(tmp_path / "out.png"), "--bits", "16"]) == 3
    assert "colour" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_told(ct: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", ct, "-o", str(tmp_path)]) == 3
    assert "cannot be written" in capsys.readouterr().err


def test_a_negative_window_works_from_a_real_command_line(ct: str, tmp_path: Path) -> None:
    out = tmp_path / "out ü.png"
    command = [sys.executable, "-m", "medapp", "render", ct, "-o", str(out), "--window", "-600,1500"]
    assert subprocess.run(command, check=True, capture_output=True).stderr == b""
    with Image.open(out) as image:
        np.testing.assert_array_equal(np.asarray(image), apply_window(VALUES, Window(-600, 1500)))


CT = "CTImage.dcm"
LOSSLESS = (
    "BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2",
    "DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99",
    "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90",
    "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80",
    "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70",
    "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57",
    "LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1",
    "LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2",
    "RLELosslessTransferSyntax_1.2.840.10008.1.2.5",
)
# grey levels at the file's own window: largest and mean difference that the encoder left
LOSSY = {
    "JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91": (3, 0.2),
    "JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81": (1, 0.2),
    "JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55": (18, 1.2),
    "JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50": (41, 4.7),
    "JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51": (18, 1.2),
    "JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53": (18, 1.2),
}


@pytest.fixture(scope="module")
def plain_ct(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.int_]:
    folder = tmp_path_factory.mktemp("plain")
    return _render(str(shared_data / "dicom/cornerstone3D" / CT), folder, "--no-overlays").astype(int)


@pytest.mark.data
@pytest.mark.parametrize("encoding", LOSSLESS)
def test_lossless_encodings_of_a_ct_are_rendered_pixel_equal(
    shared_data: Path, tmp_path: Path, plain_ct: NDArray[np.int_], encoding: str
) -> None:
    picture = _render(str(shared_data / "dicom/cornerstone3D" / f"{CT}_{encoding}.dcm"), tmp_path)
    assert picture.shape == (512, 512)
    np.testing.assert_array_equal(picture, plain_ct)


@pytest.mark.data
@pytest.mark.parametrize("encoding", LOSSY)
def test_lossy_encodings_of_a_ct_are_rendered_within_their_bounds(
    shared_data: Path, tmp_path: Path, plain_ct: NDArray[np.int_], encoding: str
) -> None:
    picture = _render(str(shared_data / "dicom/cornerstone3D" / f"{CT}_{encoding}.dcm"), tmp_path)
    difference = np.abs(picture.astype(int) - plain_ct)
    most, mean = LOSSY[encoding]
    assert difference.max() <= most
    assert difference.mean() <= mean
