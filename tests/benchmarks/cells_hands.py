"""What a person does with several cells of the real window, timed."""

from __future__ import annotations

import time

from medapp.ui.cell_changes import all_cells
from medapp.ui.cell_state import Place
from medapp.ui.state import all_keys
from tests.benchmarks.measure import seconds_of
from tests.benchmarks.window import Bench, Measured

CELLS = 4


def linked(bench: Bench) -> Measured:
    """The wheel in the first of four linked cells, each with a stack of its own: not decoded yet, then in memory."""
    bench.open()
    bench.window.layout_door.cells.lay_out(2, 2)
    for number, key in enumerate(all_keys(bench.session.state.scan)[:CELLS]):
        bench.window.layout_door.cells.show_in(number, key)
    bench.window.layout_door.cells.activate(0)
    bench.window.layout_door.cells.toggle_link("scroll")
    bench.window.pictures.go_to(0)
    bench.live_until(lambda: all_shown(bench))
    bench.settle()
    series = bench.session.state.series
    assert series is not None
    bench.session.services.cache.forget()
    steps = series.frames - 1
    cold = seconds_of(lambda: [turn(bench, 1) for _ in range(steps)])
    bench.settle()
    warm = [seconds_of(lambda: turn(bench, -1)) for _ in range(steps)]
    places = [cell.place.index for cell in all_cells(bench.session.state) if cell.place is not None]
    return {"cold": cold / steps, "warm": warm, "places": places}


def turn(bench: Bench, steps: int) -> None:
    """Turn the wheel, and wait until all cells show where they are and have drawn it."""
    bench.wheel(steps)
    bench.live_until(lambda: all_shown(bench))


def all_shown(bench: Bench) -> bool:
    cells = all_cells(bench.session.state)
    return all(cell.picture is not None and cell.picture.place == cell.place for cell in cells)


def studies(bench: Bench) -> Measured:
    """From one study to the next and back by the command, from the moment when nothing is being decoded."""
    bench.open()
    keys = all_keys(bench.session.state.scan)
    bench.window.pictures.show(Place(keys[0], 0))
    seconds = []
    for command in ("study_next", "study_previous") * 3:
        bench.live_until(lambda: all_shown(bench))
        bench.settle()
        start = time.perf_counter()
        before = bench.session.state.place
        bench.window.actions_made[command].trigger()
        bench.live_until(lambda before=before: all_shown(bench) and bench.session.state.place != before)  # type: ignore[misc]
        bench.viewer.repaint()
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds}
