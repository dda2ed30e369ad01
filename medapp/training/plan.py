"""What a training decides before it reads the cases: starting model, network, device, preprocessing, split."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import torch

from medapp.classify import devices
from medapp.classify.network import ARCHITECTURES, Classifier, build, load
from medapp.classify.package import Package
from medapp.classify.preprocess import PreprocessSpec
from medapp.errors import MedappError
from medapp.training.config import TrainConfig
from medapp.training.lineage import Lineage, lineage_of
from medapp.training.precision import round_weights
from medapp.training.request import RunRequest

SCRATCH_SIZE = 128


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
        Salt and sides to keep.
    """

    request: RunRequest
    config: TrainConfig
    device: torch.device
    base: Package | None
    architecture: str
    spec: PreprocessSpec
    lineage: Lineage

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
    """Decide what is known before the cases are read; raises ``network.unknown`` for an unknown architecture."""
    config = replace(TrainConfig(), threads=request.threads or os.cpu_count() or 1, sensitivity=request.find_at_least)
    if base is None and request.architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise MedappError("network.unknown", name=request.architecture[:50], known=known)
    return Plan(
        request,
        config,
        devices.choose(request.device).device,
        base,
        base.metadata.architecture if base else request.architecture,
        base.preprocess if base else PreprocessSpec(size=SCRATCH_SIZE),
        lineage_of(base, request.seed),
    )
