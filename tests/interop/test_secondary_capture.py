"""Secondary Captures: what is burned in, and what they say of themselves."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from medapp.imaging.source_header import SourceHeader
from medapp.interop.contour import COLOUR
from medapp.interop.dicom_file import file_bytes
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.outcome import Outcome
from medapp.interop.picture import NARROWEST, picture_with_contour
from medapp.interop.secondary_capture import secondary_capture
from tests.interop.made import HEADER, changed, frame_of, outcome


def made(one: Outcome, series: SeriesOfRun | None = None) -> Dataset:
    data = file_bytes(secondary_capture(one, picture_with_contour(one), series or SeriesOfRun()))
    return dcmread(io.BytesIO(data))


def has_contour(pixels: np.ndarray) -> bool:
    return bool((np.abs(pixels.astype(int) - COLOUR).max(axis=2) < 40).any())


def test_it_is_marked_as_derived_with_its_words_burned_in() -> None:
    capture = made(outcome())
    assert list(capture.ImageType[:2]) == ["DERIVED", "SECONDARY"]
    assert capture.BurnedInAnnotation == "YES"
    assert capture.ConversionType == "WSD"
    assert capture.ContentQualification == "RESEARCH"
    source = capture.SourceImageSequence[0]
    assert (source.ReferencedSOPInstanceUID, source.ReferencedSOPClassUID) == ("1.2.3.4", "1.2.840.10008.5.1.4.1.1.1")


def test_the_image_is_whole_and_the_words_stand_below() -> None:
    one = outcome()
    capture, picture = made(one), picture_with_contour(one)
    rows, columns = picture.pixels.shape[:2]
    np.testing.assert_array_equal(capture.pixel_array[:rows, :columns], picture.pixels)
    words = capture.pixel_array[rows:]
    assert words.shape[0] > 100
    assert words.max() > 200
    assert (words.max(axis=2) == words.min(axis=2)).all(), "words are white on black"


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [("answered", True), ("several", True), ("unclear", True), ("unlike", False), ("no_model", False)],
)
def test_an_answer_has_a_contour_and_a_refusal_none(kind: str, drawn: bool) -> None:
    assert has_contour(made(outcome(kind)).pixel_array) is drawn


def test_the_contour_lies_where_the_heat_map_is() -> None:
    one = outcome()
    flat = replace(one, frame=replace(frame_of(70, 70), stored=np.full((70, 70), 7, np.uint16)))
    pixels = picture_with_contour(flat).pixels.astype(int)
    ys, xs = np.nonzero(np.abs(pixels - COLOUR).max(axis=2) < 40)
    side = pixels.shape[0] / 7
    assert 1.5 * side < ys.min() < 2.5 * side
    assert 4.5 * side < ys.max() < 5.5 * side
    assert 0.5 * side < xs.min() < 1.5 * side
    assert 3.5 * side < xs.max() < 4.5 * side


def test_the_contour_stays_within_what_the_network_saw() -> None:
    one = outcome()
    seen = replace(one.prediction, seen=(0, 40, 30, 60), heat_map=np.ones((7, 7), np.float32))
    pixels = picture_with_contour(replace(one, prediction=seen)).pixels.astype(int)
    _, xs = np.nonzero(np.abs(pixels - COLOUR).max(axis=2) < 40)
    assert xs.min() >= pixels.shape[1] // 2 - 4


@pytest.mark.parametrize(("shape", "longest"), [((16, 16), 512), ((600, 300), 600), ((3000, 2000), 1024)])
def test_the_picture_is_neither_tiny_nor_huge(shape: tuple[int, int], longest: int) -> None:
    one = replace(outcome("unlike"), frame=frame_of(*shape))
    assert max(picture_with_contour(one).pixels.shape) == longest


def test_a_narrow_image_stands_in_the_middle_of_a_strip_wide_enough_for_words() -> None:
    capture = made(replace(outcome("unlike"), frame=frame_of(600, 20)))
    assert capture.Columns == NARROWEST
    assert capture.pixel_array[:600, :200].max() == 0


@pytest.mark.parametrize(
    ("values", "side"),
    [
        ({"BodyPartExamined": "CHEST", "Laterality": "L"}, None),
        ({"BodyPartExamined": "HAND", "ImageLaterality": "l"}, "L"),
        ({"BodyPartExamined": "HAND"}, ""),
        ({"BodyPartExamined": ""}, ""),
    ],
)
def test_laterality_is_there_where_the_body_part_may_be_paired(values: dict[str, str], side: str | None) -> None:
    assert made(outcome(header=changed(**values))).get("Laterality") == side


def test_pictures_of_both_sides_stand_in_series_of_their_own() -> None:
    series = SeriesOfRun()
    left, right = (made(outcome(header=changed(BodyPartExamined="HAND", Laterality=s)), series) for s in "LR")
    assert left.SeriesInstanceUID != right.SeriesInstanceUID


def test_what_lossy_compression_took_is_told_of_the_derived_picture_too() -> None:
    loss = changed(LossyImageCompressionRatio="10", LossyImageCompressionMethod="ISO_10918_1")
    capture = made(outcome(header=SourceHeader(loss.attributes, lossy=True)))
    assert (capture.LossyImageCompression, capture.LossyImageCompressionRatio) == ("01", 10)
    assert "LossyImageCompression" not in made(outcome())


def test_half_a_statement_about_compression_is_left_out() -> None:
    loss = changed(LossyImageCompressionRatio="10\\5", LossyImageCompressionMethod="ISO_10918_1")
    capture = made(outcome(header=SourceHeader(loss.attributes, lossy=True)))
    assert capture.LossyImageCompression == "01"
    assert "LossyImageCompressionRatio" not in capture


def test_it_is_read_back_by_highdicom() -> None:
    from highdicom import Image

    capture = made(outcome())
    np.testing.assert_array_equal(Image.from_dataset(capture).pixel_array, capture.pixel_array)


def test_patient_and_study_are_the_sources_and_the_source_is_not_changed() -> None:
    before = dict(HEADER.attributes)
    capture = made(outcome())
    assert (capture.StudyInstanceUID, str(capture.PatientName)) == ("1.2.3", "Müller^Jörg")
    assert capture.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
    assert dict(HEADER.attributes) == before
