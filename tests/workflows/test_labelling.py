"""Label projects: what is asked, what comes next, what comes back, what is undone, and what holds in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.training.cases.verdicts import UNSURE, Verdict
from medapp.workflows.label_agreement import answers_of_others, between, disagreements, with_oneself
from medapp.workflows.label_plan import PLAN_FILE, LabelPlan, checked_classes, classes_in, read_plan
from medapp.workflows.label_sitting import Sitting, Turn, in_order
from medapp.workflows.label_words import agreements_of, open_disagreements
from medapp.workflows.labelling import LabelProject, find_label_projects

CLASSES = ("normal", "pneumonia")
FILES = [f"/bilder/{n:02}.png" for n in range(30)]


@pytest.fixture
def project(tmp_path: Path) -> LabelProject:
    return LabelProject.create(tmp_path / "labels", LabelPlan("Lungen ü", CLASSES, paths=("/bilder",), seed=7))


def answer_one(sitting: Sitting, turn: Turn, label: str = "", *, excluded: str = "") -> None:
    sitting.say(sitting.answer(turn, label, excluded=excluded))


def undo(sitting: Sitting) -> Turn | None:
    verdict = sitting.taking_back()
    if verdict is None:
        return None
    sitting.say(verdict)
    return Turn(verdict.file, verdict.repeat)


def label_all(sitting: Sitting, answer: str = "normal", most: int = 1000) -> list[Turn]:
    """Answer every case in turn, as a person with one key would; return the turns."""
    turns: list[Turn] = []
    current = ""
    while len(turns) < most and (turn := sitting.following(current)) is not None:
        answer_one(sitting, turn, answer)
        turns.append(turn)
        current = turn.file
    return turns


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("normal", "labels.few"),
        ("", "labels.few"),
        (",".join("abcdefghij"), "labels.many"),
        ("a, A", "labels.twice"),
        ("a, ?", "labels.class_name"),
        ("a, 1", "labels.class_name"),
        ("a, nan", "labels.class_name"),
        ("a, " + "b" * 61, "labels.class_name"),
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused(text: str, code: str) -> None:
    with pytest.raises(MedappError) as told:
        classes_in(text)
    assert told.value.code == code


def test_classes_are_written_with_commas_between_them() -> None:
    assert classes_in(" normal ;  viral  pneumonia,, Ödem ") == ("normal", "viral pneumonia", "Ödem")
    assert classes_in("正常，病毒性肺炎、水肿；其他") == ("正常", "病毒性肺炎", "水肿", "其他")
    assert checked_classes(CLASSES) == CLASSES


def test_a_project_is_found_again(project: LabelProject) -> None:
    found, problems = find_label_projects(project.folder.parent)
    assert [one.plan for one in found] == [project.plan]
    assert problems == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 9}', "\udcff".encode("utf-8", "surrogateescape")])
def test_a_damaged_plan_is_told_and_hides_no_other(project: LabelProject, text: str | bytes) -> None:
    other = project.folder.with_name("other")
    other.mkdir()
    (other / PLAN_FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    found, problems = find_label_projects(project.folder.parent)
    assert [one.folder for one in found] == [project.folder]
    assert [problem.code for problem in problems] == ["labels.damaged"]


def test_a_folder_without_a_plan_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(MedappError) as told:
        read_plan(tmp_path)
    assert told.value.code == "labels.no_project"


def test_an_answer_is_on_the_disk_when_say_returns(project: LabelProject) -> None:
    answer_one(Sitting(project, "Ann", FILES), Turn(FILES[0]), "normal")
    again = LabelProject.open(project.folder)
    assert [(v.file, v.label, v.reader) for v in again.verdicts] == [(FILES[0], "normal", "Ann")]


def test_every_case_comes_once_and_one_of_ten_comes_back(project: LabelProject) -> None:
    turns = label_all(Sitting(project, "Ann", FILES))
    assert [turn.file for turn in turns if not turn.repeat] == FILES
    repeats = [turn.file for turn in turns if turn.repeat]
    assert 2 <= len(repeats) <= 3
    for file in repeats:
        first, again = (n for n, turn in enumerate(turns) if turn.file == file)
        assert again - first > 3


def test_the_counts_are_of_cases_and_do_not_tell_that_one_came_back(project: LabelProject) -> None:
    sitting = Sitting(project, "Ann", FILES)
    label_all(sitting)
    assert sitting.counts() == {"normal": 30}
    assert sitting.done == 30


def test_a_sitting_goes_on_where_the_last_one_ended(project: LabelProject) -> None:
    first = label_all(Sitting(project, "Ann", FILES), most=13)
    rest = label_all(Sitting(LabelProject.open(project.folder), "Ann", FILES))
    other = LabelProject.create(project.folder.parent, project.plan)
    assert first + rest == label_all(Sitting(other, "Ann", FILES))


@pytest.mark.parametrize("restarted", [False, True])
def test_all_answers_are_taken_back_one_after_the_other(project: LabelProject, *, restarted: bool) -> None:
    sitting = Sitting(project, "Ann", FILES)
    turns = label_all(sitting, most=25)
    answer_one(sitting, Turn(FILES[0]), excluded="quality")
    answer_one(sitting, Turn(FILES[0]), "pneumonia")
    if restarted:
        sitting = Sitting(LabelProject.open(project.folder), "Ann", FILES)
    assert undo(sitting) == Turn(FILES[0])
    assert sitting.answers[FILES[0]].excluded == "quality"
    undo(sitting)
    assert sitting.answers[FILES[0]].label == "normal"
    assert [undo(sitting) for _ in turns] == turns[::-1]
    assert undo(sitting) is None
    assert not sitting.answers
    assert not sitting.repeats
    assert label_all(sitting) == label_all(
        Sitting(LabelProject.create(project.folder.parent, project.plan), "Ann", FILES)
    )


def test_after_undo_and_another_answer_undo_goes_back_to_the_first(project: LabelProject) -> None:
    sitting = Sitting(project, "Ann", FILES)
    answer_one(sitting, Turn(FILES[0]), "normal")
    answer_one(sitting, Turn(FILES[1]), "normal")
    undo(sitting)
    answer_one(sitting, Turn(FILES[1]), "pneumonia")
    again = Sitting(LabelProject.open(project.folder), "Ann", FILES)
    assert [undo(again), undo(again), undo(again)] == [Turn(FILES[1]), Turn(FILES[0]), None]


def test_what_is_unsure_or_excluded_is_no_case_and_does_not_come_back(project: LabelProject) -> None:
    sitting = Sitting(project, "Ann", FILES)
    for file in FILES[:10]:
        answer_one(sitting, Turn(file), excluded="quality")
    for file in FILES[10:]:
        answer_one(sitting, Turn(file), "normal")
    assert sitting.counts() == {"": 10, "normal": 20}
    turn = sitting.following("")
    assert turn is not None
    assert turn.file in FILES[10:]


def test_mixed_cases_come_in_the_same_order_again() -> None:
    assert in_order(FILES, 3, mixed=True) == in_order(FILES, 3, mixed=True) != FILES
    assert sorted(in_order(FILES, 3, mixed=True)) == FILES
    assert in_order(FILES, 3, mixed=False) == FILES


def test_the_next_cases_are_known_beforehand(project: LabelProject) -> None:
    sitting = Sitting(project, "Ann", FILES)
    assert sitting.upcoming(FILES[3], 3) == [FILES[4], FILES[5], FILES[6], FILES[2]]
    assert sitting.step(FILES[0], -1) is None
    assert sitting.step(FILES[-1], 1) is None


def test_agreement_with_oneself_is_of_the_cases_that_came_back(project: LabelProject) -> None:
    sitting = Sitting(project, "Ann", FILES)
    for turn in iter(lambda: sitting.following(""), None):
        answer_one(sitting, turn, "pneumonia" if turn.repeat else "normal")
    found = with_oneself(project, "Ann")
    assert (found.n, found.same) == (len(sitting.repeats), 0)
    assert found.n >= 2


def two_readers(project: LabelProject) -> None:
    for n, file in enumerate(FILES[:20]):
        truth = CLASSES[n % 2]
        project.say(Verdict(file, truth, "Ann"))
        project.say(Verdict(file, CLASSES[0] if n in {1, 3} else truth, "Ben"))


def test_two_readers_are_compared_on_what_both_answered(project: LabelProject) -> None:
    two_readers(project)
    project.say(Verdict(FILES[25], "normal", "Ann"))
    found = between(project, "Ann", "Ben")
    assert (found.n, found.same) == (20, 18)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.8)


def test_only_disagreements_are_settled_and_the_ruling_holds(project: LabelProject) -> None:
    two_readers(project)
    assert disagreements(project) == [FILES[1], FILES[3]]
    assert project.finals()[FILES[1]].disagreed
    sitting = Sitting(project, "Ann", disagreements(project), settling=True)
    assert sitting.done == 0
    answer_one(sitting, Turn(FILES[1]), "pneumonia")
    assert [(v.reader, v.label) for v in answers_of_others(project, FILES[1])] == [
        ("Ann", "pneumonia"),
        ("Ben", "normal"),
    ]
    assert project.finals()[FILES[1]].label == "pneumonia"
    assert sitting.following(FILES[1]) == Turn(FILES[3])
    assert Sitting(LabelProject.open(project.folder), "Ann", FILES).answers[FILES[1]].label == "pneumonia"
    undo(sitting)
    assert project.finals()[FILES[1]].disagreed


def test_a_case_that_one_reader_left_out_is_told_beside_the_figures_for_it_is_to_be_settled_too(
    project: LabelProject,
) -> None:
    two_readers(project)
    project.say(Verdict(FILES[20], "normal", "Ann"), Verdict(FILES[20], "", "Ben", excluded="quality"))
    (line,) = agreements_of(project)
    assert "18 of 20" in line
    assert "0.80 (" in line
    assert line.endswith("1 excluded by one of them only")
    assert open_disagreements(project) == 3


def test_where_only_one_answer_was_given_kappa_is_left_out(project: LabelProject) -> None:
    project.say(*(Verdict(file, "normal", reader) for file in FILES[:4] for reader in ("Ann", "Ben")))
    (line,) = agreements_of(project)
    assert "4 of 4" in line
    assert "κ" not in line


def test_one_who_is_unsure_disagrees_with_one_who_is_not(project: LabelProject) -> None:
    project.say(Verdict(FILES[0], UNSURE, "Ann"), Verdict(FILES[0], "normal", "Ben"))
    assert disagreements(project) == [FILES[0]]
