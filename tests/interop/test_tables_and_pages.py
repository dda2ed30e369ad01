"""CSV, JSON and PDF: what they say, and whose name they do not say."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medapp import schemas
from medapp.classify.package import Package
from medapp.errors import MedappError
from medapp.i18n import percent_text, speak
from medapp.interop import lettering
from medapp.interop.lettering import Line, words_below
from medapp.interop.outcome import ModelFacts
from medapp.interop.page import page
from medapp.interop.picture import caption, picture_with_contour
from medapp.interop.rows import Refused, Row, values_of
from medapp.interop.tables import as_csv, as_document
from tests.interop.made import KEY, KINDS, outcome
from tests.trial_packages import package_at

SECRETS = ("Müller", "Jörg", "ID7", "1970", "1.2.3.4", "chest.dcm", "A1")


def rows(*kinds: str, with_identity: bool = False) -> list[Row]:
    outcomes = [outcome(kind, number=number) for number, kind in enumerate(kinds, 1)]
    return [Row(values_of(one, with_identity=with_identity), (f"{one.number}.pdf",)) for one in outcomes]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_line_for_each_answer_and_a_column_for_each_class() -> None:
    answered, several, unlike = table(as_csv(rows("answered", "several", "unlike")))
    assert (answered["label"], answered["p(PNEUMONIA)"], answered["from(PNEUMONIA)"]) == (
        "PNEUMONIA",
        "0.750000",
        "0.500000",
    )
    assert (several["p(effusion)"], several["p(PNEUMONIA)"], several["from(effusion)"]) == ("0.700000", "", "0.500000")
    assert (unlike["state"], unlike["label"], unlike["p(PNEUMONIA)"], unlike["p(NORMAL)"]) == ("unlike", "", "", "")
    assert "Not like the training data" in unlike["reason"]
    assert answered["model_package_sha256"] == KEY.manifest_hash


def test_an_unclear_answer_has_its_probability_and_no_label() -> None:
    (unclear,) = table(as_csv(rows("unclear")))
    assert (unclear["state"], unclear["label"], unclear["p(PNEUMONIA)"]) == ("unclear", "", "0.750000")


def test_no_cell_is_a_formula() -> None:
    (row,) = rows("several", with_identity=True)
    values = {**row.values, "label": "=1+1", "identity": {**row.values["identity"], "patient_name": "@SUM(A1)"}}
    (line,) = table(as_csv([replace(row, values=values)]))
    assert (line["label"], line["patient_name"]) == ("'=1+1", "'@SUM(A1)")


@pytest.mark.parametrize("kind", KINDS)
def test_identity_is_told_only_where_it_is_asked_for(kind: str) -> None:
    for with_identity in (False, True):
        told = rows(kind, with_identity=with_identity)
        document = json.dumps(as_document(told, with_identity=with_identity), ensure_ascii=False)
        for text in (as_csv(told), document):
            found = [secret for secret in SECRETS if secret in re.sub("[0-9a-f]{64}", "", text)]
            assert found == (list(SECRETS) if with_identity else [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_document_fits_its_schema(kind: str) -> None:
    refused = (Refused("sr", "send.not_dicom", "It is no DICOM image."),)
    told = [replace(row, refused=refused) for row in rows(kind, with_identity=True)]
    schemas.check("send_on", as_document(told, with_identity=True))


def test_the_schema_takes_no_refusal_with_probabilities() -> None:
    document = as_document(rows("unlike"), with_identity=False)
    document["results"][0]["probabilities"] = {"NORMAL": 0.5}
    with pytest.raises(Exception, match="schema"):
        schemas.check("send_on", document)


def page_of(kind: str, *, with_identity: bool = False, **changes: Any) -> bytes:
    one = replace(outcome(kind), **changes)
    return page(one, picture_with_contour(one), with_identity=with_identity)


def words_of(data: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = folder / "page.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_the_page_says_answer_operating_point_model_and_limits(tmp_path: Path) -> None:
    words = words_of(page_of("answered"), tmp_path)
    for told in (
        "PNEUMONIA: 75 % (given from 50 % on)",
        "at or above the operating point, 50 %",
        "Träger <b>&amp; (trial 1.0, package abababababab…)",
        "children, one hospital",
        "Area under the ROC curve: 0.9 (0.8–0.95), 90 cases",
        "The outlined area is where the score of PNEUMONIA came from",
        "Research use only",
        "Not verified by a person",
    ):
        assert told in words
    assert not [secret for secret in SECRETS if secret in words]


def test_the_page_names_patient_exam_and_file_where_it_is_asked_for(tmp_path: Path) -> None:
    words = words_of(page_of("answered", with_identity=True), tmp_path)
    for told in ("Müller, Jörg", "ID7", "20260102", "chest.dcm"):
        assert told in words


@pytest.mark.parametrize("kind", ["unlike", "no_model"])
def test_the_page_of_a_refusal_has_no_probability_and_no_contour(kind: str, tmp_path: Path) -> None:
    words = words_of(page_of(kind), tmp_path)
    assert "PNEUMONIA" not in words
    assert "outlined" not in words
    assert "Research use only" in words


def test_the_page_is_one_page_however_much_there_is_to_say() -> None:
    one = outcome()
    many = {f"class {n} with a rather long name": 1 / 90 for n in range(90)}
    told = replace(one.prediction, probabilities=many, label="class 0 with a rather long name")
    facts = replace(one.model, evidence="word " * 400, licence="x" * 5000, trained_on="<para>" * 300)
    data = page_of("answered", prediction=told, model=facts)
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    assert re.search(rb"/Count\s+1\b", data)


def test_letters_of_the_world_are_in_the_page(tmp_path: Path) -> None:
    one = outcome()
    told = replace(one.prediction, probabilities={"Пневмония": 0.5, "Υγιής": 0.5}, label="Пневмония", alarm_class=None)
    words = words_of(page_of("answered", prediction=told), tmp_path)
    assert "Пневмония" in words
    assert "Υγιής" in words


def test_a_page_is_a_pdf_with_its_picture() -> None:
    data = page_of("answered")
    assert data.startswith(b"%PDF-")
    assert b"/Image" in data


def test_words_longer_than_the_strip_are_broken_and_none_is_lost() -> None:
    strip = words_below(512, [Line("Wort" * 100), Line("", bold=True), Line("a\nb\x00c")], 16)
    assert strip.shape[1] == 512
    assert strip[:, :4].max() == 0
    assert strip[:, -4:].max() == 0
    assert strip.shape[0] > 6 * 16


def test_the_caption_never_names_anyone() -> None:
    for kind in KINDS:
        text = " ".join(line.text for line in caption(outcome(kind), has_contour=True))
        assert not [secret for secret in SECRETS if secret in text]
        assert "Research use only" in text


@pytest.mark.parametrize(("share", "text"), [(0.0, "< 0.1 %"), (1.0, "> 99.9 %"), (0.5, "50 %"), (0.0123, "1.2 %")])
def test_no_probability_is_told_as_certain(share: float, text: str) -> None:
    assert percent_text(share) == text


def test_facts_of_a_model_are_its_packages(tmp_path: Path) -> None:
    figure = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 90}
    sealed = {"auc": figure, "sensitivity": {"value": None}, "in_people": "Of 100 it finds 97."}
    package: Package = package_at(tmp_path / "package", report={"sealed": sealed})
    key = replace(KEY, manifest_hash=package.manifest_hash)
    facts = ModelFacts.of(key, package)
    assert (facts.name, facts.evidence, facts.figures) == (
        "Trial",
        "Of 100 it finds 97.",
        (("auc", 0.9, 0.8, 0.95, 90),),
    )


def test_a_package_that_was_changed_or_removed_vouches_for_nothing(tmp_path: Path) -> None:
    package = package_at(tmp_path / "package")
    assert ModelFacts.of(KEY, None) == ModelFacts.of(KEY, package) == ModelFacts(KEY, "trial")


def test_the_picture_of_a_colour_image_keeps_its_colours() -> None:
    one = outcome("unlike")
    assert one.frame is not None
    colours = replace(one.frame, stored=np.full((64, 64, 3), (200, 40, 10), np.uint8))
    pixels = picture_with_contour(replace(one, frame=colours)).pixels
    assert pixels[100, 100].tolist() == [200, 40, 10]


@pytest.fixture
def chinese() -> Iterator[None]:
    speak("zh_CN")
    yield
    speak("en")


def test_the_page_is_read_in_chinese_too(chinese: None, tmp_path: Path) -> None:
    assert "仅供研究" in words_of(page_of("answered"), tmp_path).replace(" ", "")


def test_words_without_a_font_are_refused_and_not_drawn_as_boxes(
    chinese: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lettering, "_WIDE_FONTS", ("no such font.ttc",))
    lettering._wide_font.cache_clear()
    with pytest.raises(MedappError) as failure:
        words_below(512, [Line("仅供研究")], 16)
    assert failure.value.code == "send.no_letters"
    assert words_below(512, [Line("Müller")], 16).max() > 200


def test_chinese_words_are_wrapped_though_nothing_parts_them(chinese: None) -> None:
    try:
        strip = words_below(512, [Line("仅供研究" * 40)], 16)
    except MedappError:
        pytest.skip("no font with Chinese letters is installed")
    assert strip.shape[0] > 5 * 16
    assert strip[:, -4:].max() == 0
