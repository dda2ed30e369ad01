"""The header as a person reads it: all attributes, what is long shortened and told, what is deep held back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence

from medapp.errors import MedappError
from medapp.imaging import header_listing
from medapp.imaging.header_listing import list_header
from medapp.imaging.header_row import HeaderRow
from medapp.imaging.limits import ReadLimits
from medapp.imaging.phantom import PhantomCase, write_dicom
from medapp.imaging.readers import Readers

LIMITS = ReadLimits()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A radiograph with a sequence in a sequence, private values, a long text and bytes."""
    path = write_dicom(tmp_path / "Kopf ü.dcm", PhantomCase(1, nodule=False, size=32))
    dataset = dcmread(path)
    inner = Dataset()
    inner.CodeValue, inner.CodeMeaning = "T-D1213", "Kiefer"
    item = Dataset()
    item.StudyDescription = "inside"
    item.AnatomicRegionSequence = Sequence([inner])
    dataset.RequestAttributesSequence = Sequence([item])
    dataset.ImageComments = "x" * 5000
    block = dataset.private_block(0x0029, "MAKER", create=True)
    block.add_new(0x10, "OB", bytes(range(64)))
    block.add_new(0x11, "LO", "private words")
    dataset.save_as(path)
    return path


def by_tag(rows: list[HeaderRow]) -> dict[str, HeaderRow]:
    return {row.tag: row for row in rows if row.tag}


def test_meta_information_attributes_and_pixels_are_listed_in_the_order_of_the_file(file: Path) -> None:
    rows = list_header(str(file), (), LIMITS)
    outermost = [row.key for row in rows if row.depth == 0]
    assert outermost == sorted(outermost)
    found = by_tag(rows)
    assert found["(0002,0010)"].value == "1.2.840.10008.1.2.1 = Explicit VR Little Endian"
    assert (found["(0010,0010)"].vr, found["(0010,0010)"].name) == ("PN", "Patient's Name")
    assert found["(7FE0,0010)"] == HeaderRow(
        "7FE0,0010", 0, "(7FE0,0010)", "OW", "Pixel Data", told="pixels", length=32 * 32 * 2
    )


def test_sequences_lie_open_with_numbered_items(file: Path) -> None:
    rows = list_header(str(file), (), LIMITS)
    at = next(n for n, row in enumerate(rows) if row.tag == "(0040,0275)")
    depths = [(row.depth, row.key) for row in rows[at : at + 7]]
    assert depths == [
        (0, "0040,0275"),
        (1, "#000001"),
        (2, "0008,1030"),
        (2, "0008,2218"),
        (3, "#000001"),
        (4, "0008,0100"),
        (4, "0008,0104"),
    ]


def test_long_and_binary_values_are_shortened_and_told(file: Path) -> None:
    found = by_tag(list_header(str(file), (), LIMITS))
    comment, binary = found["(0020,4000)"], found["(0029,1010)"]
    assert (len(comment.value), comment.told, comment.length) == (1024, "cut", 5000)
    assert binary.value == "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f …"
    assert (binary.told, binary.length) == ("binary", 64)


def test_what_tells_the_patient_is_marked_and_what_describes_the_picture_is_not(file: Path) -> None:
    found = by_tag(list_header(str(file), (), LIMITS))
    telling = ("(0010,0010)", "(0010,0020)", "(0010,0030)", "(0008,0050)", "(0020,000D)", "(0029,1011)", "(0020,4000)")
    assert all(found[tag].identity for tag in telling)
    plain = ("(0028,0010)", "(0008,0060)", "(0008,0016)", "(0028,1050)", "(0029,0010)")
    assert not any(found[tag].identity for tag in plain)


def test_what_is_too_much_at_once_is_held_back_and_read_by_its_place(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list_header(str(file), (), LIMITS)
    outermost = sum(1 for row in whole if row.depth == 0 and not row.key.startswith(("0002", "7FE0")))
    meta = sum(1 for row in whole if row.key.startswith("0002"))
    monkeypatch.setattr(header_listing, "MOST_ROWS", outermost + meta)
    rows = list_header(str(file), (), LIMITS)
    assert [row.key for row in rows if row.held] == ["0040,0275"]
    below = list_header(str(file), ("0040,0275",), LIMITS)
    assert (below[0].key, below[0].depth) == ("#000001", 1)
    deeper = list_header(str(file), ("0040,0275", "#000001", "0008,2218", "#000001"), LIMITS)
    assert [(row.depth, row.value) for row in deeper] == [(4, "T-D1213"), (4, "Kiefer")]


def test_sequences_within_sequences_without_end_are_held_back(file: Path) -> None:
    dataset, inner = dcmread(file), Dataset()
    inner.CodeValue = "the innermost"
    for _ in range(60):
        outer = Dataset()
        outer.AnatomicRegionSequence = Sequence([inner])
        inner = outer
    dataset.RequestAttributesSequence = Sequence([inner])
    dataset.save_as(file)
    rows = list_header(str(file), (), LIMITS)
    (held,) = [row for row in rows if row.held]
    assert held.depth == header_listing.DEEPEST
    assert not any(row.value == "the innermost" for row in rows)


@pytest.mark.parametrize("place", [("0040,0275", "#000009"), ("0010,0010", "#000001"), ("9999,9999",), ("nonsense",)])
def test_a_place_that_is_not_there_is_told(file: Path, place: tuple[str, ...]) -> None:
    with pytest.raises(MedappError) as told:
        list_header(str(file), place, LIMITS)
    assert told.value.code == "header.no_place"


def test_one_damaged_value_costs_its_own_row(file: Path) -> None:
    data = file.read_bytes()
    at = data.index(b"\x28\x00\x50\x10DS")  # Window Center becomes an unsigned short of an odd length
    file.write_bytes(data[: at + 4] + b"FD" + data[at + 6 :])
    found = by_tag(list_header(str(file), (), LIMITS))
    assert found["(0028,1050)"].told == "unreadable"
    assert found["(0028,1051)"].value == "4096.0"


def test_a_picture_tells_size_coding_and_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x9003] = "Maker of cameras", "2026:01:02 10:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("L", (40, 30)).save(tmp_path / "a.jpg", exif=exif)
    found = {row.name: row for row in list_header(str(tmp_path / "a.jpg"), (), LIMITS)}
    assert (found["Format"].value, found["Width"].value, found["Height"].value) == ("JPEG", "40", "30")
    assert (found["Make"].value, found["Make"].depth, found["Make"].identity) == ("Maker of cameras", 1, False)
    assert found["GPSLatitudeRef"].identity


def test_a_tiff_tells_its_tags(tmp_path: Path) -> None:
    import tifffile

    tifffile.imwrite(tmp_path / "a.tif", np.zeros((2, 8, 9), np.uint16), photometric="minisblack")
    found = {row.name: row for row in list_header(str(tmp_path / "a.tif"), (), LIMITS)}
    assert (found["Pages"].value, found["ImageWidth"].value, found["BitsPerSample"].value) == ("2", "9", "16")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("a.png", b"\x89PNG\r\n\x1a\nrubbish", "picture.damaged"), ("a.txt", b"words", "file.not_image")],
)
def test_what_has_no_header_is_told_in_words(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MedappError) as told:
        list_header(str(tmp_path / name), (), LIMITS)
    assert told.value.code == code


def test_a_reader_process_gives_the_same_rows(file: Path) -> None:
    with Readers() as readers:
        assert readers.listing(str(file)) == tuple(list_header(str(file), (), LIMITS))
        with pytest.raises(MedappError) as told:
            readers.listing(str(file.parent / "absent.dcm"))
    assert told.value.code == "file.missing"
