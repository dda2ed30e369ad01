"""What a file is, by its first bytes; its name only says what it promised to be."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal, TypeAlias

from medapp.imaging.dicom import looks_like_dicom

Kind: TypeAlias = Literal["dicom", "picture", "other"]
HEAD_BYTES = 4096
PICTURE_SUFFIXES = frozenset([".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"])
DICOM_SUFFIXES = frozenset([".dcm", ".dicom", ".dic", ".ima"])
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"BM")
_PROGRAMS = (
    b"MZ",  # Windows
    b"\x7fELF",  # Linux
    b"#!",
    *(bytes.fromhex(magic) for magic in ("cafebabe", "feedface", "feedfacf", "cefaedfe", "cffaedfe")),  # macOS, Java
    b"ZM",  # DOS
    bytes.fromhex("4c0000000114020000000000c000000000000046"),  # a shortcut of Windows
    bytes.fromhex("d0cf11e0a1b11ae1"),  # an installer of Windows
    b"dex\n",  # Android
    b"\0asm",  # WebAssembly
)
_SCRIPTS = (b"@echo", b"<html", b"<!doctype html", b"<script", b"<svg", b"<?php")
_OTHERS = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"NRRD", "nrrd"),
    (b"GIF8", "other_picture"),
    (b"\x00\x00\x00\x0cjP  ", "other_picture"),
    (b"\xff\x4f\xff\x51", "other_picture"),
    (b"8BPS", "other_picture"),
    (b"\x93NUMPY", "numpy"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3", "database"),
)


def holds_program(head: bytes) -> bool:
    """Tell whether the preamble of a DICOM file is the beginning of a program or script (PS3.10 7.1 allows it).

    Such a file is a picture for us and starts as a program when it is renamed and started.
    """
    return head[128:132] == b"DICM" and (head.startswith(_PROGRAMS) or head[:32].lower().startswith(_SCRIPTS))


def kind_of(head: bytes) -> Kind:
    """Tell what a file is by its first `HEAD_BYTES` bytes."""
    if head[128:132] == b"DICM":
        return "dicom"
    if head.startswith(_PICTURES[:-1]) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or _is_bmp(head):
        return "picture"
    return "dicom" if looks_like_dicom(head) else "other"


def _is_bmp(head: bytes) -> bool:
    return head[:2] == b"BM" and len(head) >= 18 and head[6:10] == b"\0\0\0\0"


def what_else(head: bytes) -> str:
    """Return the key ``what.<key>`` of a file that is neither DICOM nor a picture."""
    if not head:
        return "empty"
    for magic, what in _OTHERS:
        if head.startswith(magic):
            return what
    if head[344:347] in {b"n+1", b"ni1"} or head[4:7] == b"n+2":
        return "nifti"
    text = _as_text(head)
    if text is None:
        return "not_medical_image"
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        return "json"
    return "markup" if start.startswith("<") else "text"


def _as_text(head: bytes) -> str | None:
    """Return the bytes as text where they are text: UTF-8 or Latin, no control characters but white space."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        text = head.decode("latin-1") if error.start < len(head) - 4 else head[: error.start].decode("utf-8")
        if sum(c > "\x7f" for c in text) * 10 > len(text):
            return None
    return text if all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text) else None


def broken_promise(source: str) -> str | None:
    """Return the code of the problem where a name promises an image that the content is not."""
    suffix = PurePosixPath(source.replace("\\", "/")).suffix.lower()
    if suffix in DICOM_SUFFIXES:
        return "dicom.not_dicom"
    return "picture.not_picture" if suffix in PICTURE_SUFFIXES else None
