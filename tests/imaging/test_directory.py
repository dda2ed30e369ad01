from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.uid import UID_dictionary, generate_uid

from medapp.i18n import catalogue
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.sop_classes import what_is
from medapp.imaging.source import scan
from medapp.imaging.study import Scan
from medapp.jobs import run_to_end
from tests.imaging.synthetic import dicom, item, ramp, saved, sequence


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as pool:
        list(pool.headers(["started before the tests"]))
        yield pool


def _scan(readers: Readers, *paths: Path) -> Scan:
    return run_to_end(scan(list(paths), readers))


def _sources(found: Scan) -> list[str]:
    return sorted(i.source for study in found.studies for series in study.series for i in series.instances)


def _directory(folder: Path, *names: list[str]) -> Path:
    """A DICOMDIR that lists files by the parts of their names."""
    records = sequence(item(DirectoryRecordType="PATIENT"), *[item(ReferencedFileID=name) for name in names])
    made = dicom(None, SOPClassUID="1.2.840.10008.1.3.10", DirectoryRecordSequence=records)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    saved(made, folder / "DICOMDIR")
    return folder / "DICOMDIR"


def test_the_files_of_a_dicomdir_are_read_and_missing_ones_told(tmp_path: Path, readers: Readers) -> None:
    saved(dicom(ramp()), tmp_path / "IMAGES" / "A")
    saved(dicom(ramp()), tmp_path / "elsewhere" / "B")
    found = _scan(readers, _directory(tmp_path, ["IMAGES", "A"], ["IMAGES", "GONE"]))
    assert _sources(found) == [str(tmp_path / "IMAGES" / "A")]
    assert [(p.path, p.code) for p in found.problems] == [(str(tmp_path / "IMAGES" / "GONE"), "file.missing")]
    assert [n.what for n in found.not_images] == ["dicomdir"]


def test_a_folder_with_its_dicomdir_is_read_once(tmp_path: Path, readers: Readers) -> None:
    saved(dicom(ramp()), tmp_path / "IMAGES" / "A")
    _directory(tmp_path, ["IMAGES", "A"])
    assert _sources(_scan(readers, tmp_path, tmp_path / "DICOMDIR")) == [str(tmp_path / "IMAGES" / "A")]


def test_names_that_lost_their_capitals_are_found(tmp_path: Path, readers: Readers) -> None:
    saved(dicom(ramp()), tmp_path / "images" / "a")
    assert _sources(_scan(readers, _directory(tmp_path, ["IMAGES", "A"]))) == [str(tmp_path / "images" / "a")]


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's, on these names
@pytest.mark.parametrize("name", [["..", "SECRET"], ["/etc/passwd"], ["A", "", "B"], ["C:", "X"]])
def test_a_dicomdir_never_leads_out_of_its_folder(tmp_path: Path, readers: Readers, name: list[str]) -> None:
    saved(dicom(ramp()), tmp_path / "SECRET")
    (tmp_path / "medium").mkdir()
    found = _scan(readers, _directory(tmp_path / "medium", name))
    assert _sources(found) == []
    assert [p.code for p in found.problems] == ["dicomdir.outside"]


@pytest.mark.data
def test_every_variant_of_a_dicomdir_leads_to_its_images(shared_data: Path, readers: Readers) -> None:
    folder = shared_data / "dicom" / "pydicom" / "dicomdirtests"
    for name in ("DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-implicit", "DICOMDIR-nooffset", "DICOMDIR-reordered"):
        found = _scan(readers, folder / name)
        assert len(_sources(found)) == 31, name
        assert found.problems == (), name


def test_every_storage_class_without_a_picture_is_told_as_what_it_is() -> None:
    named = {
        uid: entry[0] for uid, entry in UID_dictionary.items() if entry[1] == "SOP Class" and "Storage" in entry[0]
    }
    pictures = ("Image", "Volume", "Parametric Map", "Segmentation", "Thickness Map", "Topography Map", "DICOS", "EDDY")
    others = {uid: name for uid, name in named.items() if not any(word in name for word in (*pictures, "Commitment"))}
    assert len(others) > 80
    unknown = {name for uid, name in others.items() if what_is(uid) == "no_pixels"}
    assert unknown == set()
    assert {f"what.{what_is(uid)}" for uid in named} <= set(catalogue())


def test_a_presentation_state_is_listed_and_leads_to_its_image(tmp_path: Path, readers: Readers) -> None:
    image = dicom(ramp())
    saved(image, tmp_path / "image")
    refers = sequence(item(ReferencedImageSequence=sequence(item(ReferencedSOPInstanceUID=image.SOPInstanceUID))))
    state = dicom(
        None,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1",
        SOPInstanceUID=generate_uid(),
        Modality="PR",
        ContentLabel="WIDE",
        PresentationCreationDate="20240102",
        ReferencedSeriesSequence=refers,
    )
    saved(state, tmp_path / "state")
    found = _scan(readers, tmp_path)
    (presentation,) = found.studies[0].presentations
    assert (presentation.source, presentation.label) == (str(tmp_path / "state"), "WIDE")
    assert presentation.refers_to == (image.SOPInstanceUID,)
    assert [n.what for n in found.not_images] == ["presentation_state"]
