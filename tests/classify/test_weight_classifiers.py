"""Weight files as classifiers: recognised, prepared for as their makers do, and honest about what is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from medapp.classify import network
from medapp.classify.package import Package, read_package
from medapp.classify.preprocess import PreprocessSpec, RangeSpec, network_picture
from medapp.classify.scope import Scope
from medapp.classify.weight_files import read_weight_file, recognised
from medapp.classify.weight_plan import (
    PREPROCESS,
    XRV_LABELS,
    WeightFacts,
    WeightPlan,
    class_names,
    preprocess_from,
    scope_from,
)
from medapp.classify.weights import import_weights
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from tests.classify.xrv_layout import XrvDenseNet, xrv_network

pytestmark = pytest.mark.torch
XRV_PLAN = WeightPlan(classes=XRV_LABELS)


@pytest.fixture(scope="module")
def xrv() -> XrvDenseNet:
    torch.set_num_threads(1)
    return xrv_network()


@pytest.fixture(scope="module")
def xrv_file(xrv: XrvDenseNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("xrv") / "nih-densenet121 ü-best.pt"
    torch.save(xrv.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def small() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return dict(network.build("small_cnn", 3).network.state_dict())


def saved(folder: Path, tensors: dict[str, Tensor]) -> Path:
    torch.save(tensors, folder / "w.pth")
    return folder / "w.pth"


def imported(path: Path, tmp_path: Path, plan: WeightPlan) -> Package:
    import_weights(str(path), str(tmp_path / "target"), plan)
    return read_package(tmp_path / "target")


def code_of(path: Path, tmp_path: Path, plan: WeightPlan) -> str:
    with pytest.raises(MedappError) as caught:
        import_weights(str(path), str(tmp_path / "target"), plan)
    assert not (tmp_path / "target").exists()
    return caught.value.code


def radiograph(tmp_path: Path) -> Frame:
    path = write_png(tmp_path / "x.png", PhantomCase(seed=3, nodule=True, size=300))
    with Readers(ReaderConfig(processes=1)) as readers:
        return readers.frame(str(path))


def test_a_network_of_torchxrayvision_is_recognised_with_its_operating_points(xrv_file: Path) -> None:
    facts, tensors = recognised(read_weight_file(xrv_file))
    assert (facts.architecture, facts.outputs, facts.guessed_preprocess) == ("xrv_densenet121", 18, "xrv")
    assert facts.guessed_classes == XRV_LABELS
    assert facts.thresholds[0] == pytest.approx(0.05)
    assert "op_threshs" not in tensors
    assert WeightFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_it_answers_what_torchxrayvision_answers_for_the_picture_as_that_prepares_it(
    xrv: XrvDenseNet, xrv_file: Path, tmp_path: Path
) -> None:
    package, frame = imported(xrv_file, tmp_path, XRV_PLAN), radiograph(tmp_path)
    picture = torch.from_numpy(network_picture(frame, package.preprocess))[None]
    with torch.inference_mode():
        ours = network.load(package)(picture).numpy()
        levels = cv2.resize(frame.stored.astype(np.float32), (224, 224), interpolation=cv2.INTER_AREA)
        spread = (levels - frame.stored.min()) / (frame.stored.max() - frame.stored.min())
        theirs = torch.sigmoid(xrv.logits(torch.from_numpy((2 * spread - 1) * 1024).float()[None, None]))
    probabilities = package.calibration.probabilities(ours)
    np.testing.assert_allclose(probabilities, theirs.numpy(), atol=2e-2)
    assert probabilities.std() > 1e-3


def test_what_is_not_known_of_it_stands_in_the_package_and_on_its_card(xrv_file: Path, tmp_path: Path) -> None:
    package = imported(xrv_file, tmp_path, XRV_PLAN)
    assert (package.metadata.kind, package.metadata.classes) == ("several_labels", XRV_LABELS)
    assert not package.calibration.calibrated
    assert package.report() is None
    assert package.novelty() is None
    assert package.training_set() is None
    assert package.scope.modalities == ("CR", "DX", "PICTURE")
    card = package.card()
    assert "Not calibrated" in card
    assert "guessed from the network" in card
    assert "-1024 to 1024" in card


def test_an_output_without_a_name_or_a_training_is_left_out(xrv: XrvDenseNet, tmp_path: Path) -> None:
    points = xrv.op_threshs.clone()
    points[17] = float("nan")
    path = saved(tmp_path, {**xrv.state_dict(), "op_threshs": points})
    package = imported(path, tmp_path, replace(XRV_PLAN, classes=("", *XRV_LABELS[1:])))
    assert package.metadata.classes == XRV_LABELS[1:17]
    assert len(package.calibration.thresholds) == 16
    assert package.weights()["classifier.bias"].shape == (16,)
    assert XRV_LABELS[17] in package.card()


def test_a_file_of_torchvision_becomes_a_classifier_of_the_classes_that_are_named(
    small: dict[str, Tensor], tmp_path: Path
) -> None:
    plan = WeightPlan("own", "Three things", "7", "small_cnn", ("a", "b", "ç"), preprocess=PREPROCESS["medapp"])
    package = imported(saved(tmp_path, small), tmp_path, plan)
    metadata = package.metadata
    assert (metadata.id, metadata.version, metadata.kind) == ("own", "7", "classifier")
    assert metadata.classes == ("a", "b", "ç")
    assert not package.calibration.calibrated
    assert not package.calibration.several
    assert "as was said at the import" in package.card()


def test_labels_that_may_occur_together_get_a_neutral_operating_point(small: dict[str, Tensor], tmp_path: Path) -> None:
    package = imported(saved(tmp_path, small), tmp_path, WeightPlan(classes=("a", "b", "c"), several=True))
    assert package.calibration.thresholds == (0.5, 0.5, 0.5)
    assert "0.5 stands for all" in package.card()


def test_a_single_output_is_a_label(tmp_path: Path) -> None:
    tensors = dict(network.build("small_cnn", 1).network.state_dict())
    assert imported(saved(tmp_path, tensors), tmp_path, WeightPlan(classes=("ill",))).metadata.kind == "several_labels"


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (WeightPlan(architecture="resnet18"), "weights.architecture"),
        (WeightPlan(classes=("a", "b")), "weights.classes"),
        (WeightPlan(classes=("a", "a", "b")), "weights.names"),
        (WeightPlan(classes=("a", "", "")), "weights.names"),
        (
            WeightPlan(classes=("a", "b", "c"), preprocess=PreprocessSpec(size=16, std=(0.0, 1.0, 1.0))),
            "weights.figures",
        ),
        (WeightPlan(classes=("a", "b", "c\x07")), "schema"),
        (WeightPlan(version="one"), "schema"),
    ],
)
def test_what_does_not_fit_the_file_is_told(
    small: dict[str, Tensor], tmp_path: Path, plan: WeightPlan, code: str
) -> None:
    assert code_of(saved(tmp_path, small), tmp_path, plan) == code


def test_a_picture_that_the_network_does_not_take_is_told(xrv_file: Path, tmp_path: Path) -> None:
    plan = replace(XRV_PLAN, preprocess=replace(PREPROCESS["xrv"], size=16))
    assert code_of(xrv_file, tmp_path, plan) == "weights.size"


@pytest.mark.parametrize("points", [torch.rand(3), torch.full((18,), 1.5), torch.zeros(18, dtype=torch.int64)])
def test_operating_points_that_are_none_are_refused(xrv: XrvDenseNet, tmp_path: Path, points: Tensor) -> None:
    path = saved(tmp_path, {**xrv.state_dict(), "op_threshs": points})
    assert code_of(path, tmp_path, XRV_PLAN) == "weights.thresholds"


def test_more_outputs_than_a_package_may_have_are_no_known_network(small: dict[str, Tensor], tmp_path: Path) -> None:
    wide = {
        **small,
        "classifier.bias": torch.zeros(1).expand(10**9),
        "classifier.weight": torch.zeros(1, 1).expand(10**9, 128),
    }
    assert code_of(saved(tmp_path, wide), tmp_path, WeightPlan()) == "weights.unknown"


def test_a_plan_travels_as_json() -> None:
    plan = WeightPlan("a", classes=("x", ""), preprocess=PREPROCESS["xrv"], mean=(0, 0, 0), scope=Scope(("CT",)))
    assert WeightPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert WeightPlan.from_json(json.loads(json.dumps(WeightPlan().to_json()))) == WeightPlan()


def test_classes_are_named_by_a_list_a_file_or_the_word_for_torchxrayvisions(tmp_path: Path) -> None:
    (tmp_path / "Klassen ü.txt").write_text("Erguss, links\n\nnormal\n", encoding="utf-8-sig")
    assert class_names(" a, b ,,c") == ("a", "b", "", "c")
    assert class_names(str(tmp_path / "Klassen ü.txt")) == ("Erguss, links", "", "normal")
    assert class_names("XRV") == XRV_LABELS
    with pytest.raises(MedappError) as caught:
        class_names(" , ")
    assert caught.value.code == "weights.no_classes"


def test_preprocessing_is_named_or_given_as_a_file_and_changed_as_asked_for(tmp_path: Path) -> None:
    document = {"schema_version": 1, **replace(PreprocessSpec(), size=96).to_json()}
    (tmp_path / "own.json").write_text(json.dumps(document))
    assert preprocess_from(str(tmp_path / "own.json")).size == 96
    assert preprocess_from("imagenet", size=128).size == 128
    assert preprocess_from("xrv", spread="fixed:-1000:400").range == RangeSpec("fixed", -1000, 400)
    assert preprocess_from("xrv", spread="type").range.kind == "type"


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("nothing", {}, "weights.preprocess"),
        ("does/not/exist.json", {}, "weights.preprocess"),
        ("xrv", {"spread": "percentile"}, "weights.range"),
        ("xrv", {"spread": "type:1:2"}, "weights.range"),
        ("xrv", {"spread": "fixed:a:b"}, "weights.range"),
        ("xrv", {"spread": "fixed:1:2:3"}, "weights.range"),
        ("xrv", {"spread": "fixed:5:1"}, "package.range"),
        ("xrv", {"size": 7}, "schema"),
    ],
)
def test_preprocessing_that_is_none_is_told(text: str, options: dict[str, str], code: str) -> None:
    with pytest.raises(MedappError) as caught:
        preprocess_from(text, **options)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_a_specification_that_is_no_json_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text("{")
    with pytest.raises(MedappError) as caught:
        preprocess_from(str(tmp_path / "own.json"))
    assert caught.value.code == "package.json"


def test_a_scope_is_made_of_what_is_named() -> None:
    assert scope_from("", "", "") is None
    named = scope_from("dx, cr", "", "PA")
    assert named == Scope(modalities=("DX", "CR"), views=("PA",))


def test_what_is_named_takes_the_place_of_the_guessed_scope(xrv_file: Path, tmp_path: Path) -> None:
    package = imported(xrv_file, tmp_path, replace(XRV_PLAN, scope=scope_from("DX", "CHEST", "")))
    assert (package.scope.modalities, package.scope.body_parts) == (("DX",), ("CHEST",))
    assert package.scope.grey_only
