"""``medapp render --segmentation``: over its own image, and refused over others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.cli.main import main
from tests.imaging.segmentations_made import Plane, block, segmentation_file
from tests.imaging.synthetic import dicom, saved

PIXELS = np.full((16, 16), 100, np.uint8)


def _files(folder: Path, *, over: str) -> tuple[str, str]:
    """An image, and a segmentation of the image with the SOP Instance UID `over`."""
    image = saved(dicom(PIXELS, SOPInstanceUID="1.2.77", WindowCenter=128, WindowWidth=256), folder / "größe.dcm")
    return image, saved(segmentation_file(block()[None], [Plane(1, over)]), folder / "umriß.dcm")


def test_a_segmentation_is_drawn_over_the_image_that_it_was_made_from(tmp_path: Path) -> None:
    image, seg = _files(tmp_path, over="1.2.77")
    out = tmp_path / "out.png"
    assert main(["render", image, "-o", str(out), "--segmentation", seg]) == 0
    drawn = np.asarray(Image.open(out))
    np.testing.assert_array_equal((drawn != 100).any(axis=-1), block() > 0)


def test_a_segmentation_of_another_image_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image, seg = _files(tmp_path, over="1.2.78")
    assert main(["render", image, "-o", str(tmp_path / "out.png"), "--segmentation", seg]) == 3
    assert capsys.readouterr().err.count("does not belong to this image") == 1
    assert not (tmp_path / "out.png").exists()
