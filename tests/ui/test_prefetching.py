"""What will be wanted is decoded before it is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from medapp.imaging.source import scan
from medapp.imaging.study import Scan
from medapp.jobs import run_to_end
from medapp.ui.cell_state import Place
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import all_keys


def opened(session: Session, folder: Path) -> Scan:
    found = run_to_end(scan([folder], session.services.readers))
    session.update(scan=found)
    return found


def test_a_stack_that_stays_on_screen_is_decoded_to_its_ends(qtbot: QtBot, session: Session, ct_folder: Path) -> None:
    pictures, found = Pictures(session), opened(session, ct_folder)
    series = found.studies[0].series[0]
    pictures.show(Place(all_keys(found)[0], 5))
    wanted = [(instance.source, 0) for instance in series.instances]
    qtbot.waitUntil(lambda: all(key in session.services.cache for key in wanted), timeout=30_000)
    qtbot.waitUntil(lambda: not pictures.is_busy)


def test_a_file_that_cannot_be_decoded_does_not_keep_the_others_from_it(
    qtbot: QtBot, session: Session, ct_folder: Path
) -> None:
    pictures, found = Pictures(session), opened(session, ct_folder)
    study = found.studies[0]
    series = study.series[0]
    gone = replace(series.instances[6], source=f"{series.instances[6].source}.gone")
    broken = replace(series, instances=(*series.instances[:6], gone, *series.instances[7:]))
    session.update(scan=replace(found, studies=(replace(study, series=(broken,)),)))
    pictures.show(Place(all_keys(session.state.scan)[0], 5))
    wanted = [(instance.source, 0) for instance in broken.instances if instance is not gone]
    qtbot.waitUntil(lambda: all(key in session.services.cache for key in wanted), timeout=30_000)
    assert session.state.picture_problem is None, "it is told when it is asked for"
