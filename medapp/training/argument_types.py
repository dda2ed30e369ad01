"""Types of command-line arguments that ``check``, ``train`` and ``evaluate`` share: a bad value is a usage error."""

from __future__ import annotations

import argparse

from medapp.errors import MedappError
from medapp.i18n import tell, tr
from medapp.training.patients import compile_pattern

LONGEST_NAME = 200
LARGEST_NUMBER = 2**31


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
