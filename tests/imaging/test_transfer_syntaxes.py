"""Every transfer syntax: the same picture, written with it, must come out as it went in.

All depths, signed and unsigned, grey and colour, at an odd size.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from medapp.errors import MedappError, Problem
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.opening import find, load
from tests.imaging.lossless_jpeg import lossless_jpeg
from tests.imaging.synthetic import LIMITS, compressed, dicom, frame_of, relabelled

# readers silence the warnings of pydicom, which quote values
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

JPEG = "1.2.840.10008.1.2.4."
SHAPE = (13, 17)
DEPTHS = (2, 7, 8, 10, 12, 14, 15, 16)
Encoder = Callable[[NDArray[np.generic], int], bytes]


def picture(bits: int, *, signed: bool = False, colour: bool = False) -> NDArray[np.generic]:
    """A pattern that reaches both ends of the range."""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    values = np.rint(low + (high - low) * ((columns * 7 + rows * 5) % 61) / 60)
    if colour:
        values = np.stack([values, values[::-1], values[:, ::-1]], -1)
    size = 1 if bits <= 8 else 2 if bits <= 16 else 4
    return values.astype(f"{'i' if signed else 'u'}{size}")


def masked(values: NDArray[np.generic], bits: int) -> NDArray[np.generic]:
    """The values as unsigned containers with nothing above their bits."""
    unsigned = values.view(f"u{values.dtype.itemsize}")
    return unsigned & unsigned.dtype.type(2**bits - 1)


def frame(values: NDArray[np.generic], bits: int, stream: bytes, syntax: str, folder: Path, **tags: object) -> Frame:
    dataset = dicom(values, BitsStored=bits, HighBit=bits - 1, **tags)
    return frame_of(compressed(dataset, syntax, [stream]), folder)


def rle(values: NDArray[np.generic]) -> bytes:
    """PS3.5 annex G: the bytes of each sample as planes, the highest first."""
    samples = values.reshape(*values.shape[:2], -1)
    width = values.dtype.itemsize
    planes = [
        np.ascontiguousarray(samples[..., s]).view(np.uint8).reshape(-1, width)[:, width - 1 - byte].tobytes()
        for s in range(samples.shape[2])
        for byte in range(width)
    ]
    segments = [imagecodecs.packbits_encode(plane) for plane in planes]
    offsets = np.cumsum([64, *map(len, segments)])[:-1].tolist()
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments)


def deflated(values: NDArray[np.generic]) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(values.tobytes()) + deflater.flush()


LOSSLESS: dict[str, tuple[str, Encoder]] = {
    "encapsulated uncompressed": ("1.2.840.10008.1.2.1.98", lambda v, _: v.tobytes()),
    "deflated frames": ("1.2.840.10008.1.2.8.1", lambda v, _: deflated(v)),
    "RLE": (RLELossless, lambda v, _: rle(v)),
    "JPEG lossless": (
        JPEG + "57",
        lambda v, b: imagecodecs.jpeg_encode(v, lossless=True, predictor=6, bitspersample=b),
    ),
    "JPEG lossless SV1": (JPEG + "70", lambda v, b: imagecodecs.jpeg_encode(v, lossless=True, bitspersample=b)),
    "JPEG-LS": (JPEG + "80", lambda v, _: imagecodecs.jpegls_encode(v)),
    "JPEG 2000": (JPEG + "90", lambda v, b: imagecodecs.jpeg2k_encode(v, level=0, reversible=True, bitspersample=b)),
    "JPEG 2000 codestream": (
        JPEG + "90",
        lambda v, b: imagecodecs.jpeg2k_encode(v, level=0, reversible=True, codecformat="j2k", bitspersample=b),
    ),
    "HTJ2K": (JPEG + "201", lambda v, _: imagecodecs.htj2k_encode(v, reversible=True)),
    "JPEG XL": (JPEG + "110", lambda v, b: imagecodecs.jpegxl_encode(v, lossless=True, bitspersample=b)),
    "JPEG XL in a container": (
        JPEG + "110",
        lambda v, b: imagecodecs.jpegxl_encode(v, lossless=True, bitspersample=b, usecontainer=True),
    ),
}


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("bits", DEPTHS)
@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_grey_comes_out_as_it_went_in(tmp_path: Path, name: str, bits: int, signed: bool) -> None:
    syntax, encode = LOSSLESS[name]
    values = picture(bits, signed=signed)
    result = frame(values, bits, encode(masked(values, bits), bits), syntax, tmp_path)
    np.testing.assert_array_equal(result.stored, values)
    assert result.stored.dtype == values.dtype
    assert result.notes == ()


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_colour_comes_out_as_it_went_in(tmp_path: Path, name: str, bits: int) -> None:
    syntax, encode = LOSSLESS[name]
    values = picture(bits, colour=True)
    result = frame(values, bits, encode(values, bits), syntax, tmp_path)
    np.testing.assert_array_equal(result.stored, values >> (bits - 8))


@pytest.mark.parametrize("encode", [imagecodecs.jpeg2k_encode, imagecodecs.htj2k_encode], ids=["JPEG 2000", "HTJ2K"])
@pytest.mark.parametrize("bits", [8, 16])
def test_signed_codestreams_of_jpeg_2000_keep_their_sign(
    tmp_path: Path, encode: Callable[..., bytes], bits: int
) -> None:
    values = picture(bits, signed=True)
    result = frame(values, bits, encode(values, reversible=True), JPEG + "90", tmp_path)
    np.testing.assert_array_equal(result.stored, values)


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("bits", [3, 8, 12, 16])
def test_every_predictor_of_lossless_jpeg_is_decoded(tmp_path: Path, predictor: int, bits: int) -> None:
    values = picture(bits)
    result = frame(values, bits, lossless_jpeg(values, bits, predictor), JPEG + "57", tmp_path)
    np.testing.assert_array_equal(result.stored, values)


@pytest.mark.parametrize("predictor", [1, 4, 7])
@pytest.mark.parametrize("dropped", [1, 3])
def test_the_point_transform_of_lossless_jpeg_is_undone(tmp_path: Path, predictor: int, dropped: int) -> None:
    values = picture(12)
    stream = lossless_jpeg(values, 12, predictor, dropped)
    result = frame(values, 12, stream, JPEG + "57", tmp_path)
    np.testing.assert_array_equal(result.stored, values >> dropped << dropped)


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("colour", [False, True], ids=["grey", "colour"])
def test_sequential_jpeg_is_within_its_loss(tmp_path: Path, bits: int, colour: bool) -> None:
    ramp = (np.mgrid[:32, :40][0] * (2**bits - 1) // 40).astype(np.uint8 if bits == 8 else np.uint16)
    values = np.stack([ramp, ramp[::-1], ramp // 2], -1) if colour else ramp
    options = {"colorspace": "rgb", "outcolorspace": "ycbcr", "subsampling": "444"} if colour else {}
    stream = imagecodecs.jpeg_encode(values, level=100, bitspersample=bits, **options)
    tags = {"PhotometricInterpretation": "YBR_FULL"} if colour else {}
    result = frame(values, bits, stream, JPEG + ("50" if bits == 8 else "51"), tmp_path, **tags)
    expected = values >> (bits - 8) if colour else values
    np.testing.assert_allclose(result.stored.astype(int), expected.astype(int), atol=3)


@pytest.mark.parametrize("syntax", [JPEG + "53", JPEG + "55", JPEG + "50"], ids=["spectral", "progressive", "wrong"])
def test_progressive_jpeg_is_decoded_whatever_process_the_tag_names(tmp_path: Path, syntax: str) -> None:
    values = (np.mgrid[:32, :40][1] * 6).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "JPEG", quality=100, progressive=True)
    assert b"\xff\xc2" in stream.getvalue()
    np.testing.assert_allclose(frame(values, 8, stream.getvalue(), syntax, tmp_path).stored, values, atol=2)


@pytest.mark.parametrize("marker", [0xC5, 0xC9, 0xCA, 0xCB, 0xCD])
def test_arithmetic_and_hierarchical_jpeg_are_told_as_what_they_are(tmp_path: Path, marker: int) -> None:
    stream = lossless_jpeg(picture(8), 8).replace(b"\xff\xc3", bytes([0xFF, marker]), 1)
    with pytest.raises(MedappError, match=r"dicom\.jpeg_process"):
        frame(picture(8), 8, stream, JPEG + "66", tmp_path)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_near_lossless_jpeg_ls_never_leaves_its_bound_even_at_the_ends(tmp_path: Path, bits: int) -> None:
    values = np.sort(picture(bits).ravel()).reshape(SHAPE)
    result = frame(values, bits, imagecodecs.jpegls_encode(values, level=2), JPEG + "81", tmp_path)
    assert np.abs(result.stored.astype(int) - values.astype(int)).max() <= 2


@pytest.mark.parametrize("bits", [8, 12])
def test_lossy_colour_that_overshoots_is_clipped_not_wrapped(tmp_path: Path, bits: int) -> None:
    values = np.zeros((16, 16, 3), np.uint16)
    values[:, 8:] = 2**bits - 1
    stream = imagecodecs.jpegls_encode(values, level=3)
    result = frame(values, bits, stream, JPEG + "81", tmp_path)
    np.testing.assert_allclose(result.stored.astype(int), (values >> (bits - 8)).astype(int), atol=3)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
@pytest.mark.parametrize("bits", [8, 12, 16, 32])
@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_uncompressed_grey_comes_out_as_it_went_in(tmp_path: Path, syntax: str, bits: int, signed: bool) -> None:
    values = picture(bits, signed=signed)
    ordered = values.astype(values.dtype.newbyteorder(">")) if syntax == ExplicitVRBigEndian else values
    dataset = dicom(ordered, syntax=syntax, BitsStored=bits, HighBit=bits - 1)
    if bits == 8 and syntax == ExplicitVRBigEndian:
        dataset["PixelData"].VR = "OB"
    np.testing.assert_array_equal(frame_of(dataset, tmp_path).stored, values)


def test_the_big_endian_pixels_of_the_private_ge_syntax_are_swapped(tmp_path: Path) -> None:
    values = picture(16)
    dataset = dicom(values.astype(">u2"), syntax=ImplicitVRLittleEndian)
    source = relabelled(dataset, "1.2.840.113619.5.2", tmp_path / "a.dcm")
    np.testing.assert_array_equal(load(source, 0, LIMITS).stored, values)


@pytest.mark.parametrize(
    ("true", "declared"),
    [
        (ExplicitVRBigEndian, ExplicitVRLittleEndian),
        (ExplicitVRLittleEndian, ExplicitVRBigEndian),
        (ExplicitVRLittleEndian, ImplicitVRLittleEndian),
        (ImplicitVRLittleEndian, ExplicitVRLittleEndian),
        (ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian),
        (ExplicitVRLittleEndian, JPEG + "50"),
        (ExplicitVRLittleEndian, JPEG + "90"),
        (ExplicitVRLittleEndian, RLELossless),
        (ExplicitVRLittleEndian, "1.2.3.4.5"),
    ],
)
def test_plain_pixels_are_read_whatever_plain_or_compressed_syntax_the_meta_information_names(
    tmp_path: Path, true: str, declared: str
) -> None:
    values = picture(16)
    dataset = dicom(values.astype(">u2" if true == ExplicitVRBigEndian else "<u2"), syntax=true)
    source = relabelled(dataset, declared, tmp_path / "a.dcm")
    assert isinstance(find(source, LIMITS), FoundImage)
    np.testing.assert_array_equal(load(source, 0, LIMITS).stored, values)


@pytest.mark.parametrize("syntax", [JPEG + "50", JPEG + "80", JPEG + "110", RLELossless, "1.2.3.4.5"])
def test_the_stream_tells_what_it_is_whatever_the_transfer_syntax_says(tmp_path: Path, syntax: str) -> None:
    values = picture(16)
    for encode in (imagecodecs.jpegls_encode, lambda v: imagecodecs.jpeg2k_encode(v, level=0, reversible=True), rle):
        np.testing.assert_array_equal(frame(values, 16, encode(values), syntax, tmp_path).stored, values)


@pytest.mark.parametrize("uid", ["100", "101", "102", "103", "104", "105", "106", "107", "108", "102.1"])
def test_every_video_is_told_as_video(tmp_path: Path, uid: str) -> None:
    with pytest.raises(MedappError, match=r"dicom\.video"):
        frame(picture(8, colour=True), 8, bytes(64), JPEG + uid, tmp_path)


@pytest.mark.parametrize("uid", ["94", "95", "204", "205"])
def test_pixels_that_lie_on_a_server_are_told(tmp_path: Path, uid: str) -> None:
    source = relabelled(dicom(None), JPEG + uid, tmp_path / "a.dcm")
    found = find(source, LIMITS)
    assert isinstance(found, Problem)
    assert found.code == "dicom.elsewhere"


def test_a_frame_as_one_stream_without_fragments_is_read(tmp_path: Path) -> None:
    values = np.zeros((64, 64), np.uint16)
    dataset = dicom(values, syntax=ExplicitVRLittleEndian)
    stream = imagecodecs.jpegls_encode(values + np.uint16(7))
    dataset.PixelData = stream + b"\0" * (len(stream) % 2)
    source = relabelled(dataset, JPEG + "80", tmp_path / "a.dcm")
    assert isinstance(find(source, LIMITS), FoundImage)
    np.testing.assert_array_equal(load(source, 0, LIMITS).stored, values + 7)


def test_a_volume_in_one_stream_of_jpeg_2000_is_told(tmp_path: Path) -> None:
    volume = np.zeros((16, 16, 6), np.uint8)
    stream = imagecodecs.jpeg2k_encode(volume, level=0, reversible=True, mct=False, codecformat="j2k")
    with pytest.raises(MedappError, match=r"dicom\.multi_component"):
        frame(volume[..., 0], 8, stream, JPEG + "92", tmp_path)


@pytest.mark.parametrize(("largest", "bits"), [(4095, 12), (60000, 16)])
def test_the_bits_of_a_frame_are_the_tags_unless_its_stream_needs_more(tmp_path: Path, largest: int, bits: int) -> None:
    values = np.full((16, 16), largest, np.uint16)
    stream = imagecodecs.jpeg2k_encode(values, level=0, reversible=True)
    assert frame(values, 12, stream, JPEG + "90", tmp_path).bits_stored == bits
