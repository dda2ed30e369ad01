"""The worklist's widgets and its session, put together; and the dialogs that ask for its folder and its file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from medapp.i18n import tr
from medapp.storage.opinions import Opinion, Said
from medapp.ui.session import Session

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow


def connect_worklist(window: MainWindow, session: Session) -> None:
    """Connect the widgets of the worklist, the strip chart and the verdicts of a window."""
    worklist, page = window.worklist, window.reading_page
    panel, table = page.worklist, page.worklist.table
    panel.start_requested.connect(worklist.start)
    panel.stop_requested.connect(worklist.stop)
    panel.go_on_requested.connect(worklist.take_up)
    panel.close_requested.connect(worklist.toggle)
    panel.export_requested.connect(partial(_ask_for_file, window))
    panel.opinions.said.connect(worklist.say)
    table.row_requested.connect(worklist.open_row)
    table.sort_requested.connect(worklist.sort)
    page.opinions.said.connect(partial(_say_of_answer, window, session))
    page.strip.index_requested.connect(window.pictures.go_to)


def follow_models(window: MainWindow) -> None:
    """Show the rows as they change, and ask again where the models do, as long as the window lives."""
    worklist = window.worklist
    worklist.rows_changed.connect(lambda: _render_rows(window))
    for changed in _model_changes(window):
        changed(worklist.ask_again)
        changed(window.stack_answers.ask_again)


def _render_rows(window: MainWindow) -> None:
    rows = window.worklist.rows
    window.reading_page.worklist.table.rows.render(len(rows), rows.view)


def _model_changes(window: MainWindow) -> tuple[Callable[[Callable[[], None]], object], ...]:
    return (
        window.teaching.using.models_changed.connect,
        window.importing.installed.connect,
        window.weights.installed.connect,
        window.models_window.desk.models_changed.connect,
    )


def _say_of_answer(window: MainWindow, session: Session, said: str) -> None:
    """Keep what the reader says of the answer on screen; it is there to be seen, for its panel is open."""
    answer = session.state.shown_answer
    if answer is not None:
        key = answer.prediction.identity, answer.prediction.model.manifest_hash
        window.worklist.keep(Opinion(*key, Said(said), ai_visible=session.state.panel_open))


def ask_for_worklist(window: MainWindow) -> None:
    """Ask for a folder and work through it."""
    name = QFileDialog.getExistingDirectory(window, tr("worklist.folder_title"))
    if name:
        window.worklist.open_folder(Path(name))


def _ask_for_file(window: MainWindow) -> None:
    """Ask for a file, and whether the names of the images' files are to stand in it, and write the worklist."""
    named = tr("worklist.export_named")
    kinds = ";;".join((tr("worklist.export_plain"), named))
    name, kind = QFileDialog.getSaveFileName(window, tr("worklist.export_title"), "worklist.csv", kinds)
    if name:
        path = Path(name)
        window.worklist.export(path if path.suffix else path.with_suffix(".csv"), named=kind == named)
