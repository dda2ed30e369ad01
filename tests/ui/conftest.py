"""Fixtures of the window's tests: a session on real readers and phantoms, and nothing left alive afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medapp.app import Parts, build
from medapp.classify.registry import Registry
from medapp.folders import user_folders
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom
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
