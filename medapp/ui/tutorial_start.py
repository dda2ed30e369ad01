"""Starts the tutorial as a program of its own, so that it shares nothing with the person's models and projects."""

from __future__ import annotations

from PySide6.QtCore import QProcess, QProcessEnvironment

from medapp.i18n import spoken_by_children
from medapp.processes import own_command


def start_tutorial() -> bool:
    """Start it, in the language that is spoken here; tell whether it could be started."""
    program, *arguments = own_command("open", "--tutorial")
    process = QProcess()
    process.setProgram(program)
    process.setArguments(arguments)
    environment = QProcessEnvironment.systemEnvironment()
    for name, value in spoken_by_children().items():
        environment.insert(name, value)
    process.setProcessEnvironment(environment)
    started: object = process.startDetached()
    return bool(started[0] if isinstance(started, tuple) else started)  # with the process id in some releases of PySide
