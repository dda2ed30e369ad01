"""What pictures cost on this machine: remembered from run to run, tried out where nothing is remembered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from medapp.files import read_json, write_json
from medapp.folders import user_folders
from medapp.training.learning.forecast import Rates

RATES_FILE = "training_rates.json"
READING_SECONDS, LEARNING_FACTOR = 0.005, 3.0
CORE_SECONDS = 0.03
"""A core's time for a pass of MobileNetV2 over a picture of 224 pixels."""
COSTS = {
    "small_cnn": 0.5,
    "textbook_cnn": 0.3,
    "mobilenet_v2": 1.0,
    "efficientnet_b0": 1.6,
    "resnet18": 2.2,
    "resnet50": 6.0,
    "densenet121": 5.5,
    "convnext_tiny": 6.5,
    "vit_b_16": 18.0,
}
"""Of a picture, against MobileNetV2."""
_SIDE, _NEW = 224, 0.5


def key_of(architecture: str, device: str, threads: int, size: int) -> str:
    """Return what the rates depend on."""
    return f"{architecture} {size} {device} {threads if device == 'cpu' else 0}"


def remembered(key: str) -> Rates | None:
    """Return the rates of earlier runs of this station; None where there are none."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        found = read_json(_path())["rates"][key]
        rates = Rates(*(float(found[name]) for name in ("reading", "looking", "learning", "fitting")))
        return rates if min(asdict(rates).values()) > 0 else None
    return None


def remember(key: str, rates: Rates) -> None:
    """Keep rates; a disk that refuses costs no more than an estimate.

    They are mixed with those known before, as factors: a run on a machine that was ten times as busy as usual does not
    make the next forecast five times too long.
    """
    before = remembered(key)
    if before is not None:
        mixed = {name: value ** (1 - _NEW) * asdict(rates)[name] ** _NEW for name, value in asdict(before).items()}
        rates = Rates(**mixed)
    with suppress(OSError, ValueError):
        _path().parent.mkdir(parents=True, exist_ok=True)
        write_json(_path(), {"schema_version": 1, "rates": {**_all(), key: asdict(rates)}})


def assumed(architecture: str, size: int, threads: int) -> Rates:
    """Return rates of a machine that nothing is known of but its cores."""
    looking = CORE_SECONDS * COSTS.get(architecture, 6.0) * (size / _SIDE) ** 2 / max(1, threads)
    return Rates(READING_SECONDS, looking, LEARNING_FACTOR * looking)


def rates_here(architecture: str, device: str, threads: int, size: int) -> tuple[Rates, str]:
    """Return the rates that are known without a trial, and what they rest on: "earlier" or "assumed"."""
    known = remembered(key_of(architecture, device, threads, size))
    return (known, "earlier") if known is not None else (assumed(architecture, size, threads), "assumed")


def _all() -> dict[str, Any]:
    with suppress(OSError, ValueError, TypeError, KeyError):
        return dict(read_json(_path())["rates"])
    return {}


def _path() -> Path:
    return user_folders().data / RATES_FILE
