"""The status bar says what computes, and when it is not what was hoped for."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from medapp.ui.widgets.device_line import DeviceLine, device_text


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("cuda:0 (NVIDIA H200)", "GPU: NVIDIA H200"),
        ("cuda:1 (NVIDIA H200 (MIG), 16 bits)", "GPU: NVIDIA H200 (MIG), 16 bits"),
        ("mps (16 bits)", "GPU: Apple"),
    ],
)
def test_a_gpu_is_named(device: str, said: str) -> None:
    assert device_text(device) == said


def test_the_processor_is_named_with_its_cores() -> None:
    assert device_text("cpu").startswith("GPU: none, using the CPU (")


def test_a_device_that_was_left_is_told_in_another_colour_with_the_reason(qtbot: QtBot) -> None:
    line = DeviceLine()
    qtbot.addWidget(line)
    text = line.findChild(QLabel, "device_text")
    assert text is not None
    assert text.text().endswith("the engine starts with the first answer")
    line.render_device("cpu", "engine.note.fell_back")
    assert text.property("role") == "attention"
    assert "The GPU failed" in text.toolTip()
    line.render_device("cpu", None, ready=True)
    assert text.text().endswith("engine ready")
    line.render_device("cpu", None)
    assert "engine" not in text.text()
    assert (text.property("role"), text.toolTip()) == ("small", "")
