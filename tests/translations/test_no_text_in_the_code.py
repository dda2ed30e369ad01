"""Everything that a person reads in the window comes from the catalogues, and none of it is kept from an import on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MEDAPP = Path(__file__).resolve().parents[2] / "medapp"
SOURCES = sorted((MEDAPP / "ui").rglob("*.py"))
SHOWN_BY = frozenset(
    re.findall(
        r"\w+",
        """setText setToolTip setWindowTitle setStatusTip setWhatsThis setPlaceholderText setAccessibleName
setAccessibleDescription setTitle setLabelText setInformativeText setDetailedText setSuffix
setPrefix setSpecialValueText setHeaderLabels setHorizontalHeaderLabels setIconText setTabText
setItemText setHtml setPlainText setFormat addAction addMenu addItem addItems addTab addRow
insertItem insertTab drawText showMessage showText notify label QLabel QPushButton QCheckBox
QRadioButton QAction QMenu QGroupBox QToolBar QToolButton QTreeWidgetItem QListWidgetItem
QTableWidgetItem QDockWidget QMessageBox""",
    )
)
"""What takes a text and shows it."""
WORD = re.compile(r"[^\W\d_]{2,}")
"""Two letters that follow each other: signs, shortcuts of one letter and layout are no text."""
TELLS = frozenset({"tr", "MedappError", "Finding", "TableNote", "of"})
"""What makes a sentence of its arguments, now or later."""
NAMES = {"medapp"}


def test_the_window_shows_no_text_that_stands_in_the_code() -> None:
    assert not [found for path in SOURCES for found in texts_shown_by(path)]


@pytest.mark.parametrize(
    "line",
    ['label("Patients", "dim")', 'box.setToolTip("Open files")', 'QLabel(f"{n} images")', 'bar.setText("a" + "Ende")'],
)
def test_a_text_in_the_code_would_be_found(line: str, tmp_path: Path) -> None:
    path = tmp_path / "widget.py"
    path.write_text(line, encoding="utf-8")
    assert list(texts_shown_by(path))


def test_no_text_is_made_when_a_module_is_imported() -> None:
    """It would stay in the language that was spoken then."""
    assert not [f"{path.name}:{line}" for path in MEDAPP.rglob("*.py") for line in lines_that_speak_at_import(path)]


def test_lists_within_sentences_are_joined_by_the_language() -> None:
    assert not [found for path in MEDAPP.rglob("*.py") for found in lists_of_one_language(path)]


def test_a_list_of_one_language_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "words.py"
    path.write_text('tr("a.text", names=", ".join(names)[:80], who="-".join(who))', encoding="utf-8")
    assert list(lists_of_one_language(path)) == ["words.py:1"]


def texts_shown_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and name_of(node) in SHOWN_BY and node.args:
            shown = node.args if name_of(node) not in {"label", "QListWidgetItem"} else node.args[:1]
            for literal in (text for argument in shown for text in literals(argument)):
                if WORD.search(literal) and literal not in NAMES:
                    yield f"{path.name}:{node.lineno} {literal!r}"


def literals(node: ast.expr) -> Iterator[str]:
    """Strings that reach the screen through `node`: not those that are arguments of a call within."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from literals(part)
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            yield from literals(left)
            yield from literals(right)
        case ast.BoolOp(values=parts):
            for part in parts:
                yield from literals(part)


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def lists_of_one_language(path: Path) -> Iterator[str]:
    """Yield where ``", ".join`` or ``"; ".join`` makes a part of a sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and name_of(node) in TELLS:
            for part in ast.walk(node):
                match part:
                    case ast.Attribute(value=ast.Constant(value=", " | "; "), attr="join"):
                        yield f"{path.name}:{part.lineno}"


def lines_that_speak_at_import(path: Path) -> Iterator[int]:
    todo: list[ast.AST] = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            continue
        if isinstance(node, ast.Call) and name_of(node) in {"tr", "tell"}:
            yield node.lineno
        todo += ast.iter_child_nodes(node)
