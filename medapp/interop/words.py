"""The sentences of an answer, the same in every form that is sent on."""

from __future__ import annotations

from medapp import __version__
from medapp.classify.aggregate import limit_for
from medapp.classify.prediction import Prediction
from medapp.classify.reasons import reason_of, score_text
from medapp.i18n import listed, percent_text, tr
from medapp.interop.outcome import ModelFacts, StackFacts

SHORT_HASH = 12


def headline(prediction: Prediction) -> str:
    """Return the answer in a few words: a class, that it is unclear, or what kind of refusal it is."""
    if prediction.state in {"unclear", "unlike", "no_model"}:
        return tr(f"send.state_{prediction.state}")
    if prediction.several:
        return listed(prediction.given) or tr("send.no_label")
    return prediction.label or ""


def explanation(prediction: Prediction) -> str:
    """Return the sentence under the headline: the operating point that the answer was given by, or the reason."""
    told = reason_of(prediction)
    if told is not None:
        return told
    if prediction.several:
        return tr("send.by_thresholds")
    if prediction.alarm_class is None or prediction.threshold is None:
        return tr("send.most_probable")
    key = "send.above" if prediction.label == prediction.alarm_class else "send.below"
    return tr(key, alarm=prediction.alarm_class, limit=percent_text(prediction.threshold))


def stack_sentences(stack: StackFacts) -> list[str]:
    """Return what an answer about a stack is about, and by which rule it was made."""
    counts = {"answered": stack.answered, "refused": stack.refused, "failed": stack.failed}
    score = score_text(stack.score, stack.how)
    return [
        tr("send.about_stack", images=sum(counts.values()), **counts),
        tr(f"send.stack_{stack.how}", about=stack.about, score=score),
    ]


def class_lines(prediction: Prediction) -> list[str]:
    """Return a line for each class with its probability and, where it has one, its operating point."""
    return [
        tr("send.class_line", name=name, probability=percent_text(probability))
        if (limit := limit_for(prediction, name)) is None
        else tr("send.class_line_limit", name=name, probability=percent_text(probability), limit=percent_text(limit))
        for name, probability in (prediction.probabilities or {}).items()
    ]


def model_line(model: ModelFacts) -> str:
    """Return name, version and the beginning of the package's hash."""
    key = model.key
    return tr("send.model", name=model.name, id=key.id, version=key.version, hash=key.manifest_hash[:SHORT_HASH])


def maker_line() -> str:
    """Return which program made the report."""
    return tr("send.made_by", version=__version__)


def remarks(prediction: Prediction) -> list[str]:
    """Return what must stand beside an answer: that it is not calibrated, and what happened while it was computed."""
    told = []
    if prediction.probabilities is not None and not prediction.calibrated:
        told.append(tr("send.not_calibrated"))
    if prediction.note:
        told.append(tr(prediction.note))
    return told


def figure_lines(model: ModelFacts) -> list[str]:
    """Return the figures of the model's sealed test with their 95 % intervals."""
    return [
        tr(
            "send.figure",
            name=tr(f"send.figure_{name}"),
            value=f"{value:.3g}",
            low=f"{low:.3g}",
            high=f"{high:.3g}",
            n=n,
        )
        for name, value, low, high, n in model.figures
    ]
