"""What the checklists can be answered with: one function a fact; an empty text means that the report does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from medapp.i18n import clauses, counted, ended, listed, spaced, tr
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.flow import images_of
from medapp.training.reporting.report_page.mistakes import counted_mistakes
from medapp.training.reporting.report_page.numbers import area, percent, plain, share, signed
from medapp.training.reporting.report_page.sentences import (
    headline,
    internal_of,
    is_evaluation,
    partition_of,
    recipe_of,
    selection_of,
    start_of,
)
from medapp.training.reporting.report_page.teaching import more_cases

Fact = Callable[[Report, Beside], str]


def facts_of(report: Report, beside: Beside) -> dict[str, str]:
    """Return every fact that the report knows, by its name."""
    told = {name: fact(report, beside) for name, fact in FACTS.items()}
    return {name: text for name, text in told.items() if text}


def _technology(report: Report, beside: Beside) -> str:
    architecture = (report.get("training") or beside.model).get("architecture", "")
    classes = listed(report["cases"]["classes"])
    return tr("report.fact.technology", architecture=architecture, classes=classes) if architecture else ""


def _title(report: Report, beside: Beside) -> str:
    kind = "evaluation" if is_evaluation(report) else "both"
    return tr(f"report.fact.title.{kind}", classes=listed(report["cases"]["classes"]))


def _use(report: Report, beside: Beside) -> str:
    # where nothing was asked, the scope is told as the population already
    scope = beside.scope.get("text", "") if beside.question.get("pictures") else ""
    return spaced((scope, report["research_use"]))


def _population(report: Report, beside: Beside) -> str:
    asked = beside.question
    if asked.get("pictures") or asked.get("people"):
        blank = tr("report.blank")
        return tr("report.fact.population", **{k: asked.get(k) or blank for k in ("pictures", "people")})
    return str(beside.scope.get("text", ""))


def _objective(report: Report, beside: Beside) -> str:
    asked, blank = beside.question, tr("report.blank")
    if asked.get("find"):
        words = {name: asked.get(name) or blank for name in ("pictures", "people", "find", "other")}
        return tr("report.question.sentence", **words)
    return tr("report.fact.objective", classes=listed(report["cases"]["classes"]))


def _goal(report: Report, beside: Beside) -> str:
    return tr("report.fact.goal_evaluation" if is_evaluation(report) else "report.fact.goal")


def _sources(report: Report, beside: Beside) -> str:
    return tr("report.fact.sources") if beside.about_cases.strip() else ""


def _eligibility(report: Report, beside: Beside) -> str:
    left = images_of(report["cases"], "left_out")
    return tr("report.fact.eligibility", unreadable=report["cases"].get("unreadable", 0), left=left)


def _preprocessing(report: Report, beside: Beside) -> str:
    spec = beside.preprocess
    if not spec:
        return ""
    told = {"size": spec["size"], "range": plain(spec.get("range")), "crop": percent(spec.get("border_crop") or 0, 1)}
    masked = percent(spec.get("border_mask") or 0, 1)
    more = [tr("report.fact.masked", share=masked)] if spec.get("border_mask") else []
    more += [tr("report.fact.to_body")] if spec.get("crop_to_body") else []
    return spaced([tr("report.fact.preprocessing", **told), *more])


def _subsets(report: Report, beside: Beside) -> str:
    left = images_of(report["cases"], "left_out")
    return tr("report.fact.subsets", left=left, groups=report["cases"].get("duplicates", 0))


def _missing(report: Report, beside: Beside) -> str:
    blanks = tr("report.fact.blanks") if "labels" in report["cases"] else ""
    return spaced((tr("report.fact.missing", n=report["cases"].get("unreadable", 0)), blanks))


def _acquisition(report: Report, beside: Beside) -> str:
    modalities = beside.scope.get("modalities") or []
    return tr("report.fact.modalities", modalities=listed(modalities)) if modalities else ""


def _reference(report: Report, beside: Beside) -> str:
    return str(beside.question.get("truth") or "")


def _definition(report: Report, beside: Beside) -> str:
    return tr("report.fact.reference", classes=listed(report["cases"]["classes"]))


def _partition(report: Report, beside: Beside) -> str:
    return tr("report.methods.evaluated") if is_evaluation(report) else partition_of(report["cases"]["split"])


def _same_source(report: Report, beside: Beside) -> str:
    return "" if is_evaluation(report) else internal_of(report)


def _disjoint(report: Report, beside: Beside) -> str:
    return tr("report.methods.disjoint" if report["cases"]["patients_known"] else "report.methods.not_disjoint")


def _size(report: Report, beside: Beside) -> str:
    return spaced((report["cases"].get("proves", ""), more_cases(report.get("learning_curve") or {})))


def _model(report: Report, beside: Beside) -> str:
    training = report.get("training")
    if not training:
        return ""
    size = beside.preprocess.get("size")
    told = tr("report.fact.model", architecture=training["architecture"], classes=len(report["cases"]["classes"]))
    return spaced((told, tr("report.fact.input", size=size))) if size else told


def _software(report: Report, beside: Beside) -> str:
    versions: Mapping[str, str] = (report.get("training") or {}).get("versions") or {}
    return listed(f"{name} {number}" for name, number in versions.items())


def _start(report: Report, beside: Beside) -> str:
    return tr("report.fact.start", start=start_of(report["training"])) if "training" in report else ""


def _training(report: Report, beside: Beside) -> str:
    if "training" not in report:
        return ""
    return spaced((recipe_of(report), tr("report.fact.seed", seed=report["training"]["seed"])))


def _selection(report: Report, beside: Beside) -> str:
    return selection_of(report) if "training" in report else ""


def _output(report: Report, beside: Beside) -> str:
    alarm, level = report.get("alarm_class"), report.get("threshold")
    if report.get("thresholds"):
        return tr("report.rule_labels")
    if alarm is None or level is None:
        return tr("report.fact.output_highest")
    return tr("report.fact.output", alarm=alarm, level=percent(level, 1))


def _robustness(report: Report, beside: Beside) -> str:
    groups = (report.get("sealed") or {}).get("groups") or []
    return tr("report.fact.groups", by=listed(dict.fromkeys(str(g["by"]) for g in groups))) if groups else ""


def _counts(report: Report, beside: Beside) -> str:
    cases, split = report["cases"], report["cases"]["split"]
    sealed = report.get("sealed") or {}
    if is_evaluation(report):
        return tr("report.fact.evaluated", n=sealed.get("n_cases", 0), patients=sealed.get("n_patients", 0))
    told = {"images": cases["images"], "patients": cases["patients"], "unreadable": cases.get("unreadable", 0)}
    sides = {side: counted(split[side]) for side in ("sealed", "development", "left_out")}
    return tr("report.fact.counts", **told, **sides)


def _performance(report: Report, beside: Beside) -> str:
    sealed = report.get("sealed")
    if not sealed:
        return ""
    return spaced((ended(spaced((tr("report.figure.auc"), area(sealed.get("auc"))))), headline(report)))


def _diagnostic(report: Report, beside: Beside) -> str:
    sealed = report.get("sealed") or {}
    if sealed.get("sensitivity") and sealed.get("specificity"):
        told = {name: share(sealed[name]) for name in ("sensitivity", "specificity")}
        return tr("report.fact.diagnostic", **told)
    return clauses(f"{name} {share(one)}" for name, one in (sealed.get("found") or {}).items())


def _calibrated(report: Report, beside: Beside) -> str:
    told: Mapping[str, Any] = (report.get("sealed") or {}).get("calibration") or {}
    if not told.get("slope"):
        return ""
    return tr("report.fact.calibrated", slope=signed(told["slope"]), intercept=signed(told.get("intercept")))


def _failures(report: Report, beside: Beside) -> str:
    answered = [a for a in beside.answers if not a.refused]
    wrong = sum(a.given != a.truth for a in answered)
    return counted_mistakes(report, wrong, len(answered)) if answered else ""


def _limits(report: Report, beside: Beside) -> str:
    serious = [f["text"] for f in report["cases"]["findings"] if f["severity"] in {"serious", "caution"}]
    return spaced([internal_of(report), *serious])


def _refusal(report: Report, beside: Beside) -> str:
    refused = (report.get("sealed") or {}).get("refused")
    return tr("report.fact.refusal", n=refused["cases"], share=share(refused)) if refused else ""


def _availability(report: Report, beside: Beside) -> str:
    licence = beside.model.get("licence")
    return tr("report.fact.availability", licence=licence) if licence else ""


def _always(key: str) -> Fact:
    """Return a fact about medapp itself, the same for every report."""
    return lambda report, beside: tr(key)


def _trained(key: str) -> Fact:
    """Return a fact that holds for every training of medapp, and says nothing about a model that was only measured."""
    return lambda report, beside: "" if is_evaluation(report) else tr(key)


FACTS: dict[str, Fact] = {
    "title": _title,
    "technology": _technology,
    "use": _use,
    "population": _population,
    "objective": _objective,
    "design": _always("report.fact.design"),
    "goal": _goal,
    "sources": _sources,
    "eligibility": _eligibility,
    "preprocessing": _preprocessing,
    "predictors": _always("report.fact.predictors"),
    "subsets": _subsets,
    "deidentification": _always("report.fact.deidentification"),
    "missing": _missing,
    "acquisition": _acquisition,
    "definition": _definition,
    "reference": _reference,
    "partition": _partition,
    "disjoint": _disjoint,
    "size": _size,
    "model": _model,
    "software": _software,
    "start": _start,
    "training": _training,
    "selection": _selection,
    "ensemble": _trained("report.fact.ensemble"),
    "imbalance": _trained("report.fact.imbalance"),
    "measures": _always("report.fact.measures"),
    "uncertainty": _always("report.fact.uncertainty"),
    "robustness": _robustness,
    "explanation": _always("report.fact.explanation"),
    "internal": _trained("report.fact.internal"),
    "same_source": _same_source,
    "output": _output,
    "counts": _counts,
    "performance": _performance,
    "diagnostic": _diagnostic,
    "calibrated": _calibrated,
    "failures": _failures,
    "limits": _limits,
    "refusal": _refusal,
    "details": _always("report.fact.details"),
    "applied": _always("report.fact.applied"),
    "person": _always("report.fact.person"),
    "availability": _availability,
}
