"""What is sent on is judged by programs of others, where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.imaging.readers import ReaderConfig, Readers
from medapp.interop.outcome import Outcome
from tests.interop.made import FACTS, KINDS, outcome, prediction
from tests.interop.validators import SOURCES, data_set_of, dumped, errors_of, made_files, orthanc, program


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(program(name) is None, reason=f"{name} is not installed")


@pytest.fixture(scope="module")
def of_each_kind(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    outcomes = [outcome(kind, number=number) for number, kind in enumerate(KINDS, 1)]
    return made_files(outcomes, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def of_real_images(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    outcomes = []
    with Readers(ReaderConfig(processes=1)) as readers:
        for number, name in enumerate(SOURCES, 1):
            path = str(shared_data / "dicom" / name)
            frame, header = readers.frame(path, 0), readers.source_header(path)
            told = prediction(KINDS[number % len(KINDS)], frame.identity)
            outcomes.append(Outcome(number, path, 1, told, FACTS, header, frame))
    return made_files(outcomes, tmp_path_factory.mktemp("real"))


@needs("dciodvfy")
def test_every_kind_of_answer_has_no_error_for_dciodvfy(of_each_kind: list[Path]) -> None:
    assert {path.name: errors_of(path) for path in of_each_kind} == {path.name: [] for path in of_each_kind}


@needs("dciodvfy")
@pytest.mark.data
def test_results_of_twenty_images_of_eight_kinds_have_no_error_for_dciodvfy(of_real_images: list[Path]) -> None:
    assert {path.name: errors_of(path) for path in of_real_images} == {path.name: [] for path in of_real_images}
    assert len(of_real_images) == 2 * len(SOURCES)


@needs("dsrdump")
@pytest.mark.data
def test_reports_of_twenty_images_are_read_by_dsrdump(of_real_images: list[Path]) -> None:
    for path in of_real_images:
        if path.name.endswith(".sr.dcm"):
            text = dumped(path)
            assert "Imaging Measurement Report" in text
            assert "UNVERIFIED" in text


@needs("Orthanc")
@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom warns of names of the reference data
def test_a_store_node_lists_what_it_was_sent_and_returns_it_unchanged(of_each_kind: list[Path], tmp_path: Path) -> None:
    from pydicom import dcmread

    with orthanc(tmp_path / "node") as node:
        assert node.store(of_each_kind) == [0] * len(of_each_kind)
        listed = node.listed()
        for path in of_each_kind:
            uid = dcmread(path, specific_tags=["SOPInstanceUID"]).SOPInstanceUID
            assert data_set_of(node.returned(listed[uid])) == data_set_of(path.read_bytes())
