"""Against the model before: champion and challenger on the same sealed patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import Beside
from medapp.training.reporting.report_page.cover import definitions
from medapp.training.reporting.report_page.markup import Child, Markup, bullets, joined, paragraph, section, table
from medapp.training.reporting.report_page.numbers import area, signed


def comparison_section(beside: Beside) -> Markup:
    """Return the comparison with the model that was in use; nothing where there was none."""
    told = beside.comparison
    if not told:
        return Markup("")
    result, models = told["result"], told["models"]
    named: list[tuple[str, Child]] = [
        (tr(f"report.section.{side}"), tr(f"report.comparison.{side}", **_named(models[side])))
        for side in ("champion", "challenger")
    ]
    return section(
        "comparison",
        tr("report.section.comparison"),
        definitions(named),
        paragraph(tr("report.comparison.margin", margin=f"{result['margin']:g}")),
        bullets([*result["text"], *told.get("warnings", ())]),
        _differences(result),
    )


def _named(model: Mapping[str, Any]) -> dict[str, str]:
    return {"name": model["name"], "version": model["version"]}


def _differences(result: Mapping[str, Any]) -> Markup:
    rows = [
        (tr(f"report.figure.{name}"), signed(one)) for name, one in result["differences"].items() if one is not None
    ]
    areas = joined(area(result["champion"]), " → ", area(result["challenger"]))
    head = [tr("report.column.figure"), tr("report.column.difference")]
    return table(tr("report.comparison.caption"), head, [(tr("report.comparison.areas"), areas), *rows], "numbers")
