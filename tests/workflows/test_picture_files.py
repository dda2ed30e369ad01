"""Pictures as files: values come back exactly, nothing is overwritten, a disk that refuses leaves nothing."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp import schemas
from medapp.display.look import Extent
from medapp.display.viewport import Viewport
from medapp.errors import MedappError
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Geometry
from medapp.workflows.picture_files import folder_of_pictures, write_picture, write_values

EXTENT = Extent(turned=Viewport())


def read_back(path: Path) -> tuple[np.ndarray, dict[str, object]]:
    document = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    schemas.check("export_values", document)
    pixels = np.asarray(Image.open(path)).astype(np.float64)
    return (pixels - document["offset"]) * document["slope"] + document["intercept"], document


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("values", ["modality", "stored"])
@pytest.mark.parametrize(
    "frame",
    [
        Frame(np.array([[-2000, 0, 3071]], np.int16), intercept=-1024.0, unit="HU", modality="CT"),
        Frame(np.array([[0, 7, 4095]], np.uint16), bits_stored=12),
        Frame(np.array([[0, 100, 255]], np.uint8), slope=0.5, intercept=3.25),
    ],
)
def test_values_come_back_from_pixels_and_the_file_beside_them(
    tmp_path: Path, frame: Frame, values: str, kind: str
) -> None:
    path = write_values(tmp_path / "Köpfe", "ct", frame, EXTENT, values, kind)  # type: ignore[arg-type]
    found, document = read_back(path)
    np.testing.assert_allclose(found, frame.modality_values().astype(np.float64), atol=1e-3)
    assert (document["file"], document["values"], document["unit"]) == (path.name, values, frame.unit)


def test_a_table_of_modality_values_is_told_by_the_absence_of_a_slope(tmp_path: Path) -> None:
    frame = Frame(np.array([[0, 1]], np.uint8), modality_lut=Lut(0, 16, np.array([5, 900], np.uint16)))
    path = write_values(tmp_path, "x", frame, EXTENT, "stored", "PNG")
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["slope"] is None
    assert np.asarray(Image.open(path)).tolist() == [[0, 1]]


def test_spacing_and_padding_stand_beside_the_values_and_nobodys_name(tmp_path: Path) -> None:
    geometry = Geometry(spacing_mm=(0.5, 0.7), spacing_source="detector")
    frame = Frame(np.zeros((2, 2), np.uint16), geometry=geometry, valid=np.array([[True, False], [True, True]]))
    _, document = read_back(write_values(tmp_path, "x", frame, EXTENT, "modality", "PNG"))
    assert (document["spacing_mm"], document["spacing_source"], document["padding_pixels"]) == (
        [0.5, 0.7],
        "detector",
        1,
    )


@pytest.mark.parametrize(
    ("frame", "values", "code"),
    [
        (Frame(np.zeros((2, 2, 3), np.uint8)), "modality", "render.colour_16"),
        (Frame(np.zeros((2, 2, 3), np.uint8)), "stored", "render.colour_16"),
        (Frame(np.zeros((2, 2), np.float32)), "stored", "export.deep"),
        (Frame(np.zeros((2, 2), np.int32)), "stored", "export.deep"),
    ],
)
def test_what_has_no_values_of_16_bits_is_refused_in_words(
    tmp_path: Path, frame: Frame, values: str, code: str
) -> None:
    with pytest.raises(MedappError) as told:
        write_values(tmp_path, "x", frame, EXTENT, values, "PNG")  # type: ignore[arg-type]
    assert told.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_grey_stays_grey_and_colour_stays_colour(tmp_path: Path) -> None:
    grey, colour = np.full((3, 4, 3), 90, np.uint8), np.full((3, 4, 3), (1, 2, 3), np.uint8)
    with Image.open(write_picture(tmp_path, "g", grey, "PNG")) as one:
        assert one.mode == "L"
    with Image.open(write_picture(tmp_path, "c", colour, "TIFF")) as other:
        assert other.mode == "RGB"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2), np.uint8)
    names = [write_picture(tmp_path, "a", pixels, "PNG").name for _ in range(3)]
    assert names == ["a.png", "a-2.png", "a-3.png"]
    for _ in range(2):
        with folder_of_pictures(tmp_path, "CT-3") as (folder, _):
            (folder / "x").write_text("")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["CT-3", "CT-3-2"]


def test_a_full_disk_is_told_and_leaves_nothing_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("medapp.files.os.fsync", full)
    with pytest.raises(MedappError) as told, folder_of_pictures(tmp_path, "CT") as (folder, _):
        write_picture(folder, "a", np.zeros((2, 2), np.uint8), "PNG")
    assert (told.value.code, told.value.params["reason"]) == ("export.write", "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place_is_told_and_not_tried_for_ever(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MedappError) as told:
        write_picture(tmp_path / "file", "a", np.zeros((2, 2), np.uint8), "PNG")
    assert told.value.code == "export.write"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MedappError) as told, folder_of_pictures(tmp_path / "file", "CT"):
        raise AssertionError
    assert told.value.code == "export.write"
