"""Files out: what is drawn for others is what the viewer draws, identity hidden, the dialog and its wishes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFont, QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medapp.display.measuring.shapes import Kind, Measurement, Shape, Sheet
from medapp.display.render import render_frame
from medapp.display.viewport import Viewport
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.study import Geometry, Instance, Note, PresentationRef, Scan, Window
from medapp.jobs import Progress
from medapp.storage.measurements import image_key
from medapp.ui.companions import Companion
from medapp.ui.drawn_picture import Screenlike, drawn_picture, without_identity
from medapp.ui.export_measures import with_kept
from medapp.ui.export_plan import Exported, ExportPlan, exported
from medapp.ui.export_wish import ExportWish
from medapp.ui.exporting import Exporting, exported_words, places_in
from medapp.ui.key_images import KeyImageMarks
from medapp.ui.measuring_view import MeasureItem, Measures, MeasuringView, measures_of
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.taking_out import Taken, TakingOut, mime_of
from medapp.ui.widgets.export_dialog import ExportDialog, ExportOffer
from medapp.ui.widgets.flash import Flash
from medapp.ui.widgets.picture_layers import HeatMapView
from medapp.ui.widgets.viewer import Viewer, ViewerContent
from tests.ui.pictures_made import picture_of, ramp_frame

WINDOW = Window(2048, 4096)
PLAIN = Screenlike(texts=False)


def content(frame: Frame, **changes: object) -> ViewerContent:
    voi = None if frame.is_colour else WINDOW
    return replace(ViewerContent(picture_of(frame), voi=voi), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", [False, True])
def test_all_pixels_of_an_image_are_drawn_exactly(qapp: QApplication, *, colour: bool) -> None:
    frame = ramp_frame(colour=colour)
    drawn = drawn_picture(content(frame), PLAIN)
    expected = render_frame(frame, None if colour else WINDOW)
    expected = expected if colour else np.repeat(expected[..., None], 3, axis=2)
    np.testing.assert_array_equal(drawn, expected)


def test_turns_flips_and_inversion_are_kept_exactly_and_zoom_is_not(qapp: QApplication) -> None:
    frame = ramp_frame()
    viewport = Viewport(zoom=7.0, centre=(3, 3), inverted=True).rotated(1).flipped_horizontally()
    expected = np.rot90(render_frame(frame, WINDOW, invert=True), -1)[:, ::-1]
    drawn = drawn_picture(content(frame, viewport=viewport), PLAIN)
    np.testing.assert_array_equal(drawn[..., 0], expected)


def test_pixels_that_are_not_square_become_square(qapp: QApplication) -> None:
    frame = replace(ramp_frame(), geometry=Geometry(spacing_mm=(1.0, 0.5), spacing_source="patient"))
    assert drawn_picture(content(frame), PLAIN).shape == (128, 64, 3)


def test_a_picture_too_large_to_be_made_is_told(qapp: QApplication) -> None:
    frame = replace(ramp_frame(), stored=np.zeros((64, 17000), np.uint8))
    with pytest.raises(MedappError) as told:
        drawn_picture(content(frame), PLAIN)
    assert told.value.code == "render.too_large"


LENGTH = Measurement("a", Shape(Kind.LENGTH, ((10, 10), (40, 30))))


def measured(frame: Frame) -> Measures:
    return Measures((MeasureItem(LENGTH, ("36.1 px",)),), frame=frame)


def test_what_leaves_the_program_is_what_the_viewer_shows(qtbot: QtBot) -> None:
    shown = content(ramp_frame(), key_image=True, measures=measured(ramp_frame()))
    viewer = Viewer()
    qtbot.addWidget(viewer)
    viewer.resize(500, 400)
    viewer.render_content(shown)
    font = QFont(QGuiApplication.font())
    font.setPixelSize(13)
    viewer.setFont(font)
    grabbed = viewer.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(grabbed.constBits(), np.uint8).reshape(400, grabbed.bytesPerLine())[:, :1500]
    drawn = drawn_picture(shown, Screenlike((500, 400), 13, identity=True))
    np.testing.assert_allclose(drawn.astype(int), rows.reshape(400, 500, 3), atol=1)  # a layer over it is rounded twice


def test_a_picture_without_identity_tells_neither_name_nor_dates_nor_words_of_the_station(qtbot: QtBot) -> None:
    picture = picture_of(ramp_frame())
    state = PresentationRef("state.dcm", "DR^MEIER", "for Mr Muster")
    companion = Companion(states=(state,), applied=state)
    picture = replace(picture, companion=companion, study=replace(picture.study, description="Muster, Max: chest"))
    nameless = without_identity(picture)
    assert nameless.study.patient.name == nameless.study.date == nameless.study.description == ""
    assert nameless.series.description == ""
    assert nameless.companion is not None
    assert nameless.companion.applied in nameless.companion.states
    assert nameless.companion.applied.label == ""
    corner = drawn_picture(content(ramp_frame()), Screenlike((500, 400), 13))[:60, :200]
    plain = drawn_picture(content(ramp_frame()), Screenlike((500, 400), 13, texts=False))[:60, :200]
    np.testing.assert_array_equal(corner, plain)


def test_with_identity_the_corner_is_written_and_without_texts_nothing_is(qapp: QApplication) -> None:
    def drawn(**how: bool) -> NDArray[np.uint8]:
        return drawn_picture(content(ramp_frame()), Screenlike((500, 400), 13, **how))

    assert not np.array_equal(drawn(identity=True)[:60, :200], drawn()[:60, :200])
    assert not np.array_equal(drawn()[300:], drawn(texts=False)[300:])


def test_measurements_are_drawn_with_texts_and_not_without(qapp: QApplication) -> None:
    frame = ramp_frame()
    with_them = drawn_picture(content(frame, measures=measured(frame)), Screenlike((500, 400), 13))
    assert not np.array_equal(with_them, drawn_picture(content(frame), Screenlike((500, 400), 13)))
    without = drawn_picture(content(frame, measures=measured(frame)), PLAIN)
    np.testing.assert_array_equal(without, drawn_picture(content(frame), PLAIN))


def test_a_heat_map_that_leaves_the_program_says_what_it_is_even_without_texts(qapp: QApplication) -> None:
    nowhere = HeatMapView(np.zeros((7, 7), np.float32), 0.5)
    marked = drawn_picture(content(ramp_frame(), heat_map=nowhere), Screenlike((500, 400), 13, texts=False))
    plain = drawn_picture(content(ramp_frame()), Screenlike((500, 400), 13, texts=False))
    changed = np.flatnonzero((marked != plain).any(axis=(1, 2)))
    assert changed.min() > 20
    assert changed.max() < 70


def test_measurements_of_images_that_were_not_on_screen_are_read_for_them(session: Session) -> None:
    picture = picture_of(ramp_frame())
    kept = session.services.measurements
    key = image_key("", 1, picture.frame.shape, picture.frame.identity)
    kept.put(key, Sheet((LENGTH,)))
    view = with_kept(MeasuringView(), picture, kept)
    assert measures_of(view, picture).items[0].lines == ("36.1 px",)
    assert with_kept(view, picture, kept) is view


OFFER = ExportOffer((("image", 1), ("stack", 12), ("key_images", 2)))


@pytest.fixture
def dialog(qtbot: QtBot) -> ExportDialog:
    return made_dialog(qtbot, OFFER)


def made_dialog(qtbot: QtBot, offer: ExportOffer) -> ExportDialog:
    made = ExportDialog(offer)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    return made


def find(parent: QWidget, kind: type, name: str) -> QWidget:  # type: ignore[type-arg]
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found  # type: ignore[no-any-return]


def choose(dialog: QWidget, name: str, value: str) -> None:
    box = dialog.findChild(QComboBox, name)
    assert box is not None
    box.setCurrentIndex(box.findData(value))


def wish_of(qtbot: QtBot, dialog: ExportDialog) -> ExportWish:
    button = dialog.findChild(QPushButton, "export_go")
    assert button is not None
    with qtbot.waitSignal(dialog.export_requested) as asked:
        button.click()
    wish: ExportWish = asked.args[0]
    return wish


def test_identity_is_hidden_until_it_is_asked_for_and_a_folder_is_needed(qtbot: QtBot, dialog: ExportDialog) -> None:
    assert not find(dialog, QPushButton, "export_go").isEnabled()
    dialog.show_folder("/out")
    assert wish_of(qtbot, dialog) == ExportWish("image", "screen", "PNG", "/out")


def test_the_wish_says_what_was_chosen(qtbot: QtBot, dialog: ExportDialog) -> None:
    dialog.show_folder("/out")
    for name, value in (("export_scope", "key_images"), ("export_content", "image"), ("export_form", "TIFF")):
        choose(dialog, name, value)
    box = dialog.findChild(QCheckBox, "export_identity")
    assert box is not None
    box.setChecked(True)
    assert wish_of(qtbot, dialog) == ExportWish(
        "key_images", "image", "TIFF", "/out", texts=True, identity=True, key_object=False
    )


def test_key_images_can_be_asked_for_at_once_and_their_key_object_holds_identity_so_it_is_off(
    qtbot: QtBot,
) -> None:
    dialog = made_dialog(qtbot, replace(OFFER, scope="key_images", folder="/out"))
    wish = wish_of(qtbot, dialog)
    assert (wish.scope, wish.key_object) == ("key_images", False)
    asked = made_dialog(qtbot, replace(OFFER, scope="key_images", folder="/out", identity=True))
    assert wish_of(qtbot, asked).key_object


def test_values_have_no_texts_and_colour_has_no_values(qtbot: QtBot, dialog: ExportDialog) -> None:
    choose(dialog, "export_content", "modality")
    assert not find(dialog, QCheckBox, "export_texts").isEnabled()
    assert not find(dialog, QCheckBox, "export_identity").isEnabled()
    colour = made_dialog(qtbot, replace(OFFER, values=False))
    box = colour.findChild(QComboBox, "export_content")
    assert box is not None
    assert [box.itemData(n) for n in range(box.count())] == ["screen", "image"]


def test_burned_in_texts_are_told(qtbot: QtBot) -> None:
    told = made_dialog(qtbot, replace(OFFER, burned_in=True)).findChild(QLabel, "export_told")
    assert told is not None
    assert "burned into it" in told.text()


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(320, 240)
    return made


@pytest.fixture
def shown(session: Session) -> Session:
    """An image on screen that no file is needed for."""
    picture = picture_of(ramp_frame())
    session.update(page=Page.READING, picture=picture, place=picture.place)
    return session


@dataclass(frozen=True)
class Hands:
    """What a person exports with: a viewer, the dialog over `parent`, and `out`, the folder that they choose."""

    qtbot: QtBot
    parent: QWidget
    viewer: Viewer
    exporting: Exporting
    out: Path

    def export(self, session: Session, *, key_object: bool = False, **chosen: str) -> None:
        """Choose in the dialog, export, and wait until that is told."""
        self.exporting.show(self.viewer)
        dialog = self.parent.findChild(ExportDialog)
        assert dialog is not None
        for name, value in chosen.items():
            choose(dialog, f"export_{name}", value)
        box = dialog.findChild(QCheckBox, "export_key_object")
        assert box is not None
        box.setChecked(key_object)
        for name in ("export_choose", "export_go"):
            button = dialog.findChild(QPushButton, name)
            assert button is not None
            button.click()
        self.qtbot.waitUntil(lambda: bool(session.state.notice), timeout=20_000)


@pytest.fixture
def hands(
    qtbot: QtBot, parent: QWidget, viewer: Viewer, session: Session, pictures: Pictures, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Hands:  # fmt: skip
    out = tmp_path / "ö"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(out))
    return Hands(qtbot, parent, viewer, Exporting(parent, session, pictures), out)


def test_a_stack_becomes_a_folder_of_values_with_what_they_mean(stack: Session, hands: Hands) -> None:
    hands.export(stack, scope="stack", content="modality")
    assert stack.state.notice.startswith("12 files written")
    (folder,) = hands.out.iterdir()
    assert folder.name == "CT-2"
    assert len(list(folder.glob("ct-*.png"))) == len(list(folder.glob("ct-*.json"))) == 12


def test_an_export_that_is_stopped_leaves_nothing(stack: Session, pictures: Pictures, tmp_path: Path) -> None:
    services, state = stack.services, stack.state
    target = tmp_path / "out"
    wish = ExportWish("stack", "modality", "PNG", str(target))
    plan = ExportPlan(
        wish,
        state,
        places_in(state, "stack"),
        (320, 240),
        13,
        pictures.prepared,
        services.readers,
        services.measurements,
    )
    job = exported(plan)
    told = [next(job) for _ in range(3)]
    assert [step.done for step in told if isinstance(step, Progress)] == [0, 1, 2]
    assert list(target.iterdir())
    job.close()
    assert list(target.iterdir()) == []


def test_the_image_on_screen_is_written_as_it_is_shown_and_never_over_another(shown: Session, hands: Hands) -> None:
    for _ in range(2):
        shown.update(notice="")
        hands.export(shown)
    names = sorted(path.name for path in hands.out.glob("*.png"))
    assert len(names) == 2
    assert names[0].endswith("-2.png")
    with Image.open(hands.out / names[1]) as picture:
        assert picture.size == (320, 240)


def test_key_images_are_exported_with_a_key_object(stack: Session, pictures: Pictures, hands: Hands) -> None:
    marks = KeyImageMarks(stack, pictures)
    marks.toggle()
    hands.export(stack, key_object=True, scope="key_images", content="image")
    folder = hands.out / "key-images"
    assert sorted(path.suffix for path in folder.iterdir()) == [".dcm", ".png"]
    picture = stack.state.picture
    assert picture is not None
    made = dcmread(folder / "key-object.dcm")
    uid = made.ContentSequence[1].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert uid == picture.instance.sop_instance_uid


def test_a_disk_that_refuses_is_told_and_leaves_nothing(shown: Session, hands: Hands) -> None:
    hands.out.write_text("in the way")
    hands.export(shown)
    assert "could not be written" in shown.state.notice


def test_the_choice_of_identity_is_remembered(shown: Session, hands: Hands) -> None:
    shown.choose(identity_in_pictures=True)
    hands.export(shown)
    assert shown.settings.identity_in_pictures
    shown.choose(identity_in_pictures=False)
    shown.update(notice="")
    hands.export(shown)
    assert not shown.settings.identity_in_pictures


def test_reasons_are_told_and_the_many_are_counted(tmp_path: Path) -> None:
    told = exported_words(Exported(tmp_path, 2, ("a", "b", "c", "d", "e")))
    assert "2 files written" in told
    assert told.endswith("a b c And 2 more were left out.")


def test_a_copy_is_on_the_clipboard_without_identity_and_says_so(
    qtbot: QtBot, session: Session, viewer: Viewer
) -> None:
    taking = TakingOut(viewer, session)
    viewer.render_content(content(ramp_frame()))
    QGuiApplication.clipboard().clear()
    taking.copy(viewer)
    qtbot.waitUntil(lambda: "identity hidden" in flashed(viewer), timeout=10_000)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (320, 240)
    session.choose(identity_in_pictures=True)
    taking.copy(viewer)
    qtbot.waitUntil(lambda: "with the patient's identity" in flashed(viewer), timeout=10_000)
    assert QGuiApplication.clipboard().image() != image


def flashed(viewer: Viewer) -> str:
    return " ".join(flash.text() for flash in viewer.findChildren(Flash))


def mouse(viewer: Viewer, kind: QEvent.Type, x: int, modifier: Qt.KeyboardModifier) -> None:
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    at = QPointF(x, 50)
    held = Qt.MouseButton.LeftButton
    QApplication.sendEvent(viewer, QMouseEvent(kind, at, at, button, held, modifier))


def test_alt_and_a_drag_take_the_picture_out_as_a_file_and_leave_the_window_alone(
    qtbot: QtBot, session: Session, viewer: Viewer
) -> None:
    taking = TakingOut(viewer, session)
    taking.connect_viewer(viewer)
    taken: list[Taken] = []
    taking.start_drag = lambda _, one: taken.append(one)
    viewer.render_content(content(ramp_frame()))
    with qtbot.assertNotEmitted(viewer.window_requested):
        mouse(viewer, QEvent.Type.MouseButtonPress, 100, Qt.KeyboardModifier.AltModifier)
        for x in (102, 140, 160):
            mouse(viewer, QEvent.Type.MouseMove, x, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: len(taken) == 1, timeout=10_000)
    path = taken[0].path
    assert path is not None
    mime = mime_of(taken[0])
    assert mime.hasImage()
    assert [Path(url.toLocalFile()) for url in mime.urls()] == [path]
    with Image.open(path) as picture:
        assert picture.size == (320, 240)
    taking.forget_files()
    assert not path.exists()


def test_without_alt_the_left_button_belongs_to_the_viewer(qtbot: QtBot, session: Session, viewer: Viewer) -> None:
    taking = TakingOut(viewer, session)
    taking.connect_viewer(viewer)
    viewer.render_content(content(ramp_frame()))
    with qtbot.waitSignal(viewer.window_requested):
        for kind, x in ((QEvent.Type.MouseButtonPress, 100), (QEvent.Type.MouseMove, 150)):
            mouse(viewer, kind, x, Qt.KeyboardModifier.NoModifier)
    mouse(viewer, QEvent.Type.MouseButtonRelease, 150, Qt.KeyboardModifier.NoModifier)


def test_nothing_is_exported_or_copied_where_nothing_is_shown(session: Session, viewer: Viewer, hands: Hands) -> None:
    session.update(page=Page.READING, scan=Scan())
    hands.exporting.show(viewer)
    assert hands.parent.findChild(ExportDialog) is None
    TakingOut(viewer, session).copy(viewer)
    assert not session.state.notice
    burned = replace(ramp_frame(), marks=(Note.of("burned_in"),))
    picture = replace(picture_of(burned), instance=Instance("a.dcm", "dicom", 64, 64))
    session.update(picture=picture)
    hands.exporting.show(viewer)
    dialog = hands.parent.findChild(ExportDialog)
    assert dialog is not None
    told = dialog.findChild(QLabel, "export_told")
    assert told is not None
    assert "burned into it" in told.text()
    dialog.close()
