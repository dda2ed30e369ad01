from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from medapp.imaging.found import FoundImage
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import find
from medapp.imaging.private_diffusion import private_diffusion


def _with(*elements: tuple[int, str, int, str, Any]) -> Dataset:
    """A data set with private elements: group, creator, element, representation, value."""
    dataset = Dataset()
    for group, creator, element, representation, value in elements:
        dataset.private_block(group, creator, create=True).add_new(element, representation, value)
    return dataset


def test_siemens_writes_it_beside_its_header() -> None:
    made = _with(
        (0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "1000"), (0x0019, "SIEMENS MR HEADER", 0x0E, "FD", [0.0, 0.6, 0.8])
    )
    assert private_diffusion(made) == (1000.0, (0.0, 0.6, 0.8))


def test_siemens_in_bytes_that_nobody_described_is_read_too() -> None:
    made = _with(
        (0x0019, "SIEMENS MR HEADER", 0x0C, "UN", b"800 "),
        (0x0019, "SIEMENS MR HEADER", 0x0E, "UN", struct.pack("<3d", 1.0, 0.0, 0.0)),
    )
    assert private_diffusion(made) == (800.0, (1.0, 0.0, 0.0))


def test_ge_adds_a_thousand_million() -> None:
    made = _with(
        (0x0043, "GEMS_PARM_01", 0x39, "IS", ["1000000600", "8", "0", "0"]),
        (0x0019, "GEMS_ACQU_01", 0xBB, "DS", "0.6"),
        (0x0019, "GEMS_ACQU_01", 0xBC, "DS", "0.8"),
        (0x0019, "GEMS_ACQU_01", 0xBD, "DS", "0"),
    )
    assert private_diffusion(made) == (600.0, (0.6, 0.8, 0.0))


def test_philips_has_a_direction_only_where_there_is_diffusion() -> None:
    b_value = ((0x2001, "Philips Imaging DD 001", 0x03, "FL", 0.0),)
    way = [(0x2005, "Philips MR Imaging DD 001", 0xB0 + n, "FL", v) for n, v in enumerate((1.0, 0.0, 0.0))]
    assert private_diffusion(_with(*b_value, *way)) == (0.0, ())


def test_another_vendors_block_in_the_same_place_says_nothing() -> None:
    assert private_diffusion(_with((0x0019, "SOMEBODY ELSE", 0x0C, "IS", "1000"))) == (None, ())
    assert private_diffusion(Dataset()) == (None, ())


@pytest.mark.parametrize("length", [0, 3, 8, 16, 90, 200])
def test_a_damaged_csa_header_says_nothing(length: int) -> None:
    data = (b"SV10\4\3\2\1" + struct.pack("<II", 9, 77) + b"B_value\0" * 40)[:length]
    assert private_diffusion(_with((0x0029, "SIEMENS CSA HEADER", 0x10, "OB", data))) == (None, ())


@pytest.mark.data
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("file", "b_value"), [("siemens_dwi_0.dcm.gz", 0.0), ("siemens_dwi_1000.dcm.gz", 1000.0)])
def test_real_siemens_diffusion_is_known_by_its_b_value(shared_data: Path, file: str, b_value: float) -> None:
    found = find(str(shared_data / "dicom" / "nibabel" / file), ReadLimits(memory_bytes=0))
    assert isinstance(found, FoundImage)
    assert found.traits.b_value == b_value
    assert bool(found.traits.direction) == (b_value > 0)


@pytest.mark.data
def test_real_csa_headers_are_read(shared_data: Path) -> None:
    for file, expected in (("csa2_b0.bin", 0.0), ("csa2_b1000.bin", 1000.0)):
        data = (shared_data / "dicom" / "nibabel" / file).read_bytes()
        b_value, direction = private_diffusion(_with((0x0029, "SIEMENS CSA HEADER", 0x10, "OB", data)))
        assert b_value == expected
        assert len(direction) == (3 if expected else 0)
