"""``medapp render``: one image as PNG or TIFF, its own pixels or at a size (docs/render.md)."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from medapp.cli.render_arguments import add_arguments, contradiction
from medapp.cli.render_choices import extent_of, look_of, state_of
from medapp.display.export import Export, Format, grey_of_16_bits
from medapp.display.look import picture_of
from medapp.errors import MedappError
from medapp.files import write_bytes
from medapp.i18n import tr
from medapp.imaging.readers import Readers

__all__ = ["add_arguments", "run"]

_FORMATS: dict[str, Format] = {"": "PNG", ".png": "PNG", ".tif": "TIFF", ".tiff": "TIFF"}


def run(args: argparse.Namespace) -> int:
    """Render the image that `args` name."""
    problem = contradiction(args)
    if problem is not None:
        print(tr("cli.render.usage", reason=tr(problem)), file=sys.stderr)
        return 2
    kind = _format(args.output)
    with Readers() as readers:
        export = _exported(args, readers)
    content = io.BytesIO()
    export.save(content, kind)
    _write(args.output, content.getvalue())
    return 0


def _format(output: Path) -> Format:
    """Return the format that the output's ending names; refuse others, and a folder that is not there."""
    kind = _FORMATS.get(output.suffix.lower())
    if kind is None:
        raise MedappError("render.format", suffix=output.suffix)
    if not output.absolute().parent.is_dir():
        raise MedappError("render.no_folder", folder=str(output.parent))
    return kind


def _exported(args: argparse.Namespace, readers: Readers) -> Export:
    frame = readers.frame(args.file, args.frame - 1)
    if args.bits == 16:
        return grey_of_16_bits(frame, extent_of(None, args))
    state = state_of(frame, args, readers) if args.presentation_state else None
    for key in state.not_applied if state is not None else ():
        print(tr("cli.render.not_applied", what=tr(f"presentation.not_applied.{key}")), file=sys.stderr)
    shown = frame if state is None else state.frame
    look = look_of(shown, state, args, readers)
    return Export(picture_of(shown, look, extent_of(state, args)))


def _write(output: Path, content: bytes) -> None:
    try:
        write_bytes(output, content)
    except OSError as error:
        raise MedappError("render.cannot_write", reason=error.strerror or type(error).__name__) from error
