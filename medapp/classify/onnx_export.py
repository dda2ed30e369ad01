"""A package's network as an ONNX file, which other programs can run; run back and compared before it is kept.

Part of the process that holds torch. Needs the packages ``onnx`` and ``onnxruntime`` (the extra ``onnx``).
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.classify.network import Classifier, load
from medapp.classify.package import Package, read_package
from medapp.errors import MedappError
from medapp.files import atomic_writer

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before onnxruntime is loaded: from 1.31 on it reports to its makers

OPSET = 17
TOLERANCE = 1e-4
INPUT, LOGITS, PROBABILITIES = "pictures", "logits", "probabilities"


@dataclass(frozen=True)
class BackCheck:
    """How far the ONNX file is from the network that it was made of.

    Attributes
    ----------
    difference : float
        The largest difference of a probability over all pictures.
    pictures : int
        How many were compared.
    runtime : str
        What ran the file.
    """

    difference: float
    pictures: int
    runtime: str

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON values."""
        return asdict(self)


class _WithProbabilities(nn.Module):
    """The network and the package's calibration: network pictures in, logits and probabilities out."""

    scale: Tensor
    offset: Tensor

    def __init__(self, classifier: Classifier, package: Package) -> None:
        super().__init__()
        calibration, classes = package.calibration, len(package.metadata.classes)
        self.classifier, self.several = classifier, calibration.several
        self.register_buffer("scale", torch.tensor(calibration.scale or (1.0,) * classes))
        self.register_buffer("offset", torch.tensor(calibration.offset or (0.0,) * classes))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.classifier(pictures)
        scores = logits * self.scale + self.offset
        return logits, scores.sigmoid() if self.several else scores.softmax(dim=1)


def export(package_path: Path, target: Path, pictures: NDArray[np.uint8]) -> BackCheck:
    """Write a package's network to the ONNX file `target`, which appears whole and checked or not at all.

    Parameters
    ----------
    package_path : Path
        Folder of a classifier.
    target : Path
        The file, written anew where it is there.
    pictures : ndarray of uint8, shape (n, size, size) or (n, size, size, 3)
        Network pictures to compare on.

    Returns
    -------
    BackCheck
        How far the file is from the network.

    Raises
    ------
    MedappError
        ``onnx.backbone`` for a package that classifies nothing, ``onnx.missing`` where the libraries are not there,
        ``onnx.architecture`` where the network cannot be written, ``onnx.differs`` where the file answers otherwise,
        or ``package.write``.
    """
    package = read_package(package_path)
    if package.metadata.kind == "backbone":
        raise MedappError("onnx.backbone", id=package.metadata.id)
    _require_libraries()
    network = _WithProbabilities(load(package), package).eval()
    data = _with_metadata(_written(network, package, pictures), _described(package))
    check = _run_back(data, pictures, package, network)
    if not check.difference < TOLERANCE:
        raise MedappError("onnx.differs", difference=f"{check.difference:.2g}", limit=f"{TOLERANCE:g}")
    try:
        with atomic_writer(target) as file:
            file.write(data)
    except OSError as error:
        raise MedappError("package.write", name=target.name, reason=error.strerror or "") from error
    return check


def _require_libraries() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise MedappError("onnx.missing") from error


def _written(network: nn.Module, package: Package, pictures: NDArray[np.uint8]) -> bytes:
    """Return the network as ONNX bytes, for any number of pictures."""
    with TemporaryDirectory(prefix="medapp-onnx-", ignore_cleanup_errors=True) as scratch:
        target = Path(scratch) / "network.onnx"
        try:
            with warnings.catch_warnings(), torch.inference_mode():
                # torch calls its exporter by tracing old; the new one needs another library and writes the same graph
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    network,
                    (torch.from_numpy(pictures[:2]),),
                    target,
                    dynamo=False,
                    opset_version=OPSET,
                    input_names=[INPUT],
                    output_names=[LOGITS, PROBABILITIES],
                    dynamic_axes={name: {0: "n"} for name in (INPUT, LOGITS, PROBABILITIES)},
                )
        except MemoryError:
            raise
        except Exception as error:  # the exporter has dozens of reasons, of many kinds
            raise MedappError("onnx.architecture", name=package.metadata.architecture) from error
        return target.read_bytes()


def _described(package: Package) -> dict[str, str]:
    """Return what whoever runs the file needs to know, as the texts that ONNX holds."""
    metadata, calibration = package.metadata, package.calibration
    parts = {
        "classes": list(metadata.classes),
        "preprocess": {"schema_version": package.preprocess.version, **package.preprocess.to_json()},
        "calibration": calibration.to_json(),
        "scope": package.scope.to_json(),
    }
    told = {
        "id": metadata.id,
        "version": metadata.version,
        "name": metadata.name,
        "architecture": metadata.architecture,
        "kind": metadata.kind,
        "licence": metadata.licence,
        "statement": metadata.statement,
        "manifest_sha256": package.manifest_hash,
        "input": _input_text(package),
        "not_in_this_file": "the test whether an image is like the training data; medapp refuses, this file does not",
    }
    return {**told, **{name: json.dumps(part, ensure_ascii=False) for name, part in parts.items()}}


def _input_text(package: Package) -> str:
    size, rgb = package.preprocess.size, package.preprocess.colour == "rgb"
    shape = f"n × {size} × {size}" + (" × 3" if rgb else "")
    return f"uint8, {shape}: grey levels 0 to 255 as “preprocess” makes them; normalisation is inside"


def _with_metadata(data: bytes, texts: Mapping[str, str]) -> bytes:
    import onnx

    model = onnx.load_from_string(data)
    onnx.helper.set_model_props(model, {f"medapp.{name}": text for name, text in texts.items()})
    model.producer_name, model.doc_string = "medapp", texts["statement"]
    onnx.checker.check_model(model)
    whole: bytes = model.SerializeToString()
    return whole


def _run_back(data: bytes, pictures: NDArray[np.uint8], package: Package, network: nn.Module) -> BackCheck:
    """Compare with the network, and with the probabilities that medapp itself makes of its logits."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    differences = []
    for picture in pictures:
        logits, probabilities = session.run([LOGITS, PROBABILITIES], {INPUT: picture[None]})
        with torch.inference_mode():
            ours = network(torch.from_numpy(picture[None]))[0].numpy()
        told = package.calibration.probabilities(ours)
        differences += [
            np.abs(probabilities - told).max(),
            np.abs(package.calibration.probabilities(logits) - told).max(),
        ]
    runtime = f"onnxruntime {onnxruntime.__version__}"
    return BackCheck(float(np.max(differences)), len(pictures), runtime)
