"""The networks: torchvision's names and answers, opened at two depths; explained; on a device that may fail."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from medapp.classify import devices, network, novelty
from medapp.classify.contents import Calibration
from medapp.classify.explain import heat_maps
from medapp.classify.inference import FELL_BACK, Inference
from medapp.classify.network import ARCHITECTURES, Classifier, build, load
from medapp.classify.package import Package
from medapp.errors import MedappError
from tests.trial_packages import contents, package_at, weights

pytestmark = pytest.mark.torch
FEATURES = {
    "mobilenet_v2": (96, 1280),
    "resnet18": (256, 512),
    "resnet50": (1024, 2048),
    "densenet121": (256, 1024),
    "xrv_densenet121": (256, 1024),
    "efficientnet_b0": (112, 1280),
    "convnext_tiny": (384, 768),
    "vit_b_16": (768, 768),
    "textbook_cnn": (64, 128),
    "small_cnn": (64, 128),
}


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)


def pictures(count: int = 2, size: int = 64) -> Tensor:
    return torch.randint(0, 256, (count, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_architecture_is_torchvisions_own_network_opened_at_two_depths(architecture: str) -> None:
    classifier = build(architecture, 3).eval()
    nn.init.normal_(classifier.head.weight)  # torchvision's transformer begins with a head of zeros
    batch = pictures(size=224 if architecture == "vit_b_16" else 64)
    with torch.inference_mode():
        middle, deep = classifier.features_of(batch)
        logits = classifier(batch)
        torch.testing.assert_close(logits, classifier.logits_of(deep))
        torch.testing.assert_close(logits, classifier.network(classifier.normalised(batch)), atol=1e-4, rtol=1e-4)
    assert (middle.shape[1], deep.shape[1]) == FEATURES[architecture]
    assert logits.shape == (2, 3)
    assert classifier.feature_width == deep.shape[1]


def test_the_state_dict_has_torchvisions_names_once() -> None:
    classifier = build("mobilenet_v2", 2)
    assert "features.0.0.weight" in classifier.network.state_dict()
    assert len(classifier.state_dict()) == len(classifier.network.state_dict()) == 314


def test_grey_and_three_equal_channels_give_the_same_answer() -> None:
    classifier = build("small_cnn", 2).eval()
    grey = pictures()
    torch.testing.assert_close(classifier(grey), classifier(grey.unsqueeze(-1).expand(-1, -1, -1, 3)))


def test_grey_levels_as_bytes_and_as_floats_give_the_same_answer() -> None:
    classifier = build("small_cnn", 2).eval()
    torch.testing.assert_close(classifier(pictures().float()), classifier(pictures()))


def test_mean_and_deviation_are_those_of_the_specification() -> None:
    classifier = build("small_cnn", 2, mean=(0.5, 0.25, 0.0), std=(0.5, 0.25, 1.0))
    seen = classifier.normalised(torch.full((1, 4, 4), 255, dtype=torch.uint8))
    assert seen[0, :, 0, 0].tolist() == [1.0, 3.0, 1.0]


def test_a_copy_has_a_head_of_its_own() -> None:
    classifier = build("small_cnn", 2)
    other = copy.deepcopy(classifier)
    nn.init.zeros_(other.head.weight)
    assert float(classifier.head.weight.detach().abs().max()) > 0


def test_an_unknown_architecture_is_told() -> None:
    with pytest.raises(MedappError) as caught:
        build("vgg99", 2)
    assert caught.value.code == "network.unknown"


def test_a_package_gives_its_weights_and_a_fresh_head_where_one_is_asked_for(tmp_path: Path) -> None:
    package = package_at(tmp_path / "p")
    own, fresh = load(package), load(package, classes=5)
    assert (own.head.out_features, fresh.head.out_features) == (2, 5)
    np.testing.assert_array_equal(own.head.weight.detach().numpy(), weights()["classifier.weight"])
    assert not own.training
    torch.testing.assert_close(own.features_of(pictures()), fresh.features_of(pictures()))


def test_weights_that_do_not_fit_are_told(tmp_path: Path) -> None:
    wrong = {name: tensor for name, tensor in weights().items() if not name.startswith("features.2")}
    with pytest.raises(MedappError) as caught:
        load(package_at(tmp_path / "p", weights=wrong))
    assert caught.value.code == "package.weights"


def test_the_heat_map_is_grad_cam_of_the_class_against_the_others() -> None:
    classifier = build("small_cnn", 3).eval()
    _, maps = classifier.maps_of(pictures(1))
    maps = maps.detach().requires_grad_()
    logits = classifier.logits_of(maps.mean((2, 3)))[0]
    (logits[1] - logits.mean()).backward()
    assert maps.grad is not None
    expected = torch.relu((maps.grad.mean((2, 3), keepdim=True) * maps).sum(1)).detach()
    with torch.inference_mode():
        seen = heat_maps(classifier, maps.detach(), torch.tensor([1]))
    torch.testing.assert_close(seen, expected / expected.max())


def with_head(classifier: Classifier, weight: Tensor) -> Classifier:
    with torch.no_grad():
        classifier.head.weight.copy_(weight)
    return classifier


def test_a_heat_map_with_nothing_for_the_class_is_all_zero() -> None:
    classifier = with_head(build("small_cnn", 2).eval(), torch.tensor([[1.0], [-1.0]]))
    seen = heat_maps(classifier, classifier.maps_of(pictures(1))[1], torch.tensor([1]))
    assert seen.abs().max() == 0


@pytest.mark.parametrize("architecture", ["small_cnn", "textbook_cnn"])
def test_the_heat_map_does_not_change_when_every_class_gets_the_same_weights_more(architecture: str) -> None:
    classifier, classes = build(architecture, 3).eval(), torch.tensor([0, 2])
    _, deep = classifier.maps_of(pictures())
    before = heat_maps(classifier, deep, classes)
    with_head(classifier, classifier.head.weight + torch.randn(1, classifier.feature_width))
    torch.testing.assert_close(heat_maps(classifier, deep, classes), before, atol=1e-4, rtol=1e-3)


def test_classes_that_may_occur_together_are_explained_each_on_its_own() -> None:
    classifier = with_head(build("small_cnn", 2).eval(), torch.ones(2, 128))
    _, deep = classifier.maps_of(pictures(1))
    alone = heat_maps(classifier, deep, torch.tensor([1]), exclusive=False)
    assert heat_maps(classifier, deep, torch.tensor([1])).max() == 0
    torch.testing.assert_close(alone, (deep.sum(1) / deep.sum(1).max()).detach())


def test_the_heat_map_lies_where_the_score_came_from(tmp_path: Path) -> None:
    """A network whose first channel sees bright spots, and whose head asks for that channel alone."""
    classifier = build("small_cnn", 2).eval()
    with torch.no_grad():
        classifier.head.weight.zero_()
        spot = torch.zeros(1, 64, 64, dtype=torch.uint8)
        spot[:, 44:56, 8:20] = 255
        dark, bright = (classifier.maps_of(picture)[1] for picture in (torch.zeros_like(spot), spot))
        classifier.head.weight[1, int((bright - dark).abs().mean((0, 2, 3)).argmax())] = 1.0
        heat = heat_maps(classifier, (bright - dark).abs(), torch.tensor([1]))[0]
    row, column = divmod(int(heat.argmax()), heat.shape[1])
    assert (row, column) in {(2, 0), (2, 1), (3, 0), (3, 1)}


def answering(tmp_path: Path, load_with: Callable[..., Classifier] = network.load, device: str = "cpu") -> Any:
    package = package_at(tmp_path / "p")
    inference = Inference(devices.Choice(torch.device(device), "engine.reason.asked"), load_with)
    return package, inference


def test_answers_are_the_same_alone_in_a_batch_and_in_parts(tmp_path: Path) -> None:
    package, inference = answering(tmp_path)
    batch = pictures(70).numpy()
    together = inference.answer(str(package.path), package.manifest_hash, batch, explain=True)
    alone = inference.answer(str(package.path), package.manifest_hash, batch[69:], explain=True)
    assert together.probabilities.shape == (70, 2)
    np.testing.assert_allclose(together.probabilities[69:], alone.probabilities, atol=1e-5)
    np.testing.assert_allclose(together.heat_maps[69:], alone.heat_maps, atol=1e-4)


def test_calibration_and_operating_point_make_the_label(tmp_path: Path) -> None:
    sharp = Calibration((1.0, 1.0), (0.0, 50.0), "NODULE", 0.9)
    package = package_at(tmp_path / "p", calibration=sharp)
    inference = Inference(devices.choose("cpu"))
    answers = inference.answer(str(package.path), package.manifest_hash, pictures(3).numpy(), explain=False)
    assert answers.labels == ["NODULE"] * 3
    assert answers.heat_maps is None


def test_pictures_unlike_the_training_set_have_a_small_p_value(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ordinary = np.clip(rng.normal(120, 8, (60, 64, 64)), 0, 255).astype(np.uint8)
    strange = np.kron(rng.integers(0, 2, (5, 8, 8)), np.ones((8, 8))).astype(np.uint8) * 255
    classifier = load(package_at(tmp_path / "plain"))
    with torch.inference_mode():
        mid, deep = (f.numpy() for f in classifier.features_of(torch.from_numpy(ordinary)))
    package = package_at(tmp_path / "p", novelty=novelty.fit(mid[:40], deep[:40], mid[40:], deep[40:]))
    inference = Inference(devices.choose("cpu"))
    answers = inference.answer(
        str(package.path), package.manifest_hash, np.concatenate([ordinary[40:45], strange]), explain=False
    )
    assert answers.in_distribution is not None
    assert answers.in_distribution[:5].min() > 0.01
    assert answers.in_distribution[5:].max() < 0.01


class _Failing(nn.Module):
    """Stands for a network on a GPU that fails; everything but its device is the real one."""

    def __init__(self, classifier: Classifier, error: RuntimeError) -> None:
        super().__init__()
        self.head, self.logits_of, self._error = classifier.head, classifier.logits_of, error

    def maps_of(self, _: Tensor) -> tuple[Tensor, Tensor]:
        raise self._error


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("CUDA error: device-side assert triggered")]
)
def test_a_device_that_fails_is_left_for_the_cpu_and_told(tmp_path: Path, error: RuntimeError) -> None:
    loads: list[str] = []

    def load_failing(package: Package, device: torch.device) -> Any:
        loads.append(device.type)
        return _Failing(load(package), error) if device.type != "cpu" else load(package, device)

    package, inference = answering(tmp_path, load_failing, device="meta")
    batch = pictures(2).numpy()
    first = inference.answer(str(package.path), package.manifest_hash, batch, explain=True)
    inference.answer(str(package.path), package.manifest_hash, batch, explain=True)
    expected = Inference(devices.choose("cpu")).answer(str(package.path), package.manifest_hash, batch, explain=True)
    np.testing.assert_allclose(first.probabilities, expected.probabilities, atol=1e-6)
    assert (inference.device.type, inference.note) == ("cpu", FELL_BACK)
    assert loads == ["meta", "cpu"]


def test_an_error_on_the_cpu_is_not_hidden(tmp_path: Path) -> None:
    package, inference = answering(tmp_path, lambda p, _: _Failing(load(p), RuntimeError("broken")))  # type: ignore[arg-type,return-value]
    with pytest.raises(RuntimeError):
        inference.answer(str(package.path), package.manifest_hash, pictures(1).numpy(), explain=False)


def test_weights_that_answer_with_no_number_are_told(tmp_path: Path) -> None:
    broken = {**weights(), "classifier.bias": np.array([np.nan, 0], np.float32)}
    package = package_at(tmp_path / "p", weights=broken)
    with pytest.raises(MedappError) as caught:
        Inference(devices.choose("cpu")).answer(
            str(package.path), package.manifest_hash, pictures(1).numpy(), explain=False
        )
    assert caught.value.code == "engine.not_finite"


def test_a_likeness_that_is_no_number_is_told_and_refuses_nothing_by_chance(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    tensors = novelty.fit(*(rng.random((n, w)).astype(np.float32) for n, w in ((20, 64), (20, 128), (9, 64), (9, 128))))
    tensors["deep.mean"] = np.full_like(tensors["deep.mean"], np.nan)
    package = package_at(tmp_path / "p", novelty=tensors)
    with pytest.raises(MedappError) as caught:
        Inference(devices.choose("cpu")).answer(
            str(package.path), package.manifest_hash, pictures(1).numpy(), explain=True
        )
    assert caught.value.code == "engine.not_finite"


def test_a_picture_over_which_sixteen_bits_overflow_is_answered_with_32_and_so_are_the_next(tmp_path: Path) -> None:
    loaded: list[Classifier] = []

    def overflowing(package: Package, device: torch.device) -> Classifier:
        classifier = load(package, device)
        classifier.half_type = torch.bfloat16
        whole = classifier.maps_of

        def maps_of(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            middle, deep = whole(batch)
            return middle, deep * float("inf") if classifier.half_type else deep

        classifier.maps_of = maps_of  # type: ignore[method-assign]
        loaded.append(classifier)
        return classifier

    package, inference = answering(tmp_path, overflowing)
    batch = pictures(2).numpy()
    told = inference.answer(str(package.path), package.manifest_hash, batch, explain=True)
    expected = Inference(devices.choose("cpu")).answer(str(package.path), package.manifest_hash, batch, explain=True)
    np.testing.assert_allclose(told.probabilities, expected.probabilities, atol=1e-6)
    assert loaded[0].half_type is None
    assert inference.told_device == "cpu"


def test_a_package_that_changed_on_the_way_is_told(tmp_path: Path) -> None:
    package, inference = answering(tmp_path)
    with pytest.raises(MedappError) as caught:
        inference.answer(str(package.path), "0" * 64, pictures(1).numpy(), explain=False)
    assert caught.value.code == "engine.changed"


def test_a_third_model_takes_the_place_of_the_one_used_longest_ago(tmp_path: Path) -> None:
    loads: list[str] = []

    def counted(package: Package, device: torch.device) -> Classifier:
        loads.append(package.metadata.id)
        return load(package, device)

    inference = Inference(devices.choose("cpu"), counted)
    made = contents()
    packages = {
        name: package_at(tmp_path / name, metadata=replace(made.metadata, id=name)) for name in ("one", "two", "three")
    }
    for name in ("one", "two", "one", "three", "one", "two"):
        inference.answer(str(packages[name].path), packages[name].manifest_hash, pictures(1).numpy(), explain=False)
    assert loads == ["one", "two", "three", "two"]


def test_a_device_that_is_not_there_becomes_the_cpu_with_a_note() -> None:
    absent = next(name for name in ("mps", "cuda") if name not in devices.available())
    choice = devices.choose(absent)
    assert (choice.device.type, choice.note) == ("cpu", f"engine.note.no_{absent}")
    assert devices.choose("auto").note is None
