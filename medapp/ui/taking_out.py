"""The image on screen for other programs: on the clipboard, or dragged out with the mouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QUrl, Slot
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication

from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.jobs import Job, Progress
from medapp.ui.drawn_picture import Screenlike, drawn_picture
from medapp.ui.session import Session
from medapp.ui.widgets.flash import Flash
from medapp.ui.widgets.images import as_qimage
from medapp.ui.widgets.viewer import Viewer
from medapp.ui.widgets.viewer_content import ViewerContent
from medapp.workflows.picture_files import told_disk, write_picture

DRAG_ICON_PX = 160


@dataclass(frozen=True, eq=False)
class Taken:
    """A picture that leaves the program: its pixels, and the file that holds it where one was wanted."""

    pixels: NDArray[np.uint8]
    path: Path | None = None

    @property
    def image(self) -> QImage:
        """The picture for Qt."""
        return as_qimage(self.pixels)


class TakingOut(QObject):
    """Copies the image on screen, and lets it be dragged out of a viewer with Alt and the left button."""

    def __init__(self, parent: QObject, session: Session) -> None:
        super().__init__(parent)
        self._session = session
        self._folder = session.services.folders.cache / "dragged"
        self._held: tuple[Viewer, QPointF] | None = None
        self.start_drag: Callable[[Viewer, Taken], None] = _start_drag
        session.note_jobs.start(_emptied(self._folder))

    def copy(self, viewer: Viewer) -> None:
        """Copy what a viewer shows."""
        if viewer.content.picture is not None:
            job = _taken(viewer.content, self._screenlike(viewer), None)
            self._session.picture_jobs.start(job, done=lambda taken: self._put_on_clipboard(viewer, taken))

    def _screenlike(self, viewer: Viewer) -> Screenlike:
        settings, ratio = self._session.settings, viewer.devicePixelRatioF()
        size = (round(viewer.width() * ratio), round(viewer.height() * ratio))
        return Screenlike(size, round(settings.font_px * ratio), identity=settings.identity_in_pictures)

    def _put_on_clipboard(self, viewer: Viewer, taken: Taken) -> None:
        QGuiApplication.clipboard().setImage(taken.image)
        shown = self._session.settings.identity_in_pictures
        Flash(tr("export.copied_with" if shown else "export.copied_without"), viewer)

    def connect_viewer(self, viewer: Viewer) -> None:
        """Watch a viewer for a drag with Alt."""
        viewer.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a press with Alt from the viewer; when the hand moves on, the picture goes along."""
        if not isinstance(watched, Viewer) or not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        match event.type():
            case QEvent.Type.MouseButtonPress if _begins(event) and watched.content.picture is not None:
                self._held = (watched, event.position())
                return True
            case QEvent.Type.MouseMove if self._held is not None and self._held[0] is watched:
                self._move(event)
                return True
            case QEvent.Type.MouseButtonRelease if self._held is not None:
                self._held = None
                return True
        return super().eventFilter(watched, event)

    def _move(self, event: QMouseEvent) -> None:
        assert self._held is not None
        viewer, start = self._held
        if (event.position() - start).manhattanLength() < QApplication.startDragDistance():
            return
        self._held = None
        job = _taken(viewer.content, self._screenlike(viewer), self._folder)
        self._session.picture_jobs.start(job, done=lambda taken: self.start_drag(viewer, taken))

    @Slot()
    def forget_files(self) -> None:
        """Remove the files of finished drags: the program that took them has had its time."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _begins(event: QMouseEvent) -> bool:
    with_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    return with_alt and event.button() is Qt.MouseButton.LeftButton


def _taken(content: ViewerContent, wanted: Screenlike, folder: Path | None) -> Job[Taken]:
    """Draw what a viewer shows, and write it where a file is wanted; raises ``export.write``."""
    yield Progress(0, 0)
    pixels = drawn_picture(content, wanted)
    if folder is None:
        return Taken(pixels)
    with told_disk():
        folder.mkdir(parents=True, exist_ok=True)
    return Taken(pixels, write_picture(folder, "image", pixels, "PNG"))


def _emptied(folder: Path) -> Job[None]:
    """Remove what an earlier start has left."""
    yield Progress(0, 0)
    shutil.rmtree(folder, ignore_errors=True)


def _start_drag(viewer: Viewer, taken: Taken) -> None:
    """Hand a picture to the system, which brings it to where the button is let go."""
    if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
        return  # it was let go while the picture was made
    drag = QDrag(viewer)
    drag.setMimeData(mime_of(taken))
    drag.setPixmap(
        QPixmap.fromImage(taken.image).scaled(DRAG_ICON_PX, DRAG_ICON_PX, Qt.AspectRatioMode.KeepAspectRatio)
    )
    drag.exec(Qt.DropAction.CopyAction)


def mime_of(taken: Taken) -> QMimeData:
    """Return a picture as other programs take it: as a file, and as an image."""
    if taken.path is None:
        raise MedappError("export.closed")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(taken.path))])
    mime.setImageData(taken.image)
    return mime
