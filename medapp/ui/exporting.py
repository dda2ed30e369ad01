"""Exports images in a worker: asks for what and where, then writes it. What was on screen when it was asked counts."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.i18n import spaced, tr
from medapp.ui.cell_state import Picture, Place
from medapp.ui.export_plan import Exported, ExportPlan, exported
from medapp.ui.export_wish import SCOPES, ExportWish, Scope
from medapp.ui.key_marks import ordered_places
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.export_dialog import ExportDialog, ExportOffer
from medapp.ui.widgets.viewer import Viewer

MOST_REASONS = 3


class Exporting(QObject):
    """Opens the dialog over a window, and runs what it asks for."""

    def __init__(self, window: QWidget, session: Session, pictures: Pictures) -> None:
        super().__init__(window)
        self._window, self._session, self._pictures = window, session, pictures
        self._folder = ""

    def show(self, viewer: Viewer, scope: Scope = "image") -> None:
        """Ask what is to be exported; nothing where there is no image."""
        state = self._session.state
        picture = state.picture
        if picture is None:
            return
        images = tuple((one, len(places)) for one in SCOPES if (places := places_in(state, one)))
        offer = ExportOffer(
            images,
            values=not picture.frame.is_colour,
            burned_in=any(mark.code == "burned_in" for mark in picture.frame.marks),
            folder=self._folder,
            scope=scope,
            identity=state.settings.identity_in_pictures,
        )
        dialog = ExportDialog(offer, self._window)
        dialog.folder_requested.connect(partial(self._ask_for_folder, dialog))
        ratio = viewer.devicePixelRatioF()
        screen = (round(viewer.width() * ratio), round(viewer.height() * ratio))
        dialog.export_requested.connect(lambda wish: self._export(state, wish, screen, ratio))
        dialog.open()

    def _ask_for_folder(self, dialog: ExportDialog) -> None:
        name = QFileDialog.getExistingDirectory(dialog, tr("save.choose_folder"), self._folder)
        if name:
            dialog.show_folder(str(Path(name)))

    def _export(self, state: State, wish: ExportWish, screen: tuple[int, int], ratio: float) -> None:
        self._folder = wish.folder
        self._session.choose(identity_in_pictures=wish.identity)
        places = places_in(state, wish.scope)
        font_px = round(state.settings.font_px * ratio)
        services, prepared = self._session.services, self._pictures.prepared
        plan = ExportPlan(wish, state, places, screen, font_px, prepared, services.readers, services.measurements)
        self._session.jobs.start(
            exported(plan),
            title=tr("export.exporting", count=len(places)),
            done=self._tell,
            stopped=partial(self._session.notify, tr("export.stopped")),
        )

    @Slot(object)
    def _tell(self, done: Exported) -> None:
        self._session.notify(exported_words(done))


def places_in(state: State, scope: Scope) -> tuple[Place, ...]:
    """Return the images of a scope: the one on screen, all of its stack, or the key images of its study."""
    picture: Picture | None = state.picture
    if picture is None:
        return ()
    if scope == "image":
        return (picture.place,)
    if scope == "stack":
        return tuple(Place(picture.place.series, index) for index in range(picture.series.frames))
    return ordered_places(picture.study, state.key_images)


def exported_words(done: Exported) -> str:
    """Return what was written where, and what could not be: the first reasons."""
    told = [tr("export.done", count=done.files, target=str(done.target))]
    told += done.refused[:MOST_REASONS]
    if len(done.refused) > MOST_REASONS:
        told.append(tr("export.more_refused", count=len(done.refused) - MOST_REASONS))
    return spaced(told)
