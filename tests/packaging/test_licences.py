"""No GPL at run time: the rule, and that every library which medapp needs keeps it and brings its text."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from release import contents, licences
from release.bill import bill
from release.components import Component, components, forbidden, gpl_builds
from release.notice import notice, without_text

ROOT = Path(__file__).resolve().parents[2]
BAD = Component("badlib", "1.0", "python", "GPL-3.0-only", (("COPYING", "the text"),))
GOOD = Component("goodlib", "2.0", "python", "MIT", (("LICENSE", "do what you like"),))


@pytest.mark.parametrize(
    "expression",
    [
        "MIT",
        "BSD-3-Clause AND Apache-2.0",
        "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only",
        "(GPL-2.0-only OR MIT) AND Zlib",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        "Apache-2.0 AND Apache-2.0 WITH LLVM-exception",
    ],
)
def test_these_may_be_shipped(expression: str) -> None:
    assert licences.is_allowed(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "MIT AND GPL-2.0-or-later",
        "GPL-2.0-only OR AGPL-3.0-only",
        "GPL-3.0-or-later WITH Font-exception-2.0",
        "Proprietary",
    ],
)
def test_these_may_not(expression: str) -> None:
    assert not licences.is_allowed(expression)


@pytest.mark.parametrize("expression", ["", "MIT AND", "(MIT", "MIT BSD-3-Clause", "OR MIT", "MIT)"])
def test_what_cannot_be_read_is_no_licence(expression: str) -> None:
    with pytest.raises(licences.LicenceError):
        licences.is_allowed(expression)


NOT_SHIPPED = {"cuda-toolkit", "pyjpegls"}  # a name without files, and an encoder that nothing calls


def runtime_names() -> set[str]:
    """The distributions that medapp needs to run, those that they need included, less what is left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [*project["dependencies"], *project["optional-dependencies"]["onnx"]]
    found: set[str] = set()
    while waiting:
        wanted = Requirement(waiting.pop())
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        if wanted.name not in found and contents.is_wanted_module(wanted.name.lower().replace("-", "_")):
            found.add(wanted.name)
            waiting += requires(wanted.name) or []
    return {distribution(name).name for name in found}


def test_every_library_that_medapp_needs_may_be_shipped_and_brings_its_licence() -> None:
    found = components(runtime_names() - NOT_SHIPPED, [], "0")
    assert forbidden(found) == []
    assert without_text(found) == []
    assert {"torch", "PySide6_Essentials", "numpy", "Python", "medapp"} <= {component.name for component in found}


def test_a_library_under_the_gpl_is_named_and_refused() -> None:
    assert forbidden([GOOD, BAD]) == ["badlib 1.0: GPL-3.0-only may not be shipped"]


def test_a_library_whose_licence_nobody_knows_is_refused_too() -> None:
    (line,) = forbidden([Component("mystery", "0.1", "python", "", ())])
    assert line.startswith("mystery 0.1: its licence is not known")


def test_a_build_of_ffmpeg_with_gpl_parts_says_so_itself(tmp_path: Path) -> None:
    (tmp_path / "libavcodec.so").write_bytes(b"\x7fELF ... --enable-gpl --enable-libx264 ...")
    (tmp_path / "libavutil.so").write_bytes(b"\x7fELF ... --disable-gpl ...")
    assert gpl_builds(tmp_path.iterdir()) == ["libavcodec.so"]


def test_the_notice_names_each_component_and_holds_each_text_once() -> None:
    twin = Component("twin", "3.0", "python", "MIT", (("LICENSE", "do what you like\n"),))
    text = notice([GOOD, twin], "9.9")
    assert "goodlib 2.0\n    MIT\n    texts: 1" in text
    assert "twin 3.0\n    MIT\n    texts: 1" in text
    assert text.count("do what you like") == 1
    assert without_text([GOOD, Component("bare", "1", "python", "MIT", ())]) == ["bare"]


def test_the_bill_is_dated_by_the_commit_and_always_the_same() -> None:
    text = bill([GOOD], "9.9", 1_700_000_000)
    assert text == bill([GOOD], "9.9", 1_700_000_000)
    assert '"timestamp": "2023-11-14T22:13:20Z"' in text
    assert '"purl": "pkg:pypi/goodlib@2.0"' in text
    assert re.search(r'"serialNumber": "urn:uuid:[0-9a-f-]{36}"', text)


def test_qt_is_billed_under_the_licence_that_it_is_used_under() -> None:
    qt = Component("PySide6", "6.11", "python", "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", ())
    assert '"expression": "LGPL-3.0-only"' in bill([qt], "9.9", 0)
