"""The window: connects widgets with the session, and renders its state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QStackedWidget, QStatusBar, QToolBar, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.actions import Actions
from medapp.ui.answers import Answers
from medapp.ui.asking import Asking
from medapp.ui.cell_changes import alone_in
from medapp.ui.cell_state import Place, VoiChoice
from medapp.ui.importing import Importing
from medapp.ui.label_door import LabelDoor
from medapp.ui.label_keys import connect_strip, label_handlers
from medapp.ui.labelling import Labelling
from medapp.ui.layout_door import LayoutDoor
from medapp.ui.looks import Looks
from medapp.ui.measuring_desk import MeasuringDesk
from medapp.ui.models_window import ModelsWindow
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.program_door import ProgramDoor
from medapp.ui.quiet_work import quiet_text
from medapp.ui.reading_keys import reading_handlers
from medapp.ui.reading_page import ReadingPage
from medapp.ui.regions import step_region
from medapp.ui.saving import Saving
from medapp.ui.series_windows import SeriesWindows
from medapp.ui.session import Session
from medapp.ui.show_desk import ShowDesk
from medapp.ui.silent_watch import SilentWatch
from medapp.ui.stack_answers import StackAnswers
from medapp.ui.state import Page, State
from medapp.ui.teaching_page import TeachingPage
from medapp.ui.teaching_session import TeachingSession, can_be_cases
from medapp.ui.viewing import Viewing
from medapp.ui.voi_choices import offers_for
from medapp.ui.weight_importing import WeightImporting
from medapp.ui.widgets.banner import Banner
from medapp.ui.widgets.cell_grid import CellGrid
from medapp.ui.widgets.device_line import DeviceLine
from medapp.ui.widgets.job_bar import JobBar
from medapp.ui.widgets.layouts import column, label, named
from medapp.ui.widgets.start_page import StartPage
from medapp.ui.widgets.viewer import Viewer
from medapp.ui.worklist import Worklist
from medapp.ui.worklist_door import ask_for_worklist, connect_worklist, follow_models

log = logging.getLogger(__name__)
FIRST_SIZE = (1280, 800)


class MainWindow(QMainWindow):
    """Holds the pages; state flows down from the session, wishes flow up to it."""

    def __init__(self, session: Session, sample: Callable[[], Sequence[Path]]) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("medapp")
        self.setAcceptDrops(True)
        self.resize(*FIRST_SIZE)
        self._session = session
        self._sample = sample
        self._looks = Looks(self)
        self.pictures = Pictures(session)
        self.viewing = Viewing(session, self.pictures)
        self.series_windows = SeriesWindows(session)
        self.answers = Answers(session)
        self.opening = Opening(session)
        self.teaching = TeachingSession(session)
        self.importing = Importing(session)
        self.silent_watch = SilentWatch(session)
        self.models_window = ModelsWindow(session, self)
        self.weights = WeightImporting(session)
        self.asking = Asking(self, self.opening, self.importing, self.weights)
        self.worklist = Worklist(session, self.opening, self.pictures)
        self.stack_answers = StackAnswers(session)
        self.labelling = Labelling(session, self.pictures)
        self.label_door = LabelDoor(self, session, self.labelling, self.opening, self.teaching)
        self.saving = Saving(self, session)
        self.show_desk = ShowDesk(self, session)
        self.measuring_desk = MeasuringDesk(self, session)
        self.layout_door = LayoutDoor(self, session)
        self.program = ProgramDoor(self, session)
        self._connect_sessions()
        self._build()
        self._render(session.state)

    def _build(self) -> None:
        """Make all widgets and actions, in the language that is spoken now."""
        self.start_page, self.reading_page = StartPage(), ReadingPage()
        self.teaching_page = TeachingPage(self.teaching)
        self.actions_made = Actions(self._handlers(), self)
        self._banner = Banner()
        self._pages = QStackedWidget()
        self._page_widgets = {
            Page.START: self.start_page,
            Page.READING: self.reading_page,
            Page.TEACHING: self.teaching_page,
        }
        for page in self._page_widgets.values():
            self._pages.addWidget(page)
        centre = QWidget()
        layout = column(centre, spacing=0)
        layout.addWidget(self._banner)
        layout.addWidget(self._pages, 1)
        self.setCentralWidget(centre)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._page_bar = named(QToolBar(tr("ui.pages"), movable=False), "page_bar")
        self._tool_bar = named(QToolBar(tr("ui.toolbar"), movable=False), "tool_bar")
        for bar in (self._page_bar, self._tool_bar):
            bar.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
            self.addToolBar(bar)
        self.actions_made.fill_page_bar(self._page_bar)
        self.actions_made.fill_tool_bar(self._tool_bar)
        self.actions_made.fill_menu_bar(self.menuBar())
        self._make_status_bar()
        self._connect_widgets()

    def rebuild(self) -> None:
        """Make all widgets anew. What they show, and what goes on, is the sessions' and stays."""
        thumbnails, had_focus = self.reading_page.browser.thumbnails, self.reading_page.viewer.hasFocus()
        self.actions_made.withdraw()
        for bar in (self._page_bar, self._tool_bar):
            self.removeToolBar(bar)
            bar.deleteLater()
        self.setMenuBar(QMenuBar())
        self.setStatusBar(QStatusBar())
        self._build()
        self._looks.forget()
        self.reading_page.browser.take_thumbnails(thumbnails)
        self.teaching.tell_anew()
        self.show_desk.tell_anew()
        self.stack_answers.tell_anew()
        self.worklist.rows_changed.emit()
        self._render(self._session.state)
        self.layout_door.windows.tell_anew()
        if had_focus:
            self.reading_page.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_status_bar(self) -> None:
        self.job_bar = JobBar()
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(label(tr("ui.research_short"), "small", name="research_use"), 1)
        self.device_line = DeviceLine()
        bar.addPermanentWidget(self.device_line)
        bar.addPermanentWidget(self.job_bar)

    def _connect_sessions(self) -> None:
        """Connect what lives as long as the window."""
        self._session.changed.connect(self._render)
        self.teaching.changed.connect(self._tell_jobs)
        self.teaching.using.changed.connect(self._tell_jobs)
        self.opening.first_found.connect(self._show_first)
        self.teaching.using.models_changed.connect(self.answers.ask_again)
        self.silent_watch.completed.connect(self.teaching.using.refresh)
        for importing in (self.importing, self.weights):
            importing.installed.connect(self._models_changed)
            importing.installed.connect(self.models_window.refresh)
        self.models_window.desk.models_changed.connect(self._models_changed)
        self.models_window.import_requested.connect(self.asking.for_model)
        self.labelling.left.connect(self.answers.ask_again)
        self.labelling.entered.connect(self._take_keys)
        follow_models(self)

    def _connect_widgets(self) -> None:
        session, page = self._session, self.reading_page
        self._banner.dismissed.connect(partial(session.update, notice=""))
        self.job_bar.cancel_requested.connect(session.jobs.cancel)
        self.opening.thumbnail_made.connect(page.browser.render_thumbnail)
        page.browser.place_requested.connect(self.pictures.show)
        page.browser.series_requested.connect(lambda key: self.pictures.show(Place(key, 0)))
        self.connect_cells(page.cells)
        page.chip_pressed.connect(self.answers.toggle_panel)
        page.panel.again_requested.connect(self.answers.ask_again)
        page.panel.explanation_requested.connect(self.answers.explain)
        page.panel.heat_map_requested.connect(lambda shown: session.update(heat_map_shown=shown))
        page.panel.opacity_requested.connect(self._set_opacity)
        self.actions_made.voi_chosen.connect(self.viewing.choose_voi)
        self.teaching_page.use.import_requested.connect(self.asking.for_model)
        self.teaching_page.cases.own_labels_requested.connect(self.label_door.show_for_teaching)
        connect_strip(page.label_strip, self.labelling)
        connect_worklist(self, session)
        self.program.connect_widgets()
        self.layout_door.connect_widgets()

    def connect_cells(self, cells: CellGrid) -> None:
        """Connect the viewers of a window, those that it has and those that it will have."""
        cells.viewer_made.connect(self._connect_viewer)
        for viewer in cells.viewers:
            self._connect_viewer(viewer)

    @Slot(object)
    def _connect_viewer(self, viewer: Viewer) -> None:
        """Connect the viewer of a cell; whatever is done in it is done in the active cell."""
        viewer.window_requested.connect(self.viewing.set_window)
        viewer.viewport_requested.connect(self.viewing.set_viewport)
        viewer.scroll_requested.connect(self.pictures.scroll)
        viewer.maximise_requested.connect(self._toggle_maximised)
        viewer.menu_requested.connect(self._show_image_menu)
        viewer.open_requested.connect(self.asking.for_files)
        self.show_desk.connect_viewer(viewer)
        self.measuring_desk.connect_viewer(viewer)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        session = self._session
        return {
            **reading_handlers(session, self.pictures, self.viewing, self.layout_door),
            **{f"show_{page}": partial(session.show_page, page) for page in Page},
            "open_files": self.asking.for_files,
            "open_folder": self.asking.for_folder,
            "open_sample": self.open_sample,
            "save_result": self.saving.show,
            "models": self.models_window.open,
            "import_model": self.asking.for_model,
            "worklist": self.worklist.toggle,
            "worklist_folder": partial(ask_for_worklist, self),
            "close_all": self.opening.close_all,
            "quit": self.close,
            "reset": self._reset,
            "series_next": partial(self._go_on, 1),
            "series_previous": partial(self._go_on, -1),
            "maximise": self._toggle_maximised,
            "region_next": partial(step_region, self, 1),
            "region_previous": partial(step_region, self, -1),
            "ai_panel": self.answers.toggle_panel,
            **self.show_desk.handlers(),
            **self.measuring_desk.handlers(),
            **self.layout_door.handlers(),
            **label_handlers(self.labelling, self.label_door),
            **self.program.handlers(),
        }

    @Slot(object)
    def _show_first(self, place: Place | None) -> None:
        """Show what was found first; label mode chooses its cases itself."""
        if not self.labelling.is_on and place is not None:
            self.layout_door.hanging.show_first(place)

    def _reset(self) -> None:
        """Leave label mode where it is on; else stop what is going on, or show the picture as it was first shown."""
        if not self.labelling.back():
            self.viewing.reset()

    @Slot()
    def _take_keys(self) -> None:
        """Bring the keyboard to the image: a dialog may have had it."""
        self.activateWindow()
        self.reading_page.viewer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self, steps: int) -> None:
        """Go to the next series; in label mode, to the next case."""
        if self.labelling.is_on:
            self.labelling.step(steps)
        else:
            self.pictures.change_series(steps)

    @Slot()
    def _tell_jobs(self) -> None:
        state, teaching = self._session.state, self.teaching
        self.job_bar.render_jobs(state.jobs, quiet_text(state, teaching.view, teaching.using.view))

    @Slot(object)
    def _render(self, state: State) -> None:
        self._looks.render_settings(state.settings)
        self._pages.setCurrentWidget(self._page_widgets[state.page])
        self._banner.render_text(state.notice)
        self._tell_jobs()
        answered = state.shown_answer
        if answered is not None and answered.prediction.seconds:  # a refusal by the header was not computed
            ready = self._session.services.engine.pid is not None
            self.device_line.render_device(answered.prediction.device, answered.prediction.note, ready=ready)
        labelling = state.labelling is not None
        self.menuBar().setVisible(not labelling)
        self.statusBar().setVisible(not labelling)
        alone = alone_in(state, 0)
        self._page_bar.setVisible(not alone)
        self._tool_bar.setVisible(state.page is Page.READING and not alone)
        self.actions_made.render_state(state)
        chosen = state.voi.get(state.picture.place.series, VoiChoice()) if state.picture else VoiChoice()
        reading = state.page is Page.READING
        self.actions_made.render_offers(offers_for(state.picture, shifted=labelling), chosen, enabled=reading)
        self.reading_page.render_state(state)

    def open_sample(self) -> None:
        """Open the cases that the program brings along."""
        self.opening.open_prepared(self._sample, tr("ui.preparing_sample"))

    @Slot()
    def _models_changed(self) -> None:
        self.answers.ask_again()
        self.teaching.refresh()

    @Slot()
    def _toggle_maximised(self) -> None:
        self._session.update(maximised=not self._session.state.maximised)

    @Slot(float)
    def _set_opacity(self, opacity: float) -> None:
        self._session.update(heat_map_opacity=opacity)

    @Slot(QPoint)
    def _show_image_menu(self, position: QPoint) -> None:
        menu = self.actions_made.context_menu(QMenu(self))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders, wherever they are dropped."""
        if event.mimeData().hasUrls() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped; on the teaching page a folder or a table becomes the cases."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if self._session.state.page is Page.TEACHING and len(paths) == 1 and can_be_cases(paths[0]):
            self.teaching.choose_cases(paths[0])
        elif len(paths) == 1 and paths[0].suffix.lower() == ".zip":
            self.importing.consider(paths[0], otherwise=lambda: self.opening.open(paths))
        else:
            self.opening.open(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what was set by hand, and close what is open beside it."""
        self.layout_door.windows.close_all()
        if self._session.state.heat_map_opacity != self._session.settings.heat_map_opacity:
            self._session.choose(heat_map_opacity=self._session.state.heat_map_opacity)
        super().closeEvent(event)
