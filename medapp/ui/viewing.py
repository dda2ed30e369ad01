"""What a person does to the picture on screen: window, zoom, turn, play. None of it reaches a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject

from medapp.display.viewport import Viewport
from medapp.imaging.study import Window
from medapp.ui.cell_changes import CellChanges
from medapp.ui.cell_state import VoiChoice, first_viewport
from medapp.ui.cine_playing import CinePlaying
from medapp.ui.linking import link_viewport, link_window
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.voi_choices import choice_when_first_shown, hung_choice


class Viewing(QObject):
    """Changes viewport and window of the active cell, and of those that are linked with it; plays stacks."""

    def __init__(self, session: Session, pictures: Pictures) -> None:
        super().__init__(session)
        self._session = session
        self.playing = CinePlaying(session, pictures)

    def set_viewport(self, viewport: Viewport) -> None:
        """Show the picture through another viewport."""
        changes = CellChanges(self._session.state)
        link_viewport(self._session.state, viewport, changes)
        self._session.update(viewport=viewport, **changes.all)

    def set_window(self, window: Window) -> None:
        """Show the series with `window`."""
        self.choose_voi(VoiChoice("fixed", window=window))

    def choose_voi(self, choice: VoiChoice) -> None:
        """Show the series with another window; it holds for all images of the series."""
        state = self._session.state
        if state.picture is not None and not state.picture.frame.is_colour:
            changes = CellChanges(state)
            link_window(state, choice, changes)
            self._session.update(voi=_with(state.voi, state.picture.place.series, choice), **changes.all)

    def reset(self) -> None:
        """Stop what is going on; where nothing is, show the picture as it was first shown."""
        state = self._session.state
        if state.cine or state.maximised or state.notice:
            self._session.update(cine=False, maximised=False, notice="")
            return
        voi = {key: choice for key, choice in state.voi.items() if not self._is_shown(key)}
        if state.picture is not None:
            series = state.picture.place.series
            voi[series] = hung_choice(state.hung, series) or choice_when_first_shown(state.picture)
        first = first_viewport(state.picture, state.hung)
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


def _with(voi: Mapping[str, VoiChoice], key: str, choice: VoiChoice) -> dict[str, VoiChoice]:
    return {**voi, key: choice}
