"""Traps about what belongs together and in which order: display sets, frames, objects without pixels, names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from medapp.imaging.found import FoundImage
from medapp.imaging.source import scan
from medapp.imaging.study import NotImage, Scan, Series
from medapp.jobs import run_to_end
from tests.imaging.synthetic import dicom, item, ramp, saved, sequence
from tests.traps.table import Opened, Row

Check = Callable[[Opened], None]
AXIAL = [1, 0, 0, 0, 1, 0]


def _scanned(opened: Opened) -> Scan:
    return run_to_end(scan([opened.path], opened.readers))


def _sets(opened: Opened) -> list[Series]:
    return [series for study in _scanned(opened).studies for series in study.series]


def _notes(series: Series) -> dict[str, dict[str, Any]]:
    return {note.code: dict(note.params) for note in series.notes}


def _heights(opened: Opened, series: Series) -> list[float]:
    """The third coordinate of each image's position, in the order of scrolling, from the decoded frames."""
    found = []
    for index in range(series.frames):
        instance, frame = series.locate(index)
        position = opened.readers.frame(instance.source, frame).geometry.position
        assert position is not None
        found.append(position[2])
    return found


def _frames_rise(opened: Opened) -> None:
    (series,) = _sets(opened)
    heights = _heights(opened, series)
    assert heights == sorted(set(heights))


def _two_volumes(opened: Opened) -> None:
    (series,) = _sets(opened)
    assert _notes(series)["frame_volumes"] == {"volumes": 2}
    heights = _heights(opened, series)
    assert heights == sorted(set(heights[:32])) * 2
    slopes = [opened.frame(series.locate(index)[1]).slope for index in (0, 31, 32, 63)]
    assert np.allclose(slopes, [1.279853, 1.279853, 0.2442002, 0.2442002], rtol=1e-6)


def _shuffled_frames_file(folder: Path) -> Path:
    """Enhanced MR, frames stored as 3, 1, 4, 2, each with its own window and rescale"""
    places = (3, 1, 4, 2)
    frames = [
        item(
            PlanePositionSequence=sequence(item(ImagePositionPatient=[0, 0, 5 * n])),
            FrameVOILUTSequence=sequence(item(WindowCenter=10 * n, WindowWidth=100)),
            PixelValueTransformationSequence=sequence(item(RescaleSlope=n, RescaleIntercept=0)),
        )
        for n in places
    ]
    shared = item(PlaneOrientationSequence=sequence(item(ImageOrientationPatient=AXIAL)))
    pixels = np.stack([np.full((4, 4), n, np.uint16) for n in places])
    groups = {
        "SharedFunctionalGroupsSequence": sequence(shared),
        "PerFrameFunctionalGroupsSequence": sequence(*frames),
    }
    return Path(saved(dicom(pixels, **groups), folder / "enhanced.dcm"))


def _frames_are_sorted_with_their_own_values(opened: Opened) -> None:
    (series,) = _sets(opened)
    frames = [opened.frame(series.locate(index)[1]) for index in range(4)]
    assert [int(frame.stored[0, 0]) for frame in frames] == [1, 2, 3, 4]
    assert [frame.slope for frame in frames] == [1, 2, 3, 4]
    assert [frame.windows[0].center for frame in frames] == [10, 20, 30, 40]


def _numbered_backwards(opened: Opened) -> None:
    (series,) = _sets(opened)
    assert [i.instance_number for i in series.instances] == [42, 41, 40, 39]


def _tilt(opened: Opened) -> None:
    (series,) = _sets(opened)
    assert _notes(series) == {"tilt": {"degrees": 14.0}}


def _gap(opened: Opened) -> None:
    (series,) = _sets(opened)
    assert _notes(series) == {"gap": {"missing": 1, "after": "3–4", "step_mm": 5.0}}


def _two_orientations(opened: Opened) -> None:
    codes = {note.code for series in _sets(opened) for note in series.split}
    assert codes == {"split_plane_sagittal", "split_plane_axial_oblique"}


def _three_planes(opened: Opened) -> None:
    codes = sorted(note.code for series in _sets(opened) for note in series.split)
    planes = ("split_plane_axial", "split_plane_coronal", "split_plane_sagittal")
    assert codes == sorted(planes * 2)  # the folder holds two such studies


def _rotating(opened: Opened) -> None:
    (series,) = _sets(opened)
    numbers = [instance.instance_number for instance in series.instances]
    assert len(numbers) == 7
    assert numbers == sorted(numbers, key=lambda n: n or 0)


def _directions(opened: Opened) -> None:
    sets = _sets(opened)
    assert [series.frames for series in sets] == [4] * 9 + [3] * 8
    for series in sets:
        heights = _heights(opened, series)
        assert heights == sorted(set(heights))


def _written(folder: Path, described: list[dict[str, Any]]) -> Path:
    for n, attributes in enumerate(described):
        place = {"ImagePositionPatient": [0, 0, attributes.pop("z")], "ImageOrientationPatient": AXIAL}
        saved(dicom(ramp(), **place, **attributes), folder / "series" / f"{n * 7 % 97:02}.dcm")
    return folder / "series"


def _echoes_and_phases(folder: Path) -> Path:
    """Four slices, two echoes, three times, in one series"""
    every = [(z, echo, time) for z in range(4) for echo in (4, 9) for time in (1, 2, 3)]
    return _written(
        folder,
        [
            {"z": 5 * z, "EchoTime": e, "TemporalPositionIdentifier": t, "NumberOfTemporalPositions": 3}
            for z, e, t in every
        ],
    )


def _six_volumes(opened: Opened) -> None:
    sets = _sets(opened)
    assert [[note.code for note in series.split] for series in sets] == [["split_echo", "split_temporal"]] * 6
    assert [_heights(opened, series) for series in sets] == [[0, 5, 10, 15]] * 6


def _unnamed_volumes(folder: Path) -> Path:
    """Four slices imaged three times, which only the numbers tell"""
    return _written(folder, [{"z": 5 * z, "InstanceNumber": 4 * t + z + 1} for t in range(3) for z in range(4)])


def _three_volumes_by_number(opened: Opened) -> None:
    sets = _sets(opened)
    assert [[i.instance_number for i in series.instances] for series in sets] == [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 11, 12],
    ]
    assert all(_notes(series) == {"volumes_by_order": {"volumes": 3}} for series in sets)


def _b_values(folder: Path) -> Path:
    """Siemens diffusion, b-value and direction in private attributes only"""
    described = []
    for b, way in ((0, (0.0, 0.0, 0.0)), (1000, (1.0, 0.0, 0.0)), (1000, (0.0, 1.0, 0.0))):
        described += [{"z": 5 * z, "b": b, "way": way} for z in range(3)]
    for n, one in enumerate(described):
        dataset = dicom(ramp(), ImagePositionPatient=[0, 0, one["z"]], ImageOrientationPatient=AXIAL)
        block = dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True)
        block.add_new(0x0C, "IS", str(one["b"]))
        if one["b"]:
            block.add_new(0x0E, "FD", list(one["way"]))  # type: ignore[call-overload]
        saved(dataset, folder / "series" / f"{n}.dcm")
    return folder / "series"


def _three_directions(opened: Opened) -> None:
    codes = [[note.code for note in series.split] for series in _sets(opened)]
    assert codes == [["split_b_value"], *[["split_b_value", "split_direction"]] * 2]


def _is(what: str) -> Check:
    """The check that a file is listed as what it is."""

    def check(opened: Opened) -> None:
        found = opened.header().found
        assert isinstance(found, NotImage)
        assert found.what == what

    return check


def _without_pixels(sop_class: str, what: str, title: str) -> Row:
    def file(folder: Path) -> Path:
        return Path(saved(dicom(None, SOPClassUID=sop_class), folder / "object.dcm"))

    file.__doc__ = title
    return Row(30, file, "told by its SOP class", f"listed as {what.replace('_', ' ')}", _is(what))


def _named(name: str) -> Check:
    """The check that the patient's name is shown as written."""

    def check(opened: Opened) -> None:
        found = opened.header().found
        assert isinstance(found, FoundImage)
        assert found.patient.name == name

    return check


def _name_in(declared: str, encoding: str, title: str) -> Row:
    """A row about a name in bytes that the declared character set does not fit."""
    raw = "Müller^Änne".encode(encoding)

    def file(folder: Path) -> Path:
        dataset = dicom(ramp(), PatientName="#" * len(raw))
        if declared:
            dataset.SpecificCharacterSet = declared
        path = Path(saved(dataset, folder / "name.dcm"))
        path.write_bytes(path.read_bytes().replace(b"#" * len(raw), raw))
        return path

    file.__doc__ = title
    return Row(31, file, "the bytes decide where the tag cannot be right", "Müller^Änne", _named("Müller^Änne"))


def _cine(**attributes: Any) -> Callable[[Path], Path]:
    def file(folder: Path) -> Path:
        return Path(saved(dicom(np.stack([ramp()] * 3), Modality="US", **attributes), folder / "cine.dcm"))

    file.__doc__ = "Ultrasound of three frames, " + ", ".join(f"{name} {value}" for name, value in attributes.items())
    return file


def _frame_time(milliseconds: float | None) -> Check:
    def check(opened: Opened) -> None:
        found = opened.header().found
        assert isinstance(found, FoundImage)
        assert found.instance.frame_time_ms == milliseconds

    return check


TURNED = "pydicom/dicomdirtests/98892003/MR700"
NAMES = {
    "chrArab.dcm": "قباني^لنزار",
    "chrFrenMulti.dcm": "Buc^Jérôme",
    "chrGreek.dcm": "Διονυσιος",
    "chrH31.dcm": "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "chrH32.dcm": "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    "chrHbrw.dcm": "שרון^דבורה",
    "chrI2.dcm": "Hong^Gildong=洪^吉洞=홍^길동",
    "chrRuss.dcm": "Люкceмбypг",
    "chrX1.dcm": "Wang^XiaoDong=王^小東",
    "chrX2.dcm": "Wang^XiaoDong=王^小东",
}
FRAMES = (
    Row(
        24, "dcm_qa_enh/In/Siemens/XA10/6_1.dcm", "frames have positions of their own", "scrolled upwards", _frames_rise
    ),
    Row(
        24,
        "dcm_qa_enh/In/Philips/IM_0027_fMAP.dcm",
        "two volumes in one file, each with its own rescale",
        "volume by volume, and told",
        _two_volumes,
    ),
    Row(
        24,
        _shuffled_frames_file,
        "order, window and rescale from the functional groups",
        "1, 2, 3, 4, each with its own",
        _frames_are_sorted_with_their_own_values,
    ),
)
SERIES = (
    Row(25, "dicom2nifti/generic/rgb/001", "numbers go against the positions", "by position", _numbered_backwards),
    Row(25, "dicom2nifti/failing/gantrytilting/001", "a tilted gantry", "14.0° told", _tilt),
    Row(25, "dicom2nifti/failing/sliceincrement/001", "a slice is missing", "told, and where", _gap),
    Row(25, "dicom2nifti/failing/sliceorientation/001", "two orientations", "two sets", _two_orientations),
    Row(25, "pydicom/dicomdirtests/98892003/MR2", "a pilot in three planes", "three sets", _three_planes),
    Row(25, TURNED, "a projection that rotates", "one stack by number", _rotating),
    Row(25, "dcm_qa_philips_dti/601_WIP_dti_ax", "60 diffusion images", "17 volumes", _directions),
    Row(25, _b_values, "private b-values and directions", "three volumes", _three_directions),
    Row(25, _echoes_and_phases, "echoes and phases", "six volumes, each upwards", _six_volumes),
    Row(25, _unnamed_volumes, "places repeat without a reason", "by number, and told", _three_volumes_by_number),
)
OTHERS = (
    Row(30, "pydicom/test-SR.dcm", "no picture, no error", "listed as a report", _is("structured_report")),
    Row(30, "pydicom/rtplan.dcm", "no picture, no error", "listed as a plan", _is("rt_plan")),
    Row(30, "pydicom/rtstruct.dcm", "no picture, no error", "listed as structures", _is("rt_structures")),
    Row(30, "pydicom/waveform_ecg.dcm", "no picture, no error", "listed as a waveform", _is("waveform")),
    Row(30, "pydicom/dicomdirtests/DICOMDIR", "no picture, no error", "listed as a DICOMDIR", _is("dicomdir")),
    Row(30, "highdicom/sm_annotations.dcm", "no picture, no error", "listed as annotations", _is("annotations")),
    _without_pixels("1.2.840.10008.5.1.4.1.1.104.1", "pdf", "An encapsulated PDF"),
    _without_pixels("1.2.840.10008.5.1.4.1.1.11.1", "presentation_state", "A presentation state"),
    _without_pixels("1.2.840.10008.5.1.4.1.1.88.59", "key_object", "A key object selection"),
    _without_pixels("1.2.840.10008.5.1.4.1.1.4.2", "spectroscopy", "An MR spectroscopy"),
)
TEXTS = (
    *[Row(31, f"pydicom_charset/{file}", "its own character set", name, _named(name)) for file, name in NAMES.items()],
    _name_in("", "utf-8", "UTF-8 without a character set"),
    _name_in("", "latin-1", "Latin 1 without a character set"),
    _name_in("ISO_IR 100", "utf-8", "UTF-8 that is declared as Latin 1"),
    _name_in("ISO_IR 192", "latin-1", "Latin 1 that is declared as UTF-8"),
)
CINE = (
    Row(32, _cine(FrameTime="40"), "frame time", "25 a second", _frame_time(40)),
    Row(32, _cine(CineRate="50"), "cine rate", "50 a second", _frame_time(20)),
    Row(32, _cine(FrameTime="0"), "no time at all is no rate", "the viewer's own", _frame_time(None)),
)
ROWS = (*FRAMES, *SERIES, *OTHERS, *TEXTS, *CINE)
