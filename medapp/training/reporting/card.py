"""The model card (``docs/README.md`` of a package): what a model is for, what it learned from, what it cannot do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from medapp.classify.contents import Metadata
from medapp.classify.scope import Scope
from medapp.i18n import ended, listed, spaced, tr
from medapp.training.reporting.report_page.numbers import area, of_100, share, signed

BAR = "\u00a6"
"""Stands for a vertical bar in a table, where it would begin the next cell."""


def write_card(metadata: Metadata, scope: Scope, report: Mapping[str, Any], about: str) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    metadata : Metadata
        Who the model is.
    scope : Scope
        What it may be asked about.
    report : mapping
        The report of its training.
    about : str
        What the trainer says about the cases: where they come from, their licence, their limits. Markdown.
    """
    sections = [
        f"# {metadata.name}\n\n**{metadata.statement}**",
        _use(metadata, scope, report),
        _cases(report) + (f"\n\n{about.strip()}" if about.strip() else ""),
        *_decided(report),
        _evidence(report),
        _limits(report),
        _making(metadata, report),
    ]
    return "\n\n".join(sections) + "\n"


def _use(metadata: Metadata, scope: Scope, report: Mapping[str, Any]) -> str:
    kind = "card.use_labels" if report.get("thresholds") else "card.use"
    lines = [tr(kind, classes=listed(metadata.classes))]
    if scope.modalities:
        lines.append(tr("card.modalities", modalities=listed(scope.modalities)))
    if scope.text:
        lines.append(scope.text)
    if report["alarm_class"] is not None and report["threshold"] is not None:
        lines.append(tr("card.alarm", alarm=report["alarm_class"], threshold=f"{report['threshold']:.3f}"))
    lines += [tr("card.alarm", alarm=name, threshold=f"{p:.3f}") for name, p in report.get("thresholds", {}).items()]
    if metadata.aggregate != "max":
        lines.append(tr(f"card.aggregate.{metadata.aggregate}"))
    return _section("use", _bullets(lines))


def _cases(report: Mapping[str, Any]) -> str:
    cases, split = report["cases"], report["cases"]["split"]
    rows = [(name, n, split["development"][name], split["sealed"][name]) for name, n in cases["classes"].items()]
    if cases["patients_known"]:
        patients = tr("card.patients", n=cases["patients"], source=tr(f"patients_from.{cases['patients_from']}"))
    else:
        patients = tr("card.patients_unknown")
    head = [tr(f"report.column.{column}") for column in ("class", "images", "development", "sealed")]
    return _section("cases", _table(head, rows), patients)


def _decided(report: Mapping[str, Any]) -> list[str]:
    """Return what was done about what the check had found, with the finding; no section where nothing was."""
    lines = [spaced((ended(one["text"]), one["about"])) for one in report.get("remedies", ())]
    return [_section("decided", _bullets(lines))] if lines else []


def _evidence(report: Mapping[str, Any]) -> str:
    sealed = report["sealed"]
    if sealed is None:
        return _section("evidence", tr("check.proves.nothing"))
    shares = ("balanced_accuracy", "accuracy", "sensitivity", "specificity", "refused")
    rows = [(tr("card.figure.auc"), area(sealed["auc"]), sealed["auc"]["n"])] if sealed["auc"] else []
    rows += [(tr(f"card.figure.{name}"), share(sealed[name]), sealed[name]["n"]) for name in shares if sealed.get(name)]
    if slope := (sealed.get("calibration") or {}).get("slope"):
        rows.append((tr("report.figure.slope"), signed(slope), slope["n"]))
    if asked := sealed.get("at_prevalence"):
        worth = tr("card.figure.ppv", n=of_100(asked["prevalence"]))
        rows.append((worth, share(asked["ppv"]), asked["ppv"]["n"]))
    head = [tr(f"report.column.{column}") for column in ("figure", "interval", "cases")]
    tables = [_table(head, rows), _labels(sealed.get("by_label") or [])]
    blocks = [sealed["in_people"], *filter(None, tables), tr("card.intervals"), *_masked(report)]
    return _section("evidence", *blocks)


def _masked(report: Mapping[str, Any]) -> list[str]:
    """Return what the model still tells when the body is hidden, and when the frame is: what it lives on."""
    shown = report.get("shortcuts") or {}
    if not (shown.get("whole") and shown.get("body_masked") and shown.get("frame_masked")):
        return []
    areas = {name: area(shown[name]) for name in ("whole", "body_masked", "frame_masked")}
    return [tr("card.masked", n=shown["n"], **areas)]


def _labels(labels: Sequence[Mapping[str, Any]]) -> str:
    """Return the figures of each label, where several may be true of one image."""
    rows = [
        (one["label"], area(one["auc"]), share(one["sensitivity"]), share(one["specificity"]), one["positive"])
        for one in labels
    ]
    names = ("label", "auc", "sensitivity", "specificity", "with")
    return _table([tr(f"report.column.{name}") for name in names], rows) if rows else ""


def _limits(report: Mapping[str, Any]) -> str:
    serious = [f["text"] for f in report["cases"]["findings"] if f["severity"] in {"serious", "caution"}]
    notes = (report["sealed"] or {}).get("notes") or []
    optimistic = [] if report["cases"]["patients_known"] else [tr("check.optimistic")]
    lines = [*optimistic, tr("card.limit.like"), tr("card.limit.heat_map"), *serious, *notes]
    return _section("limits", _bullets(dict.fromkeys(lines)))


def _making(metadata: Metadata, report: Mapping[str, Any]) -> str:
    training = report["training"]
    text = tr(
        "card.making",
        architecture=metadata.architecture,
        base=metadata.base or tr("card.no_base"),
        effort=training["effort"],
        seed=training["seed"],
        steps=training["steps"],
        version=metadata.medapp_version,
    )
    return _section("making", text)


def _section(name: str, *blocks: str) -> str:
    return "\n\n".join([f"## {tr(f'card.title.{name}')}", *blocks])


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    return "\n".join([_row(head), "|---" * len(head) + "|", *map(_row, rows)])


def _row(cells: Sequence[str | int]) -> str:
    """Return a row; no name of a class can end a cell or a line."""
    return "".join(f"| {' '.join(str(cell).split()).replace('|', BAR)} " for cell in cells) + "|"
