"""Findings that are acted on: the check knows, the lab book tells, each can be undone, also after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.folders import user_folders
from medapp.imaging.phantom import write_cases
from medapp.imaging.readers import Readers
from medapp.jobs import run_to_end
from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import Taken
from medapp.workflows.deciding import decide, undo
from medapp.workflows.project_archive import export_project, import_project
from medapp.workflows.teaching import Project

PATTERN = r"(patient\d+)_"
MASK = Remedy("mask_border", {"share": 0.05})


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("Fälle"), patients_per_class=8, size=64)


@pytest.fixture
def project(tmp_path: Path, cases: Path) -> Project:
    project = Project.create(tmp_path / "projects", "Rundherde")
    project.choose_cases(cases, PATTERN)
    check(project)
    return project


def check(project: Project) -> None:
    with Readers() as readers:
        run_to_end(project.check(readers, Registry(user_folders())))


def finding(project: Project, code: str = "few") -> Mapping[str, Any]:
    assert project.state.checked is not None
    return next(f for f in project.state.checked["findings"] if f["code"] == code)


def names(cases: Path) -> list[str]:
    return sorted(path.relative_to(cases).as_posix() for path in cases.rglob("*.png"))


def test_a_finding_is_kept_with_its_reason_at_once_and_asks_for_nothing_more(project: Project) -> None:
    kept = finding(project)
    taken = decide(project, kept, Remedy("keep", {"because": "  eine seltene Krankheit "}))
    assert finding(project)["kept_because"] == "eine seltene Krankheit"
    assert not project.state.stale
    assert "eine seltene Krankheit" in project.state.lab_book[-1].text
    other = [f for f in project.state.checked["findings"] if f["code"] == "few"][1]  # type: ignore[index]
    assert not other["kept_because"]
    undo(project, taken)
    assert not finding(project)["kept_because"]
    assert project.state.lab_book[-1].text.startswith("Undone")


def test_another_reason_takes_the_place_of_the_first(project: Project) -> None:
    for reason in ("one", "two"):
        decide(project, finding(project), Remedy("keep", {"because": reason}))
    assert [taken.because for taken in project.state.remedies] == ["two"]


def test_what_was_decided_is_there_after_a_restart_and_can_be_undone_then(project: Project) -> None:
    decide(project, finding(project), MASK)
    again = Project.open(project.folder)
    assert [taken.remedy for taken in again.state.remedies] == [MASK]
    assert again.state.stale
    check(again)
    assert not again.state.stale
    undo(again, again.state.remedies[0])
    assert Project.open(project.folder).state.remedies == ()
    with pytest.raises(MedappError, match=r"project\.no_such_remedy"):
        undo(again, Taken(MASK))


def test_excluded_cases_are_gone_from_the_next_check_and_back_after_undo(project: Project, cases: Path) -> None:
    chosen = names(cases)[:3]
    decide(project, finding(project), Remedy("exclude", {"cases": chosen}))
    check(project)
    assert (project.state.checked or {})["excluded"] == 3
    assert (project.state.checked or {})["images"] == len(names(cases)) - 3
    undo(project, project.state.remedies[-1])
    check(project)
    assert (project.state.checked or {})["images"] == len(names(cases))


def test_a_kept_finding_stays_kept_when_the_check_is_made_anew(project: Project) -> None:
    decide(project, finding(project), Remedy("keep", {"because": "rare"}))
    decide(project, finding(project), MASK)
    check(project)
    assert finding(project)["kept_because"] == "rare"


def test_a_kept_serious_finding_asks_for_no_attention(project: Project, cases: Path) -> None:
    project.choose_cases(cases, "")
    check(project)
    before = project.steps()["check"].attention
    decide(project, finding(project, "patients_unknown"), Remedy("keep", {"because": "one picture each"}))
    assert project.steps()["check"].attention == before - 1


def test_a_sealed_set_loses_no_cases_but_its_pictures_may_be_masked(project: Project, cases: Path) -> None:
    project.seal()
    with pytest.raises(MedappError, match=r"project\.remedy_sealed"):
        decide(project, finding(project), Remedy("exclude", {"cases": names(cases)[:1]}))
    decide(project, finding(project), MASK)
    check(project)
    assert not project.state.stale


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_must_be_given(project: Project, reason: str) -> None:
    with pytest.raises(MedappError, match=r"project\.no_reason"):
        decide(project, finding(project), Remedy("keep", {"because": reason}))
    assert project.state.remedies == ()


def test_what_blocks_cannot_be_kept(project: Project, cases: Path) -> None:
    decide(project, finding(project), Remedy("exclude", {"cases": names(cases)[:8]}))
    check(project)
    with pytest.raises(MedappError, match=r"project\.blocking_kept"):
        decide(project, finding(project, "empty_class"), Remedy("keep", {"because": "x"}))


def test_a_training_is_told_what_was_decided(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from medapp.training.checking.remedies import read_remedies
    from medapp.training.runs import run

    decide(project, finding(project), MASK)
    check(project)
    project.seal()
    monkeypatch.setattr(run.Run, "_begin", lambda *_: None)
    request = project.start_training(tmp_path / "runs", "instant").request
    assert read_remedies(Path(request.remedies)) == project.state.remedies


def test_other_cases_have_other_decisions(project: Project, cases: Path, tmp_path: Path) -> None:
    decide(project, finding(project), MASK)
    project.choose_cases(cases, r"(p\w+)_")
    assert project.state.remedies
    project.choose_cases(tmp_path / "elsewhere")
    assert project.state.remedies == ()


def test_a_project_of_the_second_version_knows_no_decisions(project: Project) -> None:
    document = read_json(project.folder / "project.json")
    old = {name: value for name, value in document.items() if name not in {"remedies", "stale"}}
    write_json(project.folder / "project.json", {**old, "schema_version": 2})
    again = Project.open(project.folder)
    assert (again.state.remedies, again.state.stale, again.set_aside) == ((), False, None)


def test_a_project_that_travels_names_no_case(project: Project, cases: Path, tmp_path: Path) -> None:
    decide(project, finding(project), Remedy("exclude", {"cases": names(cases)[:2]}))
    decide(project, finding(project), MASK)
    archive = tmp_path / "p.zip"
    export_project(project, archive)
    assert names(cases)[0].encode() not in archive.read_bytes()
    taken = import_project(archive, user_folders())
    assert [one.remedy for one in taken.state.remedies] == [MASK]
