"""Colour, palettes and profiles beyond the table of traps: retired colour spaces, damaged tables, notes."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRBigEndian, JPEGBaseline8Bit

from medapp.errors import MedappError
from medapp.i18n import catalogue
from tests.imaging.profiles import display_profile, grey_profile, srgb_profile
from tests.imaging.synthetic import compressed, dicom, frame_of, item, ramp, sequence

RED, GREEN, BLUE = [255, 0, 0], [0, 255, 0], [0, 0, 255]
NOTES = ("codestream_size", "codestream_bits", "codestream_sign", "icc_unusable")


def four_samples(values: list[list[int]], photometric: str) -> FileDataset:
    pixels = np.array([values], np.uint8)
    dataset = dicom(pixels[..., :3], PhotometricInterpretation=photometric, SamplesPerPixel=4)
    dataset.PixelData = pixels.tobytes()
    return dataset


def test_the_alpha_of_argb_is_passed_over(tmp_path: Path) -> None:
    dataset = four_samples([[9, *RED], [200, *BLUE]], "ARGB")
    assert frame_of(dataset, tmp_path).stored.tolist() == [[RED, BLUE]]


def test_inks_are_turned_into_light(tmp_path: Path) -> None:
    dataset = four_samples([[0, 255, 255, 0], [0, 0, 0, 255], [0, 0, 0, 0]], "CMYK")
    assert frame_of(dataset, tmp_path).stored.tolist() == [[RED, [0, 0, 0], [255, 255, 255]]]


def test_hues_are_turned_into_rgb(tmp_path: Path) -> None:
    pixels = np.array([[[0, 255, 255], [85, 255, 255], [170, 255, 255], [0, 0, 90]]], np.uint8)
    dataset = dicom(pixels, PhotometricInterpretation="HSV")
    expected = [[RED, GREEN, BLUE, [90, 90, 90]]]
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored, expected, atol=2)


def test_a_jpeg_of_inks_as_adobe_writes_them_is_shown_in_its_colours(tmp_path: Path) -> None:
    from io import BytesIO

    stream = BytesIO()
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(stream, "JPEG", quality=95)
    pixels = np.zeros((16, 16, 3), np.uint8)
    dataset = compressed(dicom(pixels, SamplesPerPixel=4), JPEGBaseline8Bit, [stream.getvalue()])
    shown = Image.open(stream).convert("RGB").getpixel((8, 8))
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored[8, 8], shown, atol=6)


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_PARTIAL_420", "YBR_PARTIAL_422"])
def test_grey_in_ybr_is_grey_in_rgb(tmp_path: Path, photometric: str) -> None:
    dataset = dicom(np.full((2, 2, 3), 128, np.uint8), PhotometricInterpretation=photometric)
    rgb = frame_of(dataset, tmp_path).stored[0, 0]
    assert rgb.min() == rgb.max()


def test_a_tag_left_from_jpeg_2000_on_plain_pixels_converts_nothing(tmp_path: Path) -> None:
    pixels = np.array([[RED, GREEN]], np.uint8)
    for photometric in ("YBR_RCT", "YBR_ICT"):
        stored = frame_of(dicom(pixels, PhotometricInterpretation=photometric), tmp_path).stored
        np.testing.assert_array_equal(stored, pixels)


def test_colour_above_its_bits_is_clipped_not_wrapped(tmp_path: Path) -> None:
    pixels = np.array([[[4095, 65535, 0]]], np.uint16)
    assert frame_of(dicom(pixels, BitsStored=12, HighBit=11), tmp_path).stored.tolist() == [[[255, 255, 0]]]


def palette_image(
    pixels: Any, descriptor: list[int], *tables: bytes, segmented: bool = False, **tags: Any
) -> FileDataset:
    dataset = dicom(pixels, PhotometricInterpretation="PALETTE COLOR", **tags)
    for colour, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", descriptor)
        name = "Segmented" * segmented + f"{colour}PaletteColorLookupTableData"
        dataset.add_new(name, "OW", table)
    return dataset


def test_one_dark_table_beside_deep_ones_is_scaled_as_they_are(tmp_path: Path) -> None:
    deep, dark = struct.pack("<2H", 0xFFFF, 0x8000), struct.pack("<2H", 255, 128)
    dataset = palette_image(np.array([[0, 1]], np.uint8), [2, 0, 16], deep, deep, dark)
    assert frame_of(dataset, tmp_path).stored.tolist() == [[[255, 255, 0], [128, 128, 0]]]


def test_8_bit_entries_in_scaled_words_are_scaled_back(tmp_path: Path) -> None:
    scaled = struct.pack("<2H", 0xFFFF, 0x4040)
    dataset = palette_image(np.array([[0, 1]], np.uint8), [2, 0, 8], scaled, scaled, scaled)
    assert frame_of(dataset, tmp_path).stored[0, :, 0].tolist() == [255, 64]


def test_bytes_of_a_big_endian_palette_are_put_in_order(tmp_path: Path) -> None:
    tables = (b"\x00\xff\x00\x00", b"\xff\x00\x00\x00", b"\x00\x00\x00\xff")  # swapped in pairs
    dataset = palette_image(np.array([[0, 1, 2]], np.uint8), [4, 0, 8], *tables, syntax=ExplicitVRBigEndian)
    dataset["PixelData"].VR = "OB"
    assert frame_of(dataset, tmp_path).stored.tolist() == [[RED, GREEN, BLUE]]


@pytest.mark.parametrize(
    "words",
    [
        (1, 4, 0x5000),  # a line from nowhere
        (2, 1, 200, 0),  # a copy of what is not there
        (0, 1, 5, 2, 1, 6, 0),  # a copy of a copy
        (7, 1, 5),  # no such segment
        (0, 1),
    ],
)
def test_an_impossible_segment_is_told(tmp_path: Path, words: tuple[int, ...]) -> None:
    data = struct.pack(f"<{len(words)}H", *words)
    dataset = palette_image(ramp(dtype=np.uint8), [8, 0, 16], data, data, data, segmented=True)
    with pytest.raises(MedappError, match=r"dicom\.bad_palette"):
        frame_of(dataset, tmp_path)


def test_segments_that_copy_each_other_without_end_cost_nothing(tmp_path: Path) -> None:
    line = (0, 1, 0, 1, 65535, 65535)
    words = line + (2, 65535, 0, 0) * 2000
    data = struct.pack(f"<{len(words)}H", *words)
    dataset = palette_image(ramp(dtype=np.uint8), [100, 0, 16], data, data, data, segmented=True)
    assert frame_of(dataset, tmp_path).shape == (4, 4)


def test_a_supplemental_palette_that_is_damaged_leaves_the_grey_picture(tmp_path: Path) -> None:
    frame = frame_of(dicom(ramp(), PixelPresentation="COLOR"), tmp_path)
    assert frame.supplement is None
    np.testing.assert_array_equal(frame.stored, ramp())


def test_a_monochrome_frame_of_a_mixed_image_has_no_colours(tmp_path: Path) -> None:
    table = struct.pack("<2H", 0xFFFF, 0)
    dataset = palette_image(np.stack([ramp(), ramp()]), [2, 10, 16], table, table, table, PixelPresentation="MIXED")
    dataset.PhotometricInterpretation = "MONOCHROME2"
    kinds = [sequence(item(PixelPresentation=kind)) for kind in ("MONOCHROME", "COLOR")]
    dataset.PerFrameFunctionalGroupsSequence = sequence(*(item(MRImageFrameTypeSequence=kind) for kind in kinds))
    assert frame_of(dataset, tmp_path, 0).supplement is None
    assert frame_of(dataset, tmp_path, 1).supplement is not None


def test_a_profile_that_is_not_for_rgb_is_said_not_to_be_applied(tmp_path: Path) -> None:
    dataset = dicom(np.array([[RED]], np.uint8))
    dataset.ICCProfile = grey_profile()
    frame = frame_of(dataset, tmp_path)
    assert frame.stored.tolist() == [[RED]]
    assert [note.code for note in frame.notes] == ["icc_unusable"]


def test_the_profile_of_the_frames_own_optical_path_is_applied(tmp_path: Path) -> None:
    dataset = dicom(np.full((2, 1, 1, 3), 128, np.uint8))
    dataset.OpticalPathSequence = sequence(
        item(OpticalPathIdentifier="1", ICCProfile=srgb_profile()),
        item(OpticalPathIdentifier="2", ICCProfile=display_profile()),
    )
    dataset.PerFrameFunctionalGroupsSequence = sequence(
        *(item(OpticalPathIdentificationSequence=sequence(item(OpticalPathIdentifier=n))) for n in ("1", "2"))
    )
    assert frame_of(dataset, tmp_path, 0).stored[0, 0].tolist() == [128, 128, 128]
    assert frame_of(dataset, tmp_path, 1).stored[0, 0, 0] > 170


def test_the_colour_of_a_jpeg_2000_file_in_sycc_is_converted(tmp_path: Path) -> None:
    ybr = np.full((16, 16, 3), (76, 85, 255), np.uint8)
    stream = imagecodecs.jpeg2k_encode(ybr, level=0, reversible=True, codecformat="jp2", mct=False)
    box = stream.index(b"colr") + 4
    stream = stream[: box + 3] + struct.pack(">I", 18) + stream[box + 7 :]
    dataset = compressed(dicom(ybr), "1.2.840.10008.1.2.4.90", [stream])
    np.testing.assert_allclose(frame_of(dataset, tmp_path).stored[0, 0], RED, atol=2)


@pytest.mark.parametrize("code", NOTES)
def test_every_note_has_its_sentence(code: str) -> None:
    assert f"note.{code}" in catalogue()
