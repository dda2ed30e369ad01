"""One report about a whole stack: it refers to all its images and says by which rule they come to its score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from medapp.classify.contents import Aggregate
from medapp.errors import MedappError
from medapp.interop.dicom_file import file_bytes
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.outcome import Outcome, StackFacts
from medapp.interop.structured_report import structured_report
from tests.interop.made import changed, outcome
from tests.interop.validators import errors_of, program

IMAGES = (("1.2.3.4", 1), ("1.2.3.5", 1), ("1.2.3.6", 1))


def stacked(how: Aggregate = "mean", kind: str = "answered", images: tuple[tuple[str, int], ...] = IMAGES) -> Outcome:
    made = outcome(kind)
    said = made.prediction
    if how == "share_above":
        said = replace(said, probabilities={}, label=None, unclear=None)
    facts = StackFacts(how, "PNEUMONIA", 0.75, 0.5, 2, 1, 1, images)
    return replace(made, prediction=said, stack=facts, frame=None)


def report(made: Outcome) -> Dataset:
    return structured_report(made, SeriesOfRun())


def values(item: Dataset, name: str) -> list[Dataset]:
    """Every content item whose concept has a meaning, however deep."""
    found = (
        [item] if item.get("ConceptNameCodeSequence") and item.ConceptNameCodeSequence[0].CodeMeaning == name else []
    )
    return [*found, *(one for child in item.get("ContentSequence", []) for one in values(child, name))]


def sentences(made: Dataset) -> str:
    return " ".join(one.TextValue for one in values(made, "Comment"))


def test_every_image_of_the_stack_is_referred_to_once_in_the_evidence_and_in_each_group() -> None:
    made = report(stacked())
    (study,) = made.CurrentRequestedProcedureEvidenceSequence
    named = [one.ReferencedSOPInstanceUID for one in study.ReferencedSeriesSequence[0].ReferencedSOPSequence]
    assert named == [uid for uid, _ in IMAGES]
    assert len(values(made, "Measurement Group")) == 3
    for group in values(made, "Measurement Group"):
        images = [one for one in group.ContentSequence if one.ValueType == "IMAGE"]
        assert [one.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for one in images] == named


@pytest.mark.parametrize(("how", "derivation"), [("max", "Maximum"), ("mean", "Mean")])
def test_a_probability_says_what_it_is_of_its_images(how: Aggregate, derivation: str) -> None:
    made = report(stacked(how))
    (alarm,) = [one for one in values(made, "Probability") if one.MeasuredValueSequence[0].NumericValue == 0.75]
    assert [one.ConceptCodeSequence[0].CodeMeaning for one in values(alarm, "Derivation")] == [derivation]
    assert "About a stack of 4 images: 2 answered, 1 refused, 1 not readable." in sentences(made)


def test_a_share_of_images_is_no_probability_and_gives_no_class() -> None:
    made = report(stacked("share_above"))
    assert values(made, "Probability") == []
    assert values(made, "Given by the operating point") == []
    (share,) = values(made, "Share of images from the operating point on")
    assert share.MeasuredValueSequence[0].NumericValue == 0.75
    assert "no probability" in sentences(made)


def test_an_unclear_stack_gives_no_class() -> None:
    assert values(report(stacked(kind="unclear")), "Given by the operating point") == []


def test_the_frames_of_one_instance_are_named_together() -> None:
    header = replace(changed(SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1"), frames=3)
    images = tuple(("1.2.3.4", number) for number in (1, 2, 3))
    made = report(replace(stacked(images=images), header=header))
    image = next(one for one in values(made, "Measurement Group")[0].ContentSequence if one.ValueType == "IMAGE")
    assert list(image.ReferencedSOPSequence[0].ReferencedFrameNumber) == [1, 2, 3]


def test_a_stack_with_an_image_without_a_uid_is_refused() -> None:
    with pytest.raises(MedappError) as caught:
        report(stacked(images=(("1.2.3.4", 1), ("", 1))))
    assert caught.value.code == "send.no_instance"


@pytest.mark.skipif(program("dciodvfy") is None, reason="dciodvfy is not installed")
@pytest.mark.parametrize("how", ["max", "mean", "share_above"])
def test_a_report_about_a_stack_has_no_error_for_dciodvfy(tmp_path: Path, how: Aggregate) -> None:
    path = tmp_path / "stack.sr.dcm"
    path.write_bytes(file_bytes(report(stacked(how))))
    assert errors_of(path) == []
