"""The press: files made in a process of its own are those that are made here."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pydicom import dcmread

from medapp.errors import MedappError
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.picture import picture_with_contour
from medapp.interop.press import Press
from medapp.interop.press_process import _answer
from medapp.processes import ChildDiedError, Message
from tests.interop.made import KINDS, changed, outcome


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press() as made:
        made.make("sr", outcome(), None, with_identity=False)
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_every_kind_of_answer_is_made(press: Press, kind: str) -> None:
    one = outcome(kind)
    picture = picture_with_contour(one)
    report = dcmread(io.BytesIO(press.make("sr", one, None, with_identity=False)))
    assert str(report.PatientName) == "Müller^Jörg"
    capture = dcmread(io.BytesIO(press.make("sc", one, picture, with_identity=False)))
    rows, columns = picture.pixels.shape[:2]
    np.testing.assert_array_equal(capture.pixel_array[:rows, :columns], picture.pixels)
    assert press.make("pdf", one, picture, with_identity=True).startswith(b"%PDF-")


def test_what_is_made_by_one_press_stands_in_one_series(press: Press) -> None:
    reports = [dcmread(io.BytesIO(press.make("sr", outcome(), None, with_identity=False))) for _ in range(2)]
    assert reports[0].SeriesInstanceUID == reports[1].SeriesInstanceUID
    assert reports[0].SOPInstanceUID != reports[1].SOPInstanceUID


def test_a_refusal_of_the_press_is_told_with_its_code(press: Press) -> None:
    for header, code in ((None, "send.not_dicom"), (changed(StudyInstanceUID=""), "send.no_study")):
        with pytest.raises(MedappError) as failure:
            press.make("sr", outcome(header=header), None, with_identity=False)
        assert failure.value.code == code


def test_what_a_library_raises_is_unexpected_and_quotes_nothing() -> None:
    answer, arrays = _answer(Message({"form": "sr", "outcome": {"number": "Müller"}}), SeriesOfRun())
    assert (answer, arrays) == ({"failed": "unexpected", "params": {"kind": "KeyError"}}, {})


def test_a_press_that_is_killed_costs_one_file() -> None:
    with Press() as press:
        one = replace(outcome(), number=3)
        press.make("sr", one, None, with_identity=False)
        child = press._running()
        child._process.kill()
        child._process.wait()
        made = press.make("sr", one, None, with_identity=False)
    assert made[128:132] == b"DICM"


def test_a_press_that_dies_at_work_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Press() as press:
        child = press._running()
        monkeypatch.setattr(child, "send", _died)
        with pytest.raises(ChildDiedError):
            press.make("sr", outcome(), None, with_identity=False)
        assert not child.alive


def _died(*_: object) -> None:
    raise ChildDiedError("process.died")
