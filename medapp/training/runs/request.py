"""What a training is asked to do, as a value: the arguments of ``medapp train``, and what its run folder remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from medapp.training.cases.table_cases import Uncertain

Effort: TypeAlias = Literal["instant", "quick", "thorough"]
EFFORTS: tuple[Effort, ...] = ("instant", "quick", "thorough")
OPTIMISERS = ("adamw", "adam", "sgd")
SCHEDULES = ("cosine", "constant", "step")


@dataclass(frozen=True)
class RunRequest:
    """What a training is asked to do; the arguments of ``medapp train``.

    Attributes
    ----------
    cases : str
        Folder with a sub-folder per class, or a table of labels.
    effort : {"instant", "quick", "thorough"}
        How much work.
    base : str
        Package id, package folder or ZIP, or weights file; empty: the built-in starting model.
    architecture : str
        Train this network from scratch; with a `base`, the network that it must be.
    name : str
        What people call the model.
    pattern : str
        Regular expression that finds the patient in the file's name.
    uncertain : {"", "unknown", "positive", "negative"}
        What -1 and ? in a table of labels mean; empty: a table that has them is refused.
    alarm : str
        The class to be found; empty: chosen by its name.
    find_at_least : float
        Share of the alarm class that the operating point must find, 0 to 1.
    prevalence : float or None
        How common the alarm class is where the model is to be used.
    seed : int
        Seed of the split (where the base has none) and of the training.
    device : str
        auto, cpu, cuda or mps.
    modalities : str
        What the model may be asked about, with commas; empty: what the cases are.
    scope : str
        The same in words: body part, view, age.
    about : str
        Markdown file about the cases, for the model card.
    licence : str
        Licence of the model, in a sentence.
    steps : int
        Exactly so many steps of fine-tuning, to repeat a run; 0: as many as the time allows.
    threads : int
        Threads of the network; 0: one a core.
    install : bool
        Whether the model is put among those of this station; the command line asks for it where it names no folder.
    optimiser : {"", "adamw", "adam", "sgd"}
        Textbook setting: what makes the steps; SGD has a momentum of 0.9. Empty: the recipe's.
    rate : float
        Textbook setting: learning rate of all layers; 0: the recipe's.
    epochs : int
        Textbook setting: passes over the cases for learning; 0: as many as the effort makes.
    batch : int
        Textbook setting: pictures a step; 0: the recipe's.
    schedule : {"", "cosine", "constant", "step"}
        Textbook setting: how the learning rate falls. Empty: the recipe's.
    image_size : int
        Rows and columns of the network picture; 0: those of the starting model, or of the network from scratch.
    mirror : bool
        Whether pictures are mirrored for learning; only where left and right tell nothing.
    without_page : bool
        Whether no report page is written at the end; a project writes it when its sealed test is opened.
    without_pictures : bool
        Whether the page has no pictures of the worst mistakes.
    split : str
        File with the side of each patient, as a project's check decided; empty: decided by the training.
    remedies : str
        File with what was decided about the findings of the check; empty: nothing.
    """

    cases: str
    effort: Effort = "instant"
    base: str = ""
    architecture: str = ""
    name: str = ""
    pattern: str = ""
    uncertain: Uncertain = ""
    alarm: str = ""
    find_at_least: float = 0.9
    prevalence: float | None = None
    seed: int = 0
    device: str = "auto"
    modalities: str = ""
    scope: str = ""
    about: str = ""
    licence: str = ""
    steps: int = 0
    threads: int = 0
    install: bool = False
    optimiser: str = ""
    rate: float = 0.0
    epochs: int = 0
    batch: int = 0
    schedule: str = ""
    image_size: int = 0
    mirror: bool = False
    without_page: bool = False
    without_pictures: bool = False
    split: str = ""
    remedies: str = ""

    @property
    def is_textbook(self) -> bool:
        """Whether any textbook setting was given."""
        return bool(self.optimiser or self.rate or self.epochs or self.batch or self.schedule)

    def arguments(self) -> list[str]:
        """Return the command line after ``medapp train``."""
        texts = {
            "--effort": self.effort,
            "--base": self.base,
            "--architecture": self.architecture,
            "--name": self.name,
            "--patient-from": self.pattern,
            "--uncertain": self.uncertain,
            "--alarm": self.alarm,
            "--find-at-least": str(self.find_at_least),
            "--prevalence": "" if self.prevalence is None else str(self.prevalence),
            "--seed": str(self.seed),
            "--device": self.device,
            "--modalities": self.modalities,
            "--scope": self.scope,
            "--about": self.about,
            "--licence": self.licence,
            "--steps": str(self.steps or ""),
            "--threads": str(self.threads or ""),
            "--optimiser": self.optimiser,
            "--rate": str(self.rate or ""),
            "--epochs": str(self.epochs or ""),
            "--batch": str(self.batch or ""),
            "--schedule": self.schedule,
            "--image-size": str(self.image_size or ""),
            "--split": self.split,
            "--remedies": self.remedies,
        }
        flags = {
            "--mirror": self.mirror,
            "--without-page": self.without_page,
            "--without-pictures": self.without_pictures,
        }
        asked = [flag for flag, is_asked in flags.items() if is_asked]
        # = keeps a value that begins with a dash from being taken for an option
        return [*(f"{option}={text}" for option, text in texts.items() if text), *asked, "--", self.cases]
