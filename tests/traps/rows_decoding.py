"""Traps between the file and stored values: bits, signs, colour, codestreams, fragments, encodings."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, apply_modality_lut
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless

from medapp.imaging.automatic_window import automatic_window
from medapp.imaging.frame import Frame
from tests.imaging.profiles import display_profile, srgb_profile
from tests.imaging.synthetic import compressed, dicom, item, relabelled, saved, sequence
from tests.traps.table import Opened, Row

P, D, C = "pydicom/", "pydicom-data/", "cornerstone3D/"
MULTI = "dicomParser/encapsulated/multi-frame/"
RED, GREEN, BLUE = [255, 0, 0], [0, 255, 0], [0, 0, 255]
Check = Callable[[Opened], None]


def _made(folder: Path, pixels: NDArray[Any], **attributes: Any) -> Path:
    return Path(saved(dicom(pixels, **attributes), folder / "image.dcm"))


def _streams(folder: Path, pixels: NDArray[Any], syntax: str, *streams: bytes, **attributes: Any) -> Path:
    return Path(saved(compressed(dicom(pixels, **attributes), syntax, list(streams)), folder / "image.dcm"))


def _stores(*expected: Any, index: int = 0) -> Check:
    def check(opened: Opened) -> None:
        assert opened.frame(index).stored.tolist() == list(expected)

    return check


def _beside(opened: Opened, name: str, index: int = 0) -> Frame:
    """A frame of another file of the reference data."""
    root = next(parent for parent in opened.path.parents if parent.name == "dicom")
    return opened.readers.frame(str(root / name), index)


def _equals(name: str, index: int = 0) -> Check:
    def check(opened: Opened) -> None:
        np.testing.assert_array_equal(opened.frame(index).stored, _beside(opened, name, index).stored)

    return check


def _within(name: str, most: int) -> Check:
    def check(opened: Opened) -> None:
        np.testing.assert_allclose(
            opened.frame().stored.astype(int), _beside(opened, name).stored.astype(int), atol=most
        )

    return check


# 4: the first value of a table


def _signed_first_file(folder: Path) -> Path:
    """signed pixels, table whose first value is 63488 as US"""
    table = item(LUTDescriptor=[4, 63488, 16], LUTData=[1, 2, 3, 4])
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    return _made(folder, np.array([[-2048, -2047, 0]], np.int16), ModalityLUTSequence=sequence(table))


def _signed_first(opened: Opened) -> None:
    assert opened.frame().modality_values().tolist() == [[1, 2, 4]]


def _unsigned_first_file(folder: Path) -> Path:
    """unsigned pixels, table whose first value is -25536 as SS"""
    table = item(LUTDescriptor=[2, -25536, 16], LUTData=[1, 2])
    table["LUTDescriptor"].VR, table["LUTData"].VR = "SS", "US"
    return _made(folder, np.array([[39999, 40000, 40001]], np.uint16), ModalityLUTSequence=sequence(table))


def _unsigned_first(opened: Opened) -> None:
    assert opened.frame().modality_values().tolist() == [[1, 1, 2]]


def _voi_of_hounsfield_file(folder: Path) -> Path:
    """unsigned pixels with intercept -1024, VOI table whose first value is 64512 as US"""
    table = item(LUTDescriptor=[2, 64512, 16], LUTData=[1, 2])
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    pixels = np.array([[0, 1]], np.uint16)
    return _made(folder, pixels, RescaleIntercept="-1024", RescaleSlope="1", VOILUTSequence=sequence(table))


def _voi_of_hounsfield(opened: Opened) -> None:
    assert opened.frame().voi_luts[0].first == -1024


def _as_pydicom_maps(opened: Opened) -> None:
    dataset = dcmread(opened.path)
    expected = apply_modality_lut(dataset.pixel_array, dataset)
    np.testing.assert_array_equal(opened.frame().modality_values(), expected)


# 7, 9: bits


def _rubbish_file(folder: Path) -> Path:
    """12 signed bits, rubbish in the other four"""
    pixels = np.array([[0xF7FF, 0x7800, 0x0FFF, 0xA001]], np.uint16)
    return _made(folder, pixels, BitsStored=12, HighBit=11, PixelRepresentation=1)


def _left_aligned_file(folder: Path) -> Path:
    """12 bits stored at the top of 16, High Bit 15"""
    return _made(folder, np.array([[0x1230, 0xFFF7]], np.uint16), BitsStored=12, HighBit=15)


def _packed_file(folder: Path) -> Path:
    """Bits Allocated 12, values packed without gaps (retired)"""
    dataset = dicom(np.zeros((2, 2), np.uint16), BitsAllocated=12, BitsStored=12, HighBit=11)
    dataset.PixelData = bytes.fromhex("23 c1 ab ff 1f 00")
    return Path(saved(dataset, folder / "image.dcm"))


def _above_file(folder: Path) -> Path:
    """12 bits stored, one value of 65535 among values below 1000"""
    pixels = (np.arange(4096, dtype=np.uint16) % 1000).reshape(64, 64)
    pixels[5, 5] = 65535
    return _made(folder, pixels, BitsStored=12, HighBit=11)


def _above(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored.max() == 4095
    assert automatic_window(frame).width < 1100


def _overshoot_file(folder: Path) -> Path:
    """near-lossless JPEG-LS of 12 bits in containers of 16, values at both ends"""
    pixels = np.sort(np.arange(4096, dtype=np.uint16).reshape(64, 64) % 1024 * 4 + 3, axis=None).reshape(64, 64)
    return _streams(
        folder, pixels, "1.2.840.10008.1.2.4.81", imagecodecs.jpegls_encode(pixels, level=3), BitsStored=12, HighBit=11
    )


def _overshoot(opened: Opened) -> None:
    stored = opened.frame().stored.astype(int)
    assert stored[-1].min() > 4000
    assert stored[0].max() < 100


def _same_as_pydicom(opened: Opened) -> None:
    np.testing.assert_array_equal(opened.frame().stored, dcmread(opened.path).pixel_array)


# 8: overlays in the high bits


def _embedded_file(folder: Path) -> Path:
    """12 bits stored, an overlay in bit 15"""
    dataset = dicom(np.array([[5, 5 | 0x8000]], np.uint16), BitsStored=12, HighBit=11)
    for element, representation, value in (
        (0x10, "US", 1), (0x11, "US", 2), (0x50, "SS", [1, 1]), (0x100, "US", 16), (0x102, "US", 15),
    ):  # fmt: skip
        dataset.add_new((0x6000, element), representation, value)
    return Path(saved(dataset, folder / "image.dcm"))


def _embedded(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored.tolist() == [[5, 5]]
    assert frame.overlay is not None
    assert frame.overlay.tolist() == [[False, True]]


def _overlay_apart(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.overlay is not None
    assert frame.overlay.any()
    np.testing.assert_array_equal(frame.stored, dcmread(opened.path).pixel_array)


# 18, 19: colour


def _planes_file(folder: Path) -> Path:
    """RGB with Planar Configuration 1"""
    dataset = dicom(np.array([[RED, GREEN], [BLUE, RED]], np.uint8), PlanarConfiguration=1)
    dataset.PixelData = np.moveaxis(np.array([[RED, GREEN], [BLUE, RED]], np.uint8), -1, 0).tobytes()
    return Path(saved(dataset, folder / "image.dcm"))


def _subsampled_file(folder: Path) -> Path:
    """uncompressed YBR_FULL_422: two luminances, one colour"""
    dataset = dicom(np.zeros((1, 2, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422")
    dataset.PixelData = bytes([76, 76, 85, 255])
    return Path(saved(dataset, folder / "image.dcm"))


def _subsampled(opened: Opened) -> None:
    np.testing.assert_allclose(opened.frame().stored, [[RED, RED]], atol=2)


def _full_for_422_file(folder: Path) -> Path:
    """tagged YBR_FULL_422 but every pixel has its own colour"""
    pixels = np.array([[[76, 85, 255], [150, 44, 21]]], np.uint8)
    return _made(folder, pixels, PhotometricInterpretation="YBR_FULL_422")


def _full_for_422(opened: Opened) -> None:
    np.testing.assert_allclose(opened.frame().stored, [[RED, GREEN]], atol=2)


_FLAT = np.full((16, 16, 3), (200, 30, 60), np.uint8)


def _jpeg(space: str, subsampling: str = "444") -> bytes:
    return imagecodecs.jpeg_encode(_FLAT, level=100, colorspace="rgb", outcolorspace=space, subsampling=subsampling)


def _without_markers(stream: bytes) -> bytes:
    """Drop the JFIF or Adobe segment."""
    length = int.from_bytes(stream[4:6], "big")
    assert stream[2:4] in {b"\xff\xe0", b"\xff\xee"}
    return stream[:2] + stream[4 + length :]


def _rgb_jpeg_file(folder: Path) -> Path:
    """an RGB JPEG (Adobe transform 0) tagged YBR_FULL_422"""
    return _streams(folder, _FLAT, JPEGBaseline8Bit, _jpeg("rgb"), PhotometricInterpretation="YBR_FULL_422")


def _ycc_jpeg_file(folder: Path) -> Path:
    """a YCbCr JPEG (JFIF) tagged RGB"""
    return _streams(folder, _FLAT, JPEGBaseline8Bit, _jpeg("ycbcr"), PhotometricInterpretation="RGB")


def _subsampled_jpeg_file(folder: Path) -> Path:
    """a subsampled JPEG without any marker, tagged RGB"""
    stream = _without_markers(_jpeg("ycbcr", "420"))
    return _streams(folder, _FLAT, JPEGBaseline8Bit, stream, PhotometricInterpretation="RGB")


def _plain_ycc_jpeg_file(folder: Path) -> Path:
    """a YCbCr JPEG without any marker, tagged YBR_FULL"""
    stream = _without_markers(_jpeg("ycbcr"))
    return _streams(folder, _FLAT, JPEGBaseline8Bit, stream, PhotometricInterpretation="YBR_FULL")


def _is_flat(opened: Opened) -> None:
    np.testing.assert_allclose(opened.frame().stored.astype(int), _FLAT.astype(int), atol=4)


# 20: JPEG 2000


_SIGNED = np.array([[-5, 7], [100, -300]], np.int16).repeat(8, 0).repeat(8, 1)


def _j2k(pixels: NDArray[Any], **options: Any) -> bytes:
    return imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, **options)


def _signed_stream_file(folder: Path) -> Path:
    """a signed codestream tagged unsigned"""
    return _streams(folder, _SIGNED, JPEG2000Lossless, _j2k(_SIGNED), PixelRepresentation=0)


def _signed_stream(opened: Opened) -> None:
    frame = opened.frame()
    np.testing.assert_array_equal(frame.stored, _SIGNED)
    assert [note.code for note in frame.notes] == ["codestream_sign"]


def _narrow_stream_file(folder: Path) -> Path:
    """a codestream of 12 unsigned bits tagged as 16 signed bits"""
    pixels = np.array([[0xFFF, 1], [0x800, 5]], np.uint16).repeat(8, 0).repeat(8, 1)
    stream = _j2k(pixels, bitspersample=12)
    return _streams(folder, pixels, JPEG2000Lossless, stream, PixelRepresentation=1)


def _narrow_stream(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored[::8, ::8].tolist() == [[-1, 1], [-2048, 5]]
    assert [note.code for note in frame.notes] == ["codestream_bits"]


def _wide_stream_file(folder: Path) -> Path:
    """a codestream of 16 bits tagged as 12 bits"""
    pixels = np.array([[60000, 1], [4096, 5]], np.uint16).repeat(8, 0).repeat(8, 1)
    return _streams(folder, pixels, JPEG2000Lossless, _j2k(pixels), BitsStored=12, HighBit=11)


def _wide_stream(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored[::8, ::8].tolist() == [[60000, 1], [4096, 5]]
    assert [note.code for note in frame.notes] == ["codestream_bits"]


def _wrapped_file(folder: Path) -> Path:
    """a JP2 file as the frame"""
    stream = _j2k(_SIGNED, codecformat="jp2")
    assert stream.startswith(b"\0\0\0\x0cjP")
    return _streams(folder, _SIGNED, JPEG2000Lossless, stream)


def _wrapped(opened: Opened) -> None:
    np.testing.assert_array_equal(opened.frame().stored, _SIGNED)


def _rct_file(folder: Path) -> Path:
    """a codestream with its own colour transform, tagged YBR_FULL"""
    return _streams(folder, _FLAT, JPEG2000Lossless, _j2k(_FLAT), PhotometricInterpretation="YBR_FULL")


def _mismatch(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored[0, 0] == -2000
    assert frame.stored.max() < 4096


# 21: palettes


def _palette(pixels: NDArray[Any], entries: int, first: int, bits: int, *tables: bytes, segmented: bool = False) -> Any:
    dataset = dicom(pixels, PhotometricInterpretation="PALETTE COLOR")
    for colour, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [entries, first, bits])
        name = "Segmented" * segmented + f"{colour}PaletteColorLookupTableData"
        dataset.add_new(name, "OW", table)
    return dataset


def _words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}H", *values)


def _palette_of_16_file(folder: Path) -> Path:
    """16-bit palette, two entries from 10 on"""
    tables = (_words(0xFFFF, 0), _words(0, 0xFFFF), _words(0, 0x00FF))
    dataset = _palette(np.array([[0, 10, 11, 200]], np.uint8), 2, 10, 16, *tables)
    return Path(saved(dataset, folder / "image.dcm"))


def _palette_of_8_in_16_file(folder: Path) -> Path:
    """palette of 16-bit entries that hold 8-bit colours"""
    dataset = _palette(np.array([[0, 1]], np.uint8), 2, 0, 16, _words(255, 0), _words(0, 255), _words(0, 0))
    return Path(saved(dataset, folder / "image.dcm"))


def _palette_of_bytes_file(folder: Path) -> Path:
    """8-bit palette, two entries a word"""
    dataset = _palette(np.array([[0, 1]], np.uint8), 2, 0, 8, b"\xff\x00", b"\x00\xff", b"\x00\x00")
    return Path(saved(dataset, folder / "image.dcm"))


def _signed_palette_file(folder: Path) -> Path:
    """palette of signed indices, first value 65534 as US"""
    tables = (_words(0xFFFF, 0, 0), _words(0, 0xFFFF, 0), _words(0, 0, 0xFFFF))
    dataset = _palette(np.array([[-2, -1, 0]], np.int16), 3, 65534, 16, *tables)
    return Path(saved(dataset, folder / "image.dcm"))


def _segments_file(folder: Path) -> Path:
    """segmented palette: two discrete values, a line over four entries, the first segment copied"""
    data = _words(0, 2, 0, 0x1000, 1, 4, 0x5000, 2, 1, 0, 0)
    dataset = _palette(np.arange(8, dtype=np.uint8).reshape(1, 8), 8, 0, 16, data, data, data, segmented=True)
    return Path(saved(dataset, folder / "image.dcm"))


def _segments(opened: Opened) -> None:
    assert opened.frame().stored[0, :, 0].tolist() == [0, 0x10, 0x20, 0x30, 0x40, 0x50, 0, 0x10]


def _as_pydicom_colours(opened: Opened) -> None:
    dataset = dcmread(opened.path)
    stored = dataset.pixel_array
    if stored.ndim == 3:
        stored = stored[0]
    expected = apply_color_lut(stored, dataset)
    expected = expected if expected.max() <= 255 else expected >> 8
    np.testing.assert_array_equal(opened.frame().stored, expected)
    assert opened.frame().discrete


def _supplement(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.supplement is not None
    assert (frame.supplement.first, frame.supplement.entries.shape) == (1024, (100, 3))
    assert not frame.is_colour
    assert frame.windows[0].center == 49


# 23: ICC profiles


_PATCHES = np.array([[[255, 0, 0], [10, 200, 30], [128, 128, 128]]], np.uint8)


def _icc_file(folder: Path) -> Path:
    """RGB with the profile of a display that answers linearly"""
    dataset = dicom(_PATCHES)
    dataset.ICCProfile = display_profile()
    return Path(saved(dataset, folder / "image.dcm"))


def _icc(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored[0, 2].min() > 170  # linear half is far brighter in sRGB
    assert frame.notes == ()


def _srgb_file(folder: Path) -> Path:
    """RGB with an sRGB profile"""
    dataset = dicom(_PATCHES)
    dataset.ICCProfile = srgb_profile()
    return Path(saved(dataset, folder / "image.dcm"))


def _unchanged(opened: Opened) -> None:
    frame = opened.frame()
    np.testing.assert_array_equal(frame.stored, _PATCHES)
    assert frame.notes == ()


def _broken_icc_file(folder: Path) -> Path:
    """RGB with a damaged profile"""
    dataset = dicom(_PATCHES)
    dataset.ICCProfile = b"\0" * 128
    return Path(saved(dataset, folder / "image.dcm"))


def _broken_icc(opened: Opened) -> None:
    frame = opened.frame()
    np.testing.assert_array_equal(frame.stored, _PATCHES)
    assert [note.code for note in frame.notes] == ["icc_unusable"]


# 26: floats and 32 bits


def _float(opened: Opened) -> None:
    frame = opened.frame()
    expected = dcmread(opened.path).pixel_array
    np.testing.assert_array_equal(frame.stored, expected[0] if expected.ndim == 3 else expected)
    assert frame.stored.dtype == expected.dtype
    assert frame.stored.dtype.kind == "f"


def _float_file(folder: Path) -> Path:
    """double float pixels with a padding range and no number"""
    values = np.array([[0.25, -1e300], [np.nan, 7.0]])
    dataset = dicom(np.zeros((2, 2), np.uint16), PixelData=None)
    dataset.DoubleFloatPixelData = values.tobytes()
    dataset.DoubleFloatPixelPaddingValue = -1e300
    return Path(saved(dataset, folder / "image.dcm"))


def _float_padding(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.stored[0].tolist() == [0.25, -1e300]
    assert frame.valid is not None
    assert not frame.valid[0, 1]
    assert frame.valid[0, 0]


def _dose(opened: Opened) -> None:
    frame = opened.frame(14)
    np.testing.assert_array_equal(frame.stored, dcmread(opened.path).pixel_array[14])
    assert frame.stored.dtype == np.uint32


def _signed_32_file(folder: Path) -> Path:
    """32 signed bits with a slope of 1e-6"""
    return _made(folder, np.array([[-(2**31), 2**31 - 1]], np.int32), RescaleSlope="1e-6", RescaleIntercept="0")


def _signed_32(opened: Opened) -> None:
    np.testing.assert_allclose(opened.frame().modality_values(), [[-2147.483648, 2147.483647]], rtol=1e-6)


# 27: one bit


_MASKS = np.random.default_rng(3).integers(0, 2, (3, 3, 5), np.uint8)


def _bits_file(folder: Path) -> Path:
    """three frames of 5 × 3 bits that share bytes"""
    dataset = dicom(_MASKS, BitsAllocated=1, BitsStored=1, HighBit=0)
    packed = np.packbits(_MASKS.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    return Path(saved(dataset, folder / "image.dcm"))


def _bits(opened: Opened) -> None:
    for index, mask in enumerate(_MASKS):
        np.testing.assert_array_equal(opened.frame(index).stored, mask)


def _last_mask(opened: Opened) -> None:
    np.testing.assert_array_equal(opened.frame(2).stored, dcmread(opened.path).pixel_array[2])


# 28: fragments


_SLICES = np.stack([np.arange(256, dtype=np.uint16).reshape(16, 16) * k for k in (1, 7, 11)])


def _encapsulated(folder: Path, value: bytes) -> Path:
    dataset = compressed(dicom(_SLICES), JPEGLSLossless, [imagecodecs.jpegls_encode(s) for s in _SLICES])
    dataset.PixelData = value
    return Path(saved(dataset, folder / "image.dcm"))


def _item(data: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data


def _halves() -> list[list[bytes]]:
    streams = [imagecodecs.jpegls_encode(s) for s in _SLICES]
    padded = [s + b"\0" * (len(s) % 2) for s in streams]
    return [[s[:50], b"", s[50:]] for s in padded]


def _without_table_file(folder: Path) -> Path:
    """two fragments and an empty one a frame, no offset table"""
    return _encapsulated(folder, _item(b"") + b"".join(_item(part) for parts in _halves() for part in parts))


def _wrong_table_file(folder: Path) -> Path:
    """offset table that points nowhere"""
    table = struct.pack("<3I", 0, 12, 34)
    return _encapsulated(folder, _item(table) + b"".join(_item(p) for parts in _halves() for p in parts))


def _odd_lengths_file(folder: Path) -> Path:
    """fragments of odd length, padded without counting"""
    odd = [s + b"\0" * (1 - len(s) % 2) for s in (imagecodecs.jpegls_encode(s) for s in _SLICES)]
    return _encapsulated(folder, _item(b"") + b"".join(_item(s) + b"\0" for s in odd))


def _extended_file(folder: Path) -> Path:
    """Extended Offset Table instead of the basic one"""
    streams = [imagecodecs.jpegls_encode(s) for s in _SLICES]
    streams = [s + b"\0" * (len(s) % 2) for s in streams]
    dataset = compressed(dicom(_SLICES), JPEGLSLossless, streams)
    dataset.PixelData = encapsulate(streams, has_bot=False)
    offsets = np.cumsum([0, *(len(s) + 8 for s in streams[:-1])])
    dataset.ExtendedOffsetTable = offsets.astype("<u8").tobytes()
    dataset.ExtendedOffsetTableLengths = np.array([len(s) for s in streams], "<u8").tobytes()
    return Path(saved(dataset, folder / "image.dcm"))


def _slices(opened: Opened) -> None:
    for index, expected in enumerate(_SLICES):
        np.testing.assert_array_equal(opened.frame(index).stored, expected)


# 29: encodings of the data set


def _plain(folder: Path, syntax: str = ImplicitVRLittleEndian) -> Path:
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    return Path(saved(dicom(_SLICES[1].astype(f"{order}u2"), syntax=syntax), folder / "image.dcm"))


def _after_meta(content: bytes) -> bytes:
    return content[132 + 12 + int.from_bytes(content[140:144], "little") :]


def _no_meta_file(folder: Path) -> Path:
    """implicit data set alone: no preamble, no meta information"""
    path = _plain(folder)
    path.write_bytes(_after_meta(path.read_bytes()))
    return path


def _no_preamble_file(folder: Path) -> Path:
    """meta information without preamble"""
    path = _plain(folder)
    path.write_bytes(path.read_bytes()[132:])
    return path


def _no_syntax_file(folder: Path) -> Path:
    """meta information without a transfer syntax"""
    path = _plain(folder, "1.2.840.10008.1.2.1")
    content = path.read_bytes()
    meta = struct.pack("<HH2sHI", 2, 0, b"UL", 4, 8 + 26) + struct.pack("<HH2sH", 2, 2, b"UI", 26)
    path.write_bytes(content[:132] + meta + b"1.2.840.10008.5.1.4.1.1.2\0" + _after_meta(content))
    return path


def _big_endian_file(folder: Path) -> Path:
    """explicit big endian, declared little endian"""
    dataset = dicom(_SLICES[1].astype(">u2"), syntax=ExplicitVRBigEndian)
    return Path(relabelled(dataset, "1.2.840.10008.1.2.1", folder / "image.dcm"))


def _second_slice(opened: Opened) -> None:
    np.testing.assert_array_equal(opened.frame().stored, _SLICES[1])


def _png_in_disguise(folder: Path) -> Path:
    """a PNG named as a DICOM file"""
    Image.fromarray(_SLICES[1].astype(np.uint8)).save(folder / "image.png")
    return (folder / "image.png").rename(folder / "image.dcm")


def _is_picture(opened: Opened) -> None:
    np.testing.assert_array_equal(opened.frame().stored, _SLICES[1].astype(np.uint8))


CT = C + "CTImage.dcm_LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm"
CT0012 = MULTI + "CT0012.explicit_little_endian.dcm"

ROWS = (
    Row(4, _signed_first_file, "63488 is -2048 where pixels are signed", "1 2 4", _signed_first),
    Row(4, _unsigned_first_file, "-25536 is 40000 where pixels are not", "1 1 2", _unsigned_first),
    Row(
        4,
        _voi_of_hounsfield_file,
        "64512 is -1024 where the rescale gives negative values",
        "-1024",
        _voi_of_hounsfield,
    ),
    Row(4, D + "mlut_18.dcm", "first value -2048 of a real table", "as pydicom maps it", _as_pydicom_maps),
    Row(7, _rubbish_file, "masked to 12 bits, sign from bit 11", "2047 -2048 -1 1", _stores([2047, -2048, -1, 1])),
    Row(7, _left_aligned_file, "shifted down to bit 0", "0x123 0xFFF", _stores([0x123, 0xFFF])),
    Row(7, _packed_file, "values that share bytes", "0x123 0xABC 0xFFF 0x001", _stores([0x123, 0xABC], [0xFFF, 1])),
    Row(7, P + "CT_small.dcm", "16 signed bits", "as pydicom decodes", _same_as_pydicom),
    Row(8, _embedded_file, "the plane is stripped from the values and offered", "5 5, one pixel drawn", _embedded),
    Row(
        8,
        D + "MR-SIEMENS-DICOM-WithOverlays.dcm",
        "a plane with data of its own is no part of the values",
        "values as pydicom's, overlay apart",
        _overlay_apart,
    ),
    Row(9, _above_file, "one wild value does not blow up the automatic window", "width below 1100", _above),
    Row(
        9, _overshoot_file, "lossy compression past the range does not wrap to black", "last row above 4000", _overshoot
    ),
    Row(18, _planes_file, "planes of colour", "red green / blue red", _stores([RED, GREEN], [BLUE, RED])),
    Row(18, _subsampled_file, "chroma shared by two pixels", "red red", _subsampled),
    Row(18, _full_for_422_file, "the length tells that nothing is shared", "red green", _full_for_422),
    Row(
        18,
        D + "SC_ybr_full_uncompressed.dcm",
        "converted once",
        "within 6 of the RGB original",
        _within(D + "SC_rgb.dcm", 6),
    ),
    Row(
        18,
        P + "SC_ybr_full_422_uncompressed.dcm",
        "converted once",
        "within 6 of the RGB original",
        _within(D + "SC_rgb.dcm", 6),
    ),
    Row(
        18,
        D + "color-px.dcm",
        "interleaved and planar are one picture",
        "equal to color-pl.dcm",
        _equals(D + "color-pl.dcm"),
    ),
    Row(19, _rgb_jpeg_file, "an RGB stream is not converted", "200 30 60", _is_flat),
    Row(19, _ycc_jpeg_file, "a YCbCr stream is converted once", "200 30 60", _is_flat),
    Row(19, _subsampled_jpeg_file, "what is subsampled is YCbCr", "200 30 60", _is_flat),
    Row(19, _plain_ycc_jpeg_file, "without markers the tag decides", "200 30 60", _is_flat),
    Row(
        19,
        P + "SC_rgb_dcmtk_+eb+cr.dcm",
        "Adobe transform 0",
        "equal to DCMTK's decoding",
        _equals(D + "SC_rgb_dcmtk_ebcr_dcmd.dcm"),
    ),
    Row(19, P + "SC_rgb_jpeg_dcmtk.dcm", "JFIF", "within 6 of the RGB original", _within(D + "SC_rgb.dcm", 6)),
    Row(20, _signed_stream_file, "the stream's sign counts, and is told", "-5 7 100 -300, a note", _signed_stream),
    Row(
        20,
        _narrow_stream_file,
        "signed values are extended from the stream's bits",
        "-1 1 -2048 5, a note",
        _narrow_stream,
    ),
    Row(20, _wide_stream_file, "values beyond the tag's bits are kept", "60000 1 4096 5, a note", _wide_stream),
    Row(20, _wrapped_file, "the wrapper is passed over", "-5 7 100 -300", _wrapped),
    Row(20, _rct_file, "the codec's colour transform is not done twice", "200 30 60", _is_flat),
    Row(20, P + "J2K_pixelrep_mismatch.dcm", "unsigned stream, signed tag", "-2000 outside the field", _mismatch),
    Row(
        21, _palette_of_16_file, "16 bits; ends hold outside", "red red green green", _stores([RED, RED, GREEN, GREEN])
    ),
    Row(21, _palette_of_8_in_16_file, "8-bit colours in words", "red green", _stores([RED, GREEN])),
    Row(21, _palette_of_bytes_file, "8-bit entries", "red green", _stores([RED, GREEN])),
    Row(
        21,
        _signed_palette_file,
        "the first value is signed as the pixels are",
        "red green blue",
        _stores([RED, GREEN, BLUE]),
    ),
    Row(21, _segments_file, "discrete, linear and indirect segments", "0 10 20 30 40 50 0 10 (hex)", _segments),
    Row(21, D + "gdcm-US-ALOKA-16.dcm", "segmented, 65,536 entries", "as pydicom's palette", _as_pydicom_colours),
    Row(21, C + "TestPattern_Palette.dcm", "8-bit entries", "as pydicom's palette", _as_pydicom_colours),
    Row(21, C + "TestPattern_Palette_16.dcm", "16-bit entries", "as pydicom's palette", _as_pydicom_colours),
    Row(
        21,
        D + "eCT_Supplemental.dcm",
        "colours beside grey values",
        "100 colours from 1024 on, the window for the rest",
        _supplement,
    ),
    Row(23, _icc_file, "converted to sRGB", "linear grey 128 becomes brighter than 170", _icc),
    Row(23, _srgb_file, "what is sRGB stays as it is", "unchanged, no note", _unchanged),
    Row(23, _broken_icc_file, "not applied, and said so", "unchanged, a note", _broken_icc),
    Row(26, D + "parametric_map_float.dcm", "float pixels", "equal, float32", _float),
    Row(26, D + "parametric_map_double_float.dcm", "double float pixels", "equal, float64", _float),
    Row(26, _float_file, "padding of doubles", "one pixel invalid", _float_padding),
    Row(26, P + "rtdose.dcm", "32 bits, last frame", "equal, uint32", _dose),
    Row(26, _signed_32_file, "32 signed bits, small slope", "±2147.48", _signed_32),
    Row(27, _bits_file, "unpacked frame by frame", "three masks", _bits),
    Row(27, D + "liver_nonbyte_aligned.dcm", "510 columns: frames share bytes", "last frame as pydicom's", _last_mask),
    Row(
        27,
        D + "liver_nonbyte_aligned_rle.dcm",
        "the same in RLE",
        "equal to the plain file",
        _equals(D + "liver_nonbyte_aligned.dcm", 2),
    ),
    Row(28, _without_table_file, "assembled by where streams begin", "three frames equal", _slices),
    Row(28, _wrong_table_file, "a wrong table is passed over", "three frames equal", _slices),
    Row(28, _odd_lengths_file, "uncounted padding is passed over", "three frames equal", _slices),
    Row(28, _extended_file, "64-bit offsets", "three frames equal", _slices),
    Row(
        28,
        MULTI + "CT0012.fragmented_no_bot_jpeg_ls.80.dcm",
        "many fragments, no table",
        "equal to the plain file",
        _equals(CT0012, 1),
    ),
    Row(
        28,
        MULTI + "CT0012.not_fragmented_bot_rle.dcm",
        "RLE with a table",
        "equal to the plain file",
        _equals(CT0012, 1),
    ),
    Row(29, _no_meta_file, "a data set alone", "opened, equal", _second_slice),
    Row(29, _no_preamble_file, "no preamble", "opened, equal", _second_slice),
    Row(29, _no_syntax_file, "no transfer syntax", "opened, equal", _second_slice),
    Row(29, _big_endian_file, "wrong byte order declared", "opened, equal", _second_slice),
    Row(29, _png_in_disguise, "the first bytes count, not the name", "opened as a picture", _is_picture),
    Row(
        29,
        C + "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm",
        "big endian",
        "equal to little endian",
        _equals(CT),
    ),
    Row(
        29,
        C + "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm",
        "deflated",
        "equal to little endian",
        _equals(CT),
    ),
    Row(
        29,
        C + "CTImage.dcm_LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm",
        "implicit",
        "equal to explicit",
        _equals(CT),
    ),
)
