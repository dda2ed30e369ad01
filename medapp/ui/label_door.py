"""The way into label mode and out of it: projects are chosen, begun, compared, ranked, taught from and exported."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.errors import MedappError, Problem
from medapp.i18n import listed, tell, tr
from medapp.ui.label_deeds import LabelDeeds
from medapp.ui.label_places import places_of
from medapp.ui.label_view import row_of
from medapp.ui.labelling import Labelling
from medapp.ui.opening import Opening
from medapp.ui.session import Session
from medapp.ui.teaching_desk import as_job
from medapp.ui.teaching_session import TeachingSession
from medapp.ui.widgets.label_start import LabelStart, NewLabels, ProjectRow, Proposal, Wish
from medapp.workflows.label_plan import LabelPlan, Unit, classes_in
from medapp.workflows.labelling import LabelProject, classes_of_question, find_label_projects


class LabelDoor(QObject):
    """Shows the dialog of label projects over a window, and does what a person wants with one."""

    def __init__(
        self, window: QWidget, session: Session, labelling: Labelling, opening: Opening, teaching: TeachingSession
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._labelling = labelling
        self._opening = opening
        self._teaching = teaching
        self._deeds = LabelDeeds(session, labelling, teaching)
        self._projects: dict[Path, LabelProject] = {}
        self._problems: list[Problem] = []
        labelling.choice_requested.connect(self.show)

    @property
    def _folder(self) -> Path:
        return self._session.services.folders.data / "labels"

    @property
    def labelled_folder(self) -> str:
        """The folder of the project that is being labelled; empty where none is."""
        project = self._labelling.project
        return str(project.folder) if project is not None and self._labelling.is_on else ""

    @Slot()
    def show(self) -> None:
        """Look for label projects, and let one be chosen or begun."""
        self._look("")

    @Slot()
    def show_for_teaching(self) -> None:
        """The same, with the classes that the teaching project asks about."""
        question = self._teaching.view.question
        self._look(listed(classes_of_question(question.find, question.other)))

    def _look(self, classes: str) -> None:
        if self._labelling.is_on:
            self._labelling.leave()
        scan = self._session.state.scan

        def work() -> tuple[list[LabelProject], tuple[ProjectRow, ...]]:
            found, problems = find_label_projects(self._folder)
            self._problems = problems
            return found, tuple(row_of(one, is_open=bool(places_of(scan, one.plan))) for one in found)

        self._session.label_jobs.start(as_job(work), done=lambda found: self._choose(found[0], found[1], classes))

    def _choose(self, projects: list[LabelProject], rows: tuple[ProjectRow, ...], classes: str) -> None:
        for problem in self._problems:
            self._session.notify(tell(problem))
        self._projects = {one.folder: one for one in projects}
        dialog = LabelStart(rows, self._proposal(classes), self._window)
        dialog.wished.connect(self._do)
        dialog.create_requested.connect(lambda new: self._create(new, dialog))
        dialog.open()

    def _proposal(self, classes: str) -> Proposal:
        paths = self._opening.paths
        names = listed(path.name for path in paths[:3]) + (" …" if len(paths) > 3 else "")
        return Proposal(paths[0].stem if paths else "", classes, own_name(), names)

    def _create(self, new: NewLabels, dialog: LabelStart) -> None:
        """Begin a project; what cannot be is told in the dialog."""
        try:
            classes = classes_in(new.classes)
        except MedappError as error:
            dialog.show_problem(tell(error))
            return
        paths = self._opening.paths
        if new.choose_folder:
            name = QFileDialog.getExistingDirectory(self._window, tr("label.begin_folder"))
            if not name:
                return
            paths = (Path(name),)
        dialog.accept()
        unit: Unit = "series" if new.unit == "series" else "image"
        title = new.title or paths[0].stem
        wanted = tuple(dict.fromkeys(str(path.absolute()) for path in paths))
        plan = LabelPlan(title, classes, unit, wanted, new.reader, mixed=new.mixed)
        job = as_job(lambda: LabelProject.create(self._folder, plan))
        self._session.label_jobs.start(job, done=lambda made: self._enter(made, new.reader))

    def go_on(self, folder: Path) -> None:
        """Go on with the project in a folder, as its last reader: after the program was brought down."""
        job = as_job(lambda: LabelProject.open(folder))
        self._session.label_jobs.start(job, done=lambda found: self._enter(found, found.plan.reader))

    @Slot(object)
    def _do(self, wish: Wish) -> None:
        project = self._projects[wish.folder]
        deeds: dict[str, Callable[[], None]] = {
            "go_on": lambda: self._enter(project, wish.reader),
            "settle": lambda: self._with_cases(project, lambda: self._deeds.settle(project, wish.reader)),
            "rank": lambda: self._with_cases(project, lambda: self._deeds.rank(project, wish.reader)),
            "take_in": lambda: self._take_in(project),
            "teach": lambda: self._deeds.teach(project),
            "export": lambda: self._export(project, copies=wish.copies),
        }
        deeds[wish.action]()

    def _enter(self, project: LabelProject, reader: str) -> None:
        """Label a project; what it is about is opened first, where it is not."""
        self._remember(project, reader)
        self._open(project)
        self._labelling.begin(project, reader)

    def _with_cases(self, project: LabelProject, then: Callable[[], None]) -> None:
        """Do something that needs the project's cases to be open; else open them, and say that it can be done then."""
        if places_of(self._session.state.scan, project.plan):
            then()
        else:
            self._open(project)
            self._session.notify(tr("label.opened_first"))

    def _open(self, project: LabelProject) -> None:
        opened = {str(path.absolute()) for path in self._opening.paths}
        missing = [Path(path) for path in project.plan.paths if path not in opened]
        if missing:
            self._opening.open(missing, remember=False)

    def _remember(self, project: LabelProject, reader: str) -> None:
        plan = replace(project.plan, reader=reader)
        self._session.label_jobs.start(as_job(lambda: project.change(plan)))

    def _take_in(self, project: LabelProject) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, tr("label.choose_list"), "", tr("teach.table_filter"))
        if name:
            self._deeds.take_in(project, Path(name))

    def _export(self, project: LabelProject, *, copies: bool) -> None:
        name = QFileDialog.getExistingDirectory(self._window, tr("label.choose_target"))
        if name:
            self._deeds.export(project, Path(name), copies=copies)


def own_name() -> str:
    """Return what the person is called on this computer, or nothing."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
