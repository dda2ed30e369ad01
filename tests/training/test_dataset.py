"""Which files of a folder are cases, of which class and part."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.training.cases.dataset import list_cases


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def listed(root: Path) -> list[tuple[str, str, str | None]]:
    return [(case.name, case.label, case.part) for case in list_cases(root).cases]


def test_each_sub_folder_is_a_class_in_alphabetical_order(tmp_path: Path) -> None:
    found = list_cases(touch(tmp_path, "ill/1.png", "healthy/deep/er/2.png"))
    assert found.classes == ("healthy", "ill")
    assert listed(tmp_path) == [("healthy/deep/er/2.png", "healthy", None), ("ill/1.png", "ill", None)]


@pytest.mark.parametrize("names", [("train/{}/1.png", "test/{}/2.png"), ("{}/Train/1.png", "{}/TEST/2.png")])
def test_parts_are_taken_outside_or_inside_the_classes(tmp_path: Path, names: tuple[str, ...]) -> None:
    touch(tmp_path, *(name.format(label) for name in names for label in ("a", "b")))
    assert sorted({(label, part) for _, label, part in listed(tmp_path)}, key=str) == [
        ("a", "test"),
        ("a", "train"),
        ("b", "test"),
        ("b", "train"),
    ]


@pytest.mark.parametrize(
    ("name", "part"), [("Training", "train"), ("VALIDATION", "val"), ("val", "val"), ("Testing", "test")]
)
def test_the_names_of_parts_count_in_any_case(tmp_path: Path, name: str, part: str) -> None:
    touch(tmp_path, f"{name}/a/1.png")
    assert [found for _, _, found in listed(tmp_path)] == [part]


def test_a_folder_called_train_may_hold_the_classes_itself(tmp_path: Path) -> None:
    touch(tmp_path, "train/a/1.png", "train/b/1.png")
    assert {part for _, _, part in listed(tmp_path / "train")} == {None}


def test_a_class_called_test_without_folders_is_a_class(tmp_path: Path) -> None:
    assert list_cases(touch(tmp_path, "control/1.png", "test/1.png")).classes == ("control", "test")


def test_class_names_that_differ_in_case_are_one_class(tmp_path: Path) -> None:
    found = list_cases(touch(tmp_path, "train/Ill/1.png", "test/ILL/1.png", "train/ok/1.png"))
    assert found.classes == ("ILL", "ok")


def test_hidden_files_are_ignored_and_files_outside_classes_are_counted(tmp_path: Path) -> None:
    found = list_cases(
        touch(tmp_path, "a/.DS_Store", "a/Thumbs.db", "a/ü 1.png", "b/1.png", "notes.txt", "__MACOSX/a/1")
    )
    assert [case.name for case in found.cases] == ["a/ü 1.png", "b/1.png"]
    assert found.outside == 1


def test_an_empty_class_is_kept(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png")
    (tmp_path / "b").mkdir()
    assert list_cases(tmp_path).classes == ("a", "b")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_that_form_a_loop_end(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    assert len(list_cases(tmp_path).cases) == 2


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: p / "absent", "cases.missing"),
        (lambda p: touch(p, "file") / "file", "cases.not_folder"),
        (lambda p: touch(p, "only.png"), "cases.no_classes"),
    ],
)
def test_a_folder_that_does_not_serve_is_told(tmp_path: Path, make: object, code: str) -> None:
    with pytest.raises(MedappError) as caught:
        list_cases(make(tmp_path))  # type: ignore[operator]
    assert caught.value.code == code
