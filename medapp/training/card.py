"""The model card (``docs/README.md`` of a package): what a model is for, what it learned from, what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.classify.contents import Metadata
from medapp.classify.scope import Scope
from medapp.i18n import tr


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
        _evidence(report),
        _limits(report),
        _making(metadata, report),
    ]
    return "\n\n".join(sections) + "\n"


def _use(metadata: Metadata, scope: Scope, report: Mapping[str, Any]) -> str:
    lines = [tr("card.use", classes=", ".join(metadata.classes))]
    if scope.modalities:
        lines.append(tr("card.modalities", modalities=", ".join(scope.modalities)))
    if scope.text:
        lines.append(scope.text)
    if report["alarm_class"] is not None and report["threshold"] is not None:
        lines.append(tr("card.alarm", alarm=report["alarm_class"], threshold=f"{report['threshold']:.3f}"))
    return f"## {tr('card.title.use')}\n\n" + "\n".join(f"* {line}" for line in lines)


def _cases(report: Mapping[str, Any]) -> str:
    cases, split = report["cases"], report["cases"]["split"]
    rows = [
        f"| {name} | {n} | {split['development'][name]} | {split['sealed'][name]} |"
        for name, n in cases["classes"].items()
    ]
    table = "\n".join([tr("card.table"), "|---|---|---|---|", *rows])
    if cases["patients_known"]:
        patients = tr("card.patients", n=cases["patients"], source=tr(f"patients_from.{cases['patients_from']}"))
    else:
        patients = tr("card.patients_unknown")
    return f"## {tr('card.title.cases')}\n\n{table}\n\n{patients}"


def _evidence(report: Mapping[str, Any]) -> str:
    sealed = report["sealed"]
    if sealed is None:
        return f"## {tr('card.title.evidence')}\n\n{tr('check.proves.nothing')}"
    names = ("auc", "balanced_accuracy", "accuracy", "sensitivity", "specificity")
    rows = [f"| {tr(f'card.figure.{name}')} | {_interval(sealed[name])} |" for name in names if sealed.get(name)]
    if sealed["refused"]:
        rows.append(f"| {tr('card.figure.refused')} | {_interval(sealed['refused'])} |")
    table = "\n".join(["| | |", "|---|---|", *rows])
    return f"## {tr('card.title.evidence')}\n\n{sealed['in_people']}\n\n{table}\n\n{tr('card.intervals')}"


def _interval(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f}), n = {figure['n']}"


def _limits(report: Mapping[str, Any]) -> str:
    serious = [f["text"] for f in report["cases"]["findings"] if f["severity"] in {"serious", "caution"}]
    lines = [tr("card.limit.like"), tr("card.limit.heat_map"), *serious]
    return f"## {tr('card.title.limits')}\n\n" + "\n".join(f"* {line}" for line in lines)


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
    return f"## {tr('card.title.making')}\n\n{text}"
