"""Presentation states and segmentations over the images that they are about, in the window."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from medapp.display.viewport import Viewport
from medapp.imaging.phantom import write_ct_series
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.imaging.structure_set import STRUCTURE_SET
from medapp.imaging.study import Window
from medapp.jobs import run_to_end
from medapp.ui.cell_state import Picture
from medapp.ui.companions import Choice, Companions
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.voi_choices import voi_shown
from tests.imaging.segmentations_made import Plane, segmentation_file
from tests.imaging.states_made import refer, state
from tests.imaging.synthetic import dicom, item, saved, sequence

LUNG, SOFT = Window(-600, 1500), Window(40, 400, name="SOFT TISSUE")


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six CT slices, two states about the first three, a segment on the first."""
    folder = tmp_path_factory.mktemp("Studie ü")
    slices = [pydicom.dcmread(path) for path in write_ct_series(folder / "ct", slices=6, size=32)]
    slices.sort(key=lambda s: s.ImagePositionPatient[2])
    belongs = {
        "StudyInstanceUID": slices[0].StudyInstanceUID,
        "PatientID": slices[0].PatientID,
        "PatientName": slices[0].PatientName,
    }
    about = [refer(s.SOPInstanceUID) for s in slices[:3]]
    lung = sequence(item(WindowCenter=LUNG.center, WindowWidth=LUNG.width))
    newer = state(*about, **belongs, ContentLabel="NEWER", SoftcopyVOILUTSequence=lung)
    older = state(*about, **belongs, ContentLabel="OLDER", PresentationCreationDate="20250102", ImageRotation=90)
    saved(newer, folder / "newer.dcm")
    saved(older, folder / "older.dcm")
    pixels = np.zeros((1, 32, 32), np.uint8)
    pixels[0, 10:20, 10:20] = 1
    plane = Plane(source=slices[0].SOPInstanceUID)
    segments = segmentation_file(pixels, [plane], **belongs, SeriesInstanceUID="1.2.77")
    segments.ReferencedSeriesSequence = sequence(item(ReferencedInstanceSequence=sequence(about[0])))
    saved(segments, folder / "segments.dcm")
    return folder


@pytest.fixture
def window(session: Session, qtbot: QtBot, study: Path) -> MainWindow:
    """The window with the study open at its first slice."""
    made = MainWindow(session, list)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    made.opening.open([study])
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.jobs, timeout=20_000)
    ct = next(s for s in session.state.scan.studies[0].series if s.modality == "CT")
    made.reading_page.browser.series_requested.emit(ct.instances[0].source)
    qtbot.waitUntil(lambda: picture(session).instance == ct.instances[0] and bool(picture(session).segments))
    return made


def picture(session: Session) -> Picture:
    assert session.state.picture is not None
    return session.state.picture


def test_the_newest_state_about_an_image_is_applied_and_told(window: MainWindow, session: Session) -> None:
    companion = picture(session).companion
    assert companion is not None
    assert [ref.label for ref in companion.states] == ["NEWER", "OLDER"]
    assert companion.applied == companion.states[0]
    assert voi_shown(session.state) == LUNG


def test_an_image_without_a_state_is_shown_as_stored(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    window.pictures.go_to_last()
    qtbot.waitUntil(lambda: picture(session).place.index == 5)
    assert picture(session).presented is None
    assert picture(session).shown is picture(session).frame
    assert voi_shown(session.state) == SOFT


def test_as_stored_and_as_presented_are_one_key_apart(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    identity = picture(session).identity
    qtbot.keyClick(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: picture(session).presented is None)
    assert voi_shown(session.state) == SOFT
    assert picture(session).identity == identity
    qtbot.keyClick(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: picture(session).presented is not None)
    assert voi_shown(session.state) == LUNG


def test_another_state_can_be_chosen_and_turns_the_picture(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: session.state.viewport.quarter_turns == 1)
    window.pictures.scroll(1)
    qtbot.waitUntil(lambda: picture(session).place.index == 1)
    assert session.state.viewport.quarter_turns == 1
    window.viewing.reset()
    assert session.state.viewport == Viewport(quarter_turns=1)


def test_what_was_zoomed_by_hand_stays_while_the_same_state_is_applied(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    window.viewing.set_viewport(Viewport(zoom=3.0, centre=(5.0, 5.0)))
    window.pictures.scroll(1)
    qtbot.waitUntil(lambda: picture(session).place.index == 1)
    assert session.state.viewport.zoom == 3.0


def test_a_segment_is_drawn_named_under_the_pointer_and_hidden_by_a_key(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    viewer = window.reading_page.viewer
    assert [layers.segments[0].label for layers in picture(session).segments] == ["part 1"]

    def colours() -> int:
        image = viewer.shown_image()
        assert image is not None
        middle = image.pixelColor(image.width() // 2, image.height() // 2)
        return max(middle.getRgb()[:3]) - min(middle.getRgb()[:3])

    assert colours() > 20
    at = QPointF(viewer.width() / 2, viewer.height() / 2)
    qtbot.mouseMove(viewer, QPoint(3, 3))
    qtbot.mouseMove(viewer, at.toPoint())
    qtbot.waitUntil(lambda: "part 1" in viewer.findChild(type(viewer._readout)).text())
    assert "HU" in viewer._readout.text()
    qtbot.keyClick(window, Qt.Key.Key_O)
    assert colours() == 0


def test_a_state_found_later_is_applied_to_the_picture_on_screen(session: Session, qtbot: QtBot, study: Path) -> None:
    window = MainWindow(session, list)
    qtbot.addWidget(window)
    window.opening.open([study / "ct"])
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.jobs, timeout=20_000)
    assert picture(session).presented is None
    window.opening.open([study / "newer.dcm"])
    qtbot.waitUntil(lambda: picture(session).presented is not None, timeout=20_000)


def test_what_cannot_be_read_is_a_problem_of_the_images_that_it_is_about(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(study, folder)
    with Readers(ReaderConfig(processes=1)) as readers:
        found = run_to_end(scan([folder], readers))
        companions = Companions(readers)
        assert companions.follow(found, Choice())
        for name in ("newer.dcm", "segments.dcm"):
            (folder / name).unlink()
        ct = next(s for s in found.studies[0].series if s.modality == "CT")
        first, number = ct.locate(0)
        companion = companions.prepare((first.source, number), readers.frame(first.source, number))
    assert companion is not None
    assert {Path(problem.path).name for problem in companion.problems} == {"newer.dcm", "segments.dcm"}
    assert companion.applied is not None
    assert companion.applied.label == "OLDER"


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three CT slices, and a structure set with one square: on the second slice by its place, on no image by name."""
    folder = tmp_path_factory.mktemp("Plan ü")
    slices = [pydicom.dcmread(path) for path in write_ct_series(folder / "ct", slices=3, size=32)]
    slices.sort(key=lambda s: s.ImagePositionPatient[2])
    space = slices[0].FrameOfReferenceUID
    made = dicom(None, Modality="RTSTRUCT", SOPClassUID=STRUCTURE_SET, StructureSetLabel="plan")
    made.StudyInstanceUID = slices[0].StudyInstanceUID
    made.ReferencedFrameOfReferenceSequence = sequence(item(FrameOfReferenceUID=space))
    made.StructureSetROISequence = sequence(item(ROINumber=1, ROIName="heart", ReferencedFrameOfReferenceUID=space))
    z = float(slices[1].ImagePositionPatient[2])
    square = [-90.0, -90.0, z, 90.0, -90.0, z, 90.0, 90.0, z, -90.0, 90.0, z]
    contour = item(ContourGeometricType="CLOSED_PLANAR", NumberOfContourPoints=4, ContourData=square)
    region = item(ReferencedROINumber=1, ROIDisplayColor=[250, 10, 10], ContourSequence=sequence(contour))
    made.ROIContourSequence = sequence(region)
    saved(made, folder / "structures.dcm")
    return folder


def test_a_structure_set_is_found_with_its_study_and_lies_on_its_slice(planned: Path) -> None:
    with Readers(ReaderConfig(processes=1)) as readers:
        found = run_to_end(scan([planned], readers))
        (structures,) = found.studies[0].structures
        assert (Path(structures.source).name, structures.label) == ("structures.dcm", "plan")
        companions = Companions(readers)
        companions.follow(found, Choice())
        series = found.studies[0].series[0]
        drawn = []
        for index in range(3):
            source, number = series.locate(index)[0].source, 0
            companion = companions.prepare((source, number), readers.frame(source, number))
            assert companion is not None
            drawn.append([segment.label for layers in companion.segments for segment in layers.segments])
    assert drawn == [[], ["heart"], []]


def test_a_structure_set_of_other_images_lies_on_none(planned: Path, tmp_path: Path) -> None:
    write_ct_series(tmp_path / "other", seed=9, slices=1, size=16)
    with Readers(ReaderConfig(processes=1)) as readers:
        found = run_to_end(scan([tmp_path / "other", planned / "structures.dcm"], readers))
    assert [study.structures for study in found.studies] == [()]
    assert [one.what for one in found.not_images] == ["rt_structures"]
