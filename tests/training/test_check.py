"""What the check says about a folder of cases."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from medapp import schemas
from medapp.errors import MedappError
from medapp.files import write_bytes
from medapp.i18n import tr
from medapp.imaging.study import Patient
from medapp.jobs import Progress, run_to_end
from medapp.training.checking.check import Checked, check
from medapp.training.checking.collecting import needed_to_show
from tests.training.trial_cases import PlainReaders, write_classes, write_picture

PATTERN = r"((?:healthy|ill)\d+)_"


def checked_at(root: Path, pattern: str | None = PATTERN, **patients: Patient) -> Checked:
    checked = run_to_end(check(root, PlainReaders(patients), pattern))
    schemas.check("check", checked.to_json())
    return checked


def codes(checked: Checked) -> dict[str, str]:
    return {finding.code: finding.severity for finding in checked.findings}


def test_classes_patients_and_sides_are_counted(tmp_path: Path) -> None:
    answer = checked_at(write_classes(tmp_path, 20, images=2)).to_json()
    assert answer["classes"] == {"healthy": 40, "ill": 40}
    assert (answer["patients"], answer["patients_of_class"]) == (40, {"healthy": 20, "ill": 20})
    split = answer["split"]
    assert all(split["sealed"][name] + split["development"][name] == 40 for name in ("healthy", "ill"))
    assert split["sealed_patients"] + split["development_patients"] == 40
    assert all(n % 2 == 0 for n in split["sealed"].values())  # whole patients


def test_progress_is_told_for_every_case(tmp_path: Path) -> None:
    reports = list(check(write_classes(tmp_path, 5), PlainReaders(), None))
    assert [r.done for r in reports if isinstance(r, Progress) and r.text == tr("survey.reading")] == [*range(1, 11)]


def test_unreadable_files_and_files_without_a_picture_are_apart(tmp_path: Path) -> None:
    write_classes(tmp_path, 6)
    (tmp_path / "ill" / "broken.bin").write_bytes(b"x")
    (tmp_path / "ill" / "broken.png").write_bytes(b"x")
    (tmp_path / "ill" / "notes.txt").write_bytes(b"x")
    answer = checked_at(tmp_path).to_json()
    assert sorted(Path(p["path"]).name for p in answer["unreadable"]) == ["broken.bin", "broken.png"]
    assert [Path(p["path"]).name for p in answer["not_images"]] == ["notes.txt"]


def test_the_same_picture_in_another_file_is_one_duplicate_with_all_its_paths(tmp_path: Path) -> None:
    write_classes(tmp_path, 6)
    first = tmp_path / "ill" / "ill000_0.png"
    grey = cv2.imdecode(np.fromfile(first, np.uint8), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(tmp_path / "ill" / "ill001_copy.png"), np.dstack([grey] * 3))
    (tmp_path / "ill" / "ill002_copy.png").write_bytes(first.read_bytes())
    checked = checked_at(tmp_path)
    (group,) = checked.to_json()["duplicates"]
    assert [Path(p).name for p in group["paths"]] == ["ill000_0.png", "ill001_copy.png", "ill002_copy.png"]
    assert (group["kind"], group["labels"], group["across_split"]) == ("exact", ["ill"], False)
    assert checked.counts("left_out") == {"healthy": 0, "ill": 2}
    assert codes(checked)["duplicates"] == "caution"


def _large(root: Path, patients: int = 12) -> Path:
    for number in range(patients):
        for name in ("healthy", "ill"):
            seed = 2 * number + (name == "ill")
            write_picture(root / name / f"{name}{number:03}_0.png", seed, size=192, ill=name == "ill")
    return root


def _saved_again(path: Path, target: Path) -> None:
    """Write the picture brighter, larger and as a JPEG."""
    grey = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    larger = cv2.resize(np.clip(grey * 1.1 + 8, 0, 255).astype(np.uint8), None, fx=1.5, fy=1.5)
    write_bytes(target, cv2.imencode(".jpg", larger, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes())


def test_a_picture_that_was_saved_again_is_a_near_duplicate_whose_copy_is_left_out(tmp_path: Path) -> None:
    root = _large(tmp_path / "cases")
    _saved_again(root / "ill" / "ill000_0.png", root / "ill" / "ill900_0.jpg")
    checked = checked_at(root)
    (group,) = checked.to_json()["duplicates"]
    assert (group["kind"], [Path(p).name for p in group["paths"]]) == ("near", ["ill000_0.png", "ill900_0.jpg"])
    assert checked.counts("left_out") == {"healthy": 0, "ill": 1}
    (finding,) = [one for one in checked.findings if one.code == "duplicates"]
    assert (finding.params["near"], finding.params["extra"]) == (1, 1)
    assert finding.remedies[0].params["groups"] == (("ill/ill000_0.png", "ill/ill900_0.jpg"),)


def test_near_duplicates_of_one_patient_stay_and_those_of_two_patients_are_never_parted(tmp_path: Path) -> None:
    root = _large(tmp_path / "cases")
    _saved_again(root / "ill" / "ill000_0.png", root / "ill" / "ill000_1.jpg")
    assert checked_at(root).counts("left_out") == {"healthy": 0, "ill": 0}
    for number in range(12):
        first = root / "healthy" / f"healthy{number:03}_0.png"
        _saved_again(first, first.with_name(f"healthy9{number:02}_0.jpg"))
    checked = checked_at(root)
    assert not any(group.across_split for group in checked.duplicates)
    assert len(checked.duplicates) == 13


def test_a_near_duplicate_with_another_class_is_a_conflict_and_both_are_left_out(tmp_path: Path) -> None:
    root = _large(tmp_path / "cases")
    _saved_again(root / "ill" / "ill000_0.png", root / "healthy" / "healthy900_0.jpg")
    checked = checked_at(root)
    assert codes(checked)["label_conflict"] == "serious"
    assert checked.counts("left_out") == {"healthy": 1, "ill": 1}


def test_a_picture_with_two_classes_is_a_serious_conflict_and_left_out(tmp_path: Path) -> None:
    write_classes(tmp_path, 6)
    (tmp_path / "healthy" / "healthy009_0.png").write_bytes((tmp_path / "ill" / "ill000_0.png").read_bytes())
    checked = checked_at(tmp_path)
    assert codes(checked)["label_conflict"] == "serious"
    assert checked.counts("left_out") == {"healthy": 1, "ill": 1}


def test_a_class_whose_pictures_all_conflict_blocks_a_training(tmp_path: Path) -> None:
    write_classes(tmp_path, 6)
    for path in list((tmp_path / "ill").iterdir()):
        (tmp_path / "healthy" / f"copy_{path.name}").write_bytes(path.read_bytes())
    assert codes(checked_at(tmp_path))["none_to_learn"] == "blocking"


def test_a_given_test_is_kept_and_leaks_are_left_out_of_the_training(tmp_path: Path) -> None:
    write_classes(tmp_path, 8, part="train")
    write_classes(tmp_path, 4, part="test")
    write_picture(tmp_path / "train" / "ill" / "testill000_9.png", 77, ill=True)  # a patient of the test
    copied = tmp_path / "train" / "ill" / "trainill050_0.png"
    copied.write_bytes((tmp_path / "test" / "ill" / "testill001_0.png").read_bytes())
    checked = checked_at(tmp_path, r"((?:train|test)(?:healthy|ill)\d+)_")
    assert checked.split.given
    assert checked.counts("sealed") == {"healthy": 4, "ill": 4}
    assert checked.counts("left_out") == {"healthy": 0, "ill": 2}
    assert codes(checked)["patient_across_split"] == codes(checked)["duplicate_across_split"] == "serious"
    assert checked.to_json()["duplicates"][0]["across_split"]


def test_without_a_test_part_the_validation_part_is_sealed(tmp_path: Path) -> None:
    write_classes(tmp_path, 8, part="train")
    write_classes(tmp_path, 4, part="val")
    assert checked_at(tmp_path, r"(.*)_").counts("sealed") == {"healthy": 4, "ill": 4}


def test_where_patients_are_unknown_images_are_counted_and_the_optimism_is_told_once(tmp_path: Path) -> None:
    checked = checked_at(write_classes(tmp_path, 10), None)
    assert codes(checked)["patients_unknown"] == "serious"
    told = [checked.proves, *(finding.text for finding in checked.findings)]
    assert "of 20 images" in checked.proves
    assert '"ill" has 10 images' in " ".join(told)
    assert [text for text in told if "patients" in text] == []
    assert sum("optimistic" in text for text in told) == 1


def test_headers_tell_patients_apart_by_issuer_and_id(tmp_path: Path) -> None:
    write_classes(tmp_path, 6, images=2)
    names = {path.name: path.name.split("_")[0] for path in tmp_path.rglob("*.png")}
    readers = PlainReaders({name: Patient(patient_id=patient, issuer="H") for name, patient in names.items()})
    checked = run_to_end(check(tmp_path, readers))
    assert (checked.to_json()["patients_from"], checked.patients) == ("dicom", 12)


def test_a_given_test_is_told_as_it_is_with_what_it_shows_at_least(tmp_path: Path) -> None:
    write_classes(tmp_path, 10, part="train")
    write_classes(tmp_path, 8, part="test")
    told = checked_at(tmp_path, r"(.*)_").proves
    assert told.startswith("The given test: 16 of 36 patients (44 %): 8 healthy, 8 ill.")
    shown = 'Even if all 8 cases of "healthy" are answered rightly, that shows only that at least 68 % are'
    assert shown in told


def test_what_is_missing_to_prove_something_is_told_in_one_sentence(tmp_path: Path) -> None:
    write_classes(tmp_path, 10, part="train")
    write_classes(tmp_path, 8, part="test")
    missing = needed_to_show() - 8
    told = checked_at(tmp_path, r"(.*)_").proves
    assert f"collect about {missing} more for it, or compare by cross-validation" in told
    assert checked_at(tmp_path, None).proves.endswith("where every image counts.")


def test_the_headline_tells_the_split_that_was_made_and_not_the_one_that_was_aimed_at(tmp_path: Path) -> None:
    checked = checked_at(write_classes(tmp_path, 15, images=2))
    split = checked.to_json()["split"]
    sealed, images = split["sealed_patients"], split["sealed"]
    share = round(100 * sealed / 30)
    classes = ", ".join(f"{n // 2} {name}" for name, n in images.items())
    assert checked.proves.startswith(f"Sealed for the test: {sealed} of 30 patients ({share} %): {classes}.")


@pytest.mark.parametrize(("patients", "code"), [(3, "too_few"), (10, "few")])
def test_few_patients_are_told(tmp_path: Path, patients: int, code: str) -> None:
    assert code in codes(checked_at(write_classes(tmp_path, patients)))


def test_one_class_and_an_empty_class_block_a_training(tmp_path: Path) -> None:
    write_picture(tmp_path / "ill" / "ill000_0.png", 1)
    assert codes(checked_at(tmp_path))["one_class"] == "blocking"
    (tmp_path / "none").mkdir()
    assert codes(checked_at(tmp_path))["empty_class"] == "blocking"


def test_imbalance_and_sizes_that_tell_the_classes_apart_are_found(tmp_path: Path) -> None:
    for number in range(60):
        write_picture(tmp_path / "healthy" / f"healthy{number:03}_0.png", number)
    for number in range(5):
        write_picture(tmp_path / "ill" / f"ill{number:03}_0.png", 100 + number, size=64)
    found = codes(checked_at(tmp_path))
    assert {"imbalance", "sizes_tell_classes", "small_pictures"} <= found.keys()


def test_findings_come_heaviest_first(tmp_path: Path) -> None:
    write_classes(tmp_path, 3)
    (tmp_path / "outside.txt").write_text("x")
    severities = [finding.severity for finding in checked_at(tmp_path, None).findings]
    assert severities == sorted(severities, key=["blocking", "serious", "caution", "note"].index)


def test_nothing_readable_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ill").mkdir()
    with pytest.raises(MedappError) as caught:
        run_to_end(check(tmp_path, PlainReaders()))
    assert caught.value.code == "cases.nothing"
