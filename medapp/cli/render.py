"""``medapp render``: one image as PNG, its own pixels or at a size."""

from __future__ import annotations

import argparse
import io
import re
import sys
from pathlib import Path

from medapp.display.export import grey_of_16_bits, picture_of
from medapp.errors import MedappError
from medapp.files import write_bytes
from medapp.i18n import tr
from medapp.imaging.automatic_window import automatic_window
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.study import Window
from medapp.imaging.voi import Voi, default_voi, presets_for, windows_of

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WINDOW = re.compile(rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*")
_SIZE = re.compile(r"(\d{1,5})[x×](\d{1,5})")
_LARGEST_SIDE = 16384


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    # a value such as -600,1500 is a window, not an option
    parser._negative_number_matcher = re.compile(r"^-\.?\d")
    parser.add_argument("file", metavar="FILE", help=tr("cli.render.file"))
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT.png", help=tr("cli.render.output"))
    parser.add_argument("--frame", type=_counted, default=1, metavar="N", help=tr("cli.render.frame"))
    voi = parser.add_mutually_exclusive_group()
    voi.add_argument("--window", type=_window, metavar="C,W", help=tr("cli.render.window"))
    voi.add_argument("--preset", metavar="NAME", help=tr("cli.render.preset"))
    voi.add_argument("--voi", type=_counted, metavar="N", help=tr("cli.render.voi"))
    voi.add_argument("--auto", action="store_true", help=tr("cli.render.auto"))
    parser.add_argument("--size", type=_size, metavar="WxH", help=tr("cli.render.size"))
    parser.add_argument("--no-overlays", action="store_true", help=tr("cli.render.no_overlays"))
    parser.add_argument("--bits", type=int, choices=(8, 16), default=8, help=tr("cli.render.bits"))


def _counted(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(tr("cli.render.from_one"))
    return number


def _window(text: str) -> Window:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(tr("cli.render.bad_window"))
    center, width = float(match[1]), float(match[2])
    if width < 1:
        raise argparse.ArgumentTypeError(tr("cli.render.bad_width"))
    return Window(center, width)


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text.lower())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (min(size) >= 1 and max(size) <= _LARGEST_SIDE):
        raise argparse.ArgumentTypeError(tr("cli.render.bad_size", most=_LARGEST_SIDE))
    return size


def run(args: argparse.Namespace) -> int:
    """Render the image that `args` name."""
    if args.bits == 16 and (args.window or args.preset or args.voi or args.auto):
        print(tr("cli.render.no_window_in_16"), file=sys.stderr)
        return 2
    with Readers() as readers:
        frame = readers.frame(args.file, args.frame - 1)
    overlays = not args.no_overlays
    if args.bits == 16:
        png = grey_of_16_bits(frame, args.size)
    else:
        png = picture_of(frame, chosen_voi(frame, args), args.size, overlays=overlays)
    content = io.BytesIO()
    png.save(content)
    try:
        write_bytes(args.output, content.getvalue())
    except OSError as error:
        raise MedappError("render.cannot_write", reason=error.strerror or type(error).__name__) from error
    return 0


def chosen_voi(frame: Frame, args: argparse.Namespace) -> Voi | None:
    """Return the window or table that the arguments choose; None for colour, which has none by default."""
    if args.window:
        window: Window = args.window
        return window
    if args.preset:
        return _preset(frame, args.preset)
    if args.voi:
        offered: tuple[Voi, ...] = (*windows_of(frame), *frame.voi_luts)
        if args.voi > len(offered):
            raise MedappError("render.no_voi", number=args.voi, count=len(offered))
        chosen: Voi = offered[args.voi - 1]
        return chosen
    if args.auto and not frame.is_colour:
        return automatic_window(frame)
    return default_voi(frame)


def _preset(frame: Frame, name: str) -> Window:
    wanted = re.sub(r"[\s_-]+", "_", name.strip().casefold())
    presets = presets_for(frame.modality)
    for window in presets:
        if window.name == wanted:
            return window
    names = ", ".join(window.name for window in presets) or "–"
    raise MedappError("render.no_preset", name=name, modality=frame.modality, names=names)
