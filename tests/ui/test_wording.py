"""Names, dates and numbers as people read them."""

from __future__ import annotations

import pytest

from medapp.i18n import speak
from medapp.imaging.study import Patient
from medapp.ui.widgets.wording import (
    date_text,
    name_text,
    ordinal_text,
    patient_text,
    plain_text,
    seconds_text,
    sex_text,
    time_left_text,
    time_text,
)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Muster^Max^Otto^Dr.", "Muster, Max Otto"),
        ("Muster", "Muster"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou"),
        ("=山田^太郎", "山田 太郎"),
        ("", ""),
    ],
)
def test_a_dicom_name_is_read_as_family_name_and_given_names(stored: str, read: str) -> None:
    assert name_text(stored) == read


def test_a_patient_without_a_name_is_told_by_the_id() -> None:
    assert patient_text(Patient(patient_id="ID7")) == "ID7"


@pytest.mark.parametrize(("stored", "read"), [("20260102", "2026-01-02"), ("2026", "2026"), ("", "")])
def test_dates_are_written_with_dashes(stored: str, read: str) -> None:
    assert date_text(stored) == read


@pytest.mark.parametrize(("stored", "read"), [("101530.5", "10:15"), ("10", "10"), ("", "")])
def test_times_are_hours_and_minutes(stored: str, read: str) -> None:
    assert time_text(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"), [("M", "Sex: male"), ("F", "Sex: female"), ("O", "Sex: other"), ("X", "Sex: X"), ("", "")]
)
def test_the_sex_of_the_header_is_a_word(stored: str, read: str) -> None:
    assert sex_text(stored) == read


def test_carets_are_no_part_of_a_description() -> None:
    assert plain_text("CBU^Neuro  imaging") == "CBU Neuro imaging"


@pytest.mark.parametrize(
    ("seconds", "read"), [(0.0, "< 0.1 s"), (0.04, "< 0.1 s"), (0.05, "0.1 s"), (42.4, "42 s"), (100, "2 min")]
)
def test_durations_have_the_unit_that_fits(seconds: float, read: str) -> None:
    assert seconds_text(seconds) == read


@pytest.mark.parametrize(("seconds", "read"), [(99.2, "time left 1:40"), (None, ""), (float("inf"), "")])
def test_time_left_is_minutes_and_seconds(seconds: float | None, read: str) -> None:
    assert time_left_text(seconds) == read


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_ordinals_are_english_in_english(number: int, text: str) -> None:
    assert ordinal_text(number) == text
    speak("zh_CN")
    assert ordinal_text(number) == str(number)
