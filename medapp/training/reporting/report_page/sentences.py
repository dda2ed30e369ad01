"""What the report says in whole sentences: the headline, and the texts for methods and results of a paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.i18n import counted, headed, listed, spaced, tr
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.flow import images_of
from medapp.training.reporting.report_page.numbers import area, of_100, percent, share, signed


def is_evaluation(report: Report) -> bool:
    """Tell whether the report is about a model measured on other cases, without a training."""
    return "training" not in report


def headline(report: Report) -> str:
    """Return what the test says, in people; with what an alarm means where the person asked for it."""
    sealed = report.get("sealed")
    if not sealed:
        return tr("check.proves.nothing")
    return spaced((sealed["in_people"], _alarms(sealed)))


def _alarms(sealed: Mapping[str, Any]) -> str:
    """Say which share of the alarms is real where the class is as common as the person said."""
    asked = sealed.get("at_prevalence")
    if not asked or not asked.get("ppv") or not value_of(asked["ppv"]):
        return ""
    ppv = value_of(asked["ppv"])
    ill = of_100(asked["prevalence"])
    if ppv >= 0.4:
        return tr("report.alarms_mostly", ill=ill, real=of_100(ppv))
    return tr("report.alarms_one_in", ill=ill, n=round(1 / ppv))


def value_of(figure: Mapping[str, Any] | float) -> float:
    """Return the value of a figure with or without an interval."""
    return float(figure["value"]) if isinstance(figure, Mapping) else float(figure)


def warnings_of(report: Report, beside: Beside) -> list[str]:
    """Return what must be known before the figures are read: the gravest first."""
    cases, sealed = report["cases"], report.get("sealed") or {}
    told = [w["text"] for w in report.get("warnings", ())]
    if not cases["patients_known"] and tr("check.optimistic") not in told:
        told.append(tr("check.optimistic"))
    told += [_finding(f, beside) for f in cases["findings"] if f["severity"] in {"blocking", "serious"}]
    told += sealed.get("notes") or []
    if (sealed.get("refused") or {}).get("cases"):
        told.append(tr("report.warning.refused", n=sealed["refused"]["cases"], cases=sealed["n_cases"]))
    told += [headed(headed(g["by"], g["group"]), g["warning"]) for g in sealed.get("groups") or [] if g.get("warning")]
    if report.get("openings", 0) > 1:
        told.append(tr("report.warning.openings", n=report["openings"]))
    return list(dict.fromkeys(told))


def _finding(finding: Mapping[str, Any], beside: Beside) -> str:
    why = finding.get("kept_because") or beside.kept.get(finding["code"])
    return spaced((finding["text"], tr("report.kept", why=why))) if why else str(finding["text"])


def methods(report: Report, beside: Beside) -> list[str]:
    """Return the paragraphs for the methods of a paper."""
    cases, split = report["cases"], report["cases"]["split"]
    kind = "several" if "labels" in cases else "labels"
    labels = tr(f"report.methods.{kind}", classes=listed(cases["classes"]))
    told = [
        spaced([tr("report.methods.cases", n=cases["images"]), labels, _left_out(cases)]),
        _partition(cases, split) if not is_evaluation(report) else tr("report.methods.evaluated"),
    ]
    if not is_evaluation(report):
        told += [_network(report, beside), _learning(report), _level(report)]
    told.append(tr("report.methods.statistics"))
    told.append(_software(report, beside))
    return list(filter(None, told))


def _left_out(cases: Mapping[str, Any]) -> str:
    left = images_of(cases, "left_out")
    return tr("report.methods.left_out", unreadable=cases.get("unreadable", 0), left=left)


def partition_kind(split: Mapping[str, Any]) -> str:
    """Return the key of how the cases were assigned: given, by whole sites, by date, or drawn."""
    if split["given"]:
        return "given"
    by = split.get("by", "random")
    return str(by) if by in {"site", "date"} else "drawn"


def partition_of(split: Mapping[str, Any]) -> str:
    """Say how the cases were assigned."""
    told = {"fraction": percent(split["fraction"]), "sites": listed(split.get("sites", ()))}
    return tr(f"report.partition.{partition_kind(split)}", **told, since=split.get("since", ""))


def _partition(cases: Mapping[str, Any], split: Mapping[str, Any]) -> str:
    sides = tr("report.methods.sides", sealed=counted(split["sealed"]), development=counted(split["development"]))
    disjoint = tr("report.methods." + ("disjoint" if cases["patients_known"] else "not_disjoint"))
    return spaced([partition_of(split), sides, disjoint])


def internal_of(report: Report) -> str:
    """Say how far the test cases are from those for learning."""
    if is_evaluation(report):
        return tr("report.limit.evaluation")
    kind = partition_kind(report["cases"]["split"])
    return tr(f"report.limit.{kind if kind in {'site', 'date'} else 'internal'}")


def start_of(training: Mapping[str, Any]) -> str:
    """Say what the training started from."""
    base = training.get("base")
    return tr("report.start.base", id=base["id"], version=base["version"]) if base else tr("report.start.scratch")


def _network(report: Report, beside: Beside) -> str:
    training = report["training"]
    told = tr("report.methods.network", architecture=training["architecture"], start=start_of(training))
    if beside.preprocess:
        seen = tr("report.methods.pictures", size=beside.preprocess["size"], colour=_colour(beside.preprocess))
        return spaced((told, seen))
    return told


def _colour(preprocess: Mapping[str, Any]) -> str:
    return tr(f"report.colour.{'rgb' if preprocess.get('colour') == 'rgb' else 'grey'}")


def recipe_of(report: Report) -> str:
    """Say how the weights that were kept came about."""
    training = report["training"]
    config = training["config"]
    if training["chosen"] == "instant":
        return tr("report.methods.instant", strength=f"{training['strength']:g}", folds=config.get("folds", "?"))
    if config.get("plain"):
        return tr(
            "report.methods.textbook",
            optimiser=config.get("optimiser", "?"),
            batch=config["batch"],
            steps=training["steps"],
        )
    return tr(
        "report.methods.finetuned",
        optimiser=config.get("optimiser", "adamw"),
        steps=training["steps"],
        batch=config["batch"],
        body=f"{config['body_rate']:g}",
        head=f"{config['head_rate']:g}",
        decay=f"{config['decay']:g}",
        rotation=f"{config['rotation_degrees']:g}",
        shift=percent(config["shift"]),
        scale=percent(config["scale"]),
    )


def selection_of(report: Report) -> str:
    """Say which weights were kept, and by which cases that was decided."""
    return tr(f"report.chosen.{report['training']['chosen']}")


def _learning(report: Report) -> str:
    return spaced((recipe_of(report), selection_of(report)))


def _level(report: Report) -> str:
    if report.get("thresholds"):
        return tr("report.methods.levels", least=percent(report["training"]["config"].get("sensitivity", 0.9)))
    if report.get("alarm_class") is None or report.get("threshold") is None:
        return tr("report.methods.highest")
    config = report["training"]["config"]
    return tr(
        "report.methods.level",
        level=percent(report["threshold"], 1),
        alarm=report["alarm_class"],
        least=percent(config.get("sensitivity", 0.9)),
    )


def _software(report: Report, beside: Beside) -> str:
    versions = (report.get("training") or {}).get("versions")
    if not versions:
        return tr("report.methods.software_medapp", version=beside.model.get("medapp_version", "?"))
    return tr("report.methods.software", versions=listed(f"{name} {number}" for name, number in versions.items()))


def results(report: Report) -> list[str]:
    """Return the paragraphs for the results of a paper."""
    sealed = report.get("sealed")
    if not sealed:
        return [tr("check.proves.nothing")]
    cases = report["cases"]
    counts = {"cases": sealed["n_cases"], "classes": counted(sealed.get("classes") or cases["classes"])}
    unit = "patients" if cases["patients_known"] else "images"
    told = [tr(f"report.results.cases.{unit}", patients=sealed["n_patients"], **counts)]
    if sealed.get("refused"):
        told.append(tr("report.results.refused", n=sealed["refused"]["cases"], share=share(sealed["refused"])))
    told.append(_performance(sealed))
    if slope := (sealed.get("calibration") or {}).get("slope"):
        intercept = sealed["calibration"].get("intercept")
        told.append(tr("report.results.calibration", slope=signed(slope), intercept=signed(intercept)))
    return [spaced(told), *_comparison(report)]


def _performance(sealed: Mapping[str, Any]) -> str:
    if sealed.get("sensitivity") and sealed.get("specificity"):
        return tr(
            "report.results.two",
            auc=area(sealed["auc"]),
            sensitivity=share(sealed["sensitivity"]),
            specificity=share(sealed["specificity"]),
        )
    if sealed.get("by_label"):
        mean = tr("report.results.labels", auc=area(sealed.get("auc")), balanced=share(sealed.get("balanced_accuracy")))
        return spaced((mean, sealed["in_people"]))
    if not sealed.get("accuracy"):
        return ""
    balanced = share(sealed.get("balanced_accuracy"))
    return tr("report.results.many", auc=area(sealed.get("auc")), accuracy=share(sealed["accuracy"]), balanced=balanced)


def _comparison(report: Report) -> list[str]:
    against = report.get("against_instant")
    if not against:
        return []
    difference = signed(against["auc_difference"])
    return [tr("report.results.instant", auc=area(against["instant_auc"]), difference=difference)]
