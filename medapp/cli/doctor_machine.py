"""What ``medapp doctor`` says about processor, memory, GPU and its driver. Never torch in this process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from medapp.classify.engine import EngineInfo
from medapp.cli.doctor_finding import Finding
from medapp.i18n import tr

LEAST_MEMORY_GB, LEAST_GPU_GB = 6.0, 2.0
DRIVER_FILE = Path("/proc/driver/nvidia/version")
_VERSION = re.compile(r"\b(\d{3}\.\d+(?:\.\d+)?)\b")
_SECONDS = 20


def processor() -> Finding:
    """Tell how many processors may be used, and how much memory there is."""
    cores, memory = os.cpu_count() or 1, _memory_gb()
    if memory is None:
        return Finding("memory", True, tr("doctor.memory_unknown", cores=cores), {"cores": cores, "memory_gb": None})
    little = memory < LEAST_MEMORY_GB
    details = {"cores": cores, "memory_gb": round(memory, 1)}
    text = tr("doctor.memory", cores=cores, gigabytes=f"{memory:.1f}")
    advice = tr("doctor.advice.memory", least=f"{LEAST_MEMORY_GB:g}") if little else ""
    return Finding("memory", not little, text, details, advice)


def gpus(info: EngineInfo) -> Iterator[Finding]:
    """Tell which GPUs compute, and where none does why, and what can be done."""
    found = info.machine.get("gpus", [])
    for number, gpu in enumerate(found):
        yield _gpu(number, gpu["name"], gpu["free"] / 1e9, gpu["memory"] / 1e9, info)
    if not found and "mps" in info.available:
        yield Finding("gpu", True, tr("doctor.gpu_apple"), {"driver": "", "cuda": None})
    elif not found:
        yield _no_gpu(info)


def onnx() -> Finding:
    """Tell whether networks can be written as ONNX files."""
    there = all(find_spec(name) is not None for name in ("onnx", "onnxruntime"))
    text, advice = ("doctor.onnx", "") if there else ("doctor.onnx_missing", tr("doctor.advice.onnx"))
    return Finding("onnx", True, tr(text), {"installed": there}, advice)


def _gpu(number: int, name: str, free: float, whole: float, info: EngineInfo) -> Finding:
    little = free < LEAST_GPU_GB
    text = tr("doctor.gpu", name=name, free=f"{free:.1f}", whole=f"{whole:.1f}", driver=nvidia_driver() or "?")
    details = {
        "name": name,
        "driver": nvidia_driver(),
        "cuda": info.machine.get("cuda"),
        "free_gb": round(free, 1),
        "memory_gb": round(whole, 1),
    }
    return Finding(f"gpu {number}", not little, text, details, tr("doctor.advice.gpu_memory") if little else "")


def _no_gpu(info: EngineInfo) -> Finding:
    driver, cuda = nvidia_driver(), info.machine.get("cuda")
    details = {"driver": driver, "cuda": cuda}
    if not driver:
        return Finding("gpu", True, tr("doctor.gpu_none"), details, tr("doctor.advice.gpu_none"))
    reason = "old_driver" if cuda else "no_cuda"
    text = tr(f"doctor.gpu_{reason}", driver=driver, cuda=cuda)
    return Finding("gpu", False, text, details, tr(f"doctor.advice.gpu_{reason}", cuda=cuda))


def nvidia_driver() -> str:
    """Return the version of the NVIDIA driver that is loaded; empty where there is none."""
    said = ""
    with suppress(OSError, ValueError):
        said = DRIVER_FILE.read_text(encoding="utf-8", errors="replace")
    command = None if said else shutil.which("nvidia-smi")
    if command is not None:
        with suppress(OSError, subprocess.SubprocessError):
            query = [command, "--query-gpu=driver_version", "--format=csv,noheader"]
            said = subprocess.run(query, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    found = _VERSION.search(said)
    return found[1] if found else ""


def _memory_gb() -> float | None:
    with suppress(AttributeError, ValueError, OSError):  # not known on Windows
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return None
