"""The network picture: the same whatever the file does to the values, and never a fault of arithmetic."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.classify.preprocess import PreprocessSpec, RangeSpec, is_grey_picture, network_picture
from medapp.errors import MedappError
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.phantom import PhantomCase, radiograph

SPEC = PreprocessSpec(size=96)
HU = PreprocessSpec(size=96, range=RangeSpec("fixed", -160, 240))


@pytest.fixture(scope="module")
def twelve_bits() -> NDArray[np.uint16]:
    return (radiograph(PhantomCase(4, nodule=True, size=256)) & 4095).astype(np.uint16)


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other).max())


@pytest.fixture(scope="module")
def golden(twelve_bits: NDArray[np.uint16]) -> NDArray[np.uint8]:
    return network_picture(Frame(twelve_bits, bits_stored=12, modality="DX"), SPEC)


def test_the_picture_fills_the_range_in_the_size_asked_for(golden: NDArray[np.uint8]) -> None:
    assert (golden.shape, golden.dtype) == ((96, 96), np.uint8)
    assert golden.min() == 0
    assert golden.max() >= 250


def test_another_bit_depth_gives_the_same_picture(twelve_bits: NDArray[np.uint16], golden: NDArray[np.uint8]) -> None:
    sixteen = Frame((twelve_bits.astype(np.uint32) * 16).astype(np.uint16), bits_stored=16)
    eight = Frame(np.rint(twelve_bits / 4095 * 255).astype(np.uint8))
    assert difference(network_picture(sixteen, SPEC), golden) == 0
    assert difference(network_picture(eight, SPEC), golden) <= 1


def test_the_other_polarity_gives_the_same_picture(twelve_bits: NDArray[np.uint16], golden: NDArray[np.uint8]) -> None:
    inverted = Frame((4095 - twelve_bits).astype(np.uint16), bits_stored=12, inverted=True)
    assert difference(network_picture(inverted, SPEC), golden) <= 1


@pytest.mark.parametrize(("slope", "intercept"), [(0.25, 0.0), (2.5, -1024.0), (1.0, 17.0)])
def test_another_rescale_gives_the_same_picture(
    twelve_bits: NDArray[np.uint16], golden: NDArray[np.uint8], slope: float, intercept: float
) -> None:
    rescaled = Frame(twelve_bits, slope=slope, intercept=intercept, bits_stored=12)
    assert difference(network_picture(rescaled, SPEC), golden) <= 1


def test_a_modality_table_of_the_same_values_gives_the_same_picture(
    twelve_bits: NDArray[np.uint16], golden: NDArray[np.uint8]
) -> None:
    table = Lut(first=0, bits=16, entries=np.arange(4096, dtype=np.uint16) * 3)
    assert difference(network_picture(Frame(twelve_bits, modality_lut=table), SPEC), golden) <= 1


def test_a_grey_picture_saved_as_colour_jpeg_gives_the_same_picture(
    twelve_bits: NDArray[np.uint16], golden: NDArray[np.uint8]
) -> None:
    grey = np.rint(twelve_bits / 4095 * 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), [cv2.IMWRITE_JPEG_QUALITY, 98])[1]
    frame = Frame(np.ascontiguousarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[..., ::-1]))
    assert is_grey_picture(frame)
    assert np.abs(network_picture(frame, SPEC).astype(int) - golden).mean() < 1


def test_padding_is_black_and_takes_no_part_in_the_range(
    twelve_bits: NDArray[np.uint16], golden: NDArray[np.uint8]
) -> None:
    values = np.pad(twelve_bits, ((0, 0), (0, 256)), constant_values=60000)
    valid = np.pad(np.ones(twelve_bits.shape, bool), ((0, 0), (0, 256)))
    seen = network_picture(Frame(values, valid=valid, bits_stored=16), PreprocessSpec(size=192))
    assert seen[:, 97:].max() == 0
    half = cv2.resize(golden, (96, 192))
    assert np.corrcoef(seen[:, :96].ravel(), half.ravel())[0, 1] > 0.99


def test_padding_of_an_inverted_frame_is_black_too() -> None:
    values, valid = np.tile(np.arange(64, dtype=np.uint16), (64, 1)), np.ones((64, 64), bool)
    valid[:, :32] = False
    seen = network_picture(Frame(values, valid=valid, inverted=True), PreprocessSpec(size=64))
    assert seen[:, :32].max() == 0
    assert seen[0, 33] > seen[0, 62]


def test_hounsfield_values_keep_their_meaning_under_a_fixed_range() -> None:
    stored = np.array([[0, 1024 - 160], [1024 + 40, 1024 + 240]], np.uint16).repeat(48, 0).repeat(48, 1)
    seen = network_picture(Frame(stored, intercept=-1024.0, unit="HU", modality="CT"), HU)
    assert [seen[0, 0], seen[0, 95], seen[95, 0], seen[95, 95]] == [0, 0, 128, 255]


def test_the_range_of_the_type_keeps_an_8_bit_picture_as_it_is() -> None:
    ramp = np.arange(64, 192, dtype=np.uint8).reshape(8, 16).repeat(8, 0).repeat(4, 1)
    spec = PreprocessSpec(size=64, range=RangeSpec("type"))
    np.testing.assert_array_equal(network_picture(Frame(ramp), spec), ramp)


@pytest.mark.parametrize("kind", ["percentile", "fixed", "type"])
@pytest.mark.parametrize("value", [0, 77, 4095])
def test_a_constant_image_gives_a_picture_without_a_warning(kind: str, value: int) -> None:
    limits = (0.0, 100.0)
    spec = PreprocessSpec(size=32, range=RangeSpec(kind, *limits))  # type: ignore[arg-type]
    seen = network_picture(Frame(np.full((40, 50), value, np.uint16), bits_stored=12), spec)
    assert len(np.unique(seen)) == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (2000, 2), (31, 33)])
def test_every_shape_is_stretched_to_the_square(shape: tuple[int, int]) -> None:
    values = np.arange(shape[0] * shape[1], dtype=np.uint16).reshape(shape)
    assert network_picture(Frame(values, bits_stored=16), SPEC).shape == (96, 96)


def test_values_that_are_no_numbers_count_as_padding() -> None:
    values = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    values[:8] = np.nan
    values[8:16] = np.inf
    seen = network_picture(Frame(values, bits_stored=32), PreprocessSpec(size=64))
    assert seen[:16].max() == 0
    assert seen[20, 63] == 255


def test_all_padding_is_black() -> None:
    frame = Frame(np.arange(64, dtype=np.uint8).reshape(8, 8), valid=np.zeros((8, 8), bool))
    assert network_picture(frame, SPEC).max() == 0


def test_the_border_is_cropped_by_the_part_that_the_specification_names() -> None:
    values = np.full((100, 100), 255, np.uint8)
    values[10:90, 10:90] = np.tile(np.arange(80, dtype=np.uint8), (80, 1))
    cropped = network_picture(Frame(values), PreprocessSpec(size=80, border_crop=0.1, range=RangeSpec("type")))
    np.testing.assert_array_equal(cropped, values[10:90, 10:90])


def test_colour_stays_colour_for_a_colour_model_and_becomes_luma_for_a_grey_one() -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[:, 32:, 0] = 200
    frame = Frame(red)
    assert not is_grey_picture(frame)
    assert network_picture(frame, PreprocessSpec(size=64, colour="rgb"))[0, 63].tolist() == [200, 0, 0]
    assert network_picture(frame, SPEC).shape == (96, 96)


def test_a_grey_frame_fills_three_equal_channels_for_a_colour_model(twelve_bits: NDArray[np.uint16]) -> None:
    seen = network_picture(Frame(twelve_bits), PreprocessSpec(size=32, colour="rgb"))
    assert seen.shape == (32, 32, 3)
    np.testing.assert_array_equal(seen[..., 0], seen[..., 2])


def test_a_specification_survives_json() -> None:
    spec = PreprocessSpec(size=128, colour="rgb", range=RangeSpec("fixed", -100, 200), border_crop=0.05)
    assert PreprocessSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(("kind", "low", "high"), [("percentile", 50, 50), ("percentile", -1, 99), ("fixed", 10, -10)])
def test_a_range_that_is_none_is_refused(kind: str, low: float, high: float) -> None:
    with pytest.raises(MedappError) as caught:
        RangeSpec(kind, low, high)  # type: ignore[arg-type]
    assert caught.value.code == "package.range"
