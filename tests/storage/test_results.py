"""The database of predictions: what went in comes out, also after a kill, and damage is set aside."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from medapp.classify.prediction import ModelKey, Prediction
from medapp.errors import MedappError
from medapp.storage.results import MIGRATIONS, ReadFile, Results

MODEL = ModelKey("trial", "1.0", "m" * 64)


def prediction(identity: str = "a", *, heat: bool = False, refused: str | None = None) -> Prediction:
    return Prediction(
        MODEL,
        identity,
        None if refused else {"NORMAL": 0.25, "NODULE": 0.75},
        None if refused else "NODULE",
        refused=refused,
        in_distribution=0.5,
        threshold=0.3,
        alarm_class="NODULE",
        heat_map=np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4) if heat else None,
        seconds=0.0125,
        device="cpu",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Ergebnisse ü" / "results.sqlite"


def test_a_prediction_comes_back_as_it_was(path: Path) -> None:
    with Results(path) as results:
        results.put([prediction(heat=True)])
    with Results(path) as results:
        back = results.get("a", MODEL.manifest_hash, heat_map=True)
    assert back is not None
    assert back.to_json() == prediction(heat=True).to_json()
    np.testing.assert_array_equal(back.heat_map, prediction(heat=True).heat_map)  # type: ignore[arg-type]


def test_nothing_is_known_of_another_image_or_another_model(path: Path) -> None:
    with Results(path) as results:
        results.put([prediction()])
        assert results.get("b", MODEL.manifest_hash) is None
        assert results.get("a", "other") is None


def test_a_prediction_without_a_heat_map_does_not_do_where_one_is_asked_for(path: Path) -> None:
    with Results(path) as results:
        results.put([prediction()])
        assert results.get("a", MODEL.manifest_hash) is not None
        assert results.get("a", MODEL.manifest_hash, heat_map=True) is None
        results.put([prediction(heat=True)])
        assert results.get("a", MODEL.manifest_hash, heat_map=True) is not None
        assert results.count() == 1


def test_a_refusal_is_known_with_or_without_a_heat_map(path: Path) -> None:
    with Results(path) as results:
        results.put([prediction(refused="ood.features")])
        back = results.get("a", MODEL.manifest_hash, heat_map=True)
    assert back is not None
    assert (back.refused, back.probabilities) == ("ood.features", None)


def test_threads_write_and_read_at_the_same_time(path: Path) -> None:
    with Results(path) as results:

        def work(name: str) -> None:
            for number in range(20):
                results.put([prediction(f"{name}{number}")])
                assert results.get(f"{name}{number}", MODEL.manifest_hash) is not None

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results.count() == 80


def test_two_programs_share_the_database(path: Path) -> None:
    with Results(path) as window, Results(path) as command_line:
        window.put([prediction("a")])
        command_line.put([prediction("b")])
        assert window.get("b", MODEL.manifest_hash) is not None


def test_what_was_acknowledged_survives_the_death_of_the_process(path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tests.storage.test_results import prediction\n"
        "from medapp.storage.results import Results\n"
        "results = Results(Path(sys.argv[1]))\n"
        "for n in range(5): results.put([prediction(str(n))])\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, cwd=Path(__file__).parents[2])
    with Results(path) as results:
        assert results.count() == 5
        assert results.set_aside is None


@pytest.mark.parametrize("damage", [b"", b"this is no database at all, but it is long enough to be looked at" * 50])
def test_a_damaged_database_is_set_aside_and_told(path: Path, damage: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    with Results(path) as results:
        results.put([prediction()])
        assert results.count() == 1
        if damage:
            assert results.set_aside is not None
            assert results.set_aside.code == "results.damaged"
    kept = [p.read_bytes() for p in path.parent.glob("results.set-aside-*.sqlite")]
    assert kept == ([damage] if damage else [])


def test_damage_met_while_reading_is_set_aside_too(path: Path) -> None:
    with Results(path) as results:
        for number in range(200):
            results.put([prediction(str(number), heat=True)])
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    with Results(path) as results:
        assert results.get("7", MODEL.manifest_hash) is None
        assert results.set_aside is not None
        results.put([prediction("7")])
        assert results.get("7", MODEL.manifest_hash) is not None


def test_a_database_of_a_newer_program_is_set_aside_and_kept(path: Path) -> None:
    Results(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO schema_version VALUES (?, 'later')", (len(MIGRATIONS) + 1,))
    connection.close()
    with Results(path) as results:
        assert results.set_aside is not None
        assert results.set_aside.code == "results.newer"
        assert results.count() == 0
    assert len(list(path.parent.glob("results.set-aside-*.sqlite"))) == 1


def test_where_the_disk_refuses_results_live_in_memory_and_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with Results(tmp_path / "file" / "results.sqlite") as results:
        assert results.set_aside is not None
        assert results.set_aside.code == "results.write"
        results.put([prediction()])
        assert results.count() == 1


def test_a_write_that_fails_is_told(path: Path) -> None:
    results = Results(path)
    results.close()
    with pytest.raises(MedappError) as caught:
        results.put([prediction()])
    assert caught.value.code == "results.write"


def test_the_database_is_written_ahead_and_through_to_the_disk(path: Path) -> None:
    with Results(path) as results:
        results.put([prediction()])
        connection = results._database._connection
        pragma = {n: connection.execute(f"PRAGMA {n}").fetchone()[0] for n in ("journal_mode", "synchronous")}
    assert pragma == {"journal_mode": "wal", "synchronous": 2}


def test_what_was_learned_of_files_comes_back_however_many_are_asked_about(path: Path) -> None:
    files = {f"place {n}": ReadFile(f"identity {n}", "CT", "CHEST", "PA") for n in range(1000)}
    with Results(path) as results:
        results.note_files(files)
    with Results(path) as results:
        assert results.files([*files, "unknown"]) == files
        assert results.files([]) == {}


def test_the_last_answer_of_any_model_is_found(path: Path) -> None:
    with Results(path) as results:
        assert results.latest("a") is None
        results.put([prediction()])
        latest = results.latest("a")
        assert latest is not None
        assert latest.model == MODEL
