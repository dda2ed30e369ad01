"""How many more patients a test needs before it proves something."""

from __future__ import annotations

import math
from functools import cache

from medapp.i18n import tr
from medapp.training.figures.intervals import wilson

TO_SHOW = 0.8
RIGHT = 0.9
"""What is taken for granted: 9 of 10 right."""


@cache
def needed_to_show(least: float = TO_SHOW, right: float = RIGHT) -> int:
    """Return how many cases show a share of at least `least` (95 %, Wilson) where the share `right` of them is right.

    Examples
    --------
    >>> needed_to_show()
    62
    """
    return next(n for n in range(1, 10**6) if wilson(right * n, n)[0] >= least)


def advice(name: str, n: int, share: float, *, given: bool, patients_known: bool) -> str:
    """Return in one sentence how many more to collect of the rarest class, or what to do instead.

    Parameters
    ----------
    name : str
        The class with the fewest in the test.
    n : int
        How many it has there.
    share : float
        Share of all that is sealed; of what is collected as much goes to the test.
    given : bool
        Whether the test is given: then the new ones are for it.
    patients_known : bool
        Else images are counted.

    Returns
    -------
    str
        Empty where there are enough.
    """
    needed = needed_to_show()
    if n >= needed:
        return ""
    missing = needed - n
    more = missing if given else math.ceil(missing / max(share, 0.01))
    key = f"check.proves.{'collect_test' if given else 'collect'}.{'patients' if patients_known else 'images'}"
    return tr(key, name=name, needed=needed, more=more, least=round(100 * TO_SHOW))
