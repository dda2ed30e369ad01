"""Acting on findings of a project's check: remedies are taken and undone, findings kept with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.errors import MedappError
from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import KEEP, OF_CASES, Taken, subject_of
from medapp.workflows.project_state import State
from medapp.workflows.teaching import Project


def decide(project: Project, finding: Mapping[str, Any], remedy: Remedy) -> Taken:
    """Act on a finding; the lab book tells. The check has to be made anew, unless the finding was kept.

    Parameters
    ----------
    project : Project
        Where it is kept.
    finding : mapping
        As the check's answer has it.
    remedy : Remedy
        What to do.

    Returns
    -------
    Taken
        What `undo` takes back.

    Raises
    ------
    MedappError
        ``project.training`` while one is going on, ``project.remedy_sealed`` where cases are to be left out of a sealed
        set, ``project.no_reason`` and ``project.blocking_kept`` where a finding is to be kept.
    """
    taken = Taken(_worded(remedy), finding["code"], subject_of(finding["params"]), finding["text"])
    _refuse(project, taken)
    if remedy.code == KEEP and finding["severity"] == "blocking":
        raise MedappError("project.blocking_kept")
    state = project.state
    others = tuple(one for one in state.remedies if not _same(one, taken))
    params = {"what": taken.told, "finding": taken.text}
    project.note("remedy_taken", params, remedies=(*others, taken), **_after(state, taken, taken.because))
    return taken


def undo(project: Project, taken: Taken) -> None:
    """Take back what was decided; raises as `decide`, or ``project.no_such_remedy`` where it was undone already."""
    _refuse(project, taken)
    state = project.state
    left = tuple(one for one in state.remedies if one != taken)
    if left == state.remedies:
        raise MedappError("project.no_such_remedy")
    project.note("remedy_undone", {"what": taken.told}, remedies=left, **_after(state, taken, ""))


def _worded(remedy: Remedy) -> Remedy:
    """Return a remedy whose reason has no blanks around it; raises ``project.no_reason`` where nothing is left."""
    if remedy.code != KEEP:
        return remedy
    because = str(remedy.params.get("because", "")).strip()
    if not because:
        raise MedappError("project.no_reason")
    return Remedy(KEEP, {"because": because})


def _refuse(project: Project, taken: Taken) -> None:
    if project.current_run() is not None:
        raise MedappError("project.training")
    if taken.remedy.code in OF_CASES and project.state.sealed is not None:
        raise MedappError("project.remedy_sealed")


def _same(one: Taken, other: Taken) -> bool:
    """Tell whether `other` takes the place of `one`: the same thing is done, or a reason given for the same finding."""
    kept = one.remedy.code == other.remedy.code == KEEP
    same_finding = (one.finding, one.subject) == (other.finding, other.subject)
    return (kept and same_finding) or (one.remedy == other.remedy and not kept)


def _after(state: State, taken: Taken, because: str) -> dict[str, Any]:
    """Return what else changes: the reason in the check's answer, or that the check is out of date."""
    if taken.remedy.code != KEEP:
        return {"stale": True}
    if state.checked is None:
        return {}
    findings = [
        {**finding, "kept_because": because}
        if (finding.get("code"), subject_of(finding.get("params", {}))) == (taken.finding, taken.subject)
        else finding
        for finding in state.checked["findings"]
    ]
    return {"checked": {**state.checked, "findings": findings}}
