"""What a PNG, JPEG, TIFF, BMP or WebP says of itself: size, coding, Exif, texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from medapp.errors import MedappError
from medapp.imaging.header_identity import picture_tells_identity
from medapp.imaging.header_row import MOST_ROWS, HeaderRow, shortened
from medapp.imaging.tiff import is_tiff

if TYPE_CHECKING:
    from PIL import Image

_SHOWN_BYTES = 16
_GROUPS = {0x8769: "Exif", 0x8825: "GPS", 0xA005: "Interoperability"}
_COLOUR = "ICC profile"


def picture_rows(stream: IO[bytes]) -> list[HeaderRow]:
    """Return what a picture says of itself; nothing of it is decoded.

    Raises
    ------
    MedappError
        ``picture.damaged`` where it cannot be read.
    """
    try:
        found = [*_tiff_rows(stream)] if is_tiff(stream) else [*_pillow_rows(stream)]
    except (MedappError, MemoryError):
        raise
    except Exception as error:
        raise MedappError("picture.damaged") from error
    return found[:MOST_ROWS]


def _pillow_rows(stream: IO[bytes]) -> Iterator[HeaderRow]:
    from PIL import Image

    stream.seek(0)
    with Image.open(stream) as image:
        yield _row(0, "", "Format", image.format or "")
        yield _row(0, "", "Width", image.width)
        yield _row(0, "", "Height", image.height)
        yield _row(0, "", "Mode", image.mode)
        for name, value in image.info.items():
            if name == "icc_profile":
                yield _row(0, "", _COLOUR, value)
            elif name != "exif":
                yield _row(0, "", str(name), value)
        yield from _exif_rows(image)


def _exif_rows(image: Image.Image) -> Iterator[HeaderRow]:
    """Yield Exif and its groups."""
    from PIL import ExifTags

    exif = image.getexif()
    if not exif:
        return
    yield HeaderRow("Exif", 0, "", "", "Exif", length=len(exif))
    yield from _entries(exif, ExifTags.TAGS, 1)
    for pointer, name in _GROUPS.items():
        group = exif.get_ifd(pointer)
        if group:
            yield HeaderRow(name, 1, f"0x{pointer:04X}", "", name, length=len(group))
            yield from _entries(group, ExifTags.GPSTAGS if name == "GPS" else ExifTags.TAGS, 2, name)


def _entries(found: Mapping[int, Any], names: Mapping[int, str], depth: int, group: str = "") -> Iterator[HeaderRow]:
    for tag, value in sorted(found.items()):
        if tag not in _GROUPS:
            yield _row(depth, f"0x{tag:04X}", names.get(tag, f"0x{tag:04X}"), value, group)


def _tiff_rows(stream: IO[bytes]) -> Iterator[HeaderRow]:
    import tifffile

    with tifffile.TiffFile(stream) as file:
        yield _row(0, "", "Format", "BigTIFF" if file.is_bigtiff else "TIFF")
        yield _row(0, "", "Pages", len(file.pages))
        page = file.pages.first
        for tag in page.tags:
            yield _row(0, f"{tag.code}", str(tag.name), tag.value)


def _row(depth: int, tag: str, name: str, value: object, group: str = "") -> HeaderRow:
    if isinstance(value, bytes):
        dots = " …" if len(value) > _SHOWN_BYTES else ""
        text, told, length = value[:_SHOWN_BYTES].hex(" ") + dots, "binary", len(value)
    else:
        text, told, length = shortened(
            "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(value))
        )
    return HeaderRow(name, depth, tag, "", name, text, told, length, picture_tells_identity(f"{group}{name}", text))
