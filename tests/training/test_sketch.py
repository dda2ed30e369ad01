"""What is remembered of a picture: where it lies, what changes it and what does not."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from medapp.imaging.frame import Frame
from medapp.jobs import run_to_end
from medapp.training.cases.file_facts import FileFacts, file_facts
from medapp.training.cases.sketch import CORNERS, SIDES, Sketch, sketch_of
from medapp.training.cases.sketch_store import PictureFacts, SketchStore
from medapp.training.checking.check import check
from tests.training.trial_cases import PlainReaders, write_classes

FACTS = FileFacts("png", 1000)


def drawn(size: tuple[int, int] = (224, 200)) -> np.ndarray:
    picture = np.full(size, 20, np.uint8)
    cv2.ellipse(picture, (size[1] // 2, size[0] // 2), (60, 80), 0, 0, 360, 180, -1)
    return picture


def sketched(picture: np.ndarray, **facts: object) -> Sketch:
    return sketch_of(Frame(picture, **facts), FACTS)


@pytest.mark.parametrize(
    ("side", "rows", "columns"),
    [
        ("top", slice(0, 3), slice(None)),
        ("right", slice(None), slice(-3, None)),
        ("bottom", slice(-3, None), slice(None)),
        ("left", slice(None), slice(0, 3)),
    ],
)
def test_a_bright_line_is_found_on_its_side(side: str, rows: slice, columns: slice) -> None:
    picture = drawn()
    picture[rows, columns] = 180
    means = sketched(picture).frame[:, :, 0].mean(axis=1)
    assert SIDES[int(np.argmax(means))] == side


@pytest.mark.parametrize(
    ("corner", "row", "column"),
    [("top left", 5, 5), ("top right", 5, -15), ("bottom right", -15, -15), ("bottom left", -15, 5)],
)
def test_a_marker_is_found_in_its_corner(corner: str, row: int, column: int) -> None:
    picture = drawn()
    picture[row : row + 10 or None, column : column + 10 or None] = 255
    assert CORNERS[int(np.argmax(sketched(picture).corners[:, 3]))] == corner


def test_places_of_the_frame_go_clockwise() -> None:
    picture = drawn()
    picture[-4:, :20] = 255
    frame = sketched(picture).frame[..., 0]
    assert np.argmax(frame[SIDES.index("bottom")]) == 7
    assert np.argmax(frame[SIDES.index("left")]) == 0


def test_the_body_is_where_it_was_drawn() -> None:
    top, left, bottom, right = sketched(drawn()).surroundings[:4]
    assert (top, left, bottom, right) == pytest.approx((32 / 224, 40 / 200, 193 / 224, 161 / 200), abs=0.02)


def test_an_inverted_picture_has_the_same_look() -> None:
    plain, inverted = sketched(drawn()), sketched(255 - drawn(), inverted=True)
    np.testing.assert_array_equal(plain.thumbnail, inverted.thumbnail)
    np.testing.assert_allclose(plain.histogram, inverted.histogram)


def test_a_darker_picture_has_the_same_thumbnail_and_other_levels() -> None:
    plain, darker = sketched(drawn()), sketched(drawn() // 2)
    assert np.abs(plain.thumbnail.astype(int) - darker.thumbnail).max() <= 1
    assert darker.levels[-1] < plain.levels[-1]


def test_noise_shows_in_the_texture() -> None:
    grain = np.random.default_rng(0).normal(0, 8, (224, 200))
    noisy = np.clip(drawn() + grain, 0, 255).astype(np.uint8)
    assert sketched(noisy).texture[0] > sketched(drawn()).texture[0] + 0.01


def test_blocks_of_a_hard_compression_show() -> None:
    grain = np.clip(drawn() + np.random.default_rng(0).normal(0, 8, (224, 200)), 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", grain, [cv2.IMWRITE_JPEG_QUALITY, 10])
    compressed = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))
    assert sketched(compressed).texture[2] > 1.5 > sketched(grain).texture[2]


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((1, 1), np.uint8),
        np.zeros((5, 300), np.uint16),
        np.full((7, 7), np.nan, np.float32),
        np.zeros((3, 2, 3), np.uint8),
    ],
)
def test_odd_pictures_have_finite_sketches(picture: np.ndarray) -> None:
    found = sketched(picture)
    values = (found.frame, found.corners, found.surroundings, found.histogram, found.levels, found.texture)
    assert all(np.isfinite(value).all() for value in values)


@pytest.mark.parametrize("quality", [10, 50, 75, 90, 95])
def test_the_quality_of_a_jpeg_is_read_from_its_table(tmp_path: Path, quality: int) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(drawn()).save(path, quality=quality)
    facts = file_facts(path)
    assert (facts.kind, facts.size) == ("jpeg", path.stat().st_size)
    assert facts.quality == pytest.approx(quality, abs=1)


def test_a_jpeg_that_is_cut_off_has_no_quality(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xdb\x00\x43\x00\x01")
    assert file_facts(path) == FileFacts("jpeg", 8)


def known(picture: np.ndarray) -> PictureFacts:
    return PictureFacts("abc", *picture.shape, "PICTURE", False, sketched(picture))


def test_a_sketch_comes_back_from_the_disk_as_it_was(tmp_path: Path) -> None:
    with SketchStore(tmp_path) as store:
        store.put("one", known(drawn()))
    with SketchStore(tmp_path) as store:
        back = store.get("one")
        assert store.get("another") is None
    assert back is not None
    assert (back.content, back.rows, back.columns, back.sketch.file) == ("abc", 224, 200, FACTS)
    for name in ("thumbnail", "frame", "corners", "surroundings", "histogram", "levels", "texture"):
        np.testing.assert_array_equal(getattr(back.sketch, name), getattr(sketched(drawn()), name))


@pytest.mark.parametrize("damage", [b"no database at all, but long enough to be read as one" * 40, b""])
def test_a_damaged_store_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    next_to = SketchStore(tmp_path)
    next_to.close()
    (path,) = tmp_path.glob("*.sqlite")
    path.write_bytes(damage)
    with SketchStore(tmp_path) as store:
        store.put("one", known(drawn()))
        assert store.get("one") is not None


def test_where_the_disk_refuses_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with SketchStore(tmp_path / "file") as store:
        store.put("one", known(drawn()))
    assert store.get("one") is None


def test_a_second_survey_decodes_nothing(tmp_path: Path) -> None:
    root = write_classes(tmp_path / "cases", 4)
    first = run_to_end(check(root, PlainReaders()))
    second = run_to_end(check(root, NeverDecodes()))
    assert [one.content for one in second.survey.seen] == [one.content for one in first.survey.seen]
    assert all(one.sketch is not None for one in second.survey.seen)


class NeverDecodes(PlainReaders):
    def frame(self, source: str, index: int = 0) -> Frame:
        raise AssertionError("decoded again")
