"""What is masked, cut off or equalised is gone for the network: nothing that lies there can tell pictures apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp import schemas
from medapp.classify.areas import Area, body_area, mask_width
from medapp.classify.preprocess import PreprocessSpec, RangeSpec, network_picture
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph

MASKED = PreprocessSpec(size=96, border_mask=0.06)
WIDTH = mask_width(96, 0.06)


@pytest.fixture(scope="module")
def values() -> NDArray[np.uint16]:
    return radiograph(PhantomCase(4, nodule=True, size=256))


def with_frame(values: NDArray[np.uint16], share: float = 0.05, level: int = 4095) -> NDArray[np.uint16]:
    wide = int(len(values) * share)
    framed = np.full_like(values, level)
    framed[wide:-wide, wide:-wide] = values[wide:-wide, wide:-wide]
    return framed


def test_a_mask_changes_nothing_but_the_border(values: NDArray[np.uint16]) -> None:
    frame = Frame(values, bits_stored=12)
    spec = replace(MASKED, range=RangeSpec("type"))
    masked, whole = network_picture(frame, spec), network_picture(frame, replace(spec, border_mask=0.0))
    np.testing.assert_array_equal(masked[WIDTH:-WIDTH, WIDTH:-WIDTH], whole[WIDTH:-WIDTH, WIDTH:-WIDTH])
    masked[WIDTH:-WIDTH, WIDTH:-WIDTH] = 0
    assert masked.max() == 0


@pytest.mark.parametrize("kind", ["percentile", "equalised", "type"])
@pytest.mark.parametrize("spec", [MASKED, PreprocessSpec(size=96, border_crop=0.06)], ids=["mask", "crop"])
def test_what_the_border_holds_changes_nothing(values: NDArray[np.uint16], spec: PreprocessSpec, kind: str) -> None:
    spec = replace(spec, range=RangeSpec(kind))  # type: ignore[arg-type]
    plain, white = (network_picture(Frame(v, bits_stored=12), spec) for v in (values, with_frame(values)))
    np.testing.assert_array_equal(plain, white)


def test_a_mask_hides_the_border_of_colour_pictures_too() -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    seen = network_picture(Frame(red), PreprocessSpec(size=64, colour="rgb", border_mask=0.1))
    assert seen[:7].max() == seen[:, -7:].max() == 0
    assert seen[7, 7].tolist() == [200, 0, 0]


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_no_gamma_and_no_window_tells_equalised_pictures_apart(values: NDArray[np.uint16], gamma: float) -> None:
    spec = PreprocessSpec(size=96, range=RangeSpec("equalised"))
    bent = np.rint((values / 4095.0) ** gamma * 65535).astype(np.uint16)
    one, other = (
        network_picture(Frame(values, bits_stored=12), spec),
        network_picture(Frame(bent, bits_stored=16), spec),
    )
    apart = np.abs(one.astype(int) - other)
    assert apart.mean() < 1
    assert apart.max() <= 12, "the mean of several pixels is bent a little where they differ much"


def test_equalised_pictures_have_every_grey_level_in_either_polarity(values: NDArray[np.uint16]) -> None:
    spec = PreprocessSpec(size=256, range=RangeSpec("equalised"))
    seen = network_picture(Frame(values, bits_stored=12), spec)
    shares = np.histogram(seen, 8, (0, 256))[0] / seen.size
    np.testing.assert_allclose(shares, 1 / 8, atol=0.01)
    inverted = network_picture(Frame((4095 - values).astype(np.uint16), bits_stored=12, inverted=True), spec)
    assert np.abs(seen.astype(int) - inverted).max() <= 1


@pytest.mark.parametrize("value", [0, 77])
def test_a_flat_picture_is_dark_when_equalised(value: int) -> None:
    spec = PreprocessSpec(size=32, range=RangeSpec("equalised"), crop_to_body=True, border_mask=0.1)
    assert network_picture(Frame(np.full((40, 50), value, np.uint8)), spec).max() == 0


def test_the_body_is_found_and_what_surrounds_it_cut_off() -> None:
    picture = np.zeros((300, 400), np.uint8)
    picture[60:260, 100:320] = 180
    picture[5:15, 5:40] = 255  # a marker
    area = body_area(picture)
    found = np.array([area.top, area.bottom, area.left, area.right])
    np.testing.assert_allclose(found, [60, 260, 100, 320], atol=8)
    moved = picture.copy()
    moved[5:15, 5:40] = 0
    spec = PreprocessSpec(size=64, crop_to_body=True)
    np.testing.assert_array_equal(network_picture(Frame(picture), spec), network_picture(Frame(moved), spec))


def test_a_picture_without_a_body_stays_whole() -> None:
    dots = np.zeros((200, 200), np.uint8)
    dots[::50, ::50] = 255
    assert body_area(dots) == Area(0, 200, 0, 200)
    assert body_area(np.zeros((5, 1), np.uint8)) == Area(0, 5, 0, 1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (31, 7)])
def test_every_shape_can_be_cropped_and_masked(shape: tuple[int, int]) -> None:
    values = np.arange(shape[0] * shape[1], dtype=np.uint16).reshape(shape)
    spec = PreprocessSpec(size=48, border_crop=0.4, border_mask=0.4, crop_to_body=True)
    assert network_picture(Frame(values), spec).shape == (48, 48)


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        (PreprocessSpec(border_crop=0.05), 1),
        (MASKED, 2),
        (PreprocessSpec(crop_to_body=True), 2),
        (PreprocessSpec(range=RangeSpec("equalised")), 2),
    ],
)
def test_the_file_says_no_more_than_its_version_knows(spec: PreprocessSpec, version: int) -> None:
    document = {"schema_version": spec.version, **spec.to_json()}
    assert spec.version == version
    assert ("border_mask" in document) == bool(spec.border_mask)
    schemas.check("package_preprocess", document)
    assert PreprocessSpec.from_json(spec.to_json()) == spec
