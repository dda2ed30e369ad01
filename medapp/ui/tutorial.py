"""The tutorial of a window that works in the practice folders: follows what is done, and helps on request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDockWidget, QWidget

from medapp.i18n import tr
from medapp.imaging.phantom import PhantomCase, write_cases, write_ct_series, write_dicom
from medapp.jobs import Job
from medapp.jobs import Progress as JobProgress
from medapp.storage.practice import Progress
from medapp.ui.lessons import IDS, LESSONS, Seen, first_open, view_of
from medapp.ui.session import Session
from medapp.ui.state import Page, State
from medapp.ui.widgets.teaching.views import QuestionView
from medapp.ui.widgets.tutorial_panel import TutorialPanel

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow

PATIENTS_PER_CLASS, CASE_PX, CHEST_PX = 60, 224, 512
NEW_CASE = PhantomCase(424242, nodule=True, size=CASE_PX)
PATIENT_PATTERN = r"(patient\d+)_"


class Tutorial(QObject):
    """Shows one lesson after the other beside the pages. What was done stays done, also after a restart."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._folder = session.services.folders.data / "practice"
        self._progress = Progress(session.services.folders)
        self._done: tuple[str, ...] = tuple(name for name in self._progress.read() if name in IDS)
        self._number = first_open(self._done)
        self._visited: set[object] = set()
        self._dock: QDockWidget | None = None
        session.changed.connect(self._look)
        window.teaching.changed.connect(self._look)

    def show(self) -> None:
        """Show the panel where the person left it."""
        if self._dock is None:
            self.tell_anew()
        assert self._dock is not None
        self._dock.show()
        self._look()

    def tell_anew(self) -> None:
        """Make the panel, in the language that is spoken now."""
        was_shown = True
        if self._dock is not None:
            was_shown = self._dock.isVisible()
            self._window.removeDockWidget(self._dock)
            self._dock.deleteLater()
        self._window.setWindowTitle(tr("tutorial.window_title"))
        self._panel = TutorialPanel()
        self._panel.action_requested.connect(self._help)
        self._panel.step_requested.connect(self._step)
        self._panel.leave_requested.connect(self._leave)
        self._dock = QDockWidget(tr("tutorial.title"), self._window)
        self._dock.setObjectName("tutorial")
        self._dock.setTitleBarWidget(QWidget())  # none: there is nothing to move
        self._dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self._dock.setWidget(self._panel)
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._dock)
        self._dock.setVisible(was_shown)
        self._render()

    @Slot()
    def _look(self) -> None:
        """Note the lesson on show as done, once what it asks for is there."""
        state = self._session.state
        if state.picture is not None:
            self._visited.add(state.picture.place)
        if self._number < len(LESSONS) and self._is_done(state):
            self._note((*self._done, LESSONS[self._number].id))

    def _is_done(self, state: State) -> bool:
        lesson, snapshot = LESSONS[self._number], self._window.teaching.snapshot
        marks = snapshot.marks if snapshot is not None else {}
        steps = frozenset(name for name, mark in marks.items() if mark.done)
        return lesson.id not in self._done and lesson.done(Seen(state, steps, len(self._visited)))

    def _note(self, done: Sequence[str]) -> None:
        self._done = tuple(done)
        self._session.note_jobs.start(_noted(self._progress, self._done))
        self._render()

    def _render(self) -> None:
        if self._dock is not None:
            self._panel.render_lesson(view_of(self._number, self._done))

    @Slot(int)
    def _step(self, steps: int) -> None:
        """Go to another lesson, and to the page that it is about; a lesson that was left out counts as seen."""
        if steps > 0 and self._number < len(LESSONS) and LESSONS[self._number].id not in self._done:
            self._note((*self._done, LESSONS[self._number].id))
        self._number = min(max(self._number + steps, 0), len(LESSONS))
        if self._number < len(LESSONS):
            lesson = LESSONS[self._number]
            self._session.show_page(lesson.page)
            if lesson.step is not None:
                self._window.teaching.go_to(lesson.step)
        self._render()
        self._look()

    @Slot()
    def _leave(self) -> None:
        """Hide the panel; Help, Tutorial brings it back."""
        if self._dock is not None:
            self._dock.hide()
        self._session.notify(tr("tutorial.left"))

    @Slot(str)
    def _help(self, action: str) -> None:
        """Do what the lesson offers to do for the person."""
        helps: dict[str, Callable[[], None]] = {
            "open_images": partial(self._open, self._images),
            "open_new": partial(self._open, self._new_image),
            "fill_question": self._fill_question,
            "take_cases": self._take_cases,
        }
        helps[action]()

    def _open(self, prepare: Callable[[], Sequence[Path]]) -> None:
        self._session.show_page(Page.READING)
        self._window.opening.open_prepared(prepare, tr("ui.preparing_sample"))

    def _images(self) -> list[Path]:
        write_ct_series(self._folder / "ct")
        chest = write_dicom(self._folder / "chest" / "radiograph.dcm", PhantomCase(1, nodule=True, size=CHEST_PX))
        return [self._folder / "ct", chest]

    def _new_image(self) -> list[Path]:
        return [write_dicom(self._folder / "new" / "new.dcm", NEW_CASE)]

    def _fill_question(self) -> None:
        pictures, people = tr("tutorial.question_pictures"), tr("tutorial.question_people")
        self._window.teaching.set_question(QuestionView(pictures, people, find="nodule", other="normal"))

    def _take_cases(self) -> None:
        job = _cases(self._folder / "cases")
        choose = partial(self._window.teaching.choose_cases, pattern=PATIENT_PATTERN)
        self._session.jobs.start(job, title=tr("ui.preparing_sample"), done=choose)


def _cases(folder: Path) -> Job[Path]:
    """Write labelled phantoms, once."""
    yield JobProgress(0, 0)
    return folder if folder.is_dir() else write_cases(folder, PATIENTS_PER_CLASS, size=CASE_PX)


def _noted(progress: Progress, done: Sequence[str]) -> Job[None]:
    yield JobProgress(0, 0)
    progress.write(done)
