"""Key images: marks them, finds those that are open, and goes from one to the next."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from medapp.i18n import tr
from medapp.imaging.study import Scan, Study
from medapp.jobs import Job, Progress
from medapp.storage.key_images import KeyImage, KeyImages
from medapp.ui.cell_state import Place
from medapp.ui.key_marks import key_image_of, ordered_places, places_of
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State, series_key


class KeyImageMarks(QObject):
    """Keeps the marks of the session's state; the disk follows in the background."""

    def __init__(self, session: Session, pictures: Pictures) -> None:
        super().__init__(session)
        self._session, self._pictures = session, pictures
        self._store = session.services.key_images
        self._found: tuple[Scan, frozenset[KeyImage]] | None = None
        session.changed.connect(self._follow)
        session.note_jobs.start(_all_marked(self._store), done=self._take)

    def _take(self, marked: frozenset[KeyImage]) -> None:
        marks = self._session.state.key_images
        self._session.update(key_images=replace(marks, marked=marks.marked | marked))

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Find where the marked images lie, when others are marked or open."""
        marks = state.key_images
        if self._found == (state.scan, marks.marked):
            return
        self._found = (state.scan, marks.marked)
        places = places_of(state.scan, marks.marked)
        if places != marks.places:
            self._session.update(key_images=replace(marks, places=places, alone=marks.alone and bool(places)))

    @Slot()
    def toggle(self) -> None:
        """Mark the image on screen, or take its mark away."""
        picture = self._session.state.picture
        if picture is not None:
            image = key_image_of(picture)
            self._put(image, marked=image not in self._session.state.key_images.marked)

    def _put(self, image: KeyImage, *, marked: bool) -> None:
        marks = self._session.state.key_images
        others = marks.marked - {image}
        self._session.update(key_images=replace(marks, marked=others | {image} if marked else others))
        self._session.note_jobs.start(
            _kept(self._store, image, marked=marked), failed=lambda error: self._fail(image, error, marked=marked)
        )

    def _fail(self, image: KeyImage, error: BaseException, *, marked: bool) -> None:
        """Tell that the disk refused, and show what it holds."""
        marks = self._session.state.key_images
        others = marks.marked - {image}
        self._session.update(key_images=replace(marks, marked=others if marked else others | {image}))
        self._session.fail(error)

    @Slot()
    def toggle_alone(self) -> None:
        """List key images alone in the browser, or all series again."""
        marks = self._session.state.key_images
        self._session.update(key_images=replace(marks, alone=not marks.alone))

    def go(self, step: int) -> None:
        """Go to the next or the previous key image of the study; behind the last comes the first."""
        state = self._session.state
        located = state.located
        if located is None or state.place is None:
            return
        places = ordered_places(located[0], state.key_images)
        if not places:
            self._session.notify(tr("key_images.none"))
            return
        self._pictures.show(_following(places, state.place, located[0], step))


def _following(places: tuple[Place, ...], here: Place, study: Study, step: int) -> Place:
    """Return the key image after, or before, a place that need not be one."""
    keys = [series_key(series) for series in study.series]

    def order(place: Place) -> tuple[int, int]:
        return keys.index(place.series), place.index

    if step > 0:
        return next((place for place in places if order(place) > order(here)), places[0])
    return next((place for place in reversed(places) if order(place) < order(here)), places[-1])


def _all_marked(store: KeyImages) -> Job[frozenset[KeyImage]]:
    yield Progress(0, 0)
    return store.all_marked()


def _kept(store: KeyImages, image: KeyImage, *, marked: bool) -> Job[None]:
    yield Progress(0, 0)
    store.put(image, marked=marked)
