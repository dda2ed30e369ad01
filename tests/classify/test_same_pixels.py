"""The same picture gets the same answer, in whatever lossless way a file holds it. The long form: tests.evidence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.package import Package, read_package
from medapp.classify.preprocess import PreprocessSpec, RangeSpec, network_picture
from medapp.folders import resource_path
from medapp.imaging.frame import Frame
from medapp.imaging.opening import load
from medapp.imaging.phantom import PhantomCase, radiograph
from tests.classify.encodings import ENCODINGS, REFERENCE, Pixels, twelve_bits
from tests.imaging.synthetic import LIMITS

# readers silence the warnings of pydicom, which quote values
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
SPECS = {
    "percentile": PreprocessSpec(size=96),
    "equalised": PreprocessSpec(size=96, range=RangeSpec("equalised"), border_mask=0.06),
    "around the body": PreprocessSpec(size=96, crop_to_body=True),
}


def read(name: str, pixels: Pixels, folder: Path) -> Frame:
    return load(str(ENCODINGS[name](pixels, folder)), 0, LIMITS)


@pytest.fixture(scope="module")
def phantom() -> Pixels:
    return twelve_bits((radiograph(PhantomCase(4, nodule=True, size=160)) >> 4).astype(np.uint8))


@pytest.fixture(scope="module")
def golden(phantom: Pixels, tmp_path_factory: pytest.TempPathFactory) -> Frame:
    return read(REFERENCE, phantom, tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_network_sees_the_same_in_every_encoding(name: str, phantom: Pixels, golden: Frame, tmp_path: Path) -> None:
    frame = read(name, phantom, tmp_path)
    for told, spec in SPECS.items():
        seen, expected = network_picture(frame, spec).astype(int), network_picture(golden, spec)
        assert np.abs(seen - expected).max() <= 1, told


def test_pixels_that_differ_are_told_apart(phantom: Pixels, golden: Frame) -> None:
    other = Frame(np.ascontiguousarray(np.fliplr(phantom)), bits_stored=12, modality="DX")
    spec = SPECS["equalised"]
    assert np.abs(network_picture(other, spec).astype(int) - network_picture(golden, spec)).max() > 50


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(EngineConfig(device="cpu", threads=1)) as running:
        yield running


@pytest.mark.data
@pytest.mark.torch
def test_the_starter_model_answers_a_radiograph_the_same_in_every_encoding(
    engine: Engine, starter: Package, shared_data: Path, tmp_path: Path
) -> None:
    path = next((shared_data / "images/kermany_cxr_224/train/PNEUMONIA").glob("person1000_*"))
    pixels = twelve_bits(np.asarray(load(str(path), 0, LIMITS).stored, np.uint8))
    frames = []
    for number, name in enumerate(ENCODINGS):
        folder = tmp_path / str(number)
        folder.mkdir()
        frames.append(read(name, pixels, folder))
    answers = engine.predict_many(frames, starter.path)
    assert {answer.state for answer in answers} == {"answered"}
    shares = np.array([list((answer.probabilities or {}).values()) for answer in answers])
    assert np.ptp(shares, axis=0).max() <= 0.01


@pytest.fixture(scope="module")
def starter() -> Package:
    return read_package(resource_path("models") / "chest-starter-children")
