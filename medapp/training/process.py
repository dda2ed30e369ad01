"""The process ``medapp train``: command line, priority, events; the teaching itself is in `course`."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from medapp.classify.registry import Registry
from medapp.errors import MedappError, Problem
from medapp.folders import user_folders
from medapp.i18n import tell, tr
from medapp.imaging.readers import Readers
from medapp.processes import lower_priority
from medapp.training.arguments import parse, request_of
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.tables.arguments import matched_cases
from medapp.training.cases.tables.stored import FILE_NAME, write_folder
from medapp.training.checking.remedies import REMEDIES_FILE, read_remedies, write_remedies
from medapp.training.estimate import estimate, in_words
from medapp.training.intake import refuse_alarm
from medapp.training.learning.loading import Loading
from medapp.training.learning.narration import Narrator, StoppedEarlyError
from medapp.training.reporting.report_page.writing import write_run_page
from medapp.training.runs.events import Control, EventLog
from medapp.training.runs.heartbeat import Heartbeat
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run_folder import finished_event, found_run, new_run, resumed_request, write_request
from medapp.training.starting_model import check_wanted

ANSWERED, NOTHING_ANSWERED = 0, 3

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Train a model on a folder of labelled cases, or go on with a training, and return the exit status."""
    logging.basicConfig(level=os.environ.get("MEDAPP_LOG", "ERROR"), format="%(levelname)s %(name)s: %(message)s")
    try:
        args = parse(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    if args.estimate:
        return _estimate(args)
    with ExitStack() as stack:
        try:
            matched = None if args.resume else matched_cases(args)
            folder = found_run(args.resume) if args.resume else new_run(args.output)
            if args.resume and (ended := finished_event(folder)):
                return _answer(args, ended)
            heartbeat = stack.enter_context(closing(_held(folder)))
            request = resumed_request(folder) if args.resume else _request(args, matched, folder)
            if not args.resume:
                write_request(folder, request)
            events = stack.enter_context(closing(_open_events(folder, args.json)))
        except MedappError as error:
            print(tell(error), file=sys.stderr)
            return NOTHING_ANSWERED
        lower_priority()
        loading = Loading()
        control = stack.enter_context(Control(folder, lambda: _tell_stopping(events, loading), heartbeat.beat))
        signal.signal(signal.SIGINT, lambda *_: loading.interrupted(control))
        return _teach(args, request, folder, Narrator(events, control), loading)


def _request(args: argparse.Namespace, matched: CaseFolder | None, folder: Path) -> RunRequest:
    """Return what is asked for; the cases of a table that was matched are kept in `folder`, and taken from there."""
    request = _with_own_remedies(request_of(args), folder)
    if matched is None:
        return request
    write_folder(folder / FILE_NAME, matched)
    return replace(request, cases=str(folder / FILE_NAME))


def _with_own_remedies(request: RunRequest, folder: Path) -> RunRequest:
    """Keep what was decided in `folder`: who goes on with the run later goes on with the same."""
    if not request.remedies:
        return request
    taken = read_remedies(Path(request.remedies))
    try:
        write_remedies(folder / REMEDIES_FILE, taken)
    except OSError as error:
        raise MedappError("train.output", folder=folder.name, reason=error.strerror or "") from error
    return replace(request, remedies=str(folder / REMEDIES_FILE))


def _estimate(args: argparse.Namespace) -> int:
    """Print how long each effort would take; nothing is trained."""
    try:
        with TemporaryDirectory() as folder:
            told = estimate(_request(args, matched_cases(args), Path(folder)))
    except MedappError as error:
        print(tell(error), file=sys.stderr)
        return NOTHING_ANSWERED
    print(json.dumps(told, ensure_ascii=False) if args.json else in_words(told))
    return ANSWERED


def _held(folder: Path) -> Heartbeat:
    try:
        return Heartbeat(folder)
    except OSError as error:
        raise MedappError("train.output", folder=folder.name, reason=error.strerror or "") from error


def _open_events(folder: Path, echo: bool) -> EventLog:
    try:
        return EventLog(folder, _print_line if echo else None)
    except OSError as error:
        raise MedappError("train.output", folder=folder.name, reason=error.strerror or "") from error


def _print_line(line: str) -> None:
    """Print an event; who listens no longer does not end the training."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_stopping(events: EventLog, loading: Loading) -> None:
    events.write("note", code="train.note.stopping", text=tr("train.note.stopping"))
    loading.stop()


def _teach(
    args: argparse.Namespace, request: RunRequest, folder: Path, narrator: Narrator, loading: Loading | None = None
) -> int:
    """Teach, and turn every end into an event, a sentence and an exit status."""
    start = time.monotonic()
    narrator.tell("started", effort=request.effort, seed=request.seed, pid=os.getpid())
    try:
        with loading or Loading():
            # a wrong folder or name is told before torch is loaded
            refuse_alarm(list_cases(Path(request.cases), request.uncertain), request.alarm)
            check_wanted(request.base, request.architecture, Registry(user_folders()))
            from medapp.training.course import teach

        finished = teach(request, folder, narrator, start)
    except StoppedEarlyError as end:
        if narrator.run_is_gone:
            return _failed(narrator, MedappError("train.run_gone", folder=folder.name))
        stopped = MedappError(end.code)
        narrator.tell("stopped", code=stopped.code, reason=tell(stopped))
        print(tell(stopped), file=sys.stderr)
        return NOTHING_ANSWERED
    except MedappError as error:
        return _failed(narrator, error)
    except Exception as error:
        log.debug("unexpected", exc_info=True)
        return _failed(narrator, _told(error))
    page = None if request.without_page else _page(request, folder, narrator)
    narrator.tell("finished", **finished)
    if not args.json:
        _say(finished)
        if page is not None:
            print(tr("train.report", page=page))
    return ANSWERED


def _page(request: RunRequest, folder: Path, narrator: Narrator) -> Path | None:
    """Write the report's page. Whatever hinders it takes nothing from the model, which is whole by now."""
    try:
        if request.without_pictures:
            return write_run_page(folder)
        with Readers() as readers:
            return write_run_page(folder, readers=readers)
    except Exception as error:
        log.debug("no page", exc_info=True)
        narrator.note("train.note.no_page", reason=tell(Problem.from_error("", error)))
        return None


def _answer(args: argparse.Namespace, finished: Mapping[str, Any]) -> int:
    """Tell the end of a run that has finished already."""
    if args.json:
        print(json.dumps(finished, ensure_ascii=False))
    else:
        _say(finished)
    return ANSWERED


def _say(finished: Mapping[str, Any]) -> None:
    sealed = finished["report"]["sealed"]
    print(sealed["in_people"] if sealed else tr("check.proves.nothing"))
    print(tr("train.finished", package=finished["package"]))


def _told(error: Exception) -> MedappError:
    """Turn what nobody expected into a sentence."""
    if isinstance(error, MemoryError) or "out of memory" in str(error):
        return MedappError("train.memory")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return MedappError("train.disk_full")
    if isinstance(error, OSError):
        return MedappError("train.write", reason=error.strerror or type(error).__name__)
    return MedappError("unexpected", kind=type(error).__name__)


def _failed(narrator: Narrator, error: MedappError) -> int:
    narrator.tell("failed", code=error.code, reason=tell(error))
    print(tell(error), file=sys.stderr)
    return NOTHING_ANSWERED
