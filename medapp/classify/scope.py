"""What a package may be asked about, and which of several packages an image is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from medapp.errors import MedappError
from medapp.i18n import named_in

PICTURE = "PICTURE"
OLDEST_YEARS = 130.0
_DAY = 1 / 366
_FIRST = ("modalities", "grey_only", "refuse_below", "text")
_LISTS = ("modalities", "body_parts", "views", "makers")
_MODALITY, _CODE = re.compile(r"[A-Z][A-Z0-9_]{1,15}"), re.compile(r"[A-Z0-9][A-Z0-9_ ]{0,15}")
_MAKER = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{2,64}")


@dataclass(frozen=True)
class Scope:
    """What a package may be asked about (``configs/scope.json``).

    Attributes
    ----------
    modalities : tuple of str
        DICOM modalities, and ``PICTURE`` for files without a header; empty for any.
    grey_only : bool
        Whether colour pictures are refused.
    refuse_below : float
        An image whose in-distribution p-value is below this is refused.
    text : str
        In words: body part, view, age, maker.
    body_parts : tuple of str
        Body Part Examined (0018,0015), upper case; empty for any.
    views : tuple of str
        View Position (0018,5101), upper case; empty for any.
    age_from, age_to : float or None
        Age of the patients in years, both ends included; None for no limit.
    makers : tuple of str
        Manufacturer (0008,0070) of the machines or a part of it, upper case; empty for any.
    """

    modalities: tuple[str, ...] = ()
    grey_only: bool = True
    refuse_below: float = 0.01
    text: str = ""
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    age_from: float | None = None
    age_to: float | None = None
    makers: tuple[str, ...] = ()

    def fits(
        self, modality: str, body_part: str = "", view: str = "", age_years: float | None = None, maker: str = ""
    ) -> bool:
        """Tell whether an image may be asked about; what an image does not say of itself rules nothing out.

        Whole years are as people count them: "to 5" takes everybody who is not yet 6. A maker is named by a part of
        what headers call it.
        """
        return (
            (not self.modalities or modality in self.modalities)
            and _allowed(body_part, self.body_parts)
            and _allowed(view, self.views)
            and self._allows_age(age_years)
            and (not maker or not self.makers or any(name in maker.upper() for name in self.makers))
        )

    def _allows_age(self, years: float | None) -> bool:
        if years is None:
            return True
        return (self.age_from is None or years >= self.age_from) and years <= self._oldest

    @property
    def _oldest(self) -> float:
        """The highest age that is allowed; a whole number of years lasts until the next birthday."""
        if self.age_to is None:
            return inf
        return self.age_to + 1 - _DAY if self.age_to == int(self.age_to) else self.age_to

    @property
    def asks_who(self) -> bool:
        """Whether it depends on whom the image is of, or on the machine."""
        return self.age_from is not None or self.age_to is not None or bool(self.makers)

    def specificity(
        self, modality: str, body_part: str = "", view: str = "", age_years: float | None = None, maker: str = ""
    ) -> int:
        """Return how many things that an image says of itself are named here, less those that it leaves open.

        That a model takes pictures without a header is nothing special: they say nothing of themselves.
        """
        asked = ((body_part, self.body_parts), (view, self.views))
        named = sum(said.upper() in names for said, names in asked) + (
            modality != PICTURE and modality in self.modalities
        )
        has_age = self.age_from is not None or self.age_to is not None
        named += (age_years is not None and has_age) + bool(maker and self.makers)
        return named - sum(bool(names) and not said for said, names in asked)

    def overlaps(self, other: Scope) -> bool:
        """Tell whether some image may be asked about in both scopes."""
        ours, theirs = set(self.modalities), set(other.modalities)
        pairs = ((self.body_parts, other.body_parts), (self.views, other.views))
        ages = (self.age_from or 0.0) <= other._oldest and (other.age_from or 0.0) <= self._oldest
        alike = not self.makers or not other.makers or any(a in b or b in a for a in self.makers for b in other.makers)
        return ages and alike and _meet(ours, theirs) and all(_meet(set(mine), set(yours)) for mine, yours in pairs)

    def to_json(self) -> dict[str, Any]:
        """Return the scope as JSON values: version 1 unless it says what only version 2 can say."""
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}
        more = {name: v for name, v in values.items() if name not in _FIRST and v not in ([], None)}
        return {"schema_version": 2 if more else 1, **{name: values[name] for name in _FIRST}, **more}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Scope:
        """Rebuild a scope from `to_json`'s value, of either version."""
        values: dict[str, Any] = {name: value for name, value in document.items() if name != "schema_version"}
        lists = {name: tuple(values[name]) for name in _LISTS if name in values}
        return cls(**{**values, **lists})


def narrowed(
    scope: Scope,
    *,
    modalities: str,
    body_parts: str,
    views: str,
    age_from: str,
    age_to: str,
    makers: str,
) -> Scope:
    """Return `scope` with what a person wrote into its fields: lists with commas, ages in years, empty for any.

    Raises
    ------
    MedappError
        ``scope.words`` for a word that no header holds, ``scope.age`` for ages that are no numbers, or in the wrong
        order.
    """
    first, last = _age(age_from), _age(age_to)
    if first is not None and last is not None and first > last:
        raise MedappError("scope.age", text=f"{age_from}–{age_to}"[:40])
    return Scope(
        _words(modalities, _MODALITY),
        scope.grey_only,
        scope.refuse_below,
        scope.text,
        _words(body_parts, _CODE),
        _words(views, _CODE),
        first,
        last,
        _words(makers, _MAKER),
    )


def _allowed(said: str, named: tuple[str, ...]) -> bool:
    return not said or not named or said.upper() in named


def _meet(ours: set[str], theirs: set[str]) -> bool:
    return not ours or not theirs or bool(ours & theirs)


def _words(text: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.upper() for word in named_in(text) if word))
    for word in words:
        if not pattern.fullmatch(word):
            raise MedappError("scope.words", text=word[:40])
    return words


def _age(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        years = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise MedappError("scope.age", text=text[:40]) from error
    if not 0 <= years <= OLDEST_YEARS:
        raise MedappError("scope.age", text=text[:40])
    return years
