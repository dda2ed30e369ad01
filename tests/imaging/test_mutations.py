"""The short form of a long run: damaged files are answered or refused with a reason, and never cost a reader."""

from __future__ import annotations

import random
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image
from pydicom.uid import ImplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from medapp.errors import MedappError, Problem
from medapp.i18n import catalogue
from medapp.imaging.found import FoundImage
from medapp.imaging.readers import ReaderConfig, Readers
from tests.imaging.synthetic import compressed, dicom, item, saved, sequence

FILES = 250
NOISE = np.random.default_rng(2).integers(0, 4000, (24, 24)).astype(np.uint16)


def _originals(folder: Path) -> list[bytes]:
    table = item(LUTDescriptor=[4, 0, 16], LUTData=[1, 2, 3, 4])
    table["LUTData"].VR = "US"
    palette = dicom((NOISE % 4).astype(np.uint8), PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        palette.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [4, 0, 16])
        palette.add_new(f"{colour}PaletteColorLookupTableData", "OW", bytes(8))
    rle = b"".join(imagecodecs.packbits_encode(plane.tobytes()) for plane in (NOISE >> 8, NOISE & 255))
    sets = [
        dicom(NOISE, VOILUTSequence=sequence(table), WindowCenter=1, WindowWidth=2),
        dicom(np.stack([NOISE] * 3), syntax=ImplicitVRLittleEndian),
        palette,
        compressed(dicom(NOISE), JPEGLSLossless, [imagecodecs.jpegls_encode(NOISE)]),
        compressed(dicom(NOISE), JPEG2000Lossless, [imagecodecs.jpeg2k_encode(NOISE, reversible=True, level=0)]),
        compressed(dicom(NOISE), RLELossless, [bytes([2, 0, 0, 0, 64, 0, 0, 0]) + bytes(56) + rle]),
    ]
    paths = [Path(saved(dataset, folder / f"{i}.dcm")) for i, dataset in enumerate(sets)]
    for suffix in ("png", "jpg", "tif", "bmp"):
        paths.append(folder / f"a.{suffix}")
        Image.fromarray((NOISE >> 4).astype(np.uint8)).save(paths[-1])
    return [path.read_bytes() for path in paths]


def _mutated(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice([1, 2, 5, 20])):
        reach = chance.choice([400, 1000, len(damaged)])
        damaged[chance.randrange(min(reach, len(damaged)))] = chance.choice([0, 255, chance.randrange(256)])
    return bytes(damaged[: chance.randrange(len(damaged))] if chance.random() < 0.2 else damaged)


def test_damaged_files_are_answered_or_refused_and_cost_no_reader(tmp_path: Path) -> None:
    chance = random.Random(20)
    originals = _originals(tmp_path / "in")
    paths = [tmp_path / f"{i}.dcm" for i in range(FILES)]
    for path in paths:
        path.write_bytes(_mutated(chance.choice(originals), chance))
    codes: set[str] = set()
    with Readers(ReaderConfig(processes=1)) as readers:
        list(readers.headers(["gone"]))
        (reader,) = readers._idle
        replies = list(readers.headers([str(path) for path in paths]))
        codes |= {reply.found.code for reply in replies if isinstance(reply.found, Problem)}
        for reply in replies:
            if isinstance(reply.found, FoundImage):
                try:
                    readers.frame(reply.source)
                except MedappError as error:
                    codes.add(error.code)
        assert readers._idle == [reader]
        assert reader.alive
    assert [reply.source for reply in replies] == [str(path) for path in paths]
    assert "unexpected" not in codes
    assert {f"problem.{code}" for code in codes} <= catalogue().keys()
    assert len(codes) >= 5
