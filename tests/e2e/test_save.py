"""Save result, with the real window: a key, a folder, a press of a button, and the files are there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget

from medapp import schemas
from medapp.imaging.phantom import write_ct_series
from medapp.ui.widgets.save_result import SaveResult
from tests.e2e.driver import Driver, drive

pytestmark = pytest.mark.e2e


def test_that_no_model_is_for_an_image_is_saved_in_all_forms(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ct_series(tmp_path / "ct", slices=1, size=64)
    target = tmp_path / "Berichte ö"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(target))

    def script(hands: Driver) -> None:
        hands.drop([tmp_path / "ct"])
        chip = hands.find(QLabel, "chip")
        hands.wait_for(lambda: "No model" in chip.text(), "what the model says")
        hands.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        hands.wait_for(lambda: hands.window.findChild(SaveResult) is not None, "the dialog")
        hands.click(hands.find(QPushButton, "save_choose"))
        hands.click(hands.find(QPushButton, "save_save"))
        hands.wait_for((target / "results.json").is_file, "the files")
        hands.wait_for(lambda: any("files saved" in w.text() for w in _labels(hands.window)), "the notice")

    drive(["open"], script)
    endings = sorted(path.name.partition(".")[2] for path in target.iterdir())
    assert endings == ["csv", "json", "pdf", "sc.dcm", "sr.dcm"]
    document = json.loads((target / "results.json").read_text(encoding="utf-8"))
    schemas.check("send_on", document)
    assert [row["state"] for row in document["results"]] == ["no_model"]


def _labels(window: QWidget) -> list[QLabel]:
    return [found for found in window.findChildren(QLabel) if found.isVisible()]
