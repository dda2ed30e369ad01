"""What is done with labels besides labelling: settled, ranked, taken in from others, taught from, exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from medapp.i18n import listed, tr
from medapp.training.lineage import Lineage, built_in_model, lineage_of
from medapp.ui.label_places import files_of, places_of, unlabelled
from medapp.ui.labelling import Labelling
from medapp.ui.session import Session
from medapp.ui.teaching_desk import as_job
from medapp.ui.teaching_session import TeachingSession
from medapp.workflows.label_agreement import disagreements
from medapp.workflows.label_cases import LabelledCases, export_folder, write_cases
from medapp.workflows.label_lists import TakenIn, take_in
from medapp.workflows.label_ranking import Ranked, rank
from medapp.workflows.label_words import left_out_words
from medapp.workflows.labelling import LabelProject


class LabelDeeds(QObject):
    """Runs them in workers, and tells what came of them."""

    def __init__(self, session: Session, labelling: Labelling, teaching: TeachingSession) -> None:
        super().__init__(session)
        self._session = session
        self._labelling = labelling
        self._teaching = teaching

    def settle(self, project: LabelProject, reader: str) -> None:
        """Show the cases that readers disagree about, and nothing else."""
        self._labelling.begin(project, reader, only=disagreements(project), settling=True)

    def rank(self, project: LabelProject, reader: str) -> None:
        """Ask the model in use about cases without an answer, and show those it is least sure of first."""
        services, scan, plan = self._session.services, self._session.state.scan, project.plan
        answered = set(project.finals())
        wanted = frozenset(file for file in places_of(scan, plan) if file not in answered)
        cases = unlabelled(scan, plan, wanted)

        def begin(ranked: Ranked) -> None:
            self._session.notify(tr("label.ranked", n=len(ranked.files), kept=len(ranked.kept)))
            self._labelling.begin(project, reader, only=ranked.files, kept=ranked.kept)

        job = rank(cases, services.reading, services.cache, self._lineage())
        self._session.jobs.start(job, title=tr("label.ranking"), done=begin)

    def _lineage(self) -> Lineage:
        """Return what the model that trainings start from remembers: its salt decides who is sealed."""
        return lineage_of(built_in_model(self._session.services.registry), seed=0)

    def take_in(self, project: LabelProject, path: Path) -> None:
        """Take another reader's list in, and tell how far it agrees."""
        known = [*places_of(self._session.state.scan, project.plan), *project.finals()]
        files = list(dict.fromkeys(known))

        def tell_of(taken: TakenIn) -> None:
            self._session.notify(
                tr("label.taken_in", n=taken.taken, reader=listed(taken.readers), unmatched=taken.unmatched)
            )

        self._session.label_jobs.start(as_job(lambda: take_in(project, path, path.stem, files)), done=tell_of)

    def teach(self, project: LabelProject) -> None:
        """Make the labels the cases of a teaching project: of the open one where it has none yet."""
        files = self._files(project)
        if files is None:
            return

        def choose(written: tuple[Path, LabelledCases]) -> None:
            table, cases = written
            snapshot = self._teaching.snapshot
            if snapshot is not None and snapshot.state.cases not in {"", str(table)}:
                self._teaching.begin_project()
            self._teaching.choose_cases(table)
            self._session.notify(left_out_words(cases))

        self._session.label_jobs.start(as_job(lambda: write_cases(project, files)), done=choose)

    def export(self, project: LabelProject, target: Path, *, copies: bool) -> None:
        """Make a folder with a sub-folder per class."""
        files = self._files(project)
        if files is not None:
            job = export_folder(project, target, files, copies=copies)
            self._session.jobs.start(
                job,
                title=tr("label.exporting"),
                done=lambda cases: self._session.notify(tr("label.exported", n=len(cases.files))),
            )

    def _files(self, project: LabelProject) -> Mapping[str, Sequence[str]] | None:
        """Return the files of each series; None where they are not open, which is told."""
        if project.plan.unit == "image":
            return {}
        if not places_of(self._session.state.scan, project.plan):
            self._session.notify(tr("label.open_series"))
            return None
        return files_of(self._session.state.scan)
