"""Which attributes may tell who the patient is: what a person hides before showing a header to others."""

from __future__ import annotations

_DATES_AND_TEXTS = frozenset({"PN", "DA", "DT", "TM", "LT", "ST", "UT", "AS"})
_NAMES = """PatientID IssuerOfPatientID OtherPatientIDs PatientAddress PatientTelephoneNumbers PatientSex PatientSize
    PatientWeight EthnicGroup Occupation MilitaryRank BranchOfService PatientReligiousPreference MedicalRecordLocator
    CountryOfResidence RegionOfResidence PatientInsurancePlanCodeSequence PatientMotherBirthName
    InsurancePlanIdentification
    AccessionNumber StudyID AdmissionID ServiceEpisodeID RequestedProcedureID ScheduledProcedureStepID
    PerformedProcedureStepID PlacerOrderNumberImagingServiceRequest FillerOrderNumberImagingServiceRequest
    InstitutionName InstitutionalDepartmentName StationName DeviceSerialNumber DetectorID PlateID GantryID
    StudyDescription SeriesDescription ProtocolName RequestedProcedureDescription PerformedProcedureStepDescription
    CurrentPatientLocation PatientInstitutionResidence ClinicalTrialSubjectID SourceApplicationEntityTitle
    SendingApplicationEntityTitle ReceivingApplicationEntityTitle RequestingService DeidentificationMethod"""
_NAMED = frozenset(_NAMES.split())
_OF_PICTURES = ("gps", "artist", "author", "copyright", "date", "time", "serial", "owner", "comment", "name", "title")


def tells_identity(tag: int, vr: str) -> bool:
    """Tell whether an attribute may say who the patient is.

    Parameters
    ----------
    tag : int
    vr : str

    Returns
    -------
    bool
        True also for all private values, free texts, dates and UIDs of instances: what DICOM PS3.15 table E.1-1
        removes, cleans or replaces.
    """
    from pydicom.datadict import keyword_for_tag

    if (tag >> 16) % 2:
        return (tag & 0xFFFF) > 0xFF  # private creators name a maker
    keyword = keyword_for_tag(tag)
    if vr == "UI":
        return keyword != "TransferSyntaxUID" and not keyword.endswith("ClassUID")
    return vr in _DATES_AND_TEXTS or keyword in _NAMED


def picture_tells_identity(name: str, value: str) -> bool:
    """Tell whether an entry of a picture may say who is on it: names, places, dates, and all longer texts."""
    return any(part in name.lower() for part in _OF_PICTURES) or (len(value) > 40 and " " in value)
