"""``medapp doctor``: what this machine offers and what is missing, in plain words."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from medapp import __version__
from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.registry import Registry
from medapp.cli.doctor_finding import Finding
from medapp.cli.doctor_machine import gpus, onnx, processor
from medapp.cli.main import ANSWERED
from medapp.errors import MedappError
from medapp.folders import Folders, resource_path, user_folders
from medapp.i18n import listed, tell, tr

LIBRARIES = ("numpy", "opencv-python-headless", "pydicom", "imagecodecs", "PySide6-Essentials", "torch", "torchvision")
CODECS = {
    "JPEG8": "JPEG",
    "JPEGLS": "JPEG-LS",
    "JPEG2K": "JPEG 2000",
    "JPEGXL": "JPEG XL",
    "TIFF": "TIFF",
    "PNG": "PNG",
}
RESOURCES = ("translations/en/core.json", "icons", "presets/windows.json")
LOW_DISK_GB = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp doctor``."""
    parser.add_argument("--json", action="store_true", help=tr("cli.doctor.json"))


def run(args: argparse.Namespace) -> int:
    """Look at everything and print what was found; what is wrong is part of the answer."""
    folders = user_folders()
    findings = list(examine(folders))
    wrong = sum(not finding.well for finding in findings)
    if args.json:
        document = {"schema_version": 1, "well": not wrong, "findings": [finding.__dict__ for finding in findings]}
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return ANSWERED
    width = max(len(tr("cli.doctor.well")), len(tr("cli.doctor.wrong")))
    for finding in findings:
        print(f"{tr('cli.doctor.well' if finding.well else 'cli.doctor.wrong'):<{width}}  {finding.text}")
        if finding.advice:
            print(f"{'':<{width}}  → {finding.advice}")
    print()
    print(tr("cli.doctor.not_all_well", n=wrong) if wrong else tr("cli.doctor.all_well"))
    print(tr("research_use"))
    return ANSWERED


def examine(folders: Folders) -> Iterator[Finding]:
    """Look at the program, its folders, disk, resources, readers, codecs, models and engine, one after another."""
    system = f"{platform.system()} {platform.release()}"
    python = platform.python_version()
    about = {"version": __version__, "python": python, "system": system}
    yield Finding("program", True, tr("doctor.program", **about), about)
    yield from (_library(name) for name in LIBRARIES)
    for what in ("data", "cache", "config"):
        yield _folder(what, getattr(folders, what))
    yield processor()
    yield _disk("disk", folders.data)
    if not _on_one_disk(folders.data, folders.cache):
        yield _disk("disk of temporary files", folders.cache)
    yield _resources()
    yield _guarded("readers", "doctor.readers_failed", _readers)
    yield _guarded("codecs", "doctor.readers_failed", _codecs)
    yield from _models(Registry(folders))
    yield onnx()
    yield from _engine()


def _guarded(topic: str, failed: str, look: Callable[[], Finding]) -> Finding:
    """Turn a failure to look into a finding."""
    try:
        return look()
    except MedappError as error:
        reason = tell(error)
    except (ImportError, OSError) as error:
        reason = type(error).__name__
    return Finding(topic, False, tr(failed, reason=reason), advice=tr("doctor.advice.setup"))


def _library(name: str) -> Finding:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        # a frozen program carries the modules without their metadata
        module = name.replace("opencv-python-headless", "cv2").replace("-Essentials", "")
        there = find_spec(module) is not None
        text = tr("doctor.library", name=name, version="") if there else tr("doctor.library_missing", name=name)
        return Finding(f"library {name}", there, text.strip())
    return Finding(f"library {name}", True, tr("doctor.library", name=name, version=version), {"version": version})


def _folder(what: str, folder: Path) -> Finding:
    named = tr(f"doctor.folder.{what}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"medapp")
    except OSError:
        text = tr("doctor.folder_failed", what=named, path=folder)
        return Finding(f"folder {what}", False, text, {"path": str(folder)}, tr("doctor.advice.folder"))
    return Finding(f"folder {what}", True, tr("doctor.folder", what=named, path=folder), {"path": str(folder)})


def _disk(topic: str, folder: Path) -> Finding:
    folder = _there(folder)
    gigabytes = shutil.disk_usage(folder).free / 1e9
    enough = gigabytes >= LOW_DISK_GB
    told = {"gigabytes": f"{gigabytes:.1f}", "path": folder}
    text = tr("doctor.disk" if enough else "doctor.disk_low", **told)
    details = {"free_gb": round(gigabytes, 1), "path": str(folder)}
    return Finding(topic, enough, text, details, "" if enough else tr("doctor.advice.disk", least=f"{LOW_DISK_GB:g}"))


def _there(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _on_one_disk(first: Path, second: Path) -> bool:
    return _there(first).stat().st_dev == _there(second).stat().st_dev


def _resources() -> Finding:
    missing = [name for name in RESOURCES if not resource_path(*name.split("/")).exists()]
    text = tr("doctor.resources_missing", names=listed(missing)) if missing else tr("doctor.resources")
    return Finding("resources", not missing, text, {"missing": missing})


def _readers() -> Finding:
    from medapp.imaging.phantom import PhantomCase, write_png
    from medapp.imaging.readers import ReaderConfig, Readers

    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Readers(ReaderConfig(processes=1)) as readers,
    ):
        path = write_png(Path(folder) / "phantom.png", PhantomCase(seed=0, nodule=False, size=64))
        began = time.perf_counter()
        readers.frame(str(path))
        seconds = round(time.perf_counter() - began, 1)
    return Finding("readers", True, tr("doctor.readers", seconds=seconds), {"seconds": seconds})


def _codecs() -> Finding:
    import imagecodecs

    there = [name for attribute, name in CODECS.items() if getattr(imagecodecs, attribute).available]
    missing = [name for name in CODECS.values() if name not in there]
    key, names = ("doctor.codecs_missing", missing) if missing else ("doctor.codecs", there)
    return Finding("codecs", not missing, tr(key, names=listed(names)), {"available": there, "missing": missing})


def _models(registry: Registry) -> Iterator[Finding]:
    listing = registry.list()
    names = [f"{e.ref.id} {e.ref.version}" for e in listing.entries if e.active]
    count = len(listing.entries)
    text = tr("doctor.models", n=count, names=listed(names)) if names else tr("doctor.models_none")
    yield Finding("models", True, text, {"installed": count, "in_use": names})
    if listing.problems:
        text = tr("doctor.models_broken", n=len(listing.problems))
        yield Finding("broken models", False, text, advice=tr("doctor.advice.models"))


def _engine() -> Iterator[Finding]:
    """Start the process that computes, and tell what it runs on; what it finds is told once it could start."""
    try:
        with Engine(EngineConfig()) as engine:
            info = engine.describe()
    except MedappError as error:
        text = tr("doctor.engine_failed", reason=tell(error))
        yield Finding("engine", False, text, advice=tr("doctor.advice.engine"))
        return
    details = {**info.__dict__, "available": list(info.available)}
    yield Finding("engine", True, tr("doctor.engine", **{**details, "reason": tr(info.reason)}), details)
    yield from gpus(info)
