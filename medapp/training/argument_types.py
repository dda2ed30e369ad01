"""Types of command-line arguments that ``check``, ``train`` and ``evaluate`` share: a bad value is a usage error."""

from __future__ import annotations

import argparse

from medapp.errors import MedappError
from medapp.i18n import tell, tr
from medapp.training.cases.patients import compile_pattern

LONGEST_NAME = 200
LARGEST_NUMBER = 2**31
MOST_COUNT = 10_000
SMALLEST_PICTURE, LARGEST_PICTURE = 16, 1024


def pattern(text: str) -> str:
    """Take a regular expression."""
    try:
        compile_pattern(text)
    except MedappError as error:
        raise argparse.ArgumentTypeError(tell(error)) from None
    return text


def model_name(text: str) -> str:
    """Take a model's name."""
    if len(text) > LONGEST_NAME:
        raise argparse.ArgumentTypeError(tr("cli.train.bad_name", most=LONGEST_NAME))
    return text.strip()


def share(text: str) -> float:
    """Take a share between 0 and 1: 0.9 or 90%."""
    try:
        value = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = -1
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(tr("cli.train.bad_share", text=text))
    return value


def whole_number(text: str) -> int:
    """Take a whole number of at least 0."""
    number = int(text) if text.isdecimal() and len(text) < 20 else -1
    if not 0 <= number < LARGEST_NUMBER:
        raise argparse.ArgumentTypeError(tr("cli.train.bad_number", text=text))
    return number


def passes(text: str) -> int:
    """Take a number of passes."""
    return _bounded(text, 1, MOST_COUNT)


def batch(text: str) -> int:
    """Take how many pictures make a step: batch norm needs two."""
    return _bounded(text, 2, MOST_COUNT)


def picture_size(text: str) -> int:
    """Take the side of a network picture in pixels."""
    return _bounded(text, SMALLEST_PICTURE, LARGEST_PICTURE)


def rate(text: str) -> float:
    """Take a learning rate: above 0, at most 10."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value <= 10:
        raise argparse.ArgumentTypeError(tr("cli.train.bad_rate", text=text))
    return value


def _bounded(text: str, least: int, most: int) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else -1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(tr("cli.train.bad_count", text=text, least=least, most=most))
    return number
