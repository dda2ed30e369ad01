"""Fixtures of the window's tests: a session on real readers and phantoms, and nothing left alive afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from medapp.app import Parts, build
from medapp.classify.registry import Registry
from medapp.folders import user_folders
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom
from medapp.ui.main_window import MainWindow
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session


@pytest.fixture(autouse=True)
def _no_widget_or_timer_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a top-level widget open, or a timer of one running."""
    yield
    qapp.processEvents()
    left = [w for w in qapp.topLevelWidgets() if w.isVisible()]
    timers = [t for w in left for t in w.findChildren(QTimer) if t.isActive()]
    assert not left, f"widgets left open: {left}, timers: {timers}"


@pytest.fixture
def parts() -> Iterator[Parts]:
    """Everything that the program builds, in folders of this test."""
    built = build(user_folders())
    yield built
    built.release()
    built.close()


@pytest.fixture
def registry(parts: Parts) -> Registry:
    """The models of the session; a file of tests may have others."""
    return parts.services.registry


@pytest.fixture
def session(qtbot: QtBot, parts: Parts, registry: Registry) -> Iterator[Session]:
    """A session whose jobs have ended when the test has."""
    made = Session(replace(parts.services, registry=registry))
    yield made
    made.close(parts.release)


@pytest.fixture
def samples() -> list[Path]:
    """What the window opens where a person asks for sample cases; a file of tests may have others."""
    return []


@pytest.fixture
def window(qtbot: QtBot, session: Session, samples: list[Path]) -> Iterator[MainWindow]:
    """The program's window, nothing open, no answer of a model ahead of the hand."""
    session.choose(classify_ahead=False)
    made = MainWindow(session, lambda: samples)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    """A window that holds nothing, for dialogs to lie over."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def pictures(session: Session) -> Pictures:
    """What brings the session's images on screen."""
    return Pictures(session)


@pytest.fixture
def stack(qtbot: QtBot, session: Session, pictures: Pictures, ct_folder: Path) -> Session:
    """The session with a stack of 12 images open, the first on screen."""
    opening = Opening(session)
    opening.first_found.connect(pictures.show)
    opening.open([ct_folder], remember=False)
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.jobs, timeout=20_000)
    return session


@pytest.fixture(scope="session")
def ct_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stack of 12 CT images."""
    folder = tmp_path_factory.mktemp("Stapel ü")
    write_ct_series(folder, slices=12, size=64)
    return folder


@pytest.fixture(scope="session")
def chest_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One radiograph."""
    return write_dicom(tmp_path_factory.mktemp("chest") / "chest.dcm", PhantomCase(7, nodule=True, size=128))
