"""A frame that comes late is never shown as another image."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from medapp.imaging.source import scan
from medapp.jobs import run_to_end
from medapp.ui.cell_state import Place
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import series_key


def test_a_frame_that_comes_after_its_series_grew_is_not_shown_as_another_image(
    qtbot: QtBot, session: Session, ct_folder: Path
) -> None:
    pictures, readers = Pictures(session), session.services.readers
    whole = run_to_end(scan([ct_folder], readers))
    study = whole.studies[0]
    series = study.series[0]
    first, *rest = series.instances
    part = replace(series, instances=(first, *rest[5:]))
    session.update(scan=replace(whole, studies=(replace(study, series=(part,)),)))
    pictures.show(Place(series_key(part), 1))
    session.update(scan=whole)
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.loading, timeout=30_000)
    picture = session.state.picture
    assert picture is not None
    assert picture.instance == series.instances[1]
    assert picture.identity == readers.frame(picture.instance.source).identity
