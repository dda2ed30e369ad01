"""``medapp models watch`` and ``watched``: let a model classify silently, and see what it would have said."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.cli.progress import run_shown
from medapp.folders import user_folders
from medapp.i18n import tr
from medapp.imaging.readers import Readers
from medapp.storage.watched import Watched
from medapp.training import argument_types
from medapp.workflows.watching import STUDIES, Summary, Watching, watch_paths


def add_arguments(watch: argparse.ArgumentParser, watched: argparse.ArgumentParser) -> None:
    """Declare the arguments of both commands."""
    watch.add_argument("name", metavar="ID", help=tr("cli.models.name"))
    watch.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=tr("cli.watch.paths"))
    watch.add_argument("--studies", type=argument_types.whole_number, default=STUDIES, help=tr("cli.watch.studies"))
    watch.add_argument("--end", action="store_true", help=tr("cli.watch.end"))
    watched.add_argument("name", nargs="?", metavar="ID", help=tr("cli.models.name"))


def watch(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Let a model watch, also over some paths at once, or end its watch."""
    package = registry.end_watch(args.name) if args.end else registry.watch(args.name, args.studies)
    if args.end or not args.paths:
        key = "cli.watch.ended" if args.end else "cli.watch.begun"
        return _answer(registry, package, tr(key, name=package.metadata.name, studies=args.studies))
    with Engine(EngineConfig(background=True)) as engine, _watching(registry, engine) as watching, Readers() as readers:
        failed = run_shown(watch_paths(args.paths, watching, readers))
        summary = watching.summary(package)
    text = _as_text([summary]) + (f"\n{tr('cli.watch.unread', n=failed)}" if failed else "")
    return {"watched": [summary.to_json()]}, text


def watched(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Tell what the models that watch would have said, or what one model said."""
    with _watching(registry) as watching:
        found = [watching.summary(registry.get(args.name))] if args.name else list(watching.summaries())
    return {"watched": [summary.to_json() for summary in found]}, _as_text(found)


def forget(package: Package) -> None:
    """Forget what a model said while it watched; it is gone from this station."""
    with Watched(user_folders().watched) as kept:
        kept.forget(package.manifest_hash)


@contextmanager
def _watching(registry: Registry, engine: Engine | None = None) -> Iterator[Watching]:
    with Watched(user_folders().watched) as kept:
        yield Watching(registry, engine or Engine(EngineConfig()), kept)


def _answer(registry: Registry, package: Package, text: str) -> tuple[dict[str, Any], str]:
    with _watching(registry) as watching:
        return {"watched": [watching.summary(package).to_json()]}, text


def _as_text(summaries: list[Summary]) -> str:
    if not summaries:
        return tr("cli.watch.none")
    parts = [[tr("cli.watch.model", name=one.package.metadata.name), *one.sentences()] for one in summaries]
    lines = [line for part in parts for line in (*part, "")]
    return "\n".join([*lines, tr("research_use")])
