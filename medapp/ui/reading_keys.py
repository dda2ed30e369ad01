"""What the commands of the reading page do to the picture and the series of the active cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from medapp.ui.layout_door import LayoutDoor
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import Tool
from medapp.ui.viewing import Viewing

Handlers = dict[str, Callable[[], object]]
ZOOM_STEP = 1.25
TURNED = ("annotations", "overlays", "shutters", "heat_map_shown")
"""What is shown or not, by the field of the state."""


def reading_handlers(session: Session, pictures: Pictures, viewing: Viewing, cells: LayoutDoor) -> Handlers:
    """Return what each command about the picture, the series and what is shown over it does."""
    return {
        **{f"tool_{tool}": partial(session.choose_tool, tool) for tool in Tool},
        **_viewport_handlers(session, viewing, cells),
        **{name.removesuffix("_shown"): partial(_turn, session, name) for name in TURNED},
        "image_next": partial(pictures.scroll, 1),
        "image_previous": partial(pictures.scroll, -1),
        "image_next_ten": partial(pictures.scroll, 10),
        "image_previous_ten": partial(pictures.scroll, -10),
        "image_first": partial(pictures.go_to, 0),
        "image_last": pictures.go_to_last,
        "cine": viewing.toggle_cine,
        "browser": session.toggle_browser,
        "presentation": viewing.toggle_presentation,
        "presentation_next": viewing.next_presentation,
    }


def _turn(session: Session, name: str) -> None:
    """Show what is not shown, and the other way round."""
    session.update(**{name: not getattr(session.state, name)})


def _viewport_handlers(session: Session, viewing: Viewing, cells: LayoutDoor) -> Handlers:
    def change(name: str, *arguments: object) -> Callable[[], None]:
        return lambda: viewing.set_viewport(getattr(session.state.viewport, name)(*arguments))

    return {
        "invert": change("with_polarity_toggled"),
        "rotate_right": change("rotated", 1),
        "rotate_left": change("rotated", -1),
        "flip_horizontal": change("flipped_horizontally"),
        "flip_vertical": change("flipped_vertically"),
        "fit": change("fit"),
        "zoom_in": lambda: cells.viewer.zoom_at_centre(ZOOM_STEP),
        "zoom_out": lambda: cells.viewer.zoom_at_centre(1 / ZOOM_STEP),
    }
