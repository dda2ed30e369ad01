"""The package that a training makes: the network, and all that it takes to use and to judge it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medapp.classify.contents import Calibration, Metadata, PackageContents
from medapp.classify.package import Package, write_package
from medapp.classify.scope import PICTURE, Scope
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.training.checking.check import Checked
from medapp.training.learning.lesson import Trained
from medapp.training.lineage import training_set
from medapp.training.naming import identifier
from medapp.training.plan import Plan
from medapp.training.reporting.card import write_card
from medapp.training.runs.request import RunRequest


def write_product(
    plan: Plan, checked: Checked, trained: Trained, calibration: Calibration, report: Mapping[str, Any], target: Path
) -> Package:
    """Write what came out of a training as a package to the new folder `target`."""
    classes = checked.survey.folder.classes
    now = datetime.now(UTC)
    name = plan.request.name or tr("train.default_name", classes=" / ".join(classes), effort=plan.request.effort)
    metadata = Metadata(
        id=identifier(name),
        name=name[:200],
        version=f"{now:%Y}.{int(f'{now:%m%d}')}.{int(f'{now:%H%M%S}')}",
        architecture=plan.architecture,
        kind="several_labels" if checked.survey.folder.several else "classifier",
        classes=classes,
        created=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        base=f"{plan.base.metadata.id} {plan.base.metadata.version}" if plan.base else "",
        licence=plan.request.licence or tr("train.licence"),
    )
    scope = _scope(plan, checked)
    return write_package(
        target,
        PackageContents(
            metadata=metadata,
            preprocess=plan.spec,
            weights=trained.weights,
            scope=scope,
            calibration=calibration,
            novelty=trained.novelty,
            training_set=training_set(checked, plan.lineage),
            report=report,
            card=write_card(metadata, scope, report, _about(plan.request)),
            licence_text=f"{metadata.licence}\n\n{metadata.statement}\n",
        ),
    )


def _scope(plan: Plan, checked: Checked) -> Scope:
    """Take the modalities that were asked for, else those of the cases; pictures without a header say nothing."""
    asked = tuple(name for name in re.split(r"[,\s]+", plan.request.modalities.upper()) if name)
    seen = sorted({one.modality for one in checked.survey.seen})
    modalities = asked or (() if seen == [PICTURE] else tuple(seen))
    grey_only = not any(one.colour for one in checked.survey.seen)
    return Scope(modalities=modalities, grey_only=grey_only, text=plan.request.scope)


def _about(request: RunRequest) -> str:
    if not request.about:
        return ""
    try:
        return Path(request.about).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise MedappError("train.about", file=Path(request.about).name) from error
