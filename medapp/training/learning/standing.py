"""What torch holds of a training, as arrays and back, so that it goes on bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Arrays = dict[str, NDArray[Any]]


def state_of(module: nn.Module) -> Arrays:
    """Return copies of a module's parameters and buffers."""
    return {name: np.array(tensor.detach().cpu().numpy()) for name, tensor in module.state_dict().items()}


def load_state(module: nn.Module, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Put `state_of`'s arrays back into the module, in the memory layout that it has."""
    module.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> Arrays:
    """Return what the optimiser remembers of each parameter, by the parameter's place."""
    return {
        f"{place}.{name}": np.array(value.detach().cpu().numpy())
        for place, parameter in enumerate(_parameters(optimizer))
        for name, value in optimizer.state[parameter].items()
    }


def load_optimizer(optimizer: torch.optim.Optimizer, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Put `optimizer_tensors`' arrays back."""
    parameters = _parameters(optimizer)
    for key, array in arrays.items():
        place, _, name = key.partition(".")
        parameter, value = parameters[int(place)], torch.from_numpy(np.array(array))
        if value.shape == parameter.shape:
            # with the parameter's own strides: otherwise other loops run, and round otherwise
            value = torch.empty_like(parameter).copy_(value)
        optimizer.state[parameter][name] = value


def _parameters(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def random_tensors(generator: torch.Generator, device: torch.device) -> Arrays:
    """Return the states of the random numbers: of `generator`, and of torch itself."""
    states = {"generator": generator.get_state(), "torch": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return {name: np.array(state.numpy()) for name, state in states.items()}


def set_random(arrays: Mapping[str, NDArray[Any]], generator: torch.Generator, device: torch.device) -> None:
    """Put `random_tensors`' states back."""
    states = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    generator.set_state(states["generator"])
    torch.set_rng_state(states["torch"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
