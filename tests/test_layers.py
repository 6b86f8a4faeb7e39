"""Imports within the package go down only; and only the command line speaks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "audit"

# From the bottom up; the modules of one line may import each other. A package stands for all its modules.
LAYERS = (
    ("version", "errors", "extras", "records", "cells", "letters", "spans", "untrusted", "interruption"),
    ("settings", "embeddings", "decisions", "demo"),
    ("signatures", "texts", "sentences", "encoders", "cache", "frequencies"),
    ("alignment", "scoring"),
    ("entities",),
    ("detectors",),
    ("pipeline",),
    ("reporting", "fixing"),
    ("auditor", "systems"),
    ("corpus",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, layer in enumerate(LAYERS) for name in layer}
# Names that only one place may import, because it is the place that hides them.
HIDDEN = {
    "sentence_transformers": {"encoders"},
    "onnxruntime": {"encoders"},
    "openvino": {"encoders"},
    "torch": {"encoders"},
    "matplotlib": {"reporting"},
    "typer": {"cli"},
    "ray": {"corpus"},
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module's part of the package (``entities`` for entities/names.py) with its syntax tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        yield part, ast.parse(path.read_text("utf-8"), str(path))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward(part: str, tree: ast.Module) -> list[str]:
    parts = {name.split(".")[1] for name in imported(tree) if name.startswith("audit.")}
    return sorted(other for other in parts & set(LEVEL) if LEVEL[other] > LEVEL[part])


def test_every_module_has_a_layer() -> None:
    assert {part for part, _ in modules()} - {"__init__"} <= set(LEVEL)


def test_imports_go_down_only() -> None:
    arrows = [(part, other) for part, tree in modules() if part != "__init__" for other in upward(part, tree)]
    assert arrows == []


@pytest.mark.parametrize(
    ("part", "line", "arrows"),
    [
        ("records", "from audit.pipeline import audit", ["pipeline"]),
        ("detectors", "def f():\n    import audit.reporting.html", ["reporting"]),
        ("entities", "from audit import pipeline, records", ["pipeline"]),
        ("pipeline", "from audit.entities.linking import resolve", []),
    ],
)
def test_an_upward_arrow_is_seen(part: str, line: str, arrows: list[str]) -> None:
    assert upward(part, ast.parse(line)) == arrows


@pytest.mark.parametrize("library", HIDDEN)
def test_a_library_stays_where_it_is_hidden(library: str) -> None:
    users = {part for part, tree in modules() for name in imported(tree) if name.split(".")[0] == library}
    assert users <= HIDDEN[library]


def test_only_the_command_line_prints_or_exits() -> None:
    def speaks(node: ast.AST) -> bool:
        match node:
            case ast.Call(func=ast.Name(id="print" | "exit" | "quit")):
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sys"), attr="exit")):
                return True
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
                return True
        return False

    speakers = {part for part, tree in modules() if any(map(speaks, ast.walk(tree)))}
    assert speakers <= {"cli", "__main__"}


def test_no_assert_guards_the_users_input() -> None:
    assert [part for part, tree in modules() if any(isinstance(n, ast.Assert) for n in ast.walk(tree))] == []


def test_pairing_never_truncates() -> None:
    def truncates(node: ast.AST) -> bool:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "zip"):
            return False
        strict = {k.arg: k.value for k in node.keywords}.get("strict")
        return not (isinstance(strict, ast.Constant) and strict.value is True)

    assert [(part, n.lineno) for part, tree in modules() for n in ast.walk(tree) if truncates(n)] == []
