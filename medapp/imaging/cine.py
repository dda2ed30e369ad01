"""How fast frames follow each other when they are played (Cine and Multi-frame modules, PS3.3 C.7.6.5, C.7.6.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medapp.imaging.attributes import integer, number, numbers

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SLOWEST_MS, FASTEST_MS = 1000.0, 1000 / 120
"""One to 120 frames a second: what lies outside cannot be watched, or shown."""
_VECTOR = 0x00181065
_SWEEPING = 1


def usual_frame_ms(dataset: Dataset) -> float | None:
    """Return the milliseconds that a frame is shown, the same for all; None where nothing is said.

    Notes
    -----
    The rate recommended for display goes before the times of acquisition: a study of 300 frames a second is not
    watched so. Of a vector, the mean.
    """
    recommended = _of_rate(number(dataset, "RecommendedDisplayFrameRate"))
    vector = _vector(dataset)
    mean = sum(vector) / len(vector) if vector else None
    times = (mean, _positive(dataset)) if _points_to_vector(dataset) else (_positive(dataset), mean)
    found = (recommended, *times, _of_rate(number(dataset, "CineRate")))
    time = next((value for value in found if value is not None), None)
    return None if time is None else within_limits(time)


def frame_ms(dataset: Dataset, index: int) -> float | None:
    """Return the milliseconds that frame `index` (from 0) is shown: until the next one, by Frame Time Vector.

    Notes
    -----
    C.7.6.5.1.2: each entry of the vector is the time *since* the frame before; the last frame is shown for the mean.
    """
    vector = _vector(dataset)
    is_ruled = number(dataset, "RecommendedDisplayFrameRate") or (_positive(dataset) and not _points_to_vector(dataset))
    following = numbers(dataset, "FrameTimeVector")[index + 1 : index + 2]
    if vector and not is_ruled and following and following[0] > 0:
        return within_limits(following[0])
    return usual_frame_ms(dataset)


def plays_back_and_forth(dataset: Dataset) -> bool:
    """Tell whether frames are to be swept: forwards, then backwards (Preferred Playback Sequencing)."""
    return integer(dataset, "PreferredPlaybackSequencing") == _SWEEPING


def within_limits(time_ms: float) -> float:
    """Return the time of a frame, kept to what can be watched."""
    return min(max(time_ms, FASTEST_MS), SLOWEST_MS)


def following(index: int, frames: int, step: int, *, sweeps: bool) -> tuple[int, int]:
    """Return the image that is played after `index`, and the step that led there.

    Parameters
    ----------
    index, frames : int
        Where playing is, from 0, and how many images there are.
    step : int
        1 forwards, -1 backwards.
    sweeps : bool
        Turn round at the ends instead of starting again.

    Examples
    --------
    >>> following(2, 3, 1, sweeps=False), following(2, 3, 1, sweeps=True), following(0, 3, -1, sweeps=True)
    ((0, 1), (1, -1), (1, 1))
    """
    if not sweeps or frames < 2:
        return (index + 1) % max(1, frames), 1
    if not 0 <= index + step < frames:
        step = -step
    return index + step, step


def _positive(dataset: Dataset) -> float | None:
    time = number(dataset, "FrameTime")
    return time if time is not None and time > 0 else None


def _of_rate(rate: float | None) -> float | None:
    return 1000 / rate if rate is not None and rate > 0 else None


def _vector(dataset: Dataset) -> list[float]:
    """Return the times of Frame Time Vector that are times; the first one precedes no frame."""
    return [time for time in numbers(dataset, "FrameTimeVector")[1:] if time > 0]


def _points_to_vector(dataset: Dataset) -> bool:
    return integer(dataset, "FrameIncrementPointer") == _VECTOR
