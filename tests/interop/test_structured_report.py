"""Structured reports, read back by highdicom and looked at element by element."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from medapp.errors import MedappError
from medapp.i18n import speak
from medapp.imaging.source_header import SourceHeader
from medapp.interop.dicom_file import file_bytes
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.structured_report import structured_report
from tests.interop.made import HEADER, KEY, changed, outcome


def read_back(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def made(kind: str = "answered", header: SourceHeader | None = HEADER, series: SeriesOfRun | None = None) -> Dataset:
    return read_back(file_bytes(structured_report(outcome(kind, header), series or SeriesOfRun())))


def groups(report: Dataset) -> list[Dataset]:
    """Return the measurement groups as highdicom finds them."""
    from highdicom.sr import ComprehensiveSR

    read = ComprehensiveSR.from_dataset(report)
    return list(read.content.get_image_measurement_groups())


def comments(report: Dataset) -> list[str]:
    return [item.TextValue for item in report.ContentSequence if item.ValueType == "TEXT" and _name(item) == "Comment"]


def _name(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeMeaning)


def test_each_class_has_its_probability_and_the_alarm_class_its_operating_point() -> None:
    found = {}
    for group in groups(made()):
        if group.finding_type is not None:
            found[group.finding_type.meaning] = {m.name.meaning: m.value for m in group.get_measurements()}
    assert found == {"NORMAL": {"Probability": 0.25}, "PNEUMONIA": {"Probability": 0.75, "Threshold Value": 0.5}}


def test_the_algorithm_is_identified_by_name_version_and_hash() -> None:
    for group in groups(made()):
        algorithm = {_name(item): item.TextValue for item in group[0].ContentSequence if "Algorithm" in _name(item)}
        assert algorithm == {
            "Algorithm Name": "Träger <b>&amp; (trial)",
            "Algorithm Version": "1.0",
            "Algorithm Parameters": f"package SHA-256 {KEY.manifest_hash}",
        }


def test_each_group_has_a_tracking_uid_of_its_own_and_refers_to_the_image() -> None:
    found = groups(made())
    assert len({group.tracking_uid for group in found}) == len(found) == 3
    for group in found:
        assert [str(i.referenced_sop_instance_uid) for i in group.source_images] == ["1.2.3.4"]


@pytest.mark.parametrize(
    ("kind", "state"), [("unlike", "Not like the training data"), ("no_model", "No model for this")]
)
def test_a_refusal_has_its_kind_and_reason_and_no_probability(kind: str, state: str) -> None:
    report = made(kind)
    (group,) = groups(report)
    assert not group.get_measurements()
    assert [e.value.meaning for e in group.get_qualitative_evaluations()] == [state]
    assert any(state in text or "Not like" in text for text in comments(report))
    assert "PNEUMONIA" not in str(report)


def test_no_model_names_no_algorithm() -> None:
    assert "Algorithm" not in str(made("no_model"))


def test_an_unclear_answer_says_of_no_class_that_it_is_given() -> None:
    report = made("unclear")
    evaluations = [e for group in groups(report) for e in group.get_qualitative_evaluations()]
    assert [e.value.meaning for e in evaluations] == ["Unclear"]
    assert comments(report)[0] == "Unclear"


def test_labels_that_occur_together_are_given_each_by_itself() -> None:
    given = {
        group.finding_type.meaning: [e.value == codes.SCT.Yes for e in group.get_qualitative_evaluations()]
        for group in groups(made("several"))
        if group.finding_type is not None
    }
    assert given == {"effusion": [True], "=nodule": [False]}


def test_scores_that_were_not_calibrated_are_no_probabilities() -> None:
    one = outcome()
    uncalibrated = replace(one, prediction=replace(one.prediction, calibrated=False))
    text = str(structured_report(uncalibrated, SeriesOfRun()))
    assert "Score, not calibrated" in text
    assert "'Probability'" not in text


def test_it_is_unverified_preliminary_and_for_research() -> None:
    report = made()
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    assert report.ContentQualification == "RESEARCH"
    assert any(text.startswith("Research use only") for text in comments(report))


def test_patient_and_study_are_kept_and_everything_else_is_new() -> None:
    report = made()
    assert (report.StudyInstanceUID, report.PatientID, report.AccessionNumber) == ("1.2.3", "ID7", "A1")
    assert str(report.PatientName) == "Müller^Jörg"
    assert report.SpecificCharacterSet == "ISO_IR 192"
    assert report.SeriesInstanceUID != "1.2.3.9"
    assert report.SOPInstanceUID != "1.2.3.4"


def test_values_that_their_representation_does_not_allow_are_mended_or_left_empty() -> None:
    report = made(header=changed(StudyTime="noon", PatientSex="male", PatientAge="about 40", PatientSize="tall"))
    assert report.PatientBirthDate == "19700102", "dots between the parts were right once"
    assert (report.StudyTime, report.PatientSex) == ("", "")
    assert "PatientAge" not in report
    assert "PatientSize" not in report


def test_ids_and_names_are_never_shortened() -> None:
    long = "N" * 80
    report = structured_report(outcome(header=changed(PatientID=long)), SeriesOfRun())
    assert report.PatientID == long


def test_reports_of_a_study_stand_in_one_series_and_those_of_another_in_another() -> None:
    series = SeriesOfRun()
    first, second, other = (made(header=changed(StudyInstanceUID=uid), series=series) for uid in ("1.5", "1.5", "1.6"))
    assert first.SeriesInstanceUID == second.SeriesInstanceUID != other.SeriesInstanceUID
    assert (first.InstanceNumber, second.InstanceNumber) == (1, 2)
    assert first.SOPInstanceUID != second.SOPInstanceUID


def test_a_frame_of_several_is_named() -> None:
    header = SourceHeader(changed(SOPClassUID="1.2.840.10008.5.1.4.1.1.3.1").attributes, frames=30)
    report = structured_report(replace(outcome(header=header), frame_number=7), SeriesOfRun())
    images = [image for group in groups(report) for image in group.source_images]
    assert [list(image.referenced_frame_numbers) for image in images] == [[7], [7], [7]]
    assert "About frame 7 of several." in comments(report)


def test_several_frames_in_a_class_of_one_are_told_in_words() -> None:
    header = SourceHeader(HEADER.attributes, frames=2)
    report = structured_report(replace(outcome(header=header), frame_number=2), SeriesOfRun())
    assert "Referenced Frame Number" not in str(report)
    assert "About frame 2 of several." in comments(report)


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.6", "1.2.3.99.1"])
def test_an_image_of_a_retired_or_private_class_is_referred_to_as_what_it_is(sop_class: str) -> None:
    report = made(header=changed(SOPClassUID=sop_class))
    (study,) = report.CurrentRequestedProcedureEvidenceSequence
    assert study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPClassUID == sop_class
    assert str(groups(report)[0].source_images[0].referenced_sop_class_uid) == sop_class


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "send.not_dicom"),
        (changed(StudyInstanceUID=""), "send.no_study"),
        (changed(StudyInstanceUID="1.2.x"), "send.no_study"),
        (changed(SOPInstanceUID=""), "send.no_instance"),
        (changed(SeriesInstanceUID="9" * 65), "send.no_instance"),
    ],
)
def test_what_belongs_to_no_study_is_refused(header: SourceHeader | None, code: str) -> None:
    with pytest.raises(MedappError) as failure:
        made(header=header)
    assert failure.value.code == code


def test_names_of_patients_are_not_in_warnings_and_logs(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    made(header=changed(PatientName="ONLYONEPART", ReferringPhysicianName="x" * 90, PatientID="I" * 90))
    assert not [w for w in recwarn if "ONLYONEPART" in str(w.message)]
    assert "ONLYONEPART" not in caplog.text


def test_names_of_classes_of_any_length_and_script_are_kept_as_far_as_a_code_allows() -> None:
    one = outcome()
    names = {"肺炎": 0.5, "x" * 90: 0.25, "a\\b": 0.25}
    told = replace(one, prediction=replace(one.prediction, probabilities=names, label="肺炎"))
    found = [g.finding_type.meaning for g in groups(structured_report(told, SeriesOfRun())) if g.finding_type]
    assert found == ["肺炎", "x" * 64, "a b"]


def test_the_language_of_the_sentences_is_told() -> None:
    speak("zh_CN")
    try:
        report = made()
    finally:
        speak("en")
    assert "zh-CN" in str(report.ContentSequence[0])
    assert "en-US" in str(made().ContentSequence[0])
