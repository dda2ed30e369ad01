"""The traps of the display design, each on a file made for it."""

from __future__ import annotations

import struct
import zlib
from contextlib import closing
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from medapp.errors import MedappError
from medapp.imaging import opening
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load
from medapp.imaging.study import Note
from medapp.imaging.voi import default_window
from tests.imaging.synthetic import LIMITS, compressed, dicom, frame_of, item, ramp, saved, sequence

JPEG_XL_LOSSLESS = "1.2.840.10008.1.2.4.110"
RED, GREEN, BLUE = [255, 0, 0], [0, 255, 0], [0, 0, 255]


def test_stored_values_are_masked_and_sign_extended(tmp_path: Path) -> None:
    containers = np.array([[0xF7FF, 0xF800, 0x0FFF, 0x0001]], np.uint16)  # rubbish above 12 bits
    frame = frame_of(dicom(containers, BitsStored=12, HighBit=11, PixelRepresentation=1), tmp_path)
    assert frame.stored.tolist() == [[2047, -2048, -1, 1]]


def test_values_below_the_high_bit_are_shifted_down(tmp_path: Path) -> None:
    frame = frame_of(dicom(np.array([[0x1230, 0xFFF0]], np.uint16), BitsStored=12, HighBit=15), tmp_path)
    assert frame.stored.tolist() == [[0x123, 0xFFF]]


def test_an_overlay_in_a_high_bit_is_stripped_from_the_values_and_offered_as_overlay(tmp_path: Path) -> None:
    dataset = dicom(np.array([[5, 5 | 0x8000]], np.uint16), BitsStored=12, HighBit=11)
    dataset.add_new((0x6000, 0x0010), "US", 1)
    dataset.add_new((0x6000, 0x0011), "US", 2)
    dataset.add_new((0x6000, 0x0050), "SS", [1, 1])
    dataset.add_new((0x6000, 0x0100), "US", 16)
    dataset.add_new((0x6000, 0x0102), "US", 15)
    frame = frame_of(dataset, tmp_path)
    assert frame.stored.tolist() == [[5, 5]]
    assert frame.overlay is not None
    assert frame.overlay.tolist() == [[False, True]]


def test_an_overlay_plane_is_placed_by_its_origin_even_partly_outside(tmp_path: Path) -> None:
    dataset = dicom(ramp())
    dataset.add_new((0x6002, 0x0010), "US", 2)
    dataset.add_new((0x6002, 0x0011), "US", 2)
    dataset.add_new((0x6002, 0x0050), "SS", [0, 4])
    dataset.add_new((0x6002, 0x0100), "US", 1)
    dataset.add_new((0x6002, 0x0102), "US", 0)
    dataset.add_new((0x6002, 0x3000), "OW", b"\x0f\x00")
    overlay = frame_of(dataset, tmp_path).overlay
    assert overlay is not None
    assert np.argwhere(overlay).tolist() == [[0, 3]]


def test_what_chooses_the_model_is_told(tmp_path: Path) -> None:
    frame = frame_of(dicom(ramp(), BodyPartExamined="CHEST", ViewPosition="PA", Modality="DX"), tmp_path)
    assert (frame.modality, frame.body_part, frame.view) == ("DX", "CHEST", "PA")
    assert frame_of(dicom(ramp()), tmp_path).body_part == ""


def test_fractions_of_the_rescale_are_kept(tmp_path: Path) -> None:
    frame = frame_of(dicom(ramp(), RescaleSlope="0.5", RescaleIntercept="-0.25"), tmp_path)
    np.testing.assert_array_equal(frame.modality_values(), ramp() * 0.5 - 0.25)


def test_a_modality_table_replaces_the_rescale(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[3, 1, 16], LUTData=[100, 200, 300], ModalityLUTType="OD")
    table["LUTData"].VR = "US"
    dataset = dicom(np.array([[0, 1, 2, 3, 9]], np.uint8), RescaleSlope="7", ModalityLUTSequence=sequence(table))
    frame = frame_of(dataset, tmp_path)
    assert frame.modality_values().tolist() == [[100, 100, 200, 300, 300]]
    assert frame.unit == "OD"


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_the_first_value_of_a_table_is_signed_where_the_pixels_are(tmp_path: Path, syntax: str) -> None:
    table = item(LUTDescriptor=[4, 63488, 16], LUTData=[1, 2, 3, 4])
    table["LUTDescriptor"].VR = "US"
    table["LUTData"].VR = "US"
    pixels = np.array([[-2048, -2047, 0]], ">i2" if syntax == ExplicitVRBigEndian else "<i2")
    dataset = dicom(pixels, syntax=syntax, ModalityLUTSequence=sequence(table))
    frame = frame_of(dataset, tmp_path)
    assert frame.modality_lut is not None
    assert frame.modality_lut.first == -2048
    assert frame.modality_values().tolist() == [[1, 2, 4]]


def test_a_voi_table_of_0_entries_has_65536(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[0, 0, 16], LUTData=np.arange(65536, dtype="<u2").tobytes(), LUTExplanation="WIDE")
    table["LUTDescriptor"].VR = "US"
    table["LUTData"].VR = "OW"
    frame = frame_of(dicom(ramp(dtype=np.uint16), VOILUTSequence=sequence(table)), tmp_path)
    assert len(frame.voi_luts[0].entries) == 65536
    assert frame.voi_luts[0].name == "WIDE"


def test_a_table_of_bytes_is_read_whatever_its_descriptor_says(tmp_path: Path) -> None:
    table = item(LUTDescriptor=[4, 0, 16], LUTData=bytes([1, 2, 3, 4]))
    table["LUTDescriptor"].VR = "US"
    table["LUTData"].VR = "OW"
    frame = frame_of(dicom(ramp(dtype=np.uint16), VOILUTSequence=sequence(table)), tmp_path)
    assert frame.voi_luts[0].entries.tolist() == [1, 2, 3, 4]


def test_all_windows_of_the_file_are_offered_by_name(tmp_path: Path) -> None:
    dataset = dicom(
        ramp(), WindowCenter=[40, -600], WindowWidth=[400, 1500], WindowCenterWidthExplanation=["SOFT", "LUNG"]
    )
    frame = frame_of(dataset, tmp_path)
    assert [(w.center, w.width, w.name) for w in frame.windows] == [(40, 400, "SOFT"), (-600, 1500, "LUNG")]
    assert default_window(frame).name == "SOFT"


def test_an_unknown_voi_function_is_linear_and_impossible_windows_are_left_out(tmp_path: Path) -> None:
    dataset = dicom(ramp(), WindowCenter=[1, 2], WindowWidth=[0, 20], VOILUTFunction="LOGARITHM")
    frame = frame_of(dataset, tmp_path)
    assert [(w.center, w.width, w.function) for w in frame.windows] == [(2, 20, "LINEAR")]


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False),
    ],
)
def test_polarity_is_inverted_once(tmp_path: Path, photometric: str, shape: str | None, inverted: bool) -> None:
    dataset = dicom(ramp(), PhotometricInterpretation=photometric)
    if shape:
        dataset.PresentationLUTShape = shape
    assert frame_of(dataset, tmp_path).inverted is inverted


def test_padding_is_compared_with_stored_values_before_the_rescale(tmp_path: Path) -> None:
    dataset = dicom(np.array([[-2000, 0, 24]], np.int16), RescaleIntercept="-1024", RescaleSlope="1")
    dataset.add_new("PixelPaddingValue", "US", 65536 - 2000)  # the wrong representation, seen in the wild
    frame = frame_of(dataset, tmp_path)
    assert frame.valid is not None
    assert frame.valid.tolist() == [[False, True, True]]


def test_a_padding_range_holds_both_ends(tmp_path: Path) -> None:
    dataset = dicom(np.array([[0, 1, 2, 3, 4]], np.uint16))
    dataset.add_new("PixelPaddingValue", "US", 3)
    dataset.add_new("PixelPaddingRangeLimit", "US", 1)
    valid = frame_of(dataset, tmp_path).valid
    assert valid is not None
    assert valid.tolist() == [[True, False, False, False, True]]


def test_padding_outside_the_stored_bits_is_found(tmp_path: Path) -> None:
    dataset = dicom(np.array([[0x8000, 5]], np.uint16), BitsStored=12, HighBit=11)
    dataset.add_new("PixelPaddingValue", "US", 0x8000)
    valid = frame_of(dataset, tmp_path).valid
    assert valid is not None
    assert valid.tolist() == [[False, True]]


@pytest.mark.parametrize("planar", [0, 1])
def test_planes_of_colour_are_put_together(tmp_path: Path, planar: int) -> None:
    picture = np.array([[RED, GREEN], [BLUE, RED]], np.uint8)
    dataset = dicom(picture, PlanarConfiguration=planar)
    if planar:
        dataset.PixelData = np.moveaxis(picture, -1, 0).tobytes()
    np.testing.assert_array_equal(frame_of(dataset, tmp_path).stored, picture)


def test_ybr_full_is_converted(tmp_path: Path) -> None:
    dataset = dicom(np.array([[[76, 85, 255], [150, 44, 21]]], np.uint8), PhotometricInterpretation="YBR_FULL")
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored, [[RED, GREEN]], atol=2)


def test_uncompressed_ybr_full_422_gives_two_pixels_one_colour(tmp_path: Path) -> None:
    dataset = dicom(np.zeros((1, 2, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422")
    dataset.PixelData = bytes([76, 76, 85, 255])
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored, [[RED, RED]], atol=2)


def test_an_rgb_jpeg_is_not_converted_whatever_the_tag_says(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), (200, 30, 60), np.uint8)
    stream = imagecodecs.jpeg_encode(picture, level=100, colorspace="rgb", outcolorspace="rgb", subsampling="444")
    dataset = compressed(dicom(picture, PhotometricInterpretation="YBR_FULL_422"), JPEGBaseline8Bit, [stream])
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored, picture, atol=3)


def test_a_ycbcr_jpeg_is_converted_once_whatever_the_tag_says(tmp_path: Path) -> None:
    picture = np.full((8, 8, 3), (200, 30, 60), np.uint8)
    stream = imagecodecs.jpeg_encode(picture, level=100, colorspace="rgb", outcolorspace="ycbcr", subsampling="444")
    dataset = compressed(dicom(picture, PhotometricInterpretation="RGB"), JPEGBaseline8Bit, [stream])
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored, picture, atol=3)


def test_a_jpeg_2000_stream_is_believed_about_its_sign(tmp_path: Path) -> None:
    pixels = np.array([[-5, 7], [100, -300]], np.int16).repeat(8, 0).repeat(8, 1)
    stream = imagecodecs.jpeg2k_encode(pixels, reversible=True, level=0)
    dataset = compressed(dicom(pixels, PixelRepresentation=0), JPEG2000Lossless, [stream])
    np.testing.assert_array_equal(frame_of(dataset, tmp_path).stored, pixels)


def test_an_unsigned_stream_of_signed_values_is_sign_extended_from_its_precision(tmp_path: Path) -> None:
    pixels = np.array([[0xFFF, 1], [0x800, 5]], np.uint16).repeat(8, 0).repeat(8, 1)
    stream = imagecodecs.jpeg2k_encode(pixels, reversible=True, level=0, bitspersample=12)
    dataset = dicom(pixels, PixelRepresentation=1, BitsStored=16, HighBit=15)
    frame = frame_of(compressed(dataset, JPEG2000Lossless, [stream]), tmp_path)
    assert frame.stored[::8, ::8].tolist() == [[-1, 1], [-2048, 5]]


def test_whole_containers_in_a_lossless_jpeg_are_masked_to_the_stored_bits(tmp_path: Path) -> None:
    containers = np.array([[0x8005, 0x0FFF], [1, 2]], np.uint16).repeat(8, 0).repeat(8, 1)
    stream = imagecodecs.jpegls_encode(containers)
    dataset = compressed(dicom(containers, BitsStored=12, HighBit=11), JPEGLSLossless, [stream])
    assert frame_of(dataset, tmp_path).stored[::8, ::8].tolist() == [[5, 0xFFF], [1, 2]]


def test_a_palette_is_expanded_and_holds_its_ends(tmp_path: Path) -> None:
    dataset = dicom(np.array([[0, 10, 11, 200]], np.uint8), PhotometricInterpretation="PALETTE COLOR")
    for colour, entries in (("Red", [255, 0]), ("Green", [0, 255]), ("Blue", [0, 0])):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [2, 10, 16])
        data = struct.pack("<2H", *(e << 8 for e in entries))
        dataset.add_new(f"{colour}PaletteColorLookupTableData", "OW", data)
    frame = frame_of(dataset, tmp_path)
    assert frame.stored.tolist() == [[RED, RED, GREEN, GREEN]]
    assert frame.discrete


def test_a_segmented_palette_is_expanded(tmp_path: Path) -> None:
    dataset = dicom(np.array([[0, 2, 4, 5]], np.uint8), PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [6, 0, 16])
        # one value 0; a line over four entries to 0x8000; one value 0xFF00
        words = [0, 1, 0, 1, 4, 0x8000, 0, 1, 0xFF00]
        dataset.add_new(f"Segmented{colour}PaletteColorLookupTableData", "OW", struct.pack("<9H", *words))
    assert frame_of(dataset, tmp_path).stored[0, :, 0].tolist() == [0, 64, 128, 255]


def test_a_missing_palette_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(MedappError, match=r"dicom\.bad_palette"):
        frame_of(dicom(ramp(dtype=np.uint8), PhotometricInterpretation="PALETTE COLOR"), tmp_path)


def test_each_frame_of_an_enhanced_image_has_its_own_window_rescale_and_place(tmp_path: Path) -> None:
    def group(number: int) -> object:
        return item(
            FrameVOILUTSequence=sequence(item(WindowCenter=number, WindowWidth=10)),
            PixelValueTransformationSequence=sequence(item(RescaleSlope=number, RescaleIntercept=0, RescaleType="US")),
            PlanePositionSequence=sequence(item(ImagePositionPatient=[0, 0, 5 * number])),
        )

    shared = item(
        PixelMeasuresSequence=sequence(item(PixelSpacing=[0.5, 0.25])),
        PlaneOrientationSequence=sequence(item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])),
    )
    dataset = dicom(np.stack([ramp(), ramp() + 1]))
    dataset.SharedFunctionalGroupsSequence = sequence(shared)
    dataset.PerFrameFunctionalGroupsSequence = sequence(group(1), group(2))  # type: ignore[arg-type]
    frame = frame_of(dataset, tmp_path, 1)
    assert frame.windows[0].center == 2
    assert frame.slope == 2
    assert frame.geometry.position == (0, 0, 10)
    assert frame.geometry.spacing_mm == (0.5, 0.25)
    np.testing.assert_array_equal(frame.stored, ramp() + 1)


@pytest.mark.parametrize(("attribute", "kind"), [("FloatPixelData", np.float32), ("DoubleFloatPixelData", np.float64)])
def test_float_pixels_stay_floats(tmp_path: Path, attribute: str, kind: type) -> None:
    values = np.array([[0.1, -1e-3], [3e5, np.nan]], kind)
    dataset = dicom(np.zeros((2, 2), np.uint16), PixelData=None)
    setattr(dataset, attribute, values.tobytes())
    frame = frame_of(dataset, tmp_path)
    assert frame.stored.dtype == kind
    np.testing.assert_array_equal(frame.stored, values)


def test_frames_of_one_bit_that_share_bytes_are_taken_apart(tmp_path: Path) -> None:
    masks = np.random.default_rng(3).integers(0, 2, (3, 3, 5), np.uint8)
    dataset = dicom(masks, BitsAllocated=1, BitsStored=1, HighBit=0)
    packed = np.packbits(masks.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    for index in range(3):
        np.testing.assert_array_equal(frame_of(dataset, tmp_path, index).stored, masks[index])


@pytest.mark.parametrize("offsets", [True, False])
@pytest.mark.parametrize("per_frame", [1, 3])
def test_fragments_are_put_together_with_and_without_an_offset_table(
    tmp_path: Path, offsets: bool, per_frame: int
) -> None:
    frames = np.random.default_rng(1).integers(0, 4000, (2, 32, 32)).astype(np.uint16)
    streams = [imagecodecs.jpegls_encode(frame) for frame in frames]
    dataset = compressed(dicom(frames), JPEGLSLossless, streams)
    dataset.PixelData = _encapsulated(streams, per_frame, offsets=offsets)
    for index in range(2):
        np.testing.assert_array_equal(frame_of(dataset, tmp_path, index).stored, frames[index])


def _encapsulated(streams: list[bytes], per_frame: int, *, offsets: bool) -> bytes:
    items, starts = b"", []
    for stream in streams:
        starts.append(len(items))
        size = -(-len(stream) // per_frame // 2) * 2 + 2
        for start in range(0, len(stream), size):
            part = stream[start : start + size]
            part += b"\0" * (len(part) % 2)
            items += struct.pack("<HHI", 0xFFFE, 0xE000, len(part)) + part
    table = struct.pack(f"<{len(starts)}I", *starts) if offsets else b""
    head = struct.pack("<HHI", 0xFFFE, 0xE000, len(table)) + table
    return head + items + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def test_jpeg_xl_is_decoded(tmp_path: Path) -> None:
    pixels = ramp(16, 16, np.uint16) * 100
    dataset = compressed(dicom(pixels), JPEG_XL_LOSSLESS, [imagecodecs.jpegxl_encode(pixels, lossless=True)])
    np.testing.assert_array_equal(frame_of(dataset, tmp_path).stored, pixels)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_uncompressed_encodings_give_the_same_values(tmp_path: Path, syntax: str) -> None:
    np.testing.assert_array_equal(frame_of(dicom(ramp(), syntax=syntax), tmp_path).stored, ramp())


def test_a_file_without_preamble_and_meta_information_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "old"
    dataset = dicom(ramp(), syntax=ImplicitVRLittleEndian)
    dataset.save_as(path, enforce_file_format=False, implicit_vr=True, little_endian=True)
    raw = path.read_bytes()
    start = raw.index(b"\x08\x00\x16\x00")
    path.write_bytes(raw[start:])
    np.testing.assert_array_equal(load(str(path), 0, LIMITS).stored, ramp())


# --- what must be refused, with its reason ---


def _code(dataset: object, folder: Path, limits: ReadLimits = LIMITS, index: int = 0) -> str:
    source = saved(dataset, folder / "bad.dcm")  # type: ignore[arg-type]
    with pytest.raises(MedappError) as raised:
        load(source, index, limits)
    return raised.value.code


def test_a_frame_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert _code(dicom(ramp()), tmp_path, index=1) == "dicom.frame_missing"


def test_truncated_pixels_are_told(tmp_path: Path) -> None:
    assert _code(dicom(ramp(), PixelData=b"\0" * 10), tmp_path) == "dicom.truncated"


def test_an_image_larger_than_the_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    dataset = dicom(ramp(), Rows=65535, Columns=65535)
    assert _code(dataset, tmp_path) == "dicom.too_large"


@pytest.mark.parametrize("changes", [{"Rows": 0}, {"Columns": None}])
def test_an_image_without_a_size_is_told(tmp_path: Path, changes: dict[str, object]) -> None:
    assert _code(dicom(ramp(), **changes), tmp_path) == "dicom.no_size"


@pytest.mark.parametrize("changes", [{"BitsAllocated": 40}, {"SamplesPerPixel": 7}])
def test_an_impossible_layout_is_told(tmp_path: Path, changes: dict[str, object]) -> None:
    assert _code(dicom(ramp(), **changes), tmp_path) == "dicom.bad_layout"


def test_a_stream_of_another_size_than_announced_is_believed_and_told(tmp_path: Path) -> None:
    stream = imagecodecs.jpegls_encode(np.zeros((64, 32), np.uint8))
    frame = frame_of(compressed(dicom(np.zeros((8, 8), np.uint8)), JPEGLSLossless, [stream]), tmp_path)
    assert frame.shape == (64, 32)
    assert frame.notes == (Note("codestream_size", (("found", "32 × 64"), ("declared", "8 × 8"))),)


def test_a_stream_larger_than_a_frame_may_be_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    stream = imagecodecs.jpegls_encode(np.zeros((64, 64), np.uint8))
    dataset = compressed(dicom(np.zeros((8, 8), np.uint8)), JPEGLSLossless, [stream])
    assert _code(dataset, tmp_path, ReadLimits(memory_bytes=0, frame_bytes=1024)) == "dicom.frame_size"


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLSLossless, JPEG2000Lossless, RLELossless])
def test_a_damaged_stream_is_told(tmp_path: Path, syntax: str) -> None:
    rubbish = {JPEG2000Lossless: b"\xff\x4f\xff\x51" + bytes(60), RLELossless: bytes(70)}
    stream = rubbish.get(syntax, b"\xff\xd8" + bytes(range(200)))
    dataset = compressed(dicom(np.zeros((8, 8), np.uint8)), syntax, [stream])
    assert _code(dataset, tmp_path) in {"dicom.frame_damaged", "dicom.frame_size"}


def test_a_small_rle_file_cannot_ask_for_gigabytes(tmp_path: Path) -> None:
    dataset = compressed(dicom(np.zeros((8, 8), np.uint8), Rows=20000, Columns=20000), RLELossless, [_rle_header()])
    assert _code(dataset, tmp_path) == "dicom.frame_damaged"


def _rle_header() -> bytes:
    return struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\x00" * 8


def test_a_deflate_bomb_is_refused(tmp_path: Path) -> None:
    dataset = dicom(np.zeros((1024, 1024), np.uint16), syntax=DeflatedExplicitVRLittleEndian)
    small = ReadLimits(memory_bytes=0, inflated_bytes=2**20)
    assert _code(dataset, tmp_path, small) == "dicom.inflated"


def test_video_is_told(tmp_path: Path) -> None:
    dataset = compressed(dicom(np.zeros((8, 8), np.uint8)), "1.2.840.10008.1.2.4.102", [b"\0" * 64])
    assert _code(dataset, tmp_path) == "dicom.video"


def test_deflated_frames_are_inflated_one_by_one(tmp_path: Path) -> None:
    frames = np.stack([ramp(dtype=np.uint16), ramp(dtype=np.uint16) * 2])
    deflater = [zlib.compressobj(wbits=-15) for _ in frames]
    streams = [d.compress(f.tobytes()) + d.flush() for d, f in zip(deflater, frames, strict=True)]
    dataset = compressed(dicom(frames), "1.2.840.10008.1.2.8.1", streams)
    np.testing.assert_array_equal(frame_of(dataset, tmp_path, 1).stored, frames[1])


def test_frames_of_one_file_are_read_without_opening_it_again_unless_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    original = opening.open_source
    monkeypatch.setattr(
        opening, "open_source", lambda source, limits: opened.append(source) or original(source, limits)
    )
    source = saved(dicom(np.stack([ramp(), ramp() + 1])), tmp_path / "a.dcm")
    with closing(opening.Loader(LIMITS)) as loader:
        assert [loader.load(source, i).stored[0, 0] for i in (0, 1, 0)] == [0, 1, 0]
        assert len(opened) == 1
        saved(dicom(np.stack([ramp(), ramp() + 2, ramp()])), tmp_path / "a.dcm")
        assert loader.load(source, 1).stored[0, 0] == 2
        assert len(opened) == 2
