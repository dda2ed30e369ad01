"""What a person does to the picture on screen: window, zoom, turn, play. None of it reaches a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from medapp.display.viewport import Viewport
from medapp.imaging.cine import following, within_limits
from medapp.imaging.study import Window
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State, VoiChoice
from medapp.ui.voi_choices import choice_when_first_shown

CINE_DEFAULT_MS = 100.0


class Viewing(QObject):
    """Changes viewport and window of the session's state, and plays stacks."""

    def __init__(self, session: Session, pictures: Pictures) -> None:
        super().__init__(session)
        self._session = session
        self._pictures = pictures
        self._cine_step = 1
        self._cine = QTimer(self)
        self._cine.setTimerType(Qt.TimerType.PreciseTimer)
        self._cine.timeout.connect(self._play)
        session.changed.connect(self._follow)

    def set_viewport(self, viewport: Viewport) -> None:
        """Show the picture through another viewport."""
        self._session.update(viewport=viewport)

    def set_window(self, window: Window) -> None:
        """Show the series with `window`."""
        self.choose_voi(VoiChoice("fixed", window=window))

    def choose_voi(self, choice: VoiChoice) -> None:
        """Show the series with another window; it holds for all images of the series."""
        picture = self._session.state.picture
        if picture is not None and not picture.frame.is_colour:
            self._session.update(voi=_with(self._session.state.voi, picture.place.series, choice))

    def reset(self) -> None:
        """Stop what is going on; where nothing is, show the picture as it was first shown."""
        state = self._session.state
        if state.cine or state.maximised or state.notice:
            self._session.update(cine=False, maximised=False, notice="")
            return
        voi = {key: choice for key, choice in state.voi.items() if not self._is_shown(key)}
        if state.picture is not None:
            voi[state.picture.place.series] = choice_when_first_shown(state.picture)
        first = state.picture.first_viewport if state.picture is not None else Viewport()
        self._session.update(viewport=first, voi=voi)

    def toggle_presentation(self) -> None:
        """Show pictures as they are stored, or as their presentation states want it."""
        choice = self._session.state.presentation
        self._session.update(presentation=replace(choice, as_stored=not choice.as_stored))

    def next_presentation(self) -> None:
        """Apply the next of the presentation states that are about the picture."""
        picture, choice = self._session.state.picture, self._session.state.presentation
        if picture is None or picture.companion is None or not picture.companion.states:
            return
        states = [ref.source for ref in picture.companion.states]
        applied = picture.companion.applied.source if picture.companion.applied is not None else states[-1]
        following = states[(states.index(applied) + 1) % len(states)] if applied in states else states[0]
        self._session.update(presentation=replace(choice, as_stored=False, source=following))

    def _is_shown(self, key: str) -> bool:
        picture = self._session.state.picture
        return picture is not None and picture.place.series == key

    def toggle_cine(self) -> None:
        """Play the stack, or stop."""
        self._session.update(cine=not self._session.state.cine)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if state.cine and not self._cine.isActive():
            self._cine.start(self._interval(state))
        elif not state.cine:
            self._cine.stop()

    @staticmethod
    def _interval(state: State) -> int:
        """Return how long the picture on screen is shown, as its file says, where that can be watched."""
        if state.picture is None:
            return round(CINE_DEFAULT_MS)
        own, usual = state.picture.frame.shown_ms, state.picture.instance.frame_time_ms
        return round(within_limits(own or usual or CINE_DEFAULT_MS))

    @Slot()
    def _play(self) -> None:
        state = self._session.state
        if state.series is None or state.place is None or state.loading:
            return  # a late frame is waited for: cine never runs ahead of what is shown
        sweeps = state.picture is not None and state.picture.frame.sweeps
        index, self._cine_step = following(state.place.index, state.series.frames, self._cine_step, sweeps=sweeps)
        self._pictures.go_to(index)
        self._cine.setInterval(self._interval(self._session.state))  # frames may differ in how long they are shown


def _with(voi: Mapping[str, VoiChoice], key: str, choice: VoiChoice) -> dict[str, VoiChoice]:
    return {**voi, key: choice}
