"""The NOTICE: every component with its licence, then every licence text once."""

from __future__ import annotations

from collections.abc import Sequence

from release.components import Component

HEADING = """\
medapp {version}: licences of everything in this package
========================================================

medapp itself is under the Apache License 2.0. The package brings the components listed here, each under its
own licence; their texts follow the list. Nothing in it is under the GPL or the AGPL alone. Where a component
offers a choice that includes the LGPL (Qt for Python), the LGPL is what it is used under: its libraries lie
as separate files below `_internal` and may be replaced by other builds of the same version. Libraries of GCC
and the start program of PyInstaller are under the GPL with exceptions that allow their use in any program.
The libraries of NVIDIA may be passed on as part of a program under NVIDIA's licence; they may not be taken
apart, changed, or given away by themselves.

Components
----------
"""


def notice(components: Sequence[Component], version: str) -> str:
    """Return the text of the NOTICE."""
    numbers: dict[str, int] = {}
    lines = [HEADING.format(version=version)]
    for component in components:
        held = [numbers.setdefault(text.strip(), len(numbers) + 1) for _, text in component.texts]
        texts = ", ".join(map(str, dict.fromkeys(held)))
        lines.append(f"{component.name} {component.version}\n    {component.licence}\n    texts: {texts or 'none'}\n")
    lines.append("\nTexts\n-----\n")
    for text, number in numbers.items():
        lines.append(f"\n[{number}] {'=' * 100}\n\n{text}\n")
    return "\n".join(lines)


def without_text(components: Sequence[Component]) -> list[str]:
    """Return the names of the components that no licence text was found for."""
    return [component.name for component in components if not any(text.strip() for _, text in component.texts)]
