"""The answer of the model about the picture on screen, or why there is none."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QPushButton, QScrollArea, QSlider, QVBoxLayout, QWidget

from medapp.classify.aggregate import place_of
from medapp.classify.own_words import in_own_words, own_card
from medapp.classify.prediction import Prediction
from medapp.classify.reasons import reason_of
from medapp.i18n import percent_text, tell, tr
from medapp.ui import theme
from medapp.ui.answer_state import Answer, Answered, Classifying, ModelFacts, NoModel, NotAnswered, Waiting
from medapp.ui.widgets.card_text import CardText
from medapp.ui.widgets.device_line import device_text
from medapp.ui.widgets.explanation_view import ExplanationView
from medapp.ui.widgets.heat_map_key import HeatMapKey
from medapp.ui.widgets.layouts import button, column, label, line, named, row
from medapp.ui.widgets.probability_bar import ProbabilityBar
from medapp.ui.widgets.wording import modality_text, seconds_text

PANEL_PX = 288


class PredictionPanel(QWidget):
    """Renders an answer; emits the wish to try again, and to show and fade the heat map."""

    again_requested = Signal()
    heat_map_requested = Signal(bool)
    opacity_requested = Signal(float)
    explanation_requested = Signal(str)
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(PANEL_PX)
        self._answer: Answer | None = None
        self._marks: tuple[str, ...] = ()
        self._has_side_marker = False
        self._content = named(QWidget(), "scrolled")
        self._rows = column(self._content, spacing=3)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._content)
        self._heat_map = self._make_heat_map_controls()
        layout = column(self, margin=3, spacing=3)
        layout.addLayout(self._make_head())
        layout.addWidget(area, 1)
        layout.addWidget(self._heat_map)

    def _make_head(self) -> QVBoxLayout:
        head = column(spacing=1)
        top = row()
        self._title = label("", "heading", wrap=True, name="model_name")
        top.addWidget(self._title, 1)
        head.addLayout(top)
        self._version = label("", "small", wrap=True, name="model_version")
        head.addWidget(self._version)
        return head

    def _make_heat_map_controls(self) -> QWidget:
        controls = named(QWidget(), "heat_map_controls")
        self._toggle = named(QCheckBox(tr("ui.heat_map")), "heat_map_toggle")
        self._toggle.setToolTip(tr("ui.heat_map_meaning"))
        self._toggle.toggled.connect(self.heat_map_requested)
        self._opacity = named(QSlider(Qt.Orientation.Horizontal), "heat_map_opacity")
        self._opacity.setRange(10, 100)
        self._opacity.setAccessibleName(tr("ui.opacity"))
        self._opacity.valueChanged.connect(self._request_opacity)
        layout = column(controls, spacing=1)
        line_of_controls = row()
        line_of_controls.addWidget(self._toggle)
        line_of_controls.addWidget(self._opacity, 1)
        layout.addLayout(line_of_controls)
        layout.addWidget(HeatMapKey())
        layout.addWidget(label(tr("ui.heat_map_meaning"), "small", wrap=True))
        self._explanation = ExplanationView()
        self._explanation.explanation_requested.connect(self.explanation_requested)
        layout.addWidget(self._explanation)
        return controls

    def render_answer(
        self,
        answer: Answer,
        *,
        heat_map_shown: bool,
        opacity: float,
        marks: tuple[str, ...] = (),
        has_side_marker: bool = False,
    ) -> None:
        """Show `answer`, how the heat map is shown, and what is to be known of the picture that it is about.

        A picture that `has_side_marker` as radiographs have may be mirrored, and nothing checks that.
        """
        with QSignalBlocker(self._toggle), QSignalBlocker(self._opacity):
            self._toggle.setChecked(heat_map_shown)
            self._opacity.setValue(round(opacity * 100))
            self._opacity.setEnabled(heat_map_shown)
        if (answer, marks, has_side_marker) == (self._answer, self._marks, self._has_side_marker):
            return
        self._answer, self._marks, self._has_side_marker = answer, marks, has_side_marker
        self._heat_map.setVisible(isinstance(answer, Answered) and answer.prediction.heat_map is not None)
        if isinstance(answer, Answered):
            self._explanation.render_answer(answer)
        self._head(getattr(answer, "model", None))
        self._clear()
        self._fill(answer)
        self._rows.addStretch(1)

    def _head(self, model: ModelFacts | None) -> None:
        self._title.setText(in_own_words(model.name) if model else tr("ui.ai"))
        self._version.setText(tr("ui.model_version", id=model.id, version=model.version) if model else "")
        self._version.setVisible(model is not None)

    def _clear(self) -> None:
        while item := self._rows.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _fill(self, answer: Answer) -> None:
        match answer:
            case Answered(prediction=prediction) if prediction.state == "no_model":
                self._say(reason_of(prediction) or "", "dim", name="refusal")
            case Answered(model, prediction):
                self._fill_prediction(model, prediction)
            case NoModel(modality):
                self._say(tr("ui.no_model", modality=modality_text(modality)), "dim")
                self._say(tr("ui.no_model_hint"), "small")
            case Classifying():
                self._say(tr("ui.classifying"), "dim")
            case Waiting():
                self._say(tr("ui.not_asked"), "dim")
                self._offer_again("ui.classify")
            case NotAnswered(problem):
                self._say(tr("ui.not_answered"), "danger")
                self._say(tell(problem), "")
                self._offer_again("ui.try_again")
            case _:
                self._say(tr("ui.no_picture"), "dim")

    def _fill_prediction(self, model: ModelFacts, prediction: Prediction) -> None:
        if prediction.state == "unlike":
            self._say(reason_of(prediction) or "", "attention", name="refusal")
        else:
            self._fill_result(prediction)
            if self._has_side_marker:
                self._say(tr("answer.mirrored_unchecked"), "small", name="not_checked")
        if prediction.note:
            self._say(tr(prediction.note), "attention", name="note")
        for mark in self._marks:
            self._say(tr("ui.picture_mark", mark=mark), "small", name="picture_mark")
        self._rows.addWidget(line())
        if model.trained_on:
            self._say(tr("ui.trained_on", text=in_own_words(model.trained_on)), "small", name="trained_on")
        if prediction.seconds:  # a refusal by the header was not computed
            used = tr("ui.computed", seconds=seconds_text(prediction.seconds), device=device_text(prediction.device))
            self._say(used, "small", name="computed")
        if model.card:
            self._offer_card(model)

    def _offer_card(self, model: ModelFacts) -> None:
        """Put the model's card one press away; until then it is not laid out, for that takes as long as a frame."""
        shown = CardText("model_card", grows=True)
        shown.hide()

        def turn() -> None:
            shown.render_card(own_card(model.id, model.version, model.card))
            shown.setVisible(shown.isHidden())

        self._rows.addWidget(button("ui.model_card", turn, role="link", name="show_card"))
        self._rows.addWidget(shown)

    def _fill_result(self, prediction: Prediction) -> None:
        probabilities = prediction.probabilities or {}
        unclear = prediction.state == "unclear"
        if unclear:
            self._say(tr("ui.unclear"), "heading", name="unclear")
            self._say(reason_of(prediction) or "", "", name="unclear_reason")
        else:
            self._say(_label_sentence(prediction), "heading", name="label_sentence")
        if not prediction.calibrated:
            self._say(tr("model.not_calibrated"), "attention", name="not_calibrated")
        as_told = prediction.several or len(probabilities) <= 2
        names = list(probabilities) if as_told else sorted(probabilities, key=lambda n: -probabilities[n])
        self._say(tr("ui.label_scores" if prediction.several else "ui.model_score"), "small", name="model_score")
        for name in names:
            tick = prediction.threshold if name == prediction.alarm_class else prediction.thresholds.get(name)
            given = name in prediction.given and not unclear
            colour = theme.class_colour(place_of(prediction, name))
            band = prediction.unclear if name == prediction.alarm_class else None
            bar = ProbabilityBar(name, probabilities[name], colour, tick, band, given=given)
            bar.setObjectName(f"bar_{name}")
            self._rows.addWidget(bar)
        if prediction.several and prediction.heat_map is not None:
            self._say(tr("ui.heat_map_of", label=prediction.explained), "small", name="heat_map_of")

    def _say(self, text: str, role: str, name: str = "") -> None:
        self._rows.addWidget(label(text, role, wrap=True, name=name))

    def _offer_again(self, key: str) -> None:
        again: QPushButton = button(key, self.again_requested.emit, name="try_again")
        self._rows.addWidget(again)

    @Slot(int)
    def _request_opacity(self, percent: int) -> None:
        self.opacity_requested.emit(percent / 100)


def _label_sentence(prediction: Prediction) -> str:
    """Say the label, and by which operating point it was given."""
    if prediction.several:
        return tr("ui.labels_given", labels=prediction.label) if prediction.given else tr("ui.no_label_given")
    if prediction.alarm_class is None or prediction.threshold is None:
        return tr("ui.most_probable", label=prediction.label)
    limit = percent_text(prediction.threshold)
    if prediction.label == prediction.alarm_class:
        return tr("ui.above_alarm", label=prediction.label, alarm=prediction.alarm_class, limit=limit)
    return tr("ui.below_alarm", label=prediction.label, alarm=prediction.alarm_class, limit=limit)
