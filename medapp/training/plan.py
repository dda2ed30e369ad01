"""What a training decides before it reads the cases: starting model, network, device, preprocessing, split."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from medapp.classify import devices
from medapp.classify.network import ARCHITECTURES, Classifier, build, load
from medapp.classify.package import Package
from medapp.classify.preprocess import PreprocessSpec
from medapp.errors import MedappError
from medapp.i18n import listed, tr
from medapp.training.cases.decided import Decided, read_decided
from medapp.training.cases.glimpse import Glimpse
from medapp.training.checking.remedies import Taken, read_remedies, spec_with
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.precision import round_weights
from medapp.training.learning.textbook import with_settings
from medapp.training.lineage import Lineage, lineage_of
from medapp.training.runs.request import RunRequest

SCRATCH_SIZE, LEAST_SCRATCH_SIZE, SIZE_STEP = 128, 32, 16
"""From scratch small pictures are not made larger than it takes: nothing is gained, and it costs time."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What is known before the cases are read.

    Attributes
    ----------
    request : RunRequest
        What was asked for.
    config : TrainConfig
        Every number.
    device : torch.device
        Where to learn.
    base : Package or None
        The starting model; None from scratch.
    architecture : str
        The network.
    spec : PreprocessSpec
        How a frame becomes a network picture.
    lineage : Lineage
        What the starting model and its ancestors have seen.
    decided : Decided
        Salt and sides that the split keeps: those of the project, else those of the lineage.
    taken : tuple of Taken
        What was decided about the findings of the check.
    """

    request: RunRequest
    config: TrainConfig
    device: torch.device
    base: Package | None
    architecture: str
    spec: PreprocessSpec
    lineage: Lineage
    decided: Decided
    taken: tuple[Taken, ...] = ()

    def network(self, classes: int) -> Classifier:
        """Return the network to start from, on the device, with weights as a package stores them."""
        if self.base is None:
            torch.manual_seed(self.request.seed)
            network = build(self.architecture, classes, mean=self.spec.mean, std=self.spec.std)
            network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        else:
            network = load(self.base, self.device, classes=classes)
        round_weights(network)
        return network

    def seeing(self, glimpse: Glimpse) -> Plan:
        """Return the plan for cases that look so: in colour, and from scratch in a size that suits theirs."""
        spec = replace(self.spec, colour="rgb") if glimpse.colour else self.spec
        if self.base is None and not self.request.image_size and glimpse.side:
            fitting = -(-glimpse.side // SIZE_STEP) * SIZE_STEP
            spec = replace(spec, size=min(SCRATCH_SIZE, max(LEAST_SCRATCH_SIZE, fitting)))
        return replace(self, spec=spec)

    def steps_for(self, cases: int) -> int | None:
        """Return how many steps to make with so many cases for learning; None: as many as the time allows."""
        if self.request.steps or self.request.effort != "thorough":
            return self.request.steps or None
        passes = self.config.most_passes * (cases // self.config.batch)
        return min(self.config.most_steps, max(self.config.thorough_least, passes))

    def base_named(self) -> dict[str, str] | None:
        """Return id, version and manifest hash of the starting model; None from scratch."""
        if self.base is None:
            return None
        told = self.base.metadata
        return {"id": told.id, "version": told.version, "manifest_hash": self.base.manifest_hash}


def make_plan(request: RunRequest, base: Package | None) -> Plan:
    """Decide what is known before the cases are read.

    Raises
    ------
    MedappError
        ``network.unknown`` for an unknown architecture, ``train.other_architecture`` where the starting model is
        another than the one asked for, ``train.split_file`` where the decided sides cannot be read,
        ``train.image_size`` where the network cannot take such pictures; those of `read_remedies`.
    """
    architecture = _architecture(request, base)
    taken = read_remedies(Path(request.remedies)) if request.remedies else ()
    lineage = lineage_of(base, request.seed)
    threads = request.threads or os.cpu_count() or 1
    recipe = replace(TrainConfig(), threads=threads, sensitivity=request.find_at_least, mirror=request.mirror)
    return Plan(
        request,
        with_settings(recipe, request, scratch=base is None),
        devices.choose(request.device).device,
        base,
        architecture,
        spec_with(_spec(request, base, architecture), taken),
        lineage,
        read_decided(Path(request.split)) if request.split else Decided(lineage.salt, lineage.sides),
        taken,
    )


def _architecture(request: RunRequest, base: Package | None) -> str:
    asked = request.architecture
    if asked and asked not in ARCHITECTURES:
        raise MedappError("network.unknown", name=asked[:50], known=listed(ARCHITECTURES))
    if base is None:
        return asked
    found = base.metadata.architecture
    if asked not in {"", found}:
        raise MedappError("train.other_architecture", base=base.metadata.id, found=found, wanted=asked)
    return found


def _spec(request: RunRequest, base: Package | None, architecture: str) -> PreprocessSpec:
    """Return the starting model's specification, with pictures of the size that was asked for."""
    row = ARCHITECTURES.get(architecture)
    if row is None:
        raise MedappError("network.unknown", name=architecture[:50], known=listed(ARCHITECTURES))
    spec = base.preprocess if base is not None else PreprocessSpec(size=SCRATCH_SIZE)
    size = request.image_size or spec.size
    if size < row.least_size or size % row.size_step:
        steps = tr("train.image_size.steps", step=row.size_step) if row.size_step > 1 else ""
        raise MedappError("train.image_size", architecture=architecture, size=size, least=row.least_size, steps=steps)
    return replace(spec, size=size)
