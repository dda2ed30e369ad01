"""Every number of the training, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainConfig:
    """How a model is trained.

    Attributes
    ----------
    threads : int
        Threads of torch; 0: one a core.
    feature_batch : int
        Pictures at a time where nothing is learned.
    folds : int
        Parts of the cross-validation, by patient.
    strengths : tuple of float
        Inverse regularisation strengths of the logistic regression to choose from, weakest last.
    linear_steps : int
        Most iterations of each of its fits.
    sensitivity : float
        Share of the alarm class that the operating point finds at least.
    cross_fit_below : int
        With fewer patients for learning, predictions for calibration come from cross-fitting.
    stop_share, calibration_share : float
        With more: shares of the patients that choose among the weights, and that calibrate.
    batch : int
        Pictures a step.
    imbalance : float
        Where one class has so many times the cases of another, rare ones are drawn more often (square root).
    body_rate, scratch_rate, head_rate : float
        Learning rates of pretrained convolutions, of untrained ones, and of the head.
    decay : float
        Weight decay; none on norms and biases.
    warm_up : float
        Share of the steps with a rising learning rate; then it falls as a cosine to 0.
    clip : float
        Largest norm of the gradient; 0: any.
    average_decay : float
        Decay a step of the exponential moving average of the weights.
    passes_budget : float
        Wall time that the whole run aims at, in passes of the frozen network over the cases.
    shortest_seconds : float
        Wall time that a run may take however small the folder.
    most_passes, most_steps : int
        No more passes over the fitted cases, and steps, than this.
    thorough_least : int
        Effort "thorough" makes `most_passes`, but no fewer steps than this; they are counted, not timed.
    patience : int
        Passes without better weights after which the training ends, where some patients choose among them.
    rotation_degrees, shift, scale : float
        Augmentation: most rotation, shift as a share of the side, and change of scale.
    brightness, contrast, noise : float
        Augmentation: most change of brightness and contrast, as shares; deviation of noise in grey levels.
    mirror : bool
        Whether pictures are mirrored; only where side does not matter.
    novelty_share : float
        Share of the patients for learning on which the refusal is calibrated.
    novelty_most : int
        Most pictures from which the look of the training data is learned after fine-tuning.
    half_tolerance : float
        Weights are stored with 16 bits where no probability moves by more.
    plain : bool
        Train as textbooks do: from the network's own random weights, one rate for all layers, no warm-up, no
        clipping, pictures as they are, no averaged weights, nothing chosen: the last weights are the result.
    optimiser : {"adamw", "adam", "sgd"}
        What makes the steps.
    momentum : float
        Of SGD.
    schedule : {"cosine", "constant", "step"}
        How the learning rate goes down: along half a cosine, not at all, or to a tenth after each third.
    epochs : int
        Passes of each fine-tuning over its cases; 0: steps or time decide.
    """

    threads: int = 0
    feature_batch: int = 32
    folds: int = 5
    strengths: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1)
    linear_steps: int = 150
    sensitivity: float = 0.9
    cross_fit_below: int = 300
    stop_share: float = 0.15
    calibration_share: float = 0.15
    batch: int = 16
    imbalance: float = 10.0
    body_rate: float = 1e-4
    scratch_rate: float = 1e-3
    head_rate: float = 1e-3
    decay: float = 1e-2
    warm_up: float = 0.1
    clip: float = 1.0
    average_decay: float = 0.99
    passes_budget: float = 14.0
    shortest_seconds: float = 60.0
    most_passes: int = 30
    most_steps: int = 2000
    thorough_least: int = 500
    patience: int = 8
    rotation_degrees: float = 10.0
    shift: float = 0.1
    scale: float = 0.15
    brightness: float = 0.1
    contrast: float = 0.2
    noise: float = 4.0
    mirror: bool = False
    novelty_share: float = 0.25
    novelty_most: int = 1000
    half_tolerance: float = 1e-2
    plain: bool = False
    optimiser: str = "adamw"
    momentum: float = 0.9
    schedule: str = "cosine"
    epochs: int = 0
