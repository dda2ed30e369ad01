"""Write ``docs/traps.md`` from the table."""

from pathlib import Path

from tests.traps.table import as_markdown

(Path(__file__).parents[2] / "docs" / "traps.md").write_text(as_markdown(), encoding="utf-8")
