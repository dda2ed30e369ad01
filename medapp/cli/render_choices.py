"""From the options of ``medapp render`` to what the picture is made with: window, state, segments, extent."""

from __future__ import annotations

import argparse
import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from medapp.display.look import Extent, Look, Region
from medapp.display.presentation import Presented, presented
from medapp.display.segments import SegmentLayers, lies_over, segments_of
from medapp.display.viewport import Viewport
from medapp.errors import MedappError, Problem
from medapp.i18n import listed
from medapp.imaging.archive import split_source
from medapp.imaging.automatic_window import automatic_window, sampled, series_window
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Instance, Series, VoiFunction, Window
from medapp.imaging.voi import Voi, default_voi, presets_for, starts_inverted, windows_of

_FUNCTIONS: dict[str, VoiFunction] = {"linear": "LINEAR", "linear_exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
Result = TypeVar("Result")


def look_of(frame: Frame, state: Presented | None, args: argparse.Namespace, readers: Readers) -> Look:
    """Return what the arguments choose for a frame; with a state `frame` is the state's."""
    by_default = not (args.window or args.preset or args.voi or args.auto or args.series_auto)
    inverted = by_default and state is None and starts_inverted(frame)
    return Look(
        voi=chosen_voi(frame, args, readers),
        inverted=inverted != args.invert,
        overlays=not args.no_overlays,
        shutters=not args.no_shutters,
        segments=_segments(frame, args, readers) if args.segmentation else (),
        presented=state,
    )


def extent_of(state: Presented | None, args: argparse.Namespace) -> Extent:
    """Return the part of the frame that is exported: the state's turns and area first, the arguments' on top."""
    turned = Viewport()
    region = args.region
    if state is not None:
        turned = Viewport(quarter_turns=state.quarter_turns, flipped=state.flipped)
        region = region or _region_of(state)
    turned = turned.rotated(int(args.rotate) // 90)
    if args.flip == "horizontal":
        turned = turned.flipped_horizontally()
    elif args.flip == "vertical":
        turned = turned.flipped_vertically()
    return Extent(turned, region, args.size, args.zoom, args.centre, args.interpolation or "linear")


def _region_of(state: Presented) -> Region | None:
    edges = state.region
    if edges is None:
        return None
    left, top, right, bottom = (round(edge + 0.5) for edge in edges)
    return Region(left, top, max(1, right - left), max(1, bottom - top))


def state_of(frame: Frame, args: argparse.Namespace, readers: Readers) -> Presented:
    """Return the frame as the presentation state of the arguments wants it.

    Raises
    ------
    MedappError
        ``render.state_not_about`` where the state refers to other images.
    """
    state = readers.presentation(args.presentation_state)
    found = presented(frame, state, instance_of(args.file, readers).sop_instance_uid)
    if found is None:
        raise MedappError("render.state_not_about")
    return found


def instance_of(source: str, readers: Readers) -> Instance:
    """Return what the header of a source says."""
    (reply,) = readers.headers([source])  # to its end: closing it early costs the reader
    found = reply.found
    if isinstance(found, FoundImage):
        return found.instance
    if isinstance(found, Problem):
        raise MedappError(found.code, **found.params)
    raise MedappError("file.not_image")


def _segments(frame: Frame, args: argparse.Namespace, readers: Readers) -> tuple[SegmentLayers, ...]:
    segmentation, instance = readers.segmentation(args.segmentation), instance_of(args.file, readers)
    if not lies_over(segmentation, instance):
        raise MedappError("segmentation.elsewhere")
    return (segments_of(segmentation, instance, frame),)


def chosen_voi(frame: Frame, args: argparse.Namespace, readers: Readers) -> Voi | None:
    """Return the window or table that the arguments choose; None for colour, which has none by default."""
    if args.window:
        center, width = args.window
        return Window(center, width, _FUNCTIONS[args.function or "linear"])
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
    if args.series_auto and not frame.is_colour:
        return series_window(_frames_of_series(frame, args.file, readers))
    return default_voi(frame)


def _preset(frame: Frame, name: str) -> Window:
    wanted = re.sub(r"[\s_-]+", "_", name.strip().casefold())
    presets = presets_for(frame.modality)
    for window in presets:
        if window.name == wanted:
            return window
    names = listed(window.name for window in presets) or "–"
    raise MedappError("render.no_preset", name=name, modality=frame.modality, names=names)


def _frames_of_series(frame: Frame, source: str, readers: Readers) -> Sequence[Frame]:
    """Return some frames of the stack that a file belongs to, found among the files beside it; first its own."""
    series = _series_of(source, readers)
    places = [series.locate(index) for index in sampled(series.frames)] if series is not None else []
    others = [readers.frame(instance.source, index) for instance, index in places]
    return [frame, *(other for other in others if other.is_colour == frame.is_colour)]


def _series_of(source: str, readers: Readers) -> Series | None:
    path, member = split_source(source)
    beside = [path] if member is not None else sorted(p for p in path.parent.iterdir() if p.is_file())
    found = _finished(scan(beside, readers))
    every = (series for study in found.studies for series in study.series)
    same = {source, str(path)} if member is None else {source}
    return next((s for s in every if any(_same(i.source, same) for i in s.instances)), None)


def _same(source: str, names: set[str]) -> bool:
    return source in names or any("!/" not in name and Path(name) == Path(source) for name in names)


def _finished(job: Generator[Any, None, Result]) -> Result:
    """Run a job to its end and return what it made."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
