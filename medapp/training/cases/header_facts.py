"""What a header says of how a picture was made: attributes that cannot name a patient, for the probe of headers."""

from __future__ import annotations

from dataclasses import dataclass

from medapp.imaging.found import FoundImage

_LONGEST = 40


@dataclass(frozen=True)
class HeaderFacts:
    """What a header says; empty or None where it says nothing, and all of it for a picture that is no DICOM.

    Attributes
    ----------
    maker, model : str
        Manufacturer (0008,0070) and Manufacturer's Model Name (0008,1090).
    body_part, laterality, image_type, photometric, syntax : str
        Body Part Examined, Laterality, Image Type, Photometric Interpretation, Transfer Syntax UID.
    lossy, for_processing : str
        ``yes`` where it is.
    kilovolts, milliamperes, exposure_ms, exposure_mas : float or None
        KVP (0018,0060), X-Ray Tube Current (0018,1151), Exposure Time (0018,1150), Exposure (0018,1152).
    spacing : float or None
        Between rows, millimetres.
    window_centre, window_width : float or None
        The first window of the file.
    """

    maker: str = ""
    model: str = ""
    body_part: str = ""
    laterality: str = ""
    image_type: str = ""
    photometric: str = ""
    syntax: str = ""
    lossy: str = ""
    for_processing: str = ""
    kilovolts: float | None = None
    milliamperes: float | None = None
    exposure_ms: float | None = None
    exposure_mas: float | None = None
    spacing: float | None = None
    window_centre: float | None = None
    window_width: float | None = None


def header_facts(found: FoundImage) -> HeaderFacts:
    """Return what the header of an image says; nothing for a picture file."""
    if found.instance.kind != "dicom":
        return HeaderFacts()
    instance, origin = found.instance, found.origin
    window = instance.windows[0] if instance.windows else None
    spacing = instance.geometry.spacing_mm
    return HeaderFacts(
        maker=_plain(origin.maker),
        model=_plain(origin.model),
        body_part=_plain(found.body_part),
        laterality=_plain(instance.laterality),
        image_type=_plain("\\".join(instance.image_type[:3])),
        photometric=instance.photometric,
        syntax=instance.transfer_syntax,
        lossy="yes" if instance.lossy else "",
        for_processing="yes" if instance.for_processing else "",
        kilovolts=found.traits.energy,
        milliamperes=origin.current_ma,
        exposure_ms=origin.exposure_ms,
        exposure_mas=origin.exposure_mas,
        spacing=None if spacing is None else spacing[0],
        window_centre=None if window is None else window.center,
        window_width=None if window is None else window.width,
    )


def _plain(words: str) -> str:
    return " ".join(words.split())[:_LONGEST].upper()
