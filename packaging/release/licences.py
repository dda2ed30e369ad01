"""What may be shipped: licences as SPDX expressions, those that metadata leave unclear looked up by hand, and the rule.

No GPL and no AGPL at run time. The LGPL is fine for separate libraries, which all of ours are, and so is the GPL with
the exceptions that GCC's run-time libraries and PyInstaller's start program come with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

ALLOWED = frozenset(
    {
        *("0BSD", "AFL-2.1", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause-UC", "BSL-1.0"),
        *("bzip2-1.0.6", "CC0-1.0", "FTL", "HPND", "ICU", "IJG", "ISC", "LGPL-2.0-or-later", "LGPL-2.1-only"),
        *("LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "libpng-2.0", "libtiff", "MIT", "MIT-CMU"),
        *("MIT-open-group", "MPL-2.0", "NCSA", "OpenSSL", "PSF-2.0", "Python-2.0.1", "Unicode-3.0", "Unlicense"),
        *("X11", "Zlib", "blessing", "LicenseRef-NVIDIA-Proprietary", "LicenseRef-NVIDIA-SOFTWARE-LICENSE"),
        *("LicenseRef-Public-Domain", "LicenseRef-Bitstream-Vera"),
    }
)
ALLOWED_EXCEPTIONS = frozenset({"GCC-exception-3.1", "LLVM-exception", "Bootloader-exception"})

REVIEWED: Mapping[str, str] = MappingProxyType(
    {
        # Python distributions whose metadata hold no SPDX expression; read in the licence texts that they bring
        "MarkupSafe": "BSD-3-Clause",
        "et_xmlfile": "MIT",
        "flatbuffers": "Apache-2.0",
        "imagecodecs": "BSD-3-Clause",
        "Jinja2": "BSD-3-Clause",
        "jinja2": "BSD-3-Clause",
        "mpmath": "BSD-3-Clause",
        "nvidia-cusparselt-cu13": "LicenseRef-NVIDIA-Proprietary",
        "onnxruntime": "MIT",
        "opencv-python-headless": "Apache-2.0 AND LGPL-2.1-or-later",  # FFmpeg, built without its GPL parts
        "openpyxl": "MIT",
        "protobuf": "BSD-3-Clause",
        "pydicom": "MIT",
        "pyjpegls": "MIT AND BSD-3-Clause",
        "reportlab": "BSD-3-Clause",
        "safetensors": "Apache-2.0",
        "scipy": "BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1",
        "sympy": "BSD-3-Clause",
        "tifffile": "BSD-3-Clause",
        "torchvision": "BSD-3-Clause",
        "charset-normalizer": "MIT",
        "cloudpickle": "BSD-3-Clause",
    }
)

SYSTEM: Mapping[str, str] = MappingProxyType(
    {
        # Packages of Debian whose libraries go in; read in their copyright files, for the library alone
        "libbz2-1.0": "bzip2-1.0.6",
        "libffi8": "MIT",
        "liblzma5": "LicenseRef-Public-Domain",
        "libsqlite3-0": "blessing",
        "libssl3": "Apache-2.0",
        "libxcb-cursor0": "MIT",
        "libxcb-icccm4": "MIT",
        "libxcb-image0": "MIT",
        "libxcb-keysyms1": "MIT",
        "libxcb-render-util0": "MIT",
        "libxcb-util1": "MIT",
        "libxcb-xkb1": "MIT",
        "libxkbcommon-x11-0": "MIT",
        "libxkbcommon0": "MIT",
    }
)


class LicenceError(ValueError):
    """An expression that cannot be read."""


def is_allowed(expression: str) -> bool:
    """Tell whether something under a licence may be shipped.

    Parameters
    ----------
    expression : str
        An SPDX licence expression: names joined by AND, OR, WITH and parentheses. Of an OR one side is enough,
        an AND needs both, a WITH needs an allowed exception.

    Raises
    ------
    LicenceError
        If the expression is empty or malformed.
    """
    tokens = re.findall(r"\(|\)|[^\s()]+", expression)
    allowed = _either(tokens)
    if tokens:
        raise LicenceError(f"unexpected {tokens[0]!r} in the licence {expression!r}")
    return allowed


def _either(tokens: list[str]) -> bool:
    allowed = _both(tokens)
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        allowed = _both(tokens) or allowed
    return allowed


def _both(tokens: list[str]) -> bool:
    allowed = _one(tokens)
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        allowed = _one(tokens) and allowed
    return allowed


def _one(tokens: list[str]) -> bool:
    if not tokens or tokens[0] in {")", "AND", "OR", "WITH"}:
        raise LicenceError("a licence is missing in an expression")
    name = tokens.pop(0)
    if name == "(":
        allowed = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise LicenceError("a parenthesis is not closed in a licence expression")
        return allowed
    if tokens[:1] != ["WITH"]:
        return name in ALLOWED
    exception = tokens[1] if len(tokens) > 1 else ""
    del tokens[:2]
    return exception in ALLOWED_EXCEPTIONS
