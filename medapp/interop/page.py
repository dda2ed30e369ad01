"""An answer as one page of PDF: picture, answer, model, limits."""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from medapp.folders import resource_path
from medapp.i18n import clauses, ended, spaced, tr
from medapp.interop.lettering import BOLD, REGULAR, is_wide, wide_font_file
from medapp.interop.outcome import ModelFacts, Outcome
from medapp.interop.picture import Picture, contour_sentence
from medapp.interop.rows import identity_of
from medapp.interop.words import (
    SHORT_HASH,
    class_lines,
    explanation,
    figure_lines,
    headline,
    maker_line,
    model_line,
    remarks,
)

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_MARGIN = 48
_PICTURE = 400, 330
"""Room of the picture, in points."""
_LONGEST = 600
_EMBEDDED, _NAMED_ONLY = "EastAsian", "STSong-Light"
_ACCENT, _DIM = "#1f5fa8", "#555b63"
_HEADS = {"title": (15, True, "#000000", 0), "head": (10.5, True, _ACCENT, 7), "answer": (13, True, "#000000", 2)}
_BODIES = {"plain": (9, False, "#000000", 1), "dim": (8, False, _DIM, 1), "use": (9, True, "#8a3b00", 5)}
_STYLES = {**_HEADS, **_BODIES}


def page(outcome: Outcome, picture: Picture, *, with_identity: bool) -> bytes:
    """Return an answer as a PDF file of one page, A4.

    Parameters
    ----------
    outcome : Outcome
    picture : Picture
        From `picture_with_contour`.
    with_identity : bool
        Whether patient, exam and file are named.

    Returns
    -------
    bytes
        Letters are embedded. What does not fit on the page is made smaller, never left out.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Frame, KeepInFrame, PageTemplate
    from reportlab.platypus.doctemplate import BaseDocTemplate

    _register_fonts()
    width, height = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
    stream = io.BytesIO()
    document = BaseDocTemplate(
        stream, pagesize=A4, title=tr("send.page_title"), author="", creator="medapp", subject=tr("research_use")
    )
    frame = Frame(_MARGIN, _MARGIN, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    story = _story(outcome, picture, with_identity=with_identity)
    document.build([KeepInFrame(width, height, story, mode="shrink")])
    return stream.getvalue()


def _register_fonts() -> None:
    from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (REGULAR, BOLD):
        if name not in getRegisteredFontNames():
            registerFont(TTFont(name, str(resource_path("fonts", name))))


@cache
def _east_asian_font() -> str:
    """Register a font with the letters of East Asia and return its name: one of this computer where it can be embedded.

    Else one that a PDF only names and viewers bring along (ISO 32000-1, 9.7.5.2).
    """
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    path = wide_font_file()
    if path is not None:
        try:
            registerFont(TTFont(_EMBEDDED, path))
        except TTFError:
            pass  # its outlines are not TrueType's
        else:
            return _EMBEDDED
    registerFont(UnicodeCIDFont(_NAMED_ONLY))
    return _NAMED_ONLY


def _story(outcome: Outcome, picture: Picture, *, with_identity: bool) -> list[Flowable]:
    """Return the parts of the page from top to bottom."""
    prediction = outcome.prediction
    parts = [_text("title", tr("send.page_title")), _text("use", tr("research_use"))]
    parts += [_text("dim", line) for line in _about_image(outcome, with_identity=with_identity)]
    parts += [_drawn(picture), _text("head", tr("send.page_answer")), _text("answer", headline(prediction))]
    parts += [_text("plain", line) for line in (explanation(prediction), *class_lines(prediction))]
    if picture.has_contour:
        parts.append(_text("plain", contour_sentence(outcome)))
    parts += [_text("plain", line) for line in remarks(prediction)]
    if prediction.state != "no_model":
        parts.append(_text("head", tr("send.page_model")))
        parts += [_text("plain", line) for line in _about_model(outcome.model)]
        parts.append(_text("head", tr("send.page_limits")))
        parts += [_text("plain", tr(key)) for key in ("send.limit_one_image", "send.limit_elsewhere")]
    made = tr("send.made_at", when=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"))
    parts.append(_text("dim", spaced((ended(maker_line()), ended(made), tr("send.unverified"), tr("send.derived")))))
    return parts


def _about_image(outcome: Outcome, *, with_identity: bool) -> list[str]:
    """Return which image it is: by a hash, and by name where that is asked for."""
    modality = outcome.header.get("Modality") if outcome.header else tr("send.picture")
    identity = outcome.prediction.identity[:SHORT_HASH]
    which = tr("send.image_line", identity=identity, frame=outcome.frame_number, modality=modality)
    if not with_identity:
        return [which, tr("send.identity_hidden")]
    told = identity_of(outcome)
    lines = [which, tr("send.file", name=told["file"])]
    if outcome.header is not None:
        patient = tr(
            "send.patient", name=_readable(told["patient_name"]), id=told["patient_id"], born=told["birth_date"]
        )
        exam = tr("send.study", date=told["study_date"], description=outcome.header.get("StudyDescription"))
        lines += [patient, exam]
    return lines


def _readable(name: str) -> str:
    """Return the alphabetic form of a person's name, family name first (PS3.5 6.2.1.1)."""
    parts = [part.strip() for part in name.partition("=")[0].split("^")]
    return ", ".join(part for part in parts[:2] if part)


def _about_model(model: ModelFacts) -> list[str]:
    lines = [model_line(model)]
    if model.trained_on:
        lines.append(tr("send.trained_on", text=model.trained_on))
    if model.evidence:
        lines.append(model.evidence)
    figures = figure_lines(model)
    if figures:
        lines.append(tr("send.figures", figures=clauses(figures)))
    elif not model.evidence:
        lines.append(tr("send.no_evaluation"))
    if model.licence:
        lines.append(tr("send.licence", text=model.licence))
    return lines


def _drawn(picture: Picture) -> Flowable:
    from PIL import Image as Pixels
    from reportlab.platypus import Image

    png = io.BytesIO()
    Pixels.fromarray(picture.pixels).save(png, "PNG")
    png.seek(0)
    height, width = picture.pixels.shape[:2]
    scale = min(_PICTURE[0] / width, _PICTURE[1] / height)
    return Image(png, width * scale, height * scale)


def _text(style: str, text: str) -> Flowable:
    """Return a paragraph; what packages and files say is text on the page, never markup."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    size, bold, colour, before = _STYLES[style]
    plain = "".join(c if c.isprintable() else " " for c in text)[:_LONGEST]
    look = ParagraphStyle(
        style,
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * 1.3,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=1.5,
        splitLongWords=True,
        wordWrap="CJK" if is_wide(plain) else None,
    )
    return Paragraph(_in_known_letters(plain), look)


def _in_known_letters(text: str) -> str:
    """Return a text as the markup of a paragraph, its letters of East Asia in a font that has them."""
    runs = groupby(text, is_wide)
    parts = ((wide, escape("".join(run))) for wide, run in runs)
    return "".join(f'<font name="{_east_asian_font()}">{part}</font>' if wide else part for wide, part in parts)
