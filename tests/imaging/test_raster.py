from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import MedappError, Problem
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import find, load
from medapp.imaging.voi import apply_window, default_window
from tests.imaging.profiles import display_profile, srgb_profile
from tests.imaging.synthetic import LIMITS

GREY = (np.arange(12, dtype=np.uint8) * 20).reshape(3, 4)
DEEP = (np.arange(12, dtype=np.uint16) * 5000).reshape(3, 4)
COLOUR = np.stack([GREY, GREY[::-1], 255 - GREY], axis=-1)


def _saved(path: Path, pixels: NDArray[np.generic], **options: object) -> str:
    Image.fromarray(pixels).save(path, **options)
    return str(path)


def _frame(source: str, index: int = 0) -> Frame:
    found = find(source, LIMITS)
    assert isinstance(found, FoundImage), found
    frame = load(source, index, LIMITS)
    assert frame.shape == (found.instance.rows, found.instance.columns)
    return frame


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
def test_lossless_pictures_come_out_as_they_are(tmp_path: Path, suffix: str, pixels: NDArray[np.uint8]) -> None:
    frame = _frame(_saved(tmp_path / f"Bild ü{suffix}", pixels))
    np.testing.assert_array_equal(frame.stored, pixels)
    assert frame.modality == "PICTURE"


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_pictures_come_out_close(tmp_path: Path, suffix: str) -> None:
    pixels = np.full((16, 16, 3), (200, 100, 50), np.uint8)
    np.testing.assert_allclose(_frame(_saved(tmp_path / f"a{suffix}", pixels, quality=95)).stored, pixels, atol=4)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_grey_of_16_bits_keeps_its_bits(tmp_path: Path, suffix: str) -> None:
    frame = _frame(_saved(tmp_path / f"deep{suffix}", DEEP))
    np.testing.assert_array_equal(frame.stored, DEEP)
    assert (frame.stored.dtype, frame.bits_stored) == (np.uint16, 16)


def test_an_8_bit_picture_is_first_shown_as_it_is(tmp_path: Path) -> None:
    frame = _frame(_saved(tmp_path / "a.png", GREY))
    np.testing.assert_array_equal(apply_window(frame.stored, default_window(frame)), GREY)


def test_a_radiograph_saved_as_colour_is_grey(tmp_path: Path) -> None:
    frame = _frame(_saved(tmp_path / "a.png", np.dstack([GREY] * 3)))
    np.testing.assert_array_equal(frame.stored, GREY)


def test_the_orientation_of_a_photograph_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned clockwise by 90 degrees when shown
    pixels = np.zeros((8, 16), np.uint8)
    pixels[:, :8] = 255
    frame = _frame(_saved(tmp_path / "a.jpg", pixels, exif=exif, quality=95))
    assert frame.shape == (16, 8)
    assert frame.stored[:7].min() > 200
    assert frame.stored[9:].max() < 50


def test_transparent_parts_are_laid_on_black(tmp_path: Path) -> None:
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[0, 0, 3] = 0
    assert _frame(_saved(tmp_path / "a.png", pixels)).stored.tolist() == [[0, 255], [255, 255]]


def test_pictures_of_one_bit_are_black_and_white(tmp_path: Path) -> None:
    mask = GREY > 100
    for name in ("a.png", "a.tif"):
        np.testing.assert_array_equal(_frame(_saved(tmp_path / name, mask)).stored, np.where(mask, 255, 0))


def test_a_palette_picture_is_expanded(tmp_path: Path) -> None:
    image = Image.fromarray(COLOUR).quantize(256)
    image.save(tmp_path / "a.png")
    np.testing.assert_array_equal(_frame(str(tmp_path / "a.png")).stored, np.asarray(image.convert("RGB")))


def test_a_cmyk_jpeg_is_shown_in_colour(tmp_path: Path) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    red, green, blue = _frame(str(tmp_path / "a.jpg")).stored[8, 8].astype(int)
    assert red > 200 > 60 > max(green, blue)


def test_the_pages_of_a_tiff_are_frames(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "pages.tif", np.stack([DEEP, DEEP[::-1]]), photometric="minisblack")
    found = find(str(tmp_path / "pages.tif"), LIMITS)
    assert isinstance(found, FoundImage)
    assert found.instance.frames == 2
    np.testing.assert_array_equal(_frame(str(tmp_path / "pages.tif"), 1).stored, DEEP[::-1])


def test_white_is_zero_in_a_tiff_is_inverted_when_shown_not_in_its_values(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", GREY, photometric="miniswhite")
    frame = _frame(str(tmp_path / "a.tif"))
    assert frame.inverted
    np.testing.assert_array_equal(frame.stored, GREY)


@pytest.mark.parametrize("kind", [np.float32, np.int16, np.uint32, ">u2"])
def test_deep_tiffs_keep_their_values(tmp_path: Path, kind: str) -> None:
    values = DEEP.astype(kind) // 3
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", compression="zlib")
    np.testing.assert_array_equal(_frame(str(tmp_path / "a.tif")).stored, values)


def test_colour_of_16_bits_is_shown_with_8(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", COLOUR.astype(np.uint16) * 257, photometric="rgb")
    np.testing.assert_array_equal(_frame(str(tmp_path / "a.tif")).stored, COLOUR)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_a_truncated_picture_is_a_problem_and_not_half_a_picture(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    whole = Path(_saved(tmp_path / f"a{suffix}", noise))
    whole.write_bytes(whole.read_bytes()[:-1500])
    found = find(str(whole), LIMITS)
    if not isinstance(found, Problem):
        with pytest.raises(MedappError, match=r"picture\.damaged"):
            load(str(whole), 0, LIMITS)


def test_a_picture_larger_than_the_limit_is_refused_by_its_header(tmp_path: Path) -> None:
    source = _saved(tmp_path / "a.png", np.zeros((1000, 1000), np.uint8))
    found = find(source, ReadLimits(memory_bytes=0, frame_bytes=10**6))
    assert isinstance(found, Problem)
    assert found.code == "picture.too_large"


def test_a_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("a.png", "a.tif"):
        with pytest.raises(MedappError, match=r"picture\.no_page"):
            load(_saved(tmp_path / name, GREY), 1, LIMITS)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.png", b"not a picture", "picture.not_picture"),
        ("a.jpg", b"", "file.empty"),
        ("a.dcm", b"x", "dicom.not_dicom"),
    ],
)
def test_a_name_that_promises_an_image_and_does_not_keep_it_is_a_problem(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    found = find(str(tmp_path / name), LIMITS)
    assert isinstance(found, Problem)
    assert found.code == code


def test_grey_of_16_bits_with_alpha_keeps_its_bits_and_lies_on_black(tmp_path: Path) -> None:
    alpha = np.full_like(DEEP, 65535)
    alpha[0, 1] = 0
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(np.stack([DEEP, alpha], -1)))
    np.testing.assert_array_equal(_frame(str(tmp_path / "a.png")).stored, np.where(alpha == 0, 0, DEEP))


@pytest.mark.parametrize("lossless", [True, False])
def test_a_jpeg_of_12_bits_keeps_its_bits(tmp_path: Path, lossless: bool) -> None:
    smooth = np.linspace(0, 4095, 64 * 64).astype(np.uint16).reshape(64, 64)
    options = {"lossless": True} if lossless else {"level": 100}
    (tmp_path / "a.jpg").write_bytes(imagecodecs.jpeg_encode(smooth, bitspersample=12, **options))
    frame = _frame(str(tmp_path / "a.jpg"))
    assert frame.stored.dtype == np.uint16
    np.testing.assert_allclose(frame.stored.astype(int), smooth.astype(int), atol=0 if lossless else 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("pixels", [GREY, DEEP], ids=["8", "16"])
def test_the_orientation_of_a_tiff_is_applied(tmp_path: Path, orientation: int, pixels: NDArray[np.generic]) -> None:
    tags = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="minisblack", extratags=tags)
    expected = {
        1: pixels, 2: pixels[:, ::-1], 3: pixels[::-1, ::-1], 4: pixels[::-1],
        5: pixels.T, 6: np.rot90(pixels, -1), 7: pixels[::-1, ::-1].T, 8: np.rot90(pixels),
    }  # fmt: skip
    np.testing.assert_array_equal(_frame(str(tmp_path / "a.tif")).stored, expected[orientation])


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("kind", ["u2", "u4", "f4"])
def test_deep_colour_of_a_tiff_is_shown_with_8_bits(tmp_path: Path, kind: str, planar: bool) -> None:
    factor = {"u2": 257, "u4": 257 * 65537, "f4": 1 / 255}[kind]
    values = (COLOUR * np.float64(factor)).astype(kind)
    stored = np.moveaxis(values, -1, 0) if planar else values
    config = "separate" if planar else "contig"
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", planarconfig=config)
    np.testing.assert_array_equal(_frame(str(tmp_path / "a.tif")).stored, COLOUR)


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "packbits", "zstd"])
@pytest.mark.parametrize("tile", [None, (16, 16)], ids=["strips", "tiles"])
def test_every_usual_compression_of_a_tiff_is_read(
    tmp_path: Path, compression: str | None, tile: tuple[int, int] | None
) -> None:
    values = (np.arange(40 * 24) * 67 % 65521).astype(np.uint16).reshape(40, 24)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, values, photometric="minisblack", compression=compression, tile=tile, bigtiff=tile is None)
    np.testing.assert_array_equal(_frame(str(path)).stored, values)


def test_the_colour_profile_of_a_picture_is_applied(tmp_path: Path) -> None:
    source = _saved(tmp_path / "a.png", COLOUR, icc_profile=display_profile())
    assert _frame(source).stored.mean() > COLOUR.mean() + 20
    source = _saved(tmp_path / "b.png", COLOUR, icc_profile=srgb_profile())
    np.testing.assert_array_equal(_frame(source).stored, COLOUR)
