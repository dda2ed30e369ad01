"""From an opened file to the values of one of its frames, compressed or not."""

from __future__ import annotations

from medapp.errors import MedappError
from medapp.imaging.codecs import GE_BIG_ENDIAN_PIXELS, decode_frame, is_codestream, is_encapsulated, is_video
from medapp.imaging.decoded import Decoded
from medapp.imaging.dicom import DicomFile, encapsulated_frames
from medapp.imaging.layout import PixelLayout
from medapp.imaging.limits import ReadLimits
from medapp.imaging.native import read_native


def decode(file: DicomFile, layout: PixelLayout, index: int, limits: ReadLimits) -> Decoded:
    """Decode frame `index` (from 0).

    Raises
    ------
    MedappError
        ``dicom.video``, ``dicom.truncated`` and what the codecs raise.
    """
    pixels = file.pixels
    assert pixels is not None
    if is_video(file.transfer_syntax):
        raise MedappError("dicom.video")
    if pixels.length is None:
        found = encapsulated_frames(file, layout.frames)
        return decode_frame(found.read(file.stream, index), file.transfer_syntax, layout, limits.frame_bytes)
    if is_one_stream(file, layout):
        file.stream.seek(pixels.offset)
        return decode_frame(file.stream.read(pixels.length), file.transfer_syntax, layout, limits.frame_bytes)
    values = read_native(
        file.stream, pixels.offset, pixels.length, layout, index,
        little_endian=file.little_endian and file.transfer_syntax != GE_BIG_ENDIAN_PIXELS,
        words=pixels.representation != "OB",
    )  # fmt: skip
    return Decoded(values)


def is_one_stream(file: DicomFile, layout: PixelLayout) -> bool:
    """Whether pixel data of a stated length are a codestream without fragments, as some writers left them."""
    pixels = file.pixels
    assert pixels is not None
    assert pixels.length is not None
    if pixels.length * 8 >= layout.frame_bits * layout.frames:
        return False  # long enough for plain pixels: the transfer syntax is wrong, or there is none
    file.stream.seek(pixels.offset)
    return is_encapsulated(file.transfer_syntax) or is_codestream(file.stream.read(12))
