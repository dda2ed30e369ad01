"""The press: the process that makes DICOM objects and pages, so that their libraries never hold the window up."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.prediction import Prediction
from medapp.errors import MedappError
from medapp.imaging.source_header import SourceHeader
from medapp.imaging.wire import from_json
from medapp.interop.dicom_file import file_bytes
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.key_object import key_object
from medapp.interop.outcome import Format, ModelFacts, Outcome, StackFacts
from medapp.interop.page import page
from medapp.interop.picture import Picture
from medapp.interop.secondary_capture import secondary_capture
from medapp.interop.structured_report import structured_report
from medapp.processes import Message, ParentPipes


def main(arguments: Sequence[str]) -> int:
    """Answer requests on standard input until it closes; the results of one press share their series."""
    assert not arguments, "a press takes no arguments"
    warnings.simplefilter("ignore")  # libraries' warnings quote names of patients
    logging.disable(logging.CRITICAL)
    pipes = ParentPipes(role="press")
    series = SeriesOfRun()
    while (message := pipes.receive()) is not None:
        pipes.send(*_answer(message, series))
    return 0


def _answer(message: Message, series: SeriesOfRun) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    try:
        data = made(message, series)
    except MedappError as error:
        return {"failed": error.code, "params": error.params}, {}
    except Exception as error:  # noqa: BLE001 - what a library raises over one image costs one form of it
        return {"failed": "unexpected", "params": {"kind": type(error).__name__}}, {}
    return {}, {"file": np.frombuffer(data, np.uint8)}


def made(message: Message, series: SeriesOfRun) -> bytes:
    """Return the file that a request asks for; raises what the maker of its form does."""
    request = message.header
    if request["form"] == "ko":
        images = [(from_json(SourceHeader, row["header"]), row["frame_number"]) for row in request["images"]]
        return file_bytes(key_object(images, series))
    outcome = _outcome(request["outcome"])
    form: Format = request["form"]
    if form == "sr":
        return file_bytes(structured_report(outcome, series))
    picture = Picture(message.arrays["picture"], has_contour=request["has_contour"])
    if form == "sc":
        return file_bytes(secondary_capture(outcome, picture, series))
    return page(outcome, picture, with_identity=request["with_identity"])


def _outcome(document: dict[str, Any]) -> Outcome:
    header, stack = document["header"], document["stack"]
    return Outcome(
        document["number"],
        document["source"],
        document["frame_number"],
        Prediction.from_json(document["prediction"]),
        from_json(ModelFacts, document["model"]),
        from_json(SourceHeader, header) if header is not None else None,
        stack=from_json(StackFacts, stack) if stack is not None else None,
    )
