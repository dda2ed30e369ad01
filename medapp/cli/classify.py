"""``medapp classify``: what a model says about files and folders."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from medapp.classify.archive import is_there, opened
from medapp.classify.engine import DEVICES, Engine, EngineConfig
from medapp.classify.explanation import Explanation
from medapp.classify.package import Package
from medapp.classify.reasons import reason_of
from medapp.classify.registry import Registry
from medapp.cli import explanations, report_files, stacks
from medapp.cli.heat_map_files import HeatMapFiles
from medapp.cli.main import ANSWERED, NOTHING_ANSWERED, USAGE
from medapp.cli.progress import run_shown
from medapp.errors import MedappError
from medapp.folders import Folders, user_folders
from medapp.i18n import bracketed, listed, percent_text, tell, tr
from medapp.imaging.readers import Readers
from medapp.storage.results import Results
from medapp.workflows.explaining import explain_answers
from medapp.workflows.folder_reading import Answer, Answers, classify_paths
from medapp.workflows.reading import Reading
from medapp.workflows.sending import Sent, prepared_folder, send_on
from medapp.workflows.stack_summaries import StackSummary, summaries_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp classify``."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=tr("cli.classify.paths"))
    parser.add_argument("--model", metavar="ID", help=tr("cli.classify.model"))
    parser.add_argument("--device", choices=DEVICES, default="auto", help=tr("cli.classify.device"))
    parser.add_argument("--heatmaps", type=Path, metavar="DIR", help=tr("cli.classify.heatmaps"))
    explanations.add_explain_argument(parser)
    report_files.add_report_arguments(parser)
    parser.add_argument("--json", action="store_true", help=tr("cli.classify.json"))


def run(args: argparse.Namespace) -> int:
    """Classify, write the heat maps and the report, print the answer."""
    wanted = report_files.wanted_of(args)
    if wanted is None and (args.formats or args.with_identity):
        print(tr("cli.classify.without_report"), file=sys.stderr)
        return USAGE
    folders = user_folders()
    registry = Registry(folders)
    with (
        _chosen(args.model, registry, folders) as package,
        Readers() as readers,
        Engine(EngineConfig(device=args.device)) as engine,
        Results(folders.results) as results,
    ):
        if results.set_aside is not None:
            print(tell(results.set_aside), file=sys.stderr)
        maps = HeatMapFiles(args.heatmaps) if args.heatmaps else None
        folder = prepared_folder(args.report) if wanted is not None else None
        reading = Reading(registry, engine, results, package=package)
        heat_map = maps is not None or report_files.needs_heat_map(wanted)
        answers = run_shown(classify_paths(args.paths, reading, readers, heat_map=heat_map))
        explained: dict[int, Explanation] = {}
        if args.explain is not None:
            rows = answers.answers
            explained = run_shown(explain_answers(rows, reading.package_of, engine, readers, args.explain))
            answers = explanations.with_maps(answers, explained)
        files = maps.write(answers.answers, readers) if maps else {}
        found = summaries_of(answers, reading.aggregate_of)
        sent = None
        if wanted is not None and folder is not None and answers.answers:
            told = report_files.told_of(answers.answers)
            together = report_files.stacks_of(answers, found)
            sent = run_shown(send_on(told, reading.package_of, readers, folder, wanted, together))
    _print(answers, files, explained, found, sent, as_document=args.json)
    if sent is not None and not sent.files:
        print(tell(MedappError("send.nothing")), file=sys.stderr)
        return NOTHING_ANSWERED
    if answers.answers:
        return ANSWERED
    why = tell(answers.problems[0]) if answers.problems else tr("problem.classify.nothing")
    print(why, file=sys.stderr)
    return NOTHING_ANSWERED


def _print(
    answers: Answers,
    files: dict[int, Path],
    explained: dict[int, Explanation],
    found: Sequence[StackSummary],
    sent: Sent | None,
    *,
    as_document: bool,
) -> None:
    if as_document:
        document = as_json(answers, files, explained)
        document["stacks"] = [stacks.as_json(stack, answers) for stack in found]
        document["report"] = report_files.as_json(sent, answers.answers) if sent is not None else None
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return
    print(as_text(answers))
    if told := stacks.as_text(found, answers):
        print(told)
    if explained:
        print(explanations.as_text(answers, explained))
    if sent is not None:
        print(report_files.as_text(sent))


@contextmanager
def _chosen(model: str | None, registry: Registry, folders: Folders) -> Iterator[Package | None]:
    """Give the package that was asked for, by path or by id; None for the models in use."""
    if model is None:
        if not registry.in_use():
            raise MedappError("reading.no_package")
        yield None
    elif (package := _installed(model, registry)) is not None:
        yield _classifier(package)
    else:
        with opened(Path(model), folders.cache) as package:
            yield _classifier(package)


def _installed(model: str, registry: Registry) -> Package | None:
    """Return the installed package called `model`; None where that is a path instead: an id never looks like one."""
    try:
        return registry.get(model)
    except MedappError:
        if is_there(Path(model)):
            return None
        raise


def _classifier(package: Package) -> Package:
    if package.metadata.kind == "backbone":
        raise MedappError("engine.backbone", id=package.metadata.id)
    return package


def as_json(
    answers: Answers, heat_maps: dict[int, Path], explained: Mapping[int, Explanation] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the answer as the document that the schema ``classify`` describes."""
    results = [_result(answer, heat_maps.get(n), explained.get(n)) for n, answer in enumerate(answers.answers)]
    return {
        "schema_version": 1,
        "research_use": tr("research_use"),
        "results": results,
        "not_images": [{"path": found.path, "what": found.what} for found in answers.not_images],
        "problems": [{"path": p.path, "code": p.code, "reason": tell(p)} for p in answers.problems],
        "stacks": [],
    }


def _result(answer: Answer, heat_map: Path | None, explanation: Explanation | None) -> dict[str, Any]:
    prediction = answer.prediction
    return {
        "path": answer.path,
        "frame": answer.frame,
        "sop_instance_uid": answer.sop_instance_uid or None,
        "model": {"id": prediction.model.id, "version": prediction.model.version},
        "state": prediction.state,
        "label": prediction.label,
        "labels": list(prediction.given),
        "several": prediction.several,
        "probabilities": prediction.probabilities,
        "refused": prediction.refused,
        "reason": reason_of(prediction),
        "in_distribution": prediction.in_distribution,
        "alarm_class": prediction.alarm_class,
        "threshold": prediction.threshold,
        "unclear": list(prediction.unclear) if prediction.unclear else None,
        "thresholds": dict(prediction.thresholds),
        "calibrated": prediction.calibrated,
        "device": prediction.device,
        "seconds": round(prediction.seconds, 6),
        "note": tr(prediction.note) if prediction.note else None,
        "heat_map": str(heat_map) if heat_map else None,
        "outside_body": prediction.outside_body,
        "heat_map_of": prediction.explained if heat_map else None,
        "explanation": explanations.as_json(answer, explanation),
    }


def as_text(answers: Answers) -> str:
    """Return the answer as one line a frame."""
    lines = [_line(answer) for answer in answers.answers]
    lines += [tr("cli.classify.problem", path=problem.path, reason=tell(problem)) for problem in answers.problems]
    refused = sum(answer.prediction.refused is not None for answer in answers.answers)
    summary = tr(
        "cli.classify.summary",
        answered=len(answers.answers) - refused,
        refused=refused,
        problems=len(answers.problems),
        not_images=len(answers.not_images),
    )
    notes = {tr(answer.prediction.note) for answer in answers.answers if answer.prediction.note}
    if not all(answer.prediction.calibrated for answer in answers.answers):
        notes.add(tr("model.not_calibrated"))
    return "\n".join([*lines, "", *sorted(notes), summary, tr("research_use")])


def _line(answer: Answer) -> str:
    prediction = answer.prediction
    if prediction.probabilities is None:
        return tr("cli.classify.refused", path=answer.path, frame=answer.frame, reason=reason_of(prediction))
    shares = listed(f"{name} {percent_text(p)}" for name, p in prediction.probabilities.items())
    if prediction.state == "unclear":
        told = bracketed(reason_of(prediction) or "", shares)
        return tr("cli.classify.refused", path=answer.path, frame=answer.frame, reason=told)
    return tr(
        "cli.classify.answered",
        path=answer.path,
        frame=answer.frame,
        label=prediction.label or tr("cli.classify.no_label"),
        probabilities=shares,
        model=f"{prediction.model.id} {prediction.model.version}",
    )
