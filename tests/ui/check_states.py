"""Every kind of finding as step 3 shows it, with pictures, and what was decided: for the eye and for tests."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.folders import resource_path
from medapp.i18n import tr
from medapp.imaging.phantom import PhantomCase, radiograph
from medapp.jobs import Progress
from medapp.ui.teaching_check_view import finding_view
from medapp.ui.widgets.teaching.check_views import CheckView, DecisionView, FindingView, PageView, PictureView
from medapp.workflows.finding_pictures import PICTURE_PX

SHARE = {"share": 0.06}
BORDER = [{"code": code, "params": SHARE} for code in ("mask_border", "crop_border")]
REMEDIES: dict[str, list[dict[str, Any]]] = {
    "shortcut_frame": [*BORDER, {"code": "crop_to_body", "params": {}}],
    "shortcut_corners": [*BORDER, {"code": "crop_to_body", "params": {}}],
    "shortcut_window": [{"code": "rewindow", "params": {}}],
    "shortcut_headers": [{"code": "drop_source", "params": {"attribute": "maker", "value": "ACME IMAGING"}}],
    "confounded_site": [{"code": "drop_source", "params": {"value": "St. Mary's Hospital, Department of Radiology"}}],
    "text_in_pictures": [BORDER[0], {"code": "exclude", "params": {"cases": ["a"] * 31}}],
    "duplicates": [{"code": "keep_one", "params": {"groups": [["a", "b"]] * 200}}],
    "duplicate_across_split": [{"code": "keep_one", "params": {"groups": [["a", "b"]] * 50}}],
    "label_conflict": [{"code": "exclude", "params": {"cases": ["a"] * 40}}],
    "unreadable": [{"code": "exclude", "params": {"cases": ["a"] * 30}}],
}
FILLED = {"name": "pneumonia", "value": "ACME IMAGING", "aspects": "all around", "pairs": 98, "low": 96, "high": 99}
FILLED |= {"percent": 91, "others": 4, "what": "the file", "cause": "the border", "n": 41, "near": 12, "extra": 41}
FILLED |= {"table": "ACME IMAGING: 40 pneumonia, 2 normal; OTHER: 4 pneumonia, 41 normal", "sizes": "normal 512×512"}
SEVERITY = {
    "blocking": "empty one_class too_few",
    "serious": "shortcut_frame corners unknown conflict across text_tells",
}
PICTURED = re.compile("shortcut|text_|duplicate|conflict|doubtful|two_classes|several_frames|some_colour")


def texts() -> dict[str, str]:
    """Return the text of every finding by its code."""
    found: dict[str, str] = {}
    for path in sorted(resource_path("translations", "en").glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        found |= {key.removeprefix("finding."): text for key, text in told.items() if key.startswith("finding.")}
    return {code: text for code, text in found.items() if not code.endswith(".images")}


def finding(code: str, text: str) -> FindingView:
    params = {name: FILLED.get(name, "17") for name in re.findall(r"{(\w+)", text)}
    severity = next((s for s, codes in SEVERITY.items() if any(part in code for part in codes.split())), "caution")
    cases = [f"pneumonia/person{n}_bacteria_{n}.jpeg" for n in range(12)] if PICTURED.search(code) else []
    document = {"code": code, "severity": severity, "text": tr(f"finding.{code}", **params), "params": params}
    document["params"] |= {"probe": code.removeprefix("shortcut_")}
    document |= {"cases": cases, "paths": cases or ["a.png"], "remedies": REMEDIES.get(code, [])}
    return finding_view(document, {"findings": []})


def pixels(seed: int, *, framed: bool) -> NDArray[np.uint8]:
    grey = (radiograph(PhantomCase(seed, nodule=framed, size=PICTURE_PX)) >> 4).astype(np.uint8)
    if framed:
        grey[:5] = grey[-5:] = grey[:, :5] = grey[:, -5:] = 250
    return grey[: 90 + seed]


def page_of(number: int = 0) -> PageView:
    gone = PictureView("person9_bacteria_9.jpeg", "normal", None)
    seen = [
        PictureView(f"person{seed}.jpeg", ("normal", "pneumonia")[seed % 2], pixels(seed, framed=bool(seed % 2)))
        for seed in range(5)
    ]
    return PageView(number, (*seen, gone))


def check_states() -> dict[str, CheckView]:
    """Return every kind of finding, a few a state; then a check that is made anew, is out of date, is decided."""
    kinds = [finding(code, text) for code, text in sorted(texts().items())]
    some = [finding(code, texts()[code]) for code in ("shortcut_frame", "duplicates", "few")]
    view = CheckView(
        "212 patients: even 42 of 42 shows at least 92 %.", sealed_text="For learning: 170.", can_seal=True
    )
    decisions = (
        DecisionView(tr("remedy.mask_border", share=6), some[0].text, 0),
        DecisionView(tr("remedy.keep", because="both scanners print it on every picture"), some[2].text, 1),
    )
    made = {f"kinds-{n // 6 + 1:02}": _with(view, tuple(kinds[n : n + 6])) for n in range(0, len(kinds), 6)}
    return made | {
        "decided": _with(view, tuple(some[1:2]), decisions=decisions),
        "checking": _with(view, tuple(some), checking=Progress(300, 5216, "", 12), locked=True),
        "stale": _with(view, tuple(some), stale=True),
        "locked": _with(view, tuple(some), sealed=True, locked=True, decisions=decisions),
    }


def _with(view: CheckView, findings: tuple[FindingView, ...], **changes: Any) -> CheckView:
    pages = {one.key: page_of() for one in findings if one.pictures}
    return replace(view, findings=findings, pages=pages, **changes)
