"""The window comes up and shows an image where torch cannot be imported at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from medapp.imaging.phantom import PhantomCase, write_dicom

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]
BLOCK = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "torchvision"}:
            raise ImportError("torch is blocked")
sys.meta_path.insert(0, NoTorch())
"""
SHOW = """
from PySide6.QtWidgets import QApplication, QWidget
from tests.e2e.driver import drive
application = QApplication([])
def script(hands):
    viewer = hands.find(QWidget, "viewer")
    hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).std() > 20, "the picture", 30)
    print("shown")
drive(["open", sys.argv[1]], script)
"""


def test_an_image_is_shown_with_the_import_of_torch_blocked(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLOCK)  # for the readers, which are processes of their own
    image = write_dicom(tmp_path / "chest.dcm", PhantomCase(1, nodule=True))
    paths = os.pathsep.join((str(tmp_path / "site"), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", BLOCK + SHOW, str(image)],
        env={**os.environ, "PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "shown" in done.stdout
