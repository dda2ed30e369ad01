from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import RLELossless

from medapp.errors import MedappError
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.segment_colours import PALETTE, from_cielab
from medapp.imaging.segmentation import SourceFrame
from medapp.imaging.segmentation_object import load_segmentation
from tests.imaging.segmentations_made import Plane, block, segmentation, segmentation_file
from tests.imaging.synthetic import dicom, item, ramp, saved, sequence


def test_bits_are_unpacked_per_frame_also_where_frames_do_not_end_with_a_byte(tmp_path: Path) -> None:
    pixels = np.stack([block(5, 7, 1, 2, 2), block(5, 7, 0, 0, 3)])
    read = segmentation(tmp_path, pixels, [Plane(1), Plane(2)])
    assert [(p.segment, p.top, p.left, p.values.shape) for p in read.planes] == [(1, 1, 2, (2, 2)), (2, 0, 0, (3, 3))]
    assert all(p.values.all() for p in read.planes)


def test_an_empty_frame_takes_no_room(tmp_path: Path) -> None:
    read = segmentation(tmp_path, np.zeros((1, 16, 16), np.uint8), [Plane(1)])
    assert read.planes[0].values.shape == (0, 0)


def test_each_plane_names_its_source_and_frame(tmp_path: Path) -> None:
    planes = [Plane(1, "1.2.77", 3), Plane(1, "1.2.78")]
    read = segmentation(tmp_path, np.stack([block(), block()]), planes)
    assert [p.sources for p in read.planes] == [(SourceFrame("1.2.77", 3),), (SourceFrame("1.2.78", 0),)]
    assert read.refers_to == ("1.2.77", "1.2.78")


def test_a_source_whose_places_were_not_kept_is_no_source(tmp_path: Path) -> None:
    assert segmentation(tmp_path, block()[None], [Plane(1, "1.2.77", preserved="NO")]).planes[0].sources == ()


def test_planes_have_their_own_position_and_the_shared_orientation(tmp_path: Path) -> None:
    read = segmentation(tmp_path, block()[None], [Plane(1, position=(-5.0, 3.0, 40.0))])
    geometry = read.planes[0].geometry
    assert geometry.position == (-5.0, 3.0, 40.0)
    assert geometry.orientation == (1, 0, 0, 0, 1, 0)
    assert (geometry.spacing_mm, geometry.frame_of_reference) == ((1.0, 1.0), "1.2.9")
    assert read.planes[0].thickness_mm == 2.0


def test_fractions_have_their_maximum(tmp_path: Path) -> None:
    read = segmentation(tmp_path, block()[None] * np.uint8(150), [Plane(1)], kind="FRACTIONAL")
    assert (read.kind, read.largest, read.fractional_type) == ("FRACTIONAL", 200, "PROBABILITY")
    assert read.planes[0].values.max() == 150


def test_a_label_map_has_labels_and_no_segment_for_its_background(tmp_path: Path) -> None:
    labels = block()[None].astype(np.uint16) * 2
    described = sequence(item(SegmentNumber=0, SegmentLabel="Background"), item(SegmentNumber=2, SegmentLabel="lung"))
    read = segmentation(tmp_path, labels, [Plane()], kind="LABELMAP", SegmentSequence=described, PixelPaddingValue=0)
    assert [(s.number, s.label) for s in read.segments] == [(2, "lung")]
    assert read.planes[0].segment is None
    assert np.unique(read.planes[0].values).tolist() == [2]


def test_a_background_that_is_not_zero_is_empty(tmp_path: Path) -> None:
    labels = np.where(block()[None] > 0, 3, 9).astype(np.uint8)
    read = segmentation(tmp_path, labels, [Plane()], kind="LABELMAP", PixelPaddingValue=9)
    assert (read.planes[0].values.shape, read.planes[0].values.max()) == ((5, 5), 3)


def test_labels_that_are_not_described_get_a_nameless_segment(tmp_path: Path) -> None:
    read = segmentation(tmp_path, block()[None] * np.uint8(7), [Plane()], kind="LABELMAP")
    assert [s.number for s in read.segments] == [1, 2, 7]


def test_compressed_frames_are_read(tmp_path: Path) -> None:
    made = segmentation_file(block()[None] * np.uint8(2), [Plane()], kind="LABELMAP")
    made.compress(RLELossless)
    assert load_segmentation(saved(made, tmp_path / "rle.dcm"), ReadLimits(memory_bytes=0)).planes[0].values.max() == 2


def test_full_tiles_come_segment_by_segment(tmp_path: Path) -> None:
    """A slide of 2 x 2 tiles and two segments: eight frames without functional groups of their own."""
    made = segmentation_file(np.stack([block(8, 8, 1, 1, n % 4 + 1) for n in range(8)]), [])
    del made.PerFrameFunctionalGroupsSequence
    made.TotalPixelMatrixRows = made.TotalPixelMatrixColumns = 16
    made.DimensionOrganizationType = "TILED_FULL"
    made.ReferencedSeriesSequence = sequence(
        item(ReferencedInstanceSequence=sequence(item(ReferencedSOPInstanceUID="1.2.50")))
    )
    read = load_segmentation(saved(made, tmp_path / "tiles.dcm"), ReadLimits(memory_bytes=0))
    assert read.tiles == 4
    assert [p.segment for p in read.planes] == [1, 1, 1, 1, 2, 2, 2, 2]
    assert [p.tile for p in read.planes] == [1, 2, 3, 4, 1, 2, 3, 4]


@pytest.mark.data
def test_a_tile_of_a_segmented_slide_says_that_it_is_one(shared_data: Path) -> None:
    frame = load(str(shared_data / "dicom/highdicom/seg_image_sm_control.dcm"), 0, ReadLimits(memory_bytes=0))
    assert [note.code for note in frame.notes] == ["segmentation.tile"]


def test_recommended_colours_are_cielab_of_d50() -> None:
    """Lab (53.24, 80.09, 67.20) of D65 is pure red; adapted to D50 it is (54.29, 80.81, 69.89)."""
    coded = (54.29 / 100 * 65535, (80.81 + 128) / 255 * 65535, (69.89 + 128) / 255 * 65535)
    np.testing.assert_allclose(from_cielab(coded), (255, 0, 0), atol=1)
    assert from_cielab((0, 0x8080, 0x8080)) == (0, 0, 0)


def test_segments_without_a_recommended_colour_have_one_of_their_own(tmp_path: Path) -> None:
    read = segmentation(tmp_path, block()[None], [Plane(1)], segments=3)
    assert [s.colour for s in read.segments] == list(PALETTE[:3])


def test_an_ordinary_image_is_no_segmentation(tmp_path: Path) -> None:
    source = saved(dicom(ramp()), tmp_path / "image.dcm")
    with pytest.raises(MedappError) as caught:
        load_segmentation(source, ReadLimits(memory_bytes=0))
    assert caught.value.code == "segmentation.none"


def test_a_picture_file_is_no_segmentation(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("not a segmentation", encoding="utf-8")
    with pytest.raises(MedappError) as caught:
        load_segmentation(str(path), ReadLimits(memory_bytes=0))
    assert caught.value.code == "segmentation.none"


def test_a_segmentation_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    made = segmentation_file(np.ones((4, 64, 64), np.uint8), [Plane()] * 4, kind="FRACTIONAL")
    with pytest.raises(MedappError) as caught:
        load_segmentation(saved(made, tmp_path / "big.dcm"), ReadLimits(memory_bytes=0, frame_bytes=2 * 64 * 64))
    assert caught.value.code == "segmentation.too_large"


def test_a_segmentation_travels_from_its_reader_whole(tmp_path: Path) -> None:
    made = segmentation_file(np.stack([block(), block(top=1)]), [Plane(1, "1.2.77"), Plane(2, "1.2.78")])
    source = saved(made, tmp_path / "seg.dcm")
    with Readers(ReaderConfig(processes=1)) as readers:
        arrived = readers.segmentation(source)
        with pytest.raises(MedappError) as caught:
            readers.segmentation(str(tmp_path / "absent.dcm"))
    assert caught.value.code == "file.missing"
    here = load_segmentation(source, ReadLimits(memory_bytes=0))
    assert arrived.segments == here.segments
    for there, plane in zip(arrived.planes, here.planes, strict=True):
        np.testing.assert_array_equal(there.values, plane.values)
        assert (there.sources, there.geometry, there.top) == (plane.sources, plane.geometry, plane.top)
