"""Saves the answer about the picture on screen, in a worker, in the forms that others read."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.classify.prediction import Prediction
from medapp.display.look import Look
from medapp.i18n import listed, spaced, tr
from medapp.interop.outcome import DICOM, FORMATS, Format
from medapp.interop.words import headline
from medapp.jobs import Job, Progress
from medapp.ui.answer_state import Answered
from medapp.ui.cell_state import Picture
from medapp.ui.commands import can_save
from medapp.ui.session import Services, Session
from medapp.ui.state import State
from medapp.ui.voi_choices import voi_shown
from medapp.ui.widgets.save_result import FormChoice, SaveResult, SaveWish
from medapp.workflows.sending import Sent, Told, Wanted, send_on


class Saving(QObject):
    """Opens the dialog over a window. What is saved is what was on screen when it was opened."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session

    @Slot()
    def show(self) -> None:
        """Ask how the answer on screen is to be saved; nothing where there is none."""
        state = self._session.state
        picture = state.picture
        if picture is None or not can_save(state):
            return
        prediction = state.answer.prediction if isinstance(state.answer, Answered) else None
        is_dicom = picture.instance.kind == "dicom"
        forms = tuple(FormChoice(form, possible=is_dicom or form not in DICOM) for form in FORMATS)
        told = headline(prediction) if prediction is not None else tr("send.state_no_model")
        dialog = SaveResult(tr("save.answer", answer=told), forms, self._window, note=of_stack(picture))
        dialog.folder_requested.connect(partial(self._ask_for_folder, dialog))
        look = look_of(state)
        dialog.save_requested.connect(lambda wish: self._save(picture, prediction, look, wish))
        dialog.open()

    def _ask_for_folder(self, dialog: SaveResult) -> None:
        name = QFileDialog.getExistingDirectory(dialog, tr("save.choose_folder"))
        if name:
            dialog.show_folder(str(Path(name)))

    def _save(self, picture: Picture, prediction: Prediction | None, look: Look, wish: SaveWish) -> None:
        wanted = Wanted(cast("tuple[Format, ...]", wish.forms), wish.with_identity)
        job = saved(self._session.services, picture, prediction, look, Path(wish.folder), wanted)
        self._session.jobs.start(job, title=tr("save.saving"), done=self._tell)

    def _tell(self, sent: Sent) -> None:
        self._session.notify(saved_words(sent))


def of_stack(picture: Picture) -> str:
    """Return that the answer is about one image of a stack; empty where there is one image, or a folder of pictures."""
    images, number = picture.series.frames, picture.place.index + 1
    one = images < 2 or picture.instance.kind == "picture"
    return "" if one else tr("save.one_of_stack", number=number, images=images)


def look_of(state: State) -> Look:
    """Return what the picture on screen is shown with, but for zoom and turns."""
    picture = state.picture
    presented = picture.presented if picture is not None else None
    return Look(
        voi_shown(state),
        inverted=state.viewport.inverted,
        overlays=state.overlays,
        shutters=state.shutters,
        presented=presented,
    )


def saved(
    services: Services, picture: Picture, prediction: Prediction | None, look: Look, folder: Path, wanted: Wanted
) -> Job[Sent]:
    """Write the answer about a picture; where no model is for it, the refusal is asked for first."""
    yield Progress(0, 1)
    reading = services.reading
    answer = prediction if prediction is not None else reading.classify(picture.frame, heat_map=False)
    uid = picture.instance.sop_instance_uid
    told = Told(picture.instance.source, picture.frame.number, answer, picture.frame, look, uid)
    return (yield from send_on([told], reading.package_of, services.readers, folder, wanted))


def saved_words(sent: Sent) -> str:
    """Return what was written where, and what could not be."""
    told = [tr("save.saved", n=len(sent.files), folder=str(sent.folder))]
    reasons: dict[str, list[str]] = {}
    for refused in sent.refusals:
        reasons.setdefault(refused.reason, []).append(refused.form.upper())
    told += [tr("save.not_made", forms=listed(forms), reason=why) for why, forms in reasons.items()]
    return spaced(told)
