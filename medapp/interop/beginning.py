"""How a new object of ours begins: meta information, patient and study of its source, and who made it when."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING

from medapp import __version__
from medapp.interop.evidence import UTF_8
from medapp.interop.identifiers import IMPLEMENTATION, Place

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"


def begun(evidence: Dataset, place: Place, sop_class: str) -> Dataset:
    """Return a data set that holds everything but what it is about.

    Parameters
    ----------
    evidence : Dataset
        Patient and study of the source, as `evidence.evidence_of` gives them; not changed.
    place : Place
        The new object's own identifiers.
    sop_class : str
        What kind of object it is.

    Notes
    -----
    DICOM PS3.10 7.1 (meta information), PS3.3 C.12.1.1 (SOP Common), C.7.5.1 (General Equipment).
    """
    from pydicom.dataset import FileMetaDataset

    made = deepcopy(evidence)
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = sop_class
    made.file_meta.MediaStorageSOPInstanceUID = place.sop_instance_uid
    made.file_meta.TransferSyntaxUID = EXPLICIT_LITTLE_ENDIAN
    made.file_meta.ImplementationClassUID = IMPLEMENTATION
    made.SpecificCharacterSet = UTF_8
    made.SOPClassUID, made.SOPInstanceUID = sop_class, place.sop_instance_uid
    made.SeriesInstanceUID, made.SeriesNumber = place.series_uid, place.series_number
    made.InstanceNumber = place.instance_number
    made.Manufacturer = made.ManufacturerModelName = "medapp"
    made.SoftwareVersions = __version__
    now = datetime.now().astimezone()
    made.InstanceCreationDate = made.ContentDate = now.strftime("%Y%m%d")
    made.InstanceCreationTime = made.ContentTime = now.strftime("%H%M%S")
    return made
