"""From a frame to the picture that the network sees. One specification, the same code for training and reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.classify.areas import Area, body_area, masked_to, with_masked_border
from medapp.errors import MedappError
from medapp.imaging.frame import Frame

Triple: TypeAlias = tuple[float, float, float]
IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_STD: Triple = (0.229, 0.224, 0.225)
COLOUR_TOLERANCE = 12
"""Channels of a grey picture that was saved as colour JPEG differ by up to this much."""
_SAMPLED_PIXELS = 1 << 20
_KNOTS = 513
_STEPS = 1 << 14
_COUNTED = 1 << 17
_WHITE = 255


@dataclass(frozen=True)
class RangeSpec:
    """Which modality values become black and white.

    Attributes
    ----------
    kind : str
        ``percentile``: `low` and `high` are percentiles of the valid pixels that are seen; ``fixed``: modality
        values (HU for CT); ``type``: the whole range that the stored values can take; ``equalised``: each grey level
        is given to as many of the pixels that are seen, so that no window and no gamma tells pictures apart. The last
        two do not use `low` and `high`.
    low, high : float
        What becomes black and white; `low` is less than `high`.
    """

    kind: Literal["percentile", "fixed", "type", "equalised"] = "percentile"
    low: float = 0.5
    high: float = 99.5

    def __post_init__(self) -> None:
        bounded = self.kind != "percentile" or (self.low >= 0 and self.high <= 100)
        if self.kind in {"percentile", "fixed"} and not (self.low < self.high and bounded):
            raise MedappError("package.range", low=self.low, high=self.high)


@dataclass(frozen=True)
class PreprocessSpec:
    """What is done to a frame before the network sees it; part of every package.

    Attributes
    ----------
    size : int
        Rows and columns of the network picture.
    colour : str
        ``grey`` (colour is turned into its luma) or ``rgb``.
    range : RangeSpec
        Black and white, for grey pictures; colour pictures under ``rgb`` keep their values.
    border_crop : float
        Part of the height and width cut off at each edge, 0 to 0.4.
    border_mask : float
        Part of the height and width of what is left that is made black at each edge, 0 to 0.4; what lies there has
        no part in black and white either.
    crop_to_body : bool
        Whether first what surrounds the body is cut off (`areas.body_area`).
    crop_to_square : bool
        Whether only the square in the middle is seen, of what `crop_to_body` leaves, in place of all of it stretched.
    mean, std : tuple of 3 floats
        The network's input normalisation on values 0 to 1, applied in the network itself.
    """

    size: int = 224
    colour: Literal["grey", "rgb"] = "grey"
    range: RangeSpec = RangeSpec()
    border_crop: float = 0.0
    border_mask: float = 0.0
    crop_to_body: bool = False
    crop_to_square: bool = False
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD

    @property
    def version(self) -> int:
        """The version of its file: 2 and 3 only where it says more than the one before could."""
        if self.crop_to_square:
            return 3
        return 2 if self.border_mask or self.crop_to_body or self.range.kind == "equalised" else 1

    def to_json(self) -> dict[str, Any]:
        """Return the specification as JSON values; what version 1 did not know is there where it is used."""
        document = {**asdict(self), "mean": list(self.mean), "std": list(self.std)}
        unused = {name for name in ("border_mask", "crop_to_body", "crop_to_square") if not document[name]}
        return {name: value for name, value in document.items() if name not in unused}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> PreprocessSpec:
        """Rebuild a specification from `to_json`'s value."""
        fields = {
            "range": RangeSpec(**document["range"]),
            "mean": tuple(document["mean"]),
            "std": tuple(document["std"]),
        }
        return cls(**{**document, **fields})


def network_picture(frame: Frame, spec: PreprocessSpec) -> NDArray[np.uint8]:
    """Return the picture that a network with `spec` sees of `frame`.

    Neither the window nor anything else that a person does to the display has a part in it. The same picture in
    another bit depth, polarity or rescale gives the same result within one grey level, except with ``fixed`` and
    ``type`` ranges, which are about the values themselves.

    Parameters
    ----------
    frame : Frame
        Decoded frame, grey or RGB.
    spec : PreprocessSpec
        The package's specification.

    Returns
    -------
    ndarray of uint8, shape (size, size) or, for ``rgb``, (size, size, 3)
        High values are bright; padding is black.
    """
    area = seen_area(frame, spec)
    if spec.colour == "rgb" and not is_grey_picture(frame):
        return with_masked_border(_stretched(area.of(frame.stored), spec.size), spec.border_mask)
    if spec.range.kind == "equalised":
        picture = with_masked_border(_equalised_picture(frame, spec, area), spec.border_mask)
    else:
        levels = _grey_levels(frame, spec.range, area, masked_to(area, spec.border_mask))
        picture = with_masked_border(_stretched(levels, spec.size), spec.border_mask)
    return np.repeat(picture[..., None], 3, axis=2) if spec.colour == "rgb" else picture


def seen_area(frame: Frame, spec: PreprocessSpec) -> Area:
    """Return the part of the frame that becomes the network picture: the body, the square, then without the border."""
    area = Area.whole(frame.stored)
    if spec.crop_to_body:
        area = body_area(_grey_levels(frame, RangeSpec(), area, area).astype(np.uint8))
    if spec.crop_to_square:
        area = area.middle_square()
    return area.cropped(spec.border_crop)


def seen_box(frame: Frame, spec: PreprocessSpec) -> tuple[int, int, int, int] | None:
    """Return top, bottom, left and right of `seen_area` in pixels of the frame, or None where that is the whole."""
    area = seen_area(frame, spec)
    whole = Area.whole(frame.stored)
    return None if area == whole else (area.top, area.bottom, area.left, area.right)


def is_grey_picture(frame: Frame) -> bool:
    """Tell whether a frame is grey, or RGB whose channels are equal up to the noise of JPEG."""
    if not frame.is_colour:
        return True
    pixels = _thinned(frame.stored).reshape(-1, 3).astype(np.int16)
    spread = pixels.max(axis=1) - pixels.min(axis=1)
    return bool(np.mean(spread > COLOUR_TOLERANCE) < 0.01)


def _grey_levels(frame: Frame, spec: RangeSpec, area: Area, judged: Area) -> NDArray[np.float32]:
    """Map `area` to 0…255 at the frame's own size, in one polarity, with padding black.

    Only the pixels in `judged` have a say in what becomes black and white.
    """
    whole, valid = _values_and_valid(frame)
    shown = _thinned(judged.of(whole))
    shown = shown if valid is None else shown[_thinned(judged.of(valid))]
    levels = _mapped(frame, area.of(whole), shown.reshape(-1), spec)
    if frame.inverted:
        levels = _WHITE - levels
    if valid is not None:
        levels[~area.of(valid)] = 0
    return levels


def _values_and_valid(frame: Frame) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """Return the values of one channel and which of them count; None where all do."""
    whole, valid = _one_channel(frame), frame.valid
    if whole.dtype.kind == "f":
        finite = np.isfinite(whole)
        valid = finite if valid is None else valid & finite
    return whole, valid


def _equalised_picture(frame: Frame, spec: PreprocessSpec, area: Area) -> NDArray[np.uint8]:
    """Return the equalised picture: resampled first, for the mean of many pixels hardly knows how finely each was cut.

    Equalising spreads what is alike: a grey level of 8 bits that many pixels share is one level of the result, while
    12 bits spread the same pixels over ten. What differs by less than a `_STEPS`-th of the range counts as the same.
    """
    whole, valid = _values_and_valid(frame)
    judged = masked_to(area, spec.border_mask)
    shown = judged.of(whole) if valid is None else judged.of(whole)[judged.of(valid)]
    low = float(shown.min()) if shown.size else 0.0
    unit = float(shown.max()) - low if shown.size else 0.0
    if unit <= 0:
        return np.zeros((spec.size, spec.size), np.uint8)
    kept = np.ones(area.of(whole).shape, np.float32) if valid is None else area.of(valid).astype(np.float32)
    # from 0 to 1 before anything is rounded to 32 bits: an intercept must not cost the last digits
    shares = ((np.where(kept > 0, area.of(whole), low).astype(np.float64) - low) / unit).astype(np.float32)
    bright = 1 - shares if frame.inverted else shares
    weights = _resampled(kept, spec.size)
    values = _resampled(bright * kept, spec.size) / np.maximum(weights, 1e-6)
    return _ranked_picture(values, weights >= 0.5, spec.border_mask)


def _ranked_picture(values: NDArray[np.floating], counted: NDArray[np.bool_], border_mask: float) -> NDArray[np.uint8]:
    """Return ranks as grey levels; only what counts within the mask is ranked among."""
    inside = masked_to(Area.whole(values), border_mask)
    shown = inside.of(values)[inside.of(counted)]
    if not shown.size or shown.max() - shown.min() < 1 / _STEPS:
        return np.zeros(values.shape, np.uint8)
    low, high = np.percentile(shown, (0.5, 99.5))
    step = (high - low or shown.max() - shown.min()) / _STEPS
    levels = _equalised(np.rint(values / step), np.rint(shown / step))
    levels[~counted] = 0
    return np.rint(levels).astype(np.uint8)


def _mapped(frame: Frame, values: NDArray[Any], shown: NDArray[Any], spec: RangeSpec) -> NDArray[np.float32]:
    """Return grey levels in the polarity of the file; a flat picture is dark."""
    low, high = _black_and_white(frame, values, shown, spec)
    if not high > low:
        return np.full(values.shape, _WHITE if frame.inverted else 0, np.float32)
    scale = np.float32(_WHITE / (high - low))
    levels: NDArray[np.float32] = np.clip((values.astype(np.float32) - np.float32(low)) * scale, 0, _WHITE)
    return levels


def _equalised(values: NDArray[Any], shown: NDArray[Any]) -> NDArray[np.float32]:
    """Return as grey level the share of the shown pixels that are darker, and half of those that are as dark.

    Both are whole numbers; so they are counted and looked up, as long as they are not too far apart for a table.
    """
    finite = np.nan_to_num(values)
    low, high = float(finite.min()), float(finite.max())
    is_countable = high - low < _COUNTED
    quantiles = _counted_quantiles(shown, low, high) if is_countable else _quantiles(shown)
    knots, places, counts = np.unique(quantiles, return_inverse=True, return_counts=True)
    ranks = np.bincount(places, np.linspace(0, _WHITE, _KNOTS)) / counts
    if not is_countable:
        return np.asarray(np.interp(finite, knots, ranks), np.float32)
    table = np.asarray(np.interp(np.arange(low, high + 1), knots, ranks), np.float32)
    levels: NDArray[np.float32] = table[(finite - low).astype(np.intp)]
    return levels


def _quantiles(shown: NDArray[Any]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.quantile(shown.astype(np.float64), np.linspace(0, 1, _KNOTS))
    return found


def _counted_quantiles(shown: NDArray[Any], low: float, high: float) -> NDArray[np.float64]:
    """Return what `_quantiles` does, to the last digit, of whole numbers between `low` and `high`; faster."""
    ends = np.cumsum(np.bincount((shown - low).astype(np.intp), minlength=int(high - low) + 1))
    places = np.linspace(0, 1, _KNOTS) * (ends[-1] - 1)
    whole = np.floor(places)
    before = np.searchsorted(ends, whole, side="right") + np.float64(low)
    after = np.searchsorted(ends, np.minimum(whole + 1, ends[-1] - 1), side="right") + np.float64(low)
    rest, step = places - whole, after - before
    found: NDArray[np.float64] = np.where(rest >= 0.5, after - step * (1 - rest), before + step * rest)
    return found


def _one_channel(frame: Frame) -> NDArray[Any]:
    """Modality values of a grey frame, the luma of an RGB one (ITU-R BT.601)."""
    if frame.is_colour:
        luma: NDArray[np.float32] = frame.stored.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
        return luma
    return frame.modality_values()


def _black_and_white(frame: Frame, values: NDArray[Any], shown: NDArray[Any], spec: RangeSpec) -> tuple[float, float]:
    if spec.kind == "fixed":
        return spec.low, spec.high
    if spec.kind == "type":
        return _range_of_type(frame, values)
    if shown.size == 0:
        return 0.0, 0.0
    # dark is high where the picture is inverted: the percentiles change places with it
    points = (100 - spec.high, 100 - spec.low) if frame.inverted else (spec.low, spec.high)
    low, high = np.percentile(shown, points)
    return float(low), float(high)


def _range_of_type(frame: Frame, values: NDArray[Any]) -> tuple[float, float]:
    """Return modality values of the lowest and the highest stored value that the frame's bits can hold."""
    kind = frame.stored.dtype.kind
    if kind == "f":
        finite = values[np.isfinite(values)]
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    bits = frame.bits_stored
    ends = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind == "i" else (0, (1 << bits) - 1)
    if frame.is_colour:
        return 0.0, float(_WHITE)
    ends_mapped = frame.modality_values(np.array(ends, np.int64))
    return float(ends_mapped.min()), float(ends_mapped.max())


def _thinned(pixels: NDArray[Any]) -> NDArray[Any]:
    """Take every n-th row and column, so that at most about a million pixels are left: enough for a percentile."""
    step = max(1, int(np.ceil(np.sqrt(pixels.shape[0] * pixels.shape[1] / _SAMPLED_PIXELS))))
    return pixels[::step, ::step]


def _stretched(picture: NDArray[Any], size: int) -> NDArray[np.uint8]:
    """Stretch to a square of grey levels."""
    return np.rint(_resampled(picture, size)).astype(np.uint8)


def _resampled(picture: NDArray[Any], size: int) -> NDArray[np.float32]:
    """Stretch to a square: area averages along an axis that shrinks, linear along one that grows."""
    rows, columns = picture.shape[:2]
    smaller = cv2.resize(
        np.ascontiguousarray(picture, np.float32), (min(columns, size), min(rows, size)), interpolation=cv2.INTER_AREA
    )
    stretched: NDArray[np.float32] = cv2.resize(smaller, (size, size), interpolation=cv2.INTER_LINEAR)
    return stretched
