"""What step 3 shows, made from what the project remembers of its check and of what was decided. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.i18n import spaced, tr
from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import OF_PICTURES, words_of
from medapp.ui.teaching_state import Doing
from medapp.ui.widgets.teaching.check_views import CheckView, DecisionView, FindingView, Offer, Place
from medapp.workflows.offers import key_of, offered, pictures_of
from medapp.workflows.project_state import State

FRAME_SHARE = 0.02
_WHERE = {"frame": "frame", "corners": "corners"}


def check_view(state: State, doing: Doing) -> CheckView:
    """Return the findings that nobody has kept, what was decided, and what is going on."""
    checked = state.checked
    decisions = tuple(DecisionView(taken.told, taken.text, number) for number, taken in enumerate(state.remedies))
    if checked is None:
        return CheckView(decisions=decisions, checking=doing.reading)
    told = checked["findings"]
    return CheckView(
        proves=checked["proves"],
        findings=tuple(finding_view(finding, checked) for finding in told if not finding.get("kept_because")),
        sealed_text=_split_text(checked),
        sealed=state.sealed is not None,
        can_seal=not any(finding["severity"] == "blocking" for finding in told),
        decisions=decisions,
        checking=doing.reading,
        stale=state.stale,
        locked=doing.training or doing.reading is not None,
        pages=doing.pages,
    )


def finding_view(finding: Mapping[str, Any], checked: Mapping[str, Any]) -> FindingView:
    """Return one finding with what can be done about it."""
    remedies = offered(finding, checked) if "code" in finding else ()
    offers = [(one.code, Offer(words_of(one, "remedy.do"), number)) for number, one in enumerate(remedies)]
    return FindingView(
        finding["severity"],
        finding["text"],
        tuple(finding.get("paths", ())),
        finding.get("code", ""),
        key=key_of(finding) if "code" in finding else "",
        figure=_chance(finding.get("code", "")),
        fixes=tuple(offer for code, offer in offers if code in OF_PICTURES),
        exclusions=tuple(offer for code, offer in offers if code not in OF_PICTURES),
        pictures=len(pictures_of(finding, checked)) if "code" in finding else 0,
        place=_place(finding, remedies),
    )


def _offer_text(remedy: Remedy) -> str:
    return words_of(remedy, "remedy.do")


def _chance(code: str) -> str:
    """Return what the figure of a probe is to be compared with."""
    return tr("remedy.chance") if code.startswith("shortcut_") else ""


def _place(finding: Mapping[str, Any], remedies: tuple[Remedy, ...]) -> Place:
    """Return where the probe of a finding looks."""
    where = _WHERE.get(str(finding.get("params", {}).get("probe", "")), "")
    shares = [float(one.params["share"]) for one in remedies if "share" in one.params]
    return Place(where, max(shares, default=FRAME_SHARE)) if where else Place()


def _split_text(checked: Mapping[str, Any]) -> str:
    split = checked["split"]
    if "labels" in checked:  # an image that shows two labels is counted with both: people are counted once
        counts = {"learning": split["development_patients"], "sealed": split["sealed_patients"]}
        return tr("teach.split_several", **counts)
    text = tr(
        "ui.learning_part" if checked["patients_known"] else "ui.learning_images",
        sealed=sum(split["sealed"].values()),
        images=sum(split["development"].values()),
        patients=split["development_patients"],
    )
    return spaced((text, tr("ui.sealed_given"))) if split["given"] else text
