"""The reading page: browser, image with its banner and chip, and the panel of the model's answer."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QSplitter, QWidget

from medapp.classify.scope import PICTURE
from medapp.display.marks import marks
from medapp.i18n import tr
from medapp.imaging.study import PROJECTIONS
from medapp.imaging.test_pattern import PATTERN_UID
from medapp.ui.answer_state import Answered, Classifying, NoModel, NotAnswered, Waiting
from medapp.ui.cell_changes import all_cells, alone_in, patients_on_screen
from medapp.ui.cell_content import content_of
from medapp.ui.cell_state import Picture
from medapp.ui.state import State
from medapp.ui.widgets.annotations import MARGIN
from medapp.ui.widgets.cell_grid import CellGrid
from medapp.ui.widgets.label_strip import LabelStrip
from medapp.ui.widgets.layouts import column, label, named, row
from medapp.ui.widgets.opinion_bar import OpinionBar
from medapp.ui.widgets.prediction_panel import PredictionPanel
from medapp.ui.widgets.strip_chart import StripChart
from medapp.ui.widgets.study_browser import StudyBrowser
from medapp.ui.widgets.viewer import Viewer, ViewerContent
from medapp.ui.widgets.wording import identity_text, modality_text
from medapp.ui.widgets.worklist_panel import PANEL_PX as WORKLIST_PX
from medapp.ui.widgets.worklist_panel import WorklistPanel

BROWSER_PX = 248
CHIP_GAP_PX = 12
BANNER_MARGINS = 12, 5
CORNER_LINES = 3


class ReadingPage(QWidget):
    """Lays the widgets of the page out and hands each its part of the state."""

    chip_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.browser = StudyBrowser()
        self.cells = CellGrid()
        self.panel = PredictionPanel()
        self.opinions = OpinionBar("answer_opinions", side_px=12, foot_px=8)
        self.strip = StripChart()
        self.worklist = WorklistPanel()
        self.label_strip = LabelStrip()
        self.banner = label("", name="identity")
        self.banner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._heat_map_mark = label(tr("ui.heat_map_on"), name="heat_map_mark")
        self._heat_map_mark.setParent(self.cells)
        self._heat_map_mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.chip = label("", name="chip")
        self._chip_wanted = False
        self.chip.setParent(self.banner)
        self.chip.setCursor(Qt.CursorShape.PointingHandCursor)
        for watched in (self.chip, self.banner, self.cells):
            watched.installEventFilter(self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self.browser)
        self._splitter.addWidget(self._middle())
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([BROWSER_PX, 1000])
        layout = column(self, spacing=0)
        layout.addWidget(self.label_strip)
        across = row(spacing=0)
        across.addWidget(self._splitter, 1)
        across.addWidget(self._side())
        layout.addLayout(across, 1)

    @property
    def viewer(self) -> Viewer:
        """The viewer of the active cell; of the first, where another window has the active one."""
        return self.cells.active_viewer

    def _middle(self) -> QWidget:
        middle = QWidget()
        layout = column(middle, spacing=0)
        layout.addWidget(self.banner)
        layout.addWidget(self.cells, 1)
        layout.addWidget(self.strip)
        return self._over_worklist(middle)

    def _over_worklist(self, middle: QWidget) -> QWidget:
        split = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        split.setHandleWidth(1)
        split.addWidget(middle)
        split.addWidget(self.worklist)
        split.setStretchFactor(0, 1)
        split.setSizes([1000, WORKLIST_PX])
        return split

    def _side(self) -> QWidget:
        """Return the model's answer, and below it what the reader says of it."""
        self._panel_side = named(QWidget(), "panel_side")
        self._panel_side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = column(self._panel_side, spacing=0)
        layout.addWidget(self.panel, 1)
        layout.addWidget(self.opinions)
        return self._panel_side

    def render_state(self, state: State) -> None:
        """Show the part of `state` that belongs to this page."""
        alone = alone_in(state, 0)
        self.label_strip.render_view(state.labelling)
        self.browser.setVisible(state.browser_shown and not alone)
        self._panel_side.setVisible(state.panel_open and not alone)
        self._render_said(state)
        place = state.place
        stack = state.stack if place is not None and state.stack and state.stack.series == place.series else None
        self.strip.render_view(None if alone or not state.panel_open else stack, place.index if place else -1)
        worklist = replace(state.worklist, shown=False) if alone else state.worklist
        self.worklist.render_view(worklist, judged_here=not state.panel_open)
        self.browser.render_scan(state.scan, state.place.series if state.place else None)
        self.browser.render_key_images(state.key_images)
        if state.panel_open:
            self.panel.render_answer(
                state.answer,
                heat_map_shown=state.heat_map_shown,
                opacity=state.heat_map_opacity,
                marks=_marks_of(state.picture),
                has_side_marker=_has_side_marker(state.picture),
            )
        self._render_banner(state)
        something = any(cell.picture is not None for cell in all_cells(state))
        self.banner.setVisible(something and state.labelling is None)
        contents = self._render_cells(state, alone=alone)
        self._heat_map_mark.setVisible(any(content.heat_map is not None for content in contents))
        self._render_chip(state)

    def _render_banner(self, state: State) -> None:
        """Tell whose picture the active cell shows; in amber where another patient's stands beside it."""
        several = len(patients_on_screen(state))
        text = identity_text(state.picture) or tr("cells.empty")
        self.banner.setText(text if several < 2 else f"{tr('cells.two_patients', count=several)}   ·   {text}")
        mark_patients(self.banner, several)

    def _render_cells(self, state: State, *, alone: bool) -> list[ViewerContent]:
        """Show the cells of this window, or the active one `alone`; return what they show."""
        grid = state.grids[0]
        active = state.active if state.active < grid.count else None
        contents = [content_of(state, state.cell(n), is_active=n == active) for n in range(grid.count)]
        shown = (active or 0,) if alone else range(grid.count)
        self.cells.render_cells(contents, columns=1 if alone else grid.columns, shown=tuple(shown), active=active)
        return contents

    def _render_said(self, state: State) -> None:
        answer = state.shown_answer
        self.opinions.setVisible(answer is not None and answer.prediction.refused is None)
        if answer is not None:
            key = answer.prediction.identity, answer.prediction.model.manifest_hash
            self.opinions.render_said(str(state.opinions[key].said) if key in state.opinions else "")

    def _render_chip(self, state: State) -> None:
        text, look = _chip(state)
        is_here = state.active < state.grids[0].count
        self._chip_wanted = bool(text) and is_here and not state.panel_open and state.labelling is None
        self.chip.setText(text)
        if self.chip.property("state") != look:
            self.chip.setProperty("state", look)
            self.chip.style().unpolish(self.chip)
            self.chip.style().polish(self.chip)
        self._place_chips()

    def _place_chips(self) -> None:
        """Put the chip into the banner, where it hides no picture, and the heat map's mark below the corner's texts.

        Where the banner has no room for both, the identity stands alone.
        """
        self._heat_map_mark.adjustSize()
        over = self.viewer.geometry()
        below = over.top() + MARGIN + CORNER_LINES * (self.viewer.fontMetrics().height() + 1) + CHIP_GAP_PX // 2
        self._heat_map_mark.move(over.left() + max(0, over.width() - self._heat_map_mark.width() - MARGIN), below)
        self._heat_map_mark.raise_()
        self.chip.adjustSize()
        side, over_and_under = BANNER_MARGINS
        taken = self.chip.width() + CHIP_GAP_PX
        identity = self.banner.fontMetrics().horizontalAdvance(self.banner.text())
        self.chip.setVisible(self._chip_wanted and identity + taken + 2 * side <= self.banner.width())
        right = side if self.chip.isHidden() else side + taken
        self.banner.setContentsMargins(side, over_and_under, right, over_and_under)
        free = self.banner.height() - self.chip.height()
        self.chip.move(self.banner.width() - self.chip.width() - CHIP_GAP_PX, free // 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the chip and the mark in their places, and take presses on the chip."""
        if watched is not self.chip and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place_chips()
        elif watched is self.chip and event.type() == QEvent.Type.MouseButtonRelease:
            self.chip_pressed.emit()
            return True
        return super().eventFilter(watched, event)


def mark_patients(banner: QLabel, count: int) -> None:
    """Let the band that tells the identity be amber where several patients are side by side."""
    look = "attention" if count > 1 else ""
    if banner.property("state") != look:
        banner.setProperty("state", look)
        banner.style().unpolish(banner)
        banner.style().polish(banner)


def _marks_of(picture: Picture | None) -> tuple[str, ...]:
    """Return what must be known of a picture wherever its answer stands."""
    return () if picture is None else marks(picture.instance, picture.frame, all_of_them=False)


def _has_side_marker(picture: Picture | None) -> bool:
    """Tell whether a letter on the picture says which side is which, as on radiographs, but not on slices."""
    return picture is not None and picture.frame.modality in PROJECTIONS | {PICTURE}


def _chip(state: State) -> tuple[str, str]:
    """Return text and look of the chip: what the model could say, never what it says; none over the test pattern."""
    if state.picture is not None and state.picture.instance.sop_instance_uid == PATTERN_UID:
        return "", "quiet"
    match state.answer:
        case NoModel(modality):
            return tr("ui.chip_no_model", modality=modality_text(modality)), "quiet"
        case Classifying():
            return tr("ui.chip_classifying"), "quiet"
        case Waiting() | Answered():
            return tr("ui.chip_ready"), "ready"
        case NotAnswered():
            return tr("ui.chip_failed"), "attention"
    return "", "quiet"
