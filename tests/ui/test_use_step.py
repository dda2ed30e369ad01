"""Step 6: what it shows and asks for, and what becomes of it; the silent watch; packages that come to the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QLineEdit, QListWidget, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from medapp.app import Parts
from medapp.classify.archive import pack
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.folders import user_folders
from medapp.ui.answer_state import Classifying
from medapp.ui.importing import Importing, Offer
from medapp.ui.session import Session
from medapp.ui.silent_watch import SilentWatch
from medapp.ui.teaching_desk import TeachingDesk
from medapp.ui.teaching_use import Using
from medapp.ui.widgets.model_offer import ModelOffer
from medapp.ui.widgets.teaching.use import UseStep
from medapp.ui.widgets.teaching.use_views import ContestView, ScopeView, UsingView, WatchView
from medapp.ui.widgets.teaching.views import UseView
from medapp.workflows.teaching import Project
from medapp.workflows.watching import Watching
from tests.trial_packages import backbone
from tests.ui.pictures_made import picture_of, ramp_frame
from tests.workflows.answering import AnsweringEngine, model
from tests.workflows.test_use import project, registry

__all__ = ["project", "registry"]

WAIT_MS = 30_000
READY = UsingView(ready=True, contest=ContestView("Chest starter"))


@pytest.fixture
def step(qtbot: QtBot) -> UseStep:
    made = UseStep()
    qtbot.addWidget(made)
    made.render_use(UseView(name="Mine", can_activate=True))
    made.render_using(READY)
    made.show()
    return made


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def station(qtbot: QtBot, parts: Parts, registry: Registry, engine: AnsweringEngine) -> Iterator[Session]:
    """A session whose engine is a fake one, and whose registry has no built-in model."""
    watching = Watching(registry, engine, parts.watched)
    services = replace(parts.services, registry=registry, engine=engine, watching=watching)  # type: ignore[arg-type]
    made = Session(services)
    yield made
    made.close(parts.release)


def idle(session: Session) -> bool:
    return not any(jobs.runner.running for jobs in session._job_lists)


def child(step: QWidget, kind: type[Any], name: str) -> Any:
    found = step.findChild(kind, name)
    assert found is not None
    return found


def test_putting_in_use_stands_out_only_where_it_would_change_something(step: UseStep) -> None:
    use, name = child(step, QPushButton, "activate"), child(step, QLineEdit, "model_title")
    assert use.property("role") == "primary"
    step.render_use(UseView(name="Mine", can_activate=True, active=True))
    assert use.property("role") == ""
    step.render_using(replace(READY, scope=ScopeView(modalities="CR"), scope_changed=True))
    assert use.property("role") == "primary"
    step.render_using(replace(READY, outdated=True))
    assert use.property("role") == "primary"
    step.render_using(READY)
    assert use.property("role") == ""
    QTest.keyClicks(name, "s")
    assert use.property("role") == "primary"


@pytest.mark.parametrize("field", ["modalities", "body_parts", "views", "makers", "age_from", "age_to"])
def test_an_empty_field_of_the_scope_says_that_anything_fits(step: UseStep, field: str) -> None:
    assert child(step, QLineEdit, f"scope_{field}").placeholderText() == "any"


def test_the_scope_that_is_written_is_asked_for_as_a_whole(qtbot: QtBot, step: UseStep) -> None:
    step.render_using(replace(READY, scope=ScopeView(modalities="DX", age_to="16")))
    field = child(step, QLineEdit, "scope_body_parts")
    QTest.keyClicks(field, "chest")
    with qtbot.waitSignal(step.scope.scope_requested) as asked:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked.args == [ScopeView(modalities="DX", body_parts="chest", age_to="16")]


def test_what_is_wrong_with_the_scope_stands_below_it(step: UseStep) -> None:
    step.render_using(replace(READY, scope_problem="“9” is no word."))
    assert child(step, QLabel, "scope_problem").isVisible()
    step.render_using(READY)
    assert not child(step, QLabel, "scope_problem").isVisible()


def test_the_margin_is_set_before_the_comparison(qtbot: QtBot, step: UseStep) -> None:
    child(step, QDoubleSpinBox, "contest_margin").setValue(0.05)
    with qtbot.waitSignal(step.contest.compare_requested) as asked:
        child(step, QPushButton, "compare").click()
    assert asked.args == [0.05]


def test_without_a_model_in_use_nothing_can_be_compared(step: UseStep) -> None:
    step.render_using(UsingView(ready=True))
    assert not child(step, QPushButton, "compare").isEnabled()
    assert "No model in use" in child(step, QLabel, "contest_champion").text()


def test_a_comparison_under_way_can_be_stopped_and_its_margin_stays(qtbot: QtBot, step: UseStep) -> None:
    step.render_using(replace(READY, contest=ContestView("Old", running=True, done=3, total=9)))
    assert not child(step, QDoubleSpinBox, "contest_margin").isEnabled()
    with qtbot.waitSignal(step.contest.cancel_requested):
        child(step, QPushButton, "compare_stop").click()


def test_the_verdict_stands_first_and_the_cases_below(step: UseStep) -> None:
    told = ContestView("Old", verdict="This test cannot tell.", lines=("Area …",), flips=("gained a.png", "lost b.png"))
    step.render_using(replace(READY, contest=told))
    assert child(step, QLabel, "contest_verdict").text() == "This test cannot tell."
    assert child(step, QListWidget, "contest_flips").count() == 2


def test_a_watch_is_asked_for_with_the_name_and_the_studies(qtbot: QtBot, step: UseStep) -> None:
    child(step, QSpinBox, "watch_studies").setValue(20)
    with qtbot.waitSignal(step.watch_requested) as asked:
        child(step, QPushButton, "watch").click()
    assert asked.args == ["Mine", 20]


def test_a_complete_watch_asks_for_a_decision(qtbot: QtBot, step: UseStep) -> None:
    watch = WatchView(watching=True, complete=True, done=50, wanted=50, lines=("Seen: 50 of 50 studies.",))
    step.render_using(replace(READY, watch=watch, removable=True))
    assert child(step, QLabel, "watch_complete").isVisible()
    assert not child(step, QPushButton, "watch").isEnabled()
    with qtbot.waitSignal(step.watch.remove_requested):
        child(step, QPushButton, "remove_model").click()
    with qtbot.waitSignal(step.watch.end_requested):
        child(step, QPushButton, "watch_end").click()


def test_nothing_is_exported_before_the_test_was_opened(qtbot: QtBot, step: UseStep) -> None:
    with qtbot.waitSignal(step.export_requested) as asked:
        child(step, QPushButton, "export_model").click()
    assert asked.args == ["Mine"]
    step.render_use(UseView(name="Mine"))
    assert not child(step, QPushButton, "export_model").isEnabled()


@pytest.fixture
def using(qtbot: QtBot, station: Session, project: Project, monkeypatch: pytest.MonkeyPatch) -> Using:
    """The sixth step of a project whose sealed test was opened; its report is too short for a methods text."""
    monkeypatch.setattr("medapp.ui.teaching_facts.methods_text", lambda _: "")
    desk = TeachingDesk(station)
    made = Using(desk)
    desk.project = project
    desk.refresh()
    qtbot.waitUntil(lambda: made.view.ready and idle(station), timeout=WAIT_MS)
    return made


def test_the_scope_that_was_written_holds_from_the_activation_on(
    qtbot: QtBot, using: Using, station: Session, registry: Registry
) -> None:
    using.set_scope(ScopeView(modalities="DX", body_parts="chest", age_to="16"))
    assert registry.in_use() == ()
    with qtbot.waitSignal(using.models_changed, timeout=WAIT_MS):
        using.activate("Mine")
    (package,) = registry.in_use()
    assert (package.scope.body_parts, package.scope.age_to, package.scope.modalities) == (("CHEST",), 16.0, ("DX",))
    qtbot.waitUntil(lambda: using.view.scope.body_parts == "CHEST" and idle(station), timeout=WAIT_MS)


def test_a_scope_that_makes_no_sense_activates_nothing(using: Using, station: Session, registry: Registry) -> None:
    using.set_scope(ScopeView(age_from="9", age_to="3"))
    assert "no age" in using.view.scope_problem
    using.activate("Mine")
    assert station.state.notice == using.view.scope_problem
    assert registry.in_use() == ()


def test_a_comparison_is_told_and_activates_nothing(
    qtbot: QtBot, using: Using, station: Session, registry: Registry, engine: AnsweringEngine, tmp_path: Path
) -> None:
    registry.install(model(tmp_path, "old").path)
    registry.activate("old")
    using.refresh()
    qtbot.waitUntil(lambda: using.view.contest.champion == "Old", timeout=WAIT_MS)
    engine.noise = {"old": 20.0}
    using.compare(0.02)
    assert using.view.contest.running
    qtbot.waitUntil(lambda: bool(using.view.contest.verdict) and idle(station), timeout=WAIT_MS)
    assert "better" in using.view.contest.verdict
    assert using.view.contest.flips
    assert [package.metadata.id for package in registry.in_use()] == ["old"]


def test_a_comparison_that_fails_is_told_in_its_place(
    qtbot: QtBot, using: Using, station: Session, registry: Registry, engine: AnsweringEngine, tmp_path: Path
) -> None:
    registry.install(model(tmp_path, "old").path)
    registry.activate("old")
    engine.fails = {"old"}
    using.compare(0.02)
    qtbot.waitUntil(lambda: bool(using.view.contest.problem) and idle(station), timeout=WAIT_MS)
    assert not using.view.contest.running


def test_a_model_is_exported_for_a_colleague(qtbot: QtBot, using: Using, station: Session, tmp_path: Path) -> None:
    path = tmp_path / "für dich.zip"
    using.export("Mine", path)
    qtbot.waitUntil(lambda: "für dich.zip" in station.state.notice and idle(station), timeout=WAIT_MS)
    assert path.is_file()


def test_a_watch_sees_what_is_opened_and_shows_nothing(
    qtbot: QtBot, using: Using, station: Session, registry: Registry
) -> None:
    with qtbot.waitSignal(using.models_changed, timeout=WAIT_MS):
        using.watch("Mine", 2)
    watch = SilentWatch(station)
    watch.completed.connect(using.refresh)
    answer = station.state.answer
    for seed in (1, 2):
        station.update(picture=picture_of(_dx(seed)))
        qtbot.waitUntil(lambda seed=seed: _seen(station) == (1, seed), timeout=WAIT_MS)
    assert station.state.answer == answer, "no answer of it ever reaches the state"
    station.update(picture=_of_another_study(3))
    qtbot.waitUntil(lambda: using.view.watch.complete and idle(station), timeout=WAIT_MS)
    assert "has watched 2 studies" in station.state.notice
    assert registry.in_use() == ()


def test_a_watch_waits_until_the_model_in_use_has_answered(
    qtbot: QtBot, using: Using, station: Session, registry: Registry
) -> None:
    with qtbot.waitSignal(using.models_changed, timeout=WAIT_MS):
        using.watch("Mine", 2)
    watch = SilentWatch(station)
    station.update(answer=Classifying(), picture=picture_of(_dx(1)))
    watch._observe()
    assert station.watch_jobs.runner.running == 0
    assert watch._settle.isActive()
    station.update(picture=None)


def _dx(seed: int) -> Any:
    return replace(ramp_frame(seed=seed), modality="DX")


def _of_another_study(seed: int) -> Any:
    picture = picture_of(_dx(seed))
    return replace(picture, study=replace(picture.study, uid="2"))


def _seen(session: Session) -> tuple[int, int]:
    """Return the studies and the images that the model has seen."""
    (summary,) = session.services.watching.summaries()
    return summary.studies, summary.images


def test_a_package_among_zip_files_is_recognised_and_offered(
    qtbot: QtBot, station: Session, registry: Registry, tmp_path: Path
) -> None:
    package = model(tmp_path, "new", scope=Scope(("DX",)))
    pack(package, tmp_path / "new.zip")
    importing, opened = Importing(station), []
    with qtbot.waitSignal(importing.offered, timeout=WAIT_MS) as offered:
        importing.consider(tmp_path / "new.zip", otherwise=lambda: opened.append(1))
    offer: Offer = offered.args[0]
    assert "New" in offer.question
    assert (offer.is_classifier, opened, registry.list().entries) == (True, [], ())
    with qtbot.waitSignal(importing.installed, timeout=WAIT_MS):
        importing.install(offer.path, "watch")
    assert [(p.metadata.id, n) for p, n in registry.watching()] == [("new", 50)]
    assert registry.in_use() == ()
    with qtbot.waitSignal(importing.installed, timeout=WAIT_MS):
        importing.install(offer.path, "activate")
    assert [p.metadata.id for p in registry.in_use()] == ["new"]


def test_any_other_zip_file_is_opened_as_images(qtbot: QtBot, station: Session, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no package")
    importing, opened = Importing(station), []
    importing.consider(tmp_path / "x.zip", otherwise=lambda: opened.append(1))
    qtbot.waitUntil(lambda: opened == [1], timeout=WAIT_MS)


def test_a_chosen_file_that_is_no_package_is_told(qtbot: QtBot, station: Session, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no package")
    Importing(station).look_into(tmp_path / "x.zip")
    qtbot.waitUntil(lambda: "not the ZIP file of a model" in station.state.notice, timeout=WAIT_MS)


def test_the_offer_asks_what_is_to_become_of_the_model(qtbot: QtBot) -> None:
    dialog = ModelOffer("Install it?", can_answer=True)
    with qtbot.waitSignal(dialog.decided) as decided:
        child(dialog, QPushButton, "offer_watch").click()
    assert decided.args == ["watch"]
    starting = ModelOffer("Install it?", can_answer=False)
    qtbot.addWidget(starting)
    assert starting.findChild(QPushButton, "offer_activate") is None
    with qtbot.assertNotEmitted(starting.decided):
        child(starting, QPushButton, "offer_cancel").click()


def test_a_starting_model_is_offered_as_one(qtbot: QtBot, station: Session, tmp_path: Path) -> None:
    from medapp.classify.package import write_package

    folder = write_package(tmp_path / "base", backbone()).path
    importing = Importing(station)
    with qtbot.waitSignal(importing.offered, timeout=WAIT_MS) as offered:
        importing.look_into(folder)
    assert not offered.args[0].is_classifier
    assert user_folders().models.exists() is False
