"""Programs of others that judge what is sent on: dciodvfy, dsrdump, and a store node (Orthanc) of our own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medapp.interop.dicom_file import file_bytes
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.outcome import Outcome
from medapp.interop.picture import picture_with_contour
from medapp.interop.secondary_capture import secondary_capture
from medapp.interop.structured_report import structured_report

_META_START = 144
START_SECONDS = 60.0
SOURCES = (
    "highdicom/dx_image.dcm",
    "pydicom-data/RG1_J2KI.dcm",
    "pydicom-data/RG3_J2KR.dcm",
    "pydicom/dicomdirtests/77654033/CR1/6154",
    "pydicom/CT_small.dcm",
    "pydicom/J2K_pixelrep_mismatch.dcm",
    "pydicom-data/explicit_VR-UN.dcm",
    "dicomParser/encapsulated/multi-frame/CT0012.explicit_little_endian.dcm",
    "pydicom/MR_small.dcm",
    "pydicom/MR_small_bigendian.dcm",
    "dcm_qa_agfa/Siemens/011-0001.img",
    "dcm_qa_enh/In/Siemens/XA10/6_1.dcm",
    "pydicom-data/US1_UNCR.dcm",
    "pydicom/examples_ybr_color.dcm",
    "pydicom-data/OBXXXX1A_2frame.dcm",
    "pydicom-data/gdcm-US-ALOKA-16.dcm",
    "pydicom-data/SC_rgb.dcm",
    "pydicom/SC_rgb_rle_2frame.dcm",
    "pydicom-data/JPEG2000_UNC.dcm",
    "highdicom/sm_image.dcm",
)
"""Twenty images below ``dicom`` of the reference data: DX, CR, CT, MR, US, OT, NM, SM."""


def program(name: str) -> str | None:
    """Return where a program is, None where it is not installed."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def made_files(outcomes: list[Outcome], folder: Path) -> list[Path]:
    """Write the report and the picture of each outcome."""
    series = SeriesOfRun()
    written = []
    for one in outcomes:
        report, picture = structured_report(one, series), secondary_capture(one, picture_with_contour(one), series)
        for ending, made in (("sr", report), ("sc", picture)):
            path = folder / f"{one.number:02d}.{ending}.dcm"
            path.write_bytes(file_bytes(made))
            written.append(path)
    return written


def errors_of(path: Path) -> list[str]:
    """Return the errors that dciodvfy finds in a file."""
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    assert "Error" in done.stderr or done.stderr.strip(), "dciodvfy said nothing at all"
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]


def dumped(path: Path) -> str:
    """Return what DCMTK's dsrdump makes of a structured report; fails where it cannot read it."""
    done = subprocess.run(["dsrdump", str(path)], capture_output=True, text=True, errors="replace", check=True)
    return done.stdout


def data_set_of(data: bytes) -> bytes:
    """Return what follows the meta information of a file."""
    assert data[128:132] == b"DICM"
    length = int.from_bytes(data[_META_START - 4 : _META_START], "little")
    return data[_META_START + length :]


class Node:
    """A store node that runs on this machine alone."""

    def __init__(self, dicom_port: int, http_port: int) -> None:
        self.dicom_port = dicom_port
        self._url = f"http://127.0.0.1:{http_port}"

    def get(self, path: str) -> bytes:
        """Return what the node answers."""
        with urllib.request.urlopen(f"{self._url}{path}", timeout=30) as reply:
            data: bytes = reply.read()
        return data

    def listed(self) -> dict[str, str]:
        """Return the node's own name of each instance that it holds, by SOP Instance UID."""
        rows: list[dict[str, Any]] = json.loads(self.get("/instances?expand"))
        return {row["MainDicomTags"]["SOPInstanceUID"]: row["ID"] for row in rows}

    def returned(self, name: str) -> bytes:
        """Return the file of an instance."""
        return self.get(f"/instances/{name}/file")

    def store(self, paths: list[Path]) -> list[int]:
        """Send files with C-STORE and return the status of each; 0 is success."""
        from pydicom import dcmread
        from pynetdicom import AE

        sets = [dcmread(path) for path in paths]
        entity = AE(ae_title="MEDAPP")
        for syntax in sorted({ds.SOPClassUID for ds in sets}):
            entity.add_requested_context(syntax, "1.2.840.10008.1.2.1")
        link = entity.associate("127.0.0.1", self.dicom_port, ae_title="ORTHANC")
        assert link.is_established, "the node does not take the association"
        try:
            return [int(link.send_c_store(ds).Status) for ds in sets]
        finally:
            link.release()


@contextmanager
def orthanc(folder: Path) -> Iterator[Node]:
    """Start Orthanc with its files in a folder, on free ports of this machine alone."""
    found = program("Orthanc")
    assert found is not None, "Orthanc is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    dicom_port, http_port = _free_ports(2)
    settings = {
        "Name": "tests",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [],
        "DicomAet": "ORTHANC",
        "DicomPort": dicom_port,
        "HttpPort": http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
        "ConcurrentJobs": 1,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    command = [found, str(folder / "orthanc.json")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        reader = _wait_until_up(process)
        try:
            yield Node(dicom_port, http_port)
        finally:
            process.terminate()
            process.wait(30)
            reader.join(10)


def _wait_until_up(process: subprocess.Popen[str]) -> threading.Thread:
    """Read what the node says until it has started, and go on reading so that it is never held up."""
    up = threading.Event()
    said: list[str] = []

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            if "Orthanc has started" in line:
                up.set()
        up.set()

    reader = threading.Thread(target=read)
    reader.start()
    assert up.wait(START_SECONDS), "Orthanc did not start in time"
    assert process.poll() is None, f"Orthanc ended: {''.join(said[-5:])}"
    return reader


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
