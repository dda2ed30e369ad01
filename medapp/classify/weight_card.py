"""The card of a package that was made of a weight file: what is known, what was guessed, and what nobody knows."""

from __future__ import annotations

from medapp.classify.contents import Metadata
from medapp.classify.preprocess import PreprocessSpec
from medapp.classify.weight_plan import WeightFacts, WeightPlan


def card_of(metadata: Metadata, facts: WeightFacts, plan: WeightPlan, spec: PreprocessSpec) -> str:
    """Return the model card, Markdown."""
    said = [f"* {key}: {value}" for key, value in sorted(facts.says.items())] or ["* nothing"]
    purpose = ["A starting model for training; it classifies no images itself."] if not metadata.classes else _warning()
    lines = [
        f"# {metadata.name}",
        "",
        *purpose,
        "",
        f"* network: {metadata.architecture}, {facts.outputs} outputs",
        f"* SHA-256 of the imported file: {facts.sha256}",
        *([] if not metadata.classes else _answers(metadata, facts, plan, spec)),
        "",
        "What the file says about itself:",
        "",
        *said,
        "",
        *([] if not metadata.classes else _unknown()),
        metadata.statement,
        "",
    ]
    return "\n".join(lines)


def _warning() -> list[str]:
    return [
        "**Not calibrated, not tested here.** Imported weights: the numbers are scores of the network, not "
        "probabilities. Nobody has held them against cases of this station.",
    ]


def _answers(metadata: Metadata, facts: WeightFacts, plan: WeightPlan, spec: PreprocessSpec) -> list[str]:
    left_out = [name or f"(output {n + 1})" for n, name in enumerate(plan.classes) if name not in metadata.classes]
    scale = f"{_input(spec, 0):g} to {_input(spec, 1):g}"
    lines = [
        f"* answers: {', '.join(metadata.classes)}",
        f"* pictures: {spec.size} × {spec.size} pixels, {_place(spec)}, {spec.range.kind} range, brought to {scale}; "
        + ("guessed from the network" if plan.preprocess is None else "as was said at the import"),
    ]
    if metadata.kind == "several_labels":
        source = "those in the file" if facts.thresholds else "not known: 0.5 stands for all"
        lines.append(f"* operating points: {source}")
    if left_out:
        lines.append(f"* left out, without a name or never trained: {', '.join(left_out)}")
    return lines


def _input(spec: PreprocessSpec, level: int) -> float:
    return (level - spec.mean[0]) / spec.std[0]


def _place(spec: PreprocessSpec) -> str:
    return "the square in the middle" if spec.crop_to_square else "stretched to a square"


def _unknown() -> list[str]:
    return [
        "What is not known:",
        "",
        "* who was in its training: it may have learned from any patient, so a test on public images proves nothing",
        "* how often it is right: there is no report; `medapp evaluate CASES --model ID` measures it on your own cases",
        "* whether an image is unlike its training data: it refuses nothing but what its scope rules out",
        "* what it may be used for: only the licence of its makers says",
        "",
    ]
