"""What the dialog of models shows, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelRow:
    """One model of this station.

    Attributes
    ----------
    ref : str
        ``id@version``.
    title, state : str
        Its name, and whether it is in use, as texts.
    facts : tuple of str
        Lines: what it answers, its version and network, where it comes from.
    warning : str
        What stands against trusting it, or empty.
    shared : tuple of str
        Which other models in use fit the same images, and which is asked.
    modalities, body_parts, views : str
        Its scope, as it can be written.
    card : str
        The model card, Markdown.
    answers, in_use, removable : bool
        Whether it classifies, whether it does here, and whether it may be removed when it is not in use.
    """

    ref: str
    title: str
    state: str
    facts: tuple[str, ...]
    warning: str = ""
    shared: tuple[str, ...] = ()
    modalities: str = ""
    body_parts: str = ""
    views: str = ""
    card: str = ""
    answers: bool = True
    in_use: bool = False
    removable: bool = True


@dataclass(frozen=True)
class ModelsView:
    """The dialog's content.

    Attributes
    ----------
    rows : tuple of ModelRow
        The models, by name and version.
    chosen : str
        `ModelRow.ref` of the one that is shown, or empty.
    problems : tuple of str
        Models that cannot be read, and why.
    told : str
        What came of the last wish: done, or why not.
    failed : bool
        Whether `told` is about a failure.
    asking : bool
        Whether the removal of the chosen one waits for a word.
    busy : bool
        Whether something is being done.
    """

    rows: tuple[ModelRow, ...] = ()
    chosen: str = ""
    problems: tuple[str, ...] = ()
    told: str = ""
    failed: bool = False
    asking: bool = False
    busy: bool = False

    @property
    def row(self) -> ModelRow | None:
        """The model that is shown."""
        return next((row for row in self.rows if row.ref == self.chosen), None)
