"""The options of ``medapp render``: what they look like, and which of them contradict each other."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import get_args

from medapp.display.look import LARGEST_SIDE, Region
from medapp.display.placing import Interpolation
from medapp.display.viewport import ZOOM_LEAST, ZOOM_MOST
from medapp.i18n import tr

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*")
_SIZE = re.compile(r"(\d{1,5})[x×](\d{1,5})")
_REGION = re.compile(r"\s*([-+]?\d{1,6})\s*,\s*([-+]?\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*")
_GREY_ONLY = ("window", "preset", "voi", "auto", "series_auto", "invert", "presentation_state", "segmentation")
FUNCTIONS = ("linear", "linear_exact", "sigmoid")
TURNS = ("0", "90", "180", "270")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    # a value such as -600,1500 is a window, not an option
    parser._negative_number_matcher = re.compile(r"^-\.?\d")
    parser.add_argument("file", metavar="FILE", help=tr("cli.render.file"))
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT.png", help=tr("cli.render.output"))
    parser.add_argument("--frame", type=_counted, default=1, metavar="N", help=tr("cli.render.frame"))
    _add_grey(parser)
    _add_place(parser)
    parser.add_argument("--bits", type=int, choices=(8, 16), default=8, help=tr("cli.render.bits"))
    parser.add_argument("--presentation-state", metavar="GSPS", help=tr("cli.render.presentation_state"))
    parser.add_argument("--segmentation", metavar="SEG", help=tr("cli.render.segmentation"))
    parser.add_argument("--no-overlays", action="store_true", help=tr("cli.render.no_overlays"))
    parser.add_argument("--no-shutters", action="store_true", help=tr("cli.render.no_shutters"))


def _add_grey(parser: argparse.ArgumentParser) -> None:
    voi = parser.add_mutually_exclusive_group()
    voi.add_argument("--window", type=_pair, metavar="C,W", help=tr("cli.render.window"))
    voi.add_argument("--preset", metavar="NAME", help=tr("cli.render.preset"))
    voi.add_argument("--voi", type=_counted, metavar="N", help=tr("cli.render.voi"))
    voi.add_argument("--auto", action="store_true", help=tr("cli.render.auto"))
    voi.add_argument("--series-auto", action="store_true", help=tr("cli.render.series_auto"))
    parser.add_argument("--function", type=_function, choices=FUNCTIONS, help=tr("cli.render.function"))
    parser.add_argument("--invert", action="store_true", help=tr("cli.render.invert"))


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rotate", choices=TURNS, default="0", help=tr("cli.render.rotate"))
    parser.add_argument("--flip", choices=("horizontal", "vertical"), help=tr("cli.render.flip"))
    parser.add_argument("--region", type=_region, metavar="X,Y,W,H", help=tr("cli.render.region"))
    parser.add_argument("--size", type=_size, metavar="WxH", help=tr("cli.render.size"))
    parser.add_argument("--zoom", type=_zoom, metavar="Z", help=tr("cli.render.zoom"))
    parser.add_argument("--centre", "--center", type=_pair, metavar="X,Y", help=tr("cli.render.centre"))
    parser.add_argument("--interpolation", choices=get_args(Interpolation), help=tr("cli.render.interpolation"))


def _counted(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(tr("cli.render.from_one"))
    return number


def _pair(text: str) -> tuple[float, float]:
    match = _PAIR.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(tr("cli.render.bad_pair"))
    return float(match[1]), float(match[2])


def _function(text: str) -> str:
    return text.strip().lower().replace("-", "_")


def _zoom(text: str) -> float:
    try:
        zoom = float(text)
    except ValueError:
        zoom = 0.0
    if not ZOOM_LEAST <= zoom <= ZOOM_MOST:
        raise argparse.ArgumentTypeError(tr("cli.render.bad_zoom", least=ZOOM_LEAST, most=ZOOM_MOST))
    return zoom


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text.lower())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (min(size) >= 1 and max(size) <= LARGEST_SIDE):
        raise argparse.ArgumentTypeError(tr("cli.render.bad_size", most=LARGEST_SIDE))
    return size


def _region(text: str) -> Region:
    match = _REGION.fullmatch(text)
    x, y, width, height = (int(part) for part in match.groups()) if match else (0, 0, 0, 0)
    if not (min(width, height) >= 1 and max(width, height) <= LARGEST_SIDE):
        raise argparse.ArgumentTypeError(tr("cli.render.bad_region", most=LARGEST_SIDE))
    return Region(x, y, width, height)


def contradiction(args: argparse.Namespace) -> str | None:
    """Return the message key of what contradicts itself in the arguments, or None."""
    resampled = args.size is not None or args.zoom is not None
    least = 1 if args.function in {None, "linear"} else 0
    rules = (
        ("no_window_in_16", args.bits == 16 and any(getattr(args, name) for name in _GREY_ONLY)),
        ("function_needs_window", args.function is not None and args.window is None),
        ("bad_width", args.window is not None and (args.window[1] < least or args.window[1] <= 0)),
        ("bad_window", args.window is not None and max(map(abs, args.window)) > 1e30),
        ("centre_needs_size", args.centre is not None and (args.size is None or args.zoom is None)),
        ("region_or_zoom", args.region is not None and args.size is not None and args.zoom is not None),
        ("interpolation_needs_size", args.interpolation is not None and not resampled),
    )
    return next((f"cli.render.{name}" for name, broken in rules if broken), None)
