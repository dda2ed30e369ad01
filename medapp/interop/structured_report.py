"""An answer as a DICOM structured report: TID 1500 in a Comprehensive SR."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from medapp import __version__
from medapp.classify.aggregate import limit_for
from medapp.classify.contents import Aggregate
from medapp.classify.prediction import Prediction
from medapp.i18n import spoken, tr
from medapp.interop import codes
from medapp.interop.evidence import UTF_8, evidence_of, instances_of
from medapp.interop.identifiers import SeriesOfRun, lasting_uid, new_uid
from medapp.interop.outcome import ModelFacts, Outcome, StackFacts
from medapp.interop.quiet import quiet
from medapp.interop.words import explanation, headline, remarks, stack_sentences

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        Measurement,
        MeasurementReport,
        MeasurementsAndQualitativeEvaluations,
    )
    from pydicom.dataset import Dataset

MANUFACTURER = "medapp"
DIGITS = 6
_LANGUAGES = {
    "en": ("en-US", "RFC5646", "English (United States)"),
    "zh_CN": ("zh-CN", "RFC5646", "Chinese (China)"),
}
_ANY_IMAGE = "1.2.840.10008.5.1.4.1.1.7"


def structured_report(outcome: Outcome, series: SeriesOfRun) -> Dataset:
    """Return the report of an answer as a Comprehensive SR, unverified and marked as research.

    Parameters
    ----------
    outcome : Outcome
        Its `header` says which study the report belongs to; its frame is not needed.
    series : SeriesOfRun
        Gives the report its place.

    Returns
    -------
    Dataset
        With file meta information, ready to be written. It holds a group with the kind of answer, and one for each
        class with its probability and operating point; a refusal has the first alone.

    Raises
    ------
    MedappError
        As `evidence_of`.

    Notes
    -----
    DICOM PS3.3 A.35.3, PS3.16 TID 1500, TID 1501, TID 4019 (algorithm identification).
    """
    with quiet():
        return _report(outcome, evidence_of(outcome.header), series)


def _report(outcome: Outcome, evidence: Dataset, series: SeriesOfRun) -> Dataset:
    from highdicom.sr import ComprehensiveSR

    place = series.place("sr", evidence.StudyInstanceUID)
    report = ComprehensiveSR(
        evidence=_of_known_class(evidence, outcome),
        content=_content(outcome, evidence)[0],
        series_instance_uid=place.series_uid,
        series_number=place.series_number,
        sop_instance_uid=place.sop_instance_uid,
        instance_number=place.instance_number,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
        specific_character_set=UTF_8,
        series_description=tr("send.sr_series"),
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number="none",
        content_qualification="RESEARCH",
    )
    _name_class(report, evidence.SOPClassUID)
    report.CodingSchemeIdentificationSequence = [codes.scheme_identification()]
    return report


def _of_known_class(evidence: Dataset, outcome: Outcome) -> list[Dataset]:
    """Return each image of the evidence in a class that highdicom knows: it fails over retired and over new ones."""
    known = []
    for uid in instances_of(outcome, evidence):
        image = deepcopy(evidence)
        image.SOPClassUID, image.SOPInstanceUID = _ANY_IMAGE, uid
        known.append(image)
    return known


def _name_class(report: Dataset, sop_class: str) -> None:
    """Put the class of the evidence where the stand-in of `_of_known_class` was named."""
    for study in report.CurrentRequestedProcedureEvidenceSequence:
        for series in study.ReferencedSeriesSequence:
            for instance in series.ReferencedSOPSequence:
                instance.ReferencedSOPClassUID = sop_class


def _content(outcome: Outcome, evidence: Dataset) -> MeasurementReport:
    from highdicom.sr import MeasurementReport, RelationshipTypeValues, TextContentItem
    from pydicom.sr.codedict import codes as dicom

    report = MeasurementReport(
        observation_context=_observer(),
        procedure_reported=dicom.SCT.ImagingProcedure,
        imaging_measurements=_groups(outcome, evidence),
        language_of_content_item_and_descendants=_language(),
    )
    prediction = outcome.prediction
    sentences = [headline(prediction), explanation(prediction), *remarks(prediction)]
    if outcome.stack is not None:
        sentences = [*stack_sentences(outcome.stack), *(remarks(prediction) if _is_share(outcome) else sentences)]
    elif outcome.header is not None and outcome.header.frames > 1:
        sentences.append(tr("send.about_frame", number=outcome.frame_number))
    for sentence in (*sentences, tr("send.unverified"), tr("research_use")):
        comment = TextContentItem(
            name=dicom.DCM.Comment, value=sentence, relationship_type=RelationshipTypeValues.CONTAINS
        )
        report[0].ContentSequence.append(comment)
    return report


def _language() -> Any:  # noqa: ANN401 - highdicom's own type, loaded when it is needed
    """Return which language the sentences are in (PS3.16 TID 1204)."""
    from highdicom.sr import LanguageOfContentItemAndDescendants
    from pydicom.sr.coding import Code

    return LanguageOfContentItemAndDescendants(Code(*_LANGUAGES[spoken()]))


def _observer() -> Any:  # noqa: ANN401 - highdicom's own type, loaded when it is needed
    """Return who observed: this version of the program, and no person (PS3.16 TID 1004)."""
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObservationContext, ObserverContext
    from pydicom.sr.codedict import codes as dicom

    device = DeviceObserverIdentifyingAttributes(
        uid=lasting_uid("device", __version__), name="medapp", manufacturer_name=MANUFACTURER, model_name=__version__
    )
    return ObservationContext(observer_device_context=ObserverContext(dicom.DCM.Device, device))


def _groups(outcome: Outcome, evidence: Dataset) -> list[MeasurementsAndQualitativeEvaluations]:
    """Return the group with the kind of answer, then one for each class."""
    from highdicom.sr import QualitativeEvaluation

    prediction, how = outcome.prediction, None if outcome.stack is None else outcome.stack.how
    state = QualitativeEvaluation(codes.own("STATE", "Kind of answer"), codes.state_code(prediction.state))
    groups = [_group(outcome, evidence, "answer", qualitative_evaluations=[state])]
    for name, probability in (prediction.probabilities or {}).items():
        finding = codes.class_code(name)
        told = [] if prediction.state == "unclear" else [_given(name in prediction.given)]
        measured = _measurements(prediction, name, probability, how)
        groups.append(
            _group(
                outcome,
                evidence,
                finding.meaning,
                finding_type=finding,
                measurements=measured,
                qualitative_evaluations=told,
            )
        )
    if outcome.stack is not None and _is_share(outcome):
        groups.append(_group(outcome, evidence, outcome.stack.about, **_share(outcome.stack)))
    return groups


def _is_share(outcome: Outcome) -> bool:
    """Tell whether a share of images is told, which is no probability and has no label."""
    return outcome.stack is not None and outcome.stack.how == "share_above"


def _share(stack: StackFacts) -> dict[str, Any]:
    """Return what is measured of a stack whose rule is the share of its images: no probability of any class."""
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes as dicom

    what = codes.own("SHARE", "Share of images from the operating point on")
    found = [Measurement(what, round(stack.score, DIGITS), dicom.UCUM.NoUnits)]
    if stack.limit is not None:
        found.append(Measurement(dicom.DCM.ThresholdValue, round(stack.limit, DIGITS), dicom.UCUM.NoUnits))
    return {"finding_type": codes.class_code(stack.about), "measurements": found}


def _given(given: bool) -> Any:  # noqa: ANN401 - highdicom's own type, loaded when it is needed
    from highdicom.sr import QualitativeEvaluation
    from pydicom.sr.codedict import codes as dicom

    return QualitativeEvaluation(
        codes.own("GIVEN", "Given by the operating point"), dicom.SCT.Yes if given else dicom.SCT.No
    )


def _group(
    outcome: Outcome,
    evidence: Dataset,
    identifier: str,
    **content: Any,  # noqa: ANN401 - what highdicom takes
) -> MeasurementsAndQualitativeEvaluations:
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, SourceImageForMeasurementGroup, TrackingIdentifier

    sources = [
        SourceImageForMeasurementGroup(evidence.SOPClassUID, uid, frames)
        for uid, frames in instances_of(outcome, evidence).items()
    ]
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(new_uid(), f"{outcome.number}: {identifier}"),
        algorithm_id=_algorithm(outcome.model) if outcome.prediction.state != "no_model" else None,
        source_images=sources,
        **content,
    )


def _measurements(prediction: Prediction, name: str, probability: float, how: Aggregate | None) -> list[Measurement]:
    """Return the probability of a class, and its operating point where it has one; of a stack, what of its images."""
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes as dicom

    unit = dicom.UCUM.NoUnits
    what = dicom.DCM.Probability if prediction.calibrated else codes.own("SCORE", "Score, not calibrated")
    derivation = None if how is None else {"max": dicom.SCT.Maximum, "mean": dicom.SCT.Mean}[how]
    found = [Measurement(what, round(probability, DIGITS), unit, derivation=derivation)]
    limit = limit_for(prediction, name)
    if limit is not None:
        found.append(Measurement(dicom.DCM.ThresholdValue, round(limit, DIGITS), unit))
    return found


def _algorithm(model: ModelFacts) -> AlgorithmIdentification:
    """Return which model it was, with the hash of everything in its package."""
    from highdicom.sr import AlgorithmIdentification

    key = model.key
    return AlgorithmIdentification(
        name=f"{model.name} ({key.id})", version=key.version, parameters=[f"package SHA-256 {key.manifest_hash}"]
    )
