from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medapp.display.render import render_frame, resample
from medapp.display.segments import draw_segments, legend, lies_over, segments_of
from medapp.display.viewport import Viewport
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import find, load
from medapp.imaging.segmentation import Segmentation
from medapp.imaging.segmentation_object import load_segmentation
from medapp.imaging.study import Geometry, Instance, Window
from tests.imaging.segmentations_made import Plane, block, segmentation

SOURCE = "1.2.77"
AT_40 = Geometry(
    position=(0, 0, 40), orientation=(1, 0, 0, 0, 1, 0), frame_of_reference="1.2.9", spacing_mm=(1, 1),
    spacing_source="patient",
)  # fmt: skip


def image(geometry: Geometry | None = None, *, uid: str = SOURCE, shape: tuple[int, int] = (16, 16)) -> Instance:
    return Instance("image.dcm", "dicom", *shape, sop_instance_uid=uid, geometry=geometry or Geometry())


def frame_for(instance: Instance, *, number: int = 1) -> Frame:
    return Frame(np.zeros((instance.rows, instance.columns), np.int16), geometry=instance.geometry, number=number)


def shown(segmentation: Segmentation, instance: Instance, *, number: int = 1) -> np.ndarray:
    """Return where segments lie."""
    return segments_of(segmentation, instance, frame_for(instance, number=number)).index > 0


def test_a_plane_lies_on_its_source_and_on_no_other_image(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, SOURCE)])
    np.testing.assert_array_equal(shown(seg, image()), block() > 0)
    assert not shown(seg, image(uid="1.2.78")).any()


def test_a_plane_lies_on_the_frame_that_it_names(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, SOURCE, 3)])
    assert shown(seg, image(), number=3).any()
    assert not shown(seg, image(), number=2).any()


def test_without_positions_another_matrix_is_not_guessed(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, SOURCE)])
    assert not shown(seg, image(shape=(32, 32))).any()


def test_a_plane_without_source_is_found_by_its_place(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, position=(0.0, 0.0, 40.0))])
    np.testing.assert_array_equal(shown(seg, image(AT_40, uid="1.2.78")), block() > 0)


@pytest.mark.parametrize(("z", "expected"), [(40.9, True), (39.1, True), (41.2, False), (30.0, False)])
def test_a_plane_reaches_half_its_thickness(tmp_path: Path, z: float, expected: bool) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, position=(0.0, 0.0, 40.0))])
    assert bool(shown(seg, image(replace(AT_40, position=(0, 0, z)))).any()) == expected


def test_the_nearest_of_two_planes_is_shown(tmp_path: Path) -> None:
    planes = [Plane(1, position=(0.0, 0.0, 40.0)), Plane(1, position=(0.0, 0.0, 42.0))]
    seg = segmentation(tmp_path, np.stack([block(top=0), block(top=9)]), planes)
    near = shown(seg, image(replace(AT_40, position=(0, 0, 41.4))))
    np.testing.assert_array_equal(near, block(top=9) > 0)


def test_planes_that_were_left_out_for_being_empty_leave_a_gap(tmp_path: Path) -> None:
    planes = [Plane(1, position=(0.0, 0.0, 40.0)), Plane(1, position=(0.0, 0.0, 60.0))]
    seg = segmentation(tmp_path, np.stack([block(), block()]), planes)
    assert not shown(seg, image(replace(AT_40, position=(0, 0, 46)))).any()


def test_another_frame_of_reference_is_another_place(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, position=(0.0, 0.0, 40.0))])
    elsewhere = image(replace(AT_40, frame_of_reference="1.2.10"))
    assert not shown(seg, elsewhere).any()
    assert not lies_over(seg, elsewhere)
    assert lies_over(seg, image(AT_40))


def test_a_plane_made_from_a_whole_volume_lies_on_its_slice_alone(tmp_path: Path) -> None:
    """Some programs name every slice of the series as the source of every plane."""
    seg = segmentation(tmp_path, block()[None], [Plane(1, SOURCE, position=(0.0, 0.0, 40.0))])
    plane = seg.planes[0]
    seg = replace(seg, planes=(replace(plane, sources=(*plane.sources, replace(plane.sources[0], frame=9))),))
    assert shown(seg, image(AT_40)).any()
    assert not shown(seg, image(replace(AT_40, position=(0, 0, 60)))).any()


def test_a_finer_grid_is_resampled_through_the_patient(tmp_path: Path) -> None:
    """The segmentation has pixels of 1 mm, the image of 2 mm, its first pixel 0.5 mm further in."""
    seg = segmentation(tmp_path, block(16, 16, 4, 4, 8)[None], [Plane(1, position=(0.0, 0.0, 40.0))])
    coarse = image(replace(AT_40, position=(0.5, 0.5, 40), spacing_mm=(2, 2)), shape=(8, 8))
    np.testing.assert_array_equal(shown(seg, coarse), block(8, 8, 2, 2, 4) > 0)


def test_a_shifted_grid_is_shifted(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, SOURCE, position=(3.0, -2.0, 40.0))])
    np.testing.assert_array_equal(shown(seg, image(AT_40)), block(top=2, left=9) > 0)


def test_a_mirrored_image_gets_a_mirrored_plane(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, block()[None], [Plane(1, position=(0.0, 0.0, 40.0))])
    mirrored = image(replace(AT_40, position=(15, 0, 40), orientation=(-1, 0, 0, 0, 1, 0)))
    np.testing.assert_array_equal(shown(seg, mirrored), block()[:, ::-1] > 0)


def test_an_image_across_the_planes_shows_the_cut(tmp_path: Path) -> None:
    """Sixteen axial planes 1 mm apart with the same square: a coronal image shows a bar over their height."""
    planes = [Plane(1, position=(0.0, 0.0, float(z))) for z in range(16)]
    seg = segmentation(tmp_path, np.stack([block() if 3 <= z < 9 else np.zeros((16, 16)) for z in range(16)]), planes)
    coronal = image(replace(AT_40, position=(0, 6, 15), orientation=(1, 0, 0, 0, 0, -1)))
    expected = np.zeros((16, 16), bool)
    expected[15 - 8 : 15 - 2, 6:11] = True
    np.testing.assert_array_equal(shown(seg, coronal), expected)
    assert not shown(seg, replace(coronal, geometry=replace(coronal.geometry, position=(0, 14, 15)))).any()


def test_overlapping_segments_are_both_at_a_pixel(tmp_path: Path) -> None:
    pixels = np.stack([block(size=6), block(top=7, size=6)])
    layers = segments_of(
        segmentation(tmp_path, pixels, [Plane(1, SOURCE), Plane(2, SOURCE)]), image(), frame_for(image())
    )
    assert [s.number for s, _ in layers.at(8, 8)] == [1, 2]
    assert [s.number for s, _ in layers.at(8, 5)] == [1]
    assert layers.at(0, 0) == layers.at(-3, 99) == ()
    assert [s.label for s in legend([layers, layers])] == ["part 1", "part 2"]


def test_hidden_segments_are_left_out(tmp_path: Path) -> None:
    pixels = np.stack([block(size=6), block(top=7, size=6)])
    seg = segmentation(tmp_path, pixels, [Plane(1, SOURCE), Plane(2, SOURCE)])
    layers = segments_of(seg, image(), frame_for(image()), hidden={1})
    np.testing.assert_array_equal(layers.index > 0, pixels[1] > 0)


def test_hidden_labels_are_left_out(tmp_path: Path) -> None:
    labels = (block() + block(top=10) * 2).astype(np.uint8)
    seg = segmentation(tmp_path, labels[None], [Plane(1, SOURCE)], kind="LABELMAP")
    layers = segments_of(seg, image(), frame_for(image()), hidden={2})
    np.testing.assert_array_equal(layers.index > 0, labels == 1)


def test_fractions_fill_by_their_size_and_have_their_contour_at_half(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 200, 16).astype(np.uint8), (16, 1))
    layers = segments_of(
        segmentation(tmp_path, ramp[None], [Plane(1, SOURCE)], kind="FRACTIONAL"), image(), frame_for(image())
    )
    shares = [layers.at(x, 3)[0][1] for x in range(1, 16)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.1, 1.0)
    drawn = draw_segments(np.zeros((16, 16), np.uint8), layers, Viewport(), None, 0.5)
    opaque = (drawn[8] == layers.segments[0].colour).all(axis=-1)
    assert np.flatnonzero(opaque).tolist() == [7], "the contour is just inside of one half"


def test_a_segmentation_alone_shows_its_own_segments(tmp_path: Path) -> None:
    seg = segmentation(tmp_path, np.stack([block(), block(top=9)]), [Plane(1), Plane(2)])
    own = replace(image(uid="9"), source=seg.source)
    np.testing.assert_array_equal(shown(seg, own, number=2), block(top=9) > 0)
    assert [s.number for s in segments_of(seg, own, frame_for(own, number=2)).segments] == [2]


def test_the_fill_is_mixed_and_the_contour_is_opaque(tmp_path: Path) -> None:
    layers = segments_of(segmentation(tmp_path, block()[None], [Plane(1, SOURCE)]), image(), frame_for(image()))
    grey = np.full((16, 16), 100, np.uint8)
    drawn = draw_segments(grey, layers, Viewport(), None, 0.25)
    colour = np.array(layers.segments[0].colour)
    np.testing.assert_array_equal(drawn[4, 6], colour)
    np.testing.assert_allclose(drawn[6, 8], np.rint(0.75 * 100 + 0.25 * colour), atol=1)
    assert (drawn[0, 0] == 100).all()
    coloured = draw_segments(np.repeat(grey[..., None], 3, axis=2), layers, Viewport(), None, 0.25)
    np.testing.assert_allclose(coloured.astype(int), drawn, atol=1)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("zoom", [None, 1.0, 2.7])
def test_segments_follow_the_picture_through_every_viewport(
    tmp_path: Path, turns: int, flipped: bool, zoom: float | None
) -> None:
    """A frame of labels, drawn as pixels and as segments, covers the same screen."""
    pixels = block(13, 9, 2, 1, 6)
    seg = segmentation(tmp_path, pixels[None], [Plane(1, SOURCE)])
    instance = image(shape=(13, 9))
    frame = replace(frame_for(instance), stored=pixels, discrete=True)
    viewport = Viewport(zoom=zoom, quarter_turns=turns, flipped=flipped)
    placed = resample(frame, viewport, (70, 50))
    expected = (placed.values > 0) & placed.inside
    layers = segments_of(seg, instance, frame)
    drawn = draw_segments(np.zeros((50, 70), np.uint8), layers, viewport, (70, 50), 1.0)
    np.testing.assert_array_equal(drawn.any(axis=-1), expected)


def test_nothing_is_drawn_where_no_segment_is_in_sight(tmp_path: Path) -> None:
    layers = segments_of(segmentation(tmp_path, block()[None], [Plane(1, SOURCE)]), image(), frame_for(image()))
    far = Viewport(zoom=60.0, centre=(0.0, 0.0))
    grey = np.full((40, 40), 7, np.uint8)
    assert (draw_segments(grey, layers, far, (40, 40), 0.5) == 7).all()
    empty = segments_of(segmentation(tmp_path, block()[None], [Plane(1, SOURCE)]), image(uid="x"), frame_for(image()))
    assert empty.is_empty
    assert (draw_segments(grey, empty, Viewport(), (40, 40), 0.5) == 7).all()


def test_more_segments_than_a_byte_counts_are_drawn_all_the_same(tmp_path: Path) -> None:
    labels = np.arange(400, dtype=np.uint16).reshape(20, 20)
    seg = segmentation(tmp_path, labels[None], [Plane(1, SOURCE)], kind="LABELMAP")
    instance = image(shape=(20, 20))
    layers = segments_of(seg, instance, frame_for(instance))
    assert len(layers.members) == 400
    drawn = draw_segments(np.zeros((20, 20), np.uint8), layers, Viewport(), None, 1.0)
    colours = {s.number: s.colour for s in seg.segments}
    assert all(tuple(drawn.reshape(-1, 3)[n]) == colours[n] for n in range(1, 400))


REAL = ReadLimits(memory_bytes=0)


def opened(path: Path) -> tuple[Instance, Frame]:
    found = find(str(path), REAL)
    assert isinstance(found, FoundImage)
    return found.instance, load(str(path), 0, REAL)


@pytest.mark.data
def test_a_segmentation_of_highdicom_lies_on_its_ct_slice(shared_data: Path) -> None:
    folder = shared_data / "dicom/highdicom"
    seg = load_segmentation(str(folder / "seg_image_ct_binary_single_frame.dcm"), REAL)
    instance, frame = opened(folder / "ct_image.dcm")
    layers = segments_of(seg, instance, frame)
    own, mask = opened(folder / "seg_image_ct_binary_single_frame.dcm")
    np.testing.assert_array_equal(layers.index > 0, mask.stored > 0)
    np.testing.assert_array_equal(segments_of(seg, own, mask).index > 0, mask.stored > 0)
    bone = frame.modality_values()[layers.index > 0].mean()
    assert bone > frame.modality_values().mean() + 100, "the segment is labelled bone"
    drawn = draw_segments(render_frame(frame, Window(40, 400)), layers, Viewport(), None, 0.4)
    assert drawn.shape == (128, 128, 3)


@pytest.mark.data
def test_tiles_with_and_without_functional_groups_lie_on_the_same_places_of_the_slide(shared_data: Path) -> None:
    folder = shared_data / "dicom/highdicom"
    sparse = load_segmentation(str(folder / "seg_image_sm_dots.dcm"), REAL)
    full = load_segmentation(str(folder / "seg_image_sm_dots_tiled_full.dcm"), REAL)
    slide, _ = opened(folder / "sm_image.dcm")
    for tile in range(slide.frames):
        frame = load(slide.source, tile, REAL)
        layers = [segments_of(seg, slide, frame) for seg in (sparse, full)]
        for x, y in np.ndindex(10, 10):
            assert set(layers[0].at(x, y)) == set(layers[1].at(x, y))
