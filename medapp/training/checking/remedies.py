"""What a person decided about findings of the check, and what that does to the cases and to the network picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medapp import schemas
from medapp.classify.preprocess import PreprocessSpec, RangeSpec
from medapp.errors import MedappError
from medapp.files import read_json, write_json
from medapp.i18n import tr
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.case_traits import CaseTraits
from medapp.training.cases.survey import Seen, Survey
from medapp.training.checking.findings import Finding, Remedy

REMEDIES_FILE = "remedies.json"
SCHEMA_VERSION = 1
OF_PICTURES = frozenset({"mask_border", "crop_border", "crop_to_body", "rewindow"})
"""Remedies that change what the network sees."""
OF_CASES = frozenset({"exclude", "keep_one", "drop_source"})
"""Remedies that leave cases out."""
KEEP = "keep"


@dataclass(frozen=True)
class Taken:
    """A remedy that a person chose, and what for.

    Attributes
    ----------
    remedy : Remedy
        What is done.
    finding : str
        Code of the finding; empty where it was done without one.
    subject : str
        What tells findings of one code apart (`subject_of`).
    text : str
        The finding's sentence when it was acted on.
    """

    remedy: Remedy
    finding: str = ""
    subject: str = ""
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, on one level."""
        return {**self.remedy.to_json(), "finding": self.finding, "subject": self.subject, "text": self.text}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Taken:
        """Rebuild it from `to_json`'s value; all but the code may be missing."""
        about = {name: str(document.get(name, "")) for name in ("finding", "subject", "text")}
        return cls(Remedy(document["code"], document.get("params", {})), **about)

    @property
    def told(self) -> str:
        """What was done, in words."""
        return words_of(self.remedy)

    @property
    def because(self) -> str:
        """Why the finding was kept; empty for any other remedy."""
        return str(self.remedy.params.get("because", "")) if self.remedy.code == KEEP else ""


def subject_of(params: Mapping[str, Any]) -> str:
    """Return what tells findings of one code apart, by their params: class or label, or what a probe looks at."""
    return " ".join(str(params[name]) for name in ("name", "what", "value") if params.get(name))


def words_of(remedy: Remedy, texts: str = "remedy") -> str:
    """Return what was done, as people say it; with the texts ``remedy.do`` what can be done."""
    params = remedy.params
    counted: Mapping[str, Any] = {
        "share": round(100 * float(params.get("share", 0))),
        "n": len(params.get("cases", ())) or sum(len(group) - 1 for group in params.get("groups", ())),
        "value": params.get("value", ""),
        "because": params.get("because", ""),
    }
    return tr(f"{texts}.{remedy.code}", **counted)


def spec_with(spec: PreprocessSpec, taken: Iterable[Taken]) -> PreprocessSpec:
    """Return the specification with what was decided about the pictures; what it hides already stays hidden.

    Parameters
    ----------
    spec : PreprocessSpec
        The starting model's.
    taken : iterable of Taken
        What was decided.

    Returns
    -------
    PreprocessSpec
        With the widest mask and crop, around the body, equalised: as far as each was asked for.
    """
    for one in taken:
        spec = _SPEC_CHANGES.get(one.remedy.code, _unchanged)(spec, one.remedy.params)
    return spec


def _unchanged(spec: PreprocessSpec, _: Mapping[str, Any]) -> PreprocessSpec:
    return spec


_SPEC_CHANGES: Mapping[str, Callable[[PreprocessSpec, Mapping[str, Any]], PreprocessSpec]] = {
    "mask_border": lambda spec, params: replace(spec, border_mask=max(spec.border_mask, params["share"])),
    "crop_border": lambda spec, params: replace(spec, border_crop=max(spec.border_crop, params["share"])),
    "crop_to_body": lambda spec, _: replace(spec, crop_to_body=True),
    "rewindow": lambda spec, _: replace(spec, range=RangeSpec("equalised")),
}


def listing_with(folder: CaseFolder, taken: Sequence[Taken]) -> CaseFolder:
    """Return the listing without the files that were excluded, and without the other copies of a picture.

    Files are known by their names below the folder of cases, or by their paths.
    """
    gone: set[str] = set()
    for one in taken:
        gone.update(one.remedy.params.get("cases", ()) if one.remedy.code == "exclude" else ())
        for group in one.remedy.params.get("groups", ()) if one.remedy.code == "keep_one" else ():
            gone.update(group[1:])
    left = tuple(case for case in folder.cases if not {case.name, case.source} & gone)
    return replace(folder, cases=left, excluded=folder.excluded + len(folder.cases) - len(left))


def survey_with(surveyed: Survey, taken: Sequence[Taken]) -> Survey:
    """Return the survey without the cases of sources that were dropped: a site, a maker, and the like."""
    dropped = [one.remedy.params for one in taken if one.remedy.code == "drop_source"]
    left = tuple(seen for seen in surveyed.seen if not any(_comes_from(seen, params) for params in dropped))
    excluded = surveyed.folder.excluded + len(surveyed.seen) - len(left)
    return replace(surveyed, seen=left, folder=replace(surveyed.folder, excluded=excluded))


def _comes_from(seen: Seen, params: Mapping[str, Any]) -> bool:
    """Tell whether a case has the value that is dropped: of the attribute that is named, else of any."""
    known = {**seen.header.__dict__, **{name: value for name, value in seen.traits.__dict__.items() if value}}
    wanted = str(params["value"]).casefold()
    named = params.get("attribute")
    values = [known.get(named)] if named else [known[name] for name in CaseTraits.__dataclass_fields__ if name in known]
    return any(value is not None and str(value).casefold() == wanted for value in values)


def with_reasons(findings: Iterable[Finding], taken: Sequence[Taken]) -> list[Finding]:
    """Return the findings with the reason for which each was kept; a finding that blocks cannot be kept."""
    why = {(one.finding, one.subject): one.because for one in taken if one.because}
    return [
        replace(finding, kept_because=why.get((finding.code, subject_of(finding.params)), ""))
        if finding.severity != "blocking"
        else finding
        for finding in findings
    ]


def in_report(taken: Iterable[Taken]) -> list[dict[str, Any]]:
    """Return what was decided, without the names of cases: what may travel with a model."""
    return [
        {
            "code": one.remedy.code,
            "text": one.told,
            "finding": one.finding,
            "about": one.text,
            "params": {name: value for name, value in one.remedy.params.items() if name not in {"cases", "groups"}},
        }
        for one in taken
    ]


def read_remedies(path: Path) -> tuple[Taken, ...]:
    """Return what a file of remedies says.

    Raises
    ------
    MedappError
        ``remedies.unreadable`` where there is no such file, ``remedies.damaged`` where it is something else,
        ``remedies.newer`` where a newer medapp wrote it.
    """
    try:
        document = read_json(path)
    except OSError as error:
        raise MedappError("remedies.unreadable", file=path.name, reason=error.strerror or "") from error
    except (ValueError, RecursionError) as error:
        raise MedappError("remedies.damaged", file=path.name, what=type(error).__name__) from error
    version = document.get("schema_version", 1) if isinstance(document, dict) else 1
    if type(version) is int and version > SCHEMA_VERSION:
        raise MedappError("remedies.newer", file=path.name)
    try:
        schemas.check("remedies", document)
    except MedappError as error:
        raise MedappError("remedies.damaged", file=path.name, what=str(error.params.get("where", ""))) from error
    return tuple(Taken.from_json(one) for one in document["remedies"])


def write_remedies(path: Path, taken: Iterable[Taken]) -> None:
    """Write what was decided; raises OSError where the disk refuses."""
    write_json(path, {"schema_version": SCHEMA_VERSION, "remedies": [one.to_json() for one in taken]})
