"""A reader: the process that touches files. What crashes, hangs or swells here costs one file, not the program."""

from __future__ import annotations

import gc
import json
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from medapp.errors import MedappError
from medapp.imaging.limits import ReadLimits
from medapp.processes import Message, ParentPipes

if TYPE_CHECKING:
    from medapp.imaging.opening import Loader

COLLECT_AFTER = 50_000
KEPT_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(128 * 2**20),
    "MALLOC_TOP_PAD_": str(16 * 2**20),
}
"""Settings of glibc, unknown elsewhere."""


def main(arguments: Sequence[str]) -> int:
    """Answer requests on standard input until it closes; `arguments` hold the limits as JSON."""
    limits = ReadLimits(**json.loads(arguments[0])) if arguments else ReadLimits()
    warnings.simplefilter("ignore")  # pydicom's warnings quote values of patients
    _limit_memory(limits.memory_bytes)
    _quieten_pydicom()
    pipes = ParentPipes(role="reader")
    from medapp.imaging.opening import Loader

    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)  # a data set makes thousands of objects that live for one answer
    with closing(Loader(limits)) as loader:
        while (message := pipes.receive()) is not None:
            _answer(pipes, message, limits, loader)
    return 0


def _limit_memory(limit: int) -> None:
    """Cap the address space where the system can (Linux); elsewhere the time limit has to do."""
    if not limit or not sys.platform.startswith("linux"):
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _quieten_pydicom() -> None:
    import logging

    import pydicom.config

    logging.disable(logging.CRITICAL)
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


def _answer(pipes: ParentPipes, message: Message, limits: ReadLimits, loader: Loader) -> None:
    request = message.header
    if request["do"] == "headers":
        for source in request["sources"]:
            pipes.send({"found": _found(source, limits)})
        return
    header, arrays = _guarded(request, loader, limits)
    pipes.send(header, arrays)


def _found(source: str, limits: ReadLimits) -> list[Any]:
    from medapp.errors import Problem
    from medapp.imaging.found_rows import to_row
    from medapp.imaging.opening import find

    try:
        return to_row(find(source, limits))
    except BaseException as error:  # noqa: BLE001 - native code can raise what is no Exception
        return to_row(Problem.from_error(source, error))


def _guarded(request: dict[str, Any], loader: Loader, limits: ReadLimits) -> tuple[dict[str, Any], dict[str, Any]]:
    from medapp.imaging.archive import members
    from medapp.imaging.directory import listed_files
    from medapp.imaging.header_listing import list_header
    from medapp.imaging.wire import to_message

    try:
        if request["do"] == "members":
            return {"members": members(request["source"])}, {}
        if request["do"] == "listed":
            return {"members": listed_files(request["source"], limits)}, {}
        if request["do"] == "listing":
            return {"rows": list_header(request["source"], request["place"], limits)}, {}
        document, arrays = to_message(_value(request, loader, limits))
    except MedappError as error:
        return {"failed": error.code, "params": error.params}, {}
    except MemoryError:
        return {"failed": "reader.memory", "params": {}}, {}
    except BaseException as error:  # noqa: BLE001 - native code can raise what is no Exception
        return {"failed": "unexpected", "params": {"kind": type(error).__name__}}, {}
    return {"value": document}, arrays


def _value(request: dict[str, Any], loader: Loader, limits: ReadLimits) -> Any:  # noqa: ANN401 - a frozen dataclass
    """Return what is asked for of one source."""
    if request["do"] == "presentation":
        from medapp.imaging.presentation_state import read_presentation

        return read_presentation(request["source"], limits)
    if request["do"] == "segmentation":
        from medapp.imaging.segmentation_object import load_segmentation

        return load_segmentation(request["source"], limits)
    if request["do"] == "source_header":
        from medapp.imaging.source_header import read_source_header

        return read_source_header(request["source"], limits)
    return loader.load(request["source"], request["index"])


def environment() -> dict[str, str]:
    """Return what a reader's environment needs.

    One thread for each library, so that a pool does not fight itself; and on Linux memory that is used again
    for the next frame instead of being asked for anew: that alone saves a tenth of a JPEG 2000 frame's time.
    """
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**{name: "1" for name in names if os.environ.get(name) != "1"}, **KEPT_MEMORY}
