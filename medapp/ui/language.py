"""The language of the window: the person's or the system's, for our texts and for those of Qt's own dialogs."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from medapp.i18n import LANGUAGES, known_language, speak

QT_TEXTS = "qt_texts"


def language_of(choice: str) -> str:
    """Return the language that a setting stands for; ``system`` is the first that the system is used in."""
    if choice in LANGUAGES:
        return choice
    return known_language(next(iter(QLocale.system().uiLanguages()), ""))


def apply_language(application: QApplication, language: str) -> None:
    """Speak `language` in all texts that are made from now on, and in Qt's own dialogs."""
    speak(language)
    QLocale.setDefault(QLocale(language))
    for former in application.findChildren(QTranslator, QT_TEXTS):
        application.removeTranslator(former)
        former.deleteLater()
    translator = QTranslator(application)
    translator.setObjectName(QT_TEXTS)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        application.installTranslator(translator)
