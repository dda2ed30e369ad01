"""What each mouse button does: as in the viewers that people come from, or as they chose themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from medapp.files import read_json
from medapp.folders import resource_path
from medapp.storage.settings import MOUSE_OWN, MOUSE_PARTS, Settings


@dataclass(frozen=True)
class MouseProfile:
    """What buttons and wheel do.

    Attributes
    ----------
    does : mapping
        ``left``, ``middle``, ``right``, ``wheel``, and the same after ``ctrl_`` and ``shift_``, to ``window``,
        ``scroll``, ``zoom``, ``pan``, ``chosen`` (the tool of the toolbar), ``menu``, ``none``, or ``same`` (as
        without the key).
    """

    does: Mapping[str, str] = field(default_factory=lambda: _own(Settings()))

    def action(self, part: str, key: str = "") -> str:
        """Return what `part` does while `key` (``ctrl``, ``shift`` or none) is held."""
        plain = self.does.get(part, "none")
        held = self.does.get(f"{key}_{part}", "same") if key else "same"
        return plain if held == "same" else held


def profile_of(settings: Settings) -> MouseProfile:
    """Return the profile that a person chose."""
    if settings.mouse == MOUSE_OWN:
        return MouseProfile(_own(settings))
    return _profiles()[settings.mouse]


def _own(settings: Settings) -> Mapping[str, str]:
    return MappingProxyType({part: str(getattr(settings, f"mouse_{part}")) for part in MOUSE_PARTS})


@cache
def _profiles() -> Mapping[str, MouseProfile]:
    document = read_json(resource_path("presets", "mouse.json"))
    return {name: MouseProfile(MappingProxyType(does)) for name, does in document["profiles"].items()}
