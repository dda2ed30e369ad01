"""Libraries that warn of unusual values quote them: names and ids of patients. Here they are made to say nothing."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ALONE = threading.Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """Let no warning of pydicom or highdicom out; one thread at a time, for the filters are everybody's."""
    logging.getLogger("highdicom").setLevel(logging.CRITICAL)
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    with _ALONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
