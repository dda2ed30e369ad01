"""How the model was made: what it started from, the passes, would more cases help, and every number of the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.i18n import bracketed, catalogue, listed, spaced, tr
from medapp.training.reporting.report_page import curves
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.markup import Markup, figure, joined, paragraph, part, section, table
from medapp.training.reporting.report_page.numbers import area, plain, seconds, share, signed, significant
from medapp.training.reporting.report_page.sentences import recipe_of, selection_of, start_of

MAIN = ("auc", "balanced_accuracy", "sensitivity", "specificity")


def teaching_section(report: Report, beside: Beside) -> Markup:
    """Return the section about the training; nothing for a model measured on other cases."""
    if "training" not in report:
        return Markup("")
    training = report["training"]
    network = tr("report.methods.network", architecture=training["architecture"], start=start_of(training))
    return section(
        "training",
        tr("report.section.training"),
        paragraph(spaced([network, recipe_of(report), selection_of(report)])),
        paragraph(tr("report.stopped_early") if training.get("stopped") else ""),
        figure(curves.training(report.get("curve") or ()), tr("report.chart.training")),
        part(tr("report.more_cases"), _learning_curve(report)),
        part(tr("report.development"), _development(report)),
        part(tr("report.recipe"), _run(report), _recipe(training), _preprocess(beside)),
    )


def _learning_curve(report: Report) -> Markup:
    curve = report.get("learning_curve") or {}
    unit = tr(f"report.axis.{'patients' if report['cases']['patients_known'] else 'images'}")
    told = tr(f"report.figure.{curve.get('figure', 'auc')}")
    drawn = figure(curves.learning(curve.get("points") or (), unit, told), tr("report.chart.learning"))
    return joined(paragraph(more_cases(curve)), drawn)


def more_cases(curve: Mapping[str, Any]) -> str:
    """Say what more cases would add, where the report knows it."""
    if curve.get("text"):
        return str(curve["text"])
    more = curve.get("more")
    if not more or more.get("gain") is None:
        return ""
    told = {end: significant(100 * more[end]) if more.get(end) is not None else "?" for end in ("gain", "low", "high")}
    return tr("report.more_gain", cases=more["cases"], **told)


def _development(report: Report) -> Markup:
    """Return the figures on cases for learning beside those of the test: a great difference is a sign."""
    development, sealed = report["development"], report.get("sealed") or {}
    rows = [
        (tr(f"report.figure.{name}"), _written(name, development.get(name)), _written(name, sealed.get(name)))
        for name in MAIN
        if development.get(name)
    ]
    head = ["", tr("report.column.development"), tr("report.column.sealed")]
    shown = table(tr("report.development_caption"), head, rows, "numbers")
    validation = report.get("validation") or {}
    points = validation.get("curve") or ()
    drawn = figure(curves.levels(points, report.get("threshold")), tr("report.chart.levels"))
    told = [paragraph(tr("report.development_why")), shown, *map(paragraph, spread_of(validation))]
    return joined(*told, drawn, _against_instant(report))


def spread_of(validation: Mapping[str, Any]) -> list[str]:
    """Say how much the area changes from part to part of the cross-validation, and from one division to another."""
    told = []
    for name, spread in (("folds", "spread"), ("divisions", "divisions_spread")):
        values = validation.get(name) or []
        if len(values) > 1 and validation.get(spread) is not None:
            areas = listed(f"{value:.3f}" for value in values)
            told.append(tr(f"report.{name}", areas=areas, spread=significant(validation[spread])))
    return told


def _written(name: str, estimate: Mapping[str, Any] | None) -> str:
    return area(estimate) if name == "auc" else share(estimate)


def _against_instant(report: Report) -> Markup:
    against = report.get("against_instant")
    if not against:
        return Markup("")
    told = {"auc": area(against["instant_auc"]), "difference": signed(against["auc_difference"])}
    return paragraph(tr("report.results.instant", **told))


def _run(report: Report) -> Markup:
    training, timing = report["training"], report.get("timing") or {}
    told = {name: training.get(name) for name in ("effort", "chosen", "architecture", "device", "seed", "threads")}
    told |= {
        name: training.get(name)
        for name in ("steps", "micro_batch", "strength", "strengths", "half_difference", "stopped")
    }
    rows = [(tr(f"report.run.{name}"), plain(value)) for name, value in told.items() if value is not None]
    if timing:
        rows.append((tr("report.run.time"), seconds(timing["total_seconds"])))
        told = {name: timing.get(name) for name in ("passes", "images_per_second", "data_wait")}
        rows += [(tr(f"report.run.{name}"), plain(value)) for name, value in told.items() if value is not None]
    rows += [(tr("report.run.version", name=name), number) for name, number in training["versions"].items()]
    rows += [
        (catalogue().get(f"report.machine.{name}", name), plain(value)) for name, value in training["machine"].items()
    ]
    return table(tr("report.run_caption"), [tr("report.column.what"), tr("report.column.value")], rows, "facts")


def _recipe(training: Mapping[str, Any]) -> Markup:
    rows = [(_named("recipe", name), plain(value)) for name, value in training["config"].items()]
    # an instant training has all settings too, and uses few of them
    caption = tr("report.recipe_caption_instant" if training["effort"] == "instant" else "report.recipe_caption")
    return table(caption, [tr("report.column.setting"), tr("report.column.value")], rows, "facts")


def _preprocess(beside: Beside) -> Markup:
    told = {name: value for name, value in beside.preprocess.items() if name != "schema_version"}
    rows = [(_named("preprocess", name), plain(value)) for name, value in told.items()]
    return table(
        tr("report.preprocess_caption"), [tr("report.column.setting"), tr("report.column.value")], rows, "facts"
    )


def _named(area_: str, name: str) -> str:
    """Return the words for a setting; one that has none yet is told by its own name."""
    words = catalogue().get(f"report.{area_}.{name}")
    return bracketed(words, name) if words else name.replace("_", " ")
