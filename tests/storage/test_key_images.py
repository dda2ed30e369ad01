"""Key images are kept by instance and frame, and come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.imaging.study import Instance
from medapp.storage.key_images import KeyImage, KeyImages, instance_key

ONE, TWO = KeyImage("1.2.3", 1), KeyImage("1.2.3", 7)


def test_marks_come_back_after_a_restart(tmp_path: Path) -> None:
    store = KeyImages(tmp_path / "key.sqlite")
    for image in (ONE, TWO, TWO):
        store.put(image, marked=True)
    store.put(ONE, marked=False)
    store.close()
    again = KeyImages(tmp_path / "key.sqlite")
    assert again.all_marked() == {TWO}
    again.close()


def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path) -> None:
    (tmp_path / "key.sqlite").write_bytes(b"no database at all" * 100)
    store = KeyImages(tmp_path / "key.sqlite")
    assert store.set_aside is not None
    assert store.set_aside.code == "key_images.damaged"
    store.put(ONE, marked=True)
    assert store.all_marked() == {ONE}
    store.close()


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    store = KeyImages(tmp_path / "key.sqlite")
    store.close()
    with pytest.raises(MedappError) as told:
        store.put(ONE, marked=True)
    assert told.value.code == "key_images.write"


def test_an_instance_is_known_by_its_uid_and_a_picture_by_its_path_which_is_not_kept() -> None:
    assert instance_key(Instance("a.dcm", "dicom", 1, 1, sop_instance_uid="1.2.3")) == "1.2.3"
    one, two = (instance_key(Instance(name, "picture", 1, 1)) for name in ("Müller/a.png", "Müller/b.png"))
    assert one != two
    assert "ller" not in one
