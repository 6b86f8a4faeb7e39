"""What ``from audit import …`` offers."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import audit

INIT = Path(audit.__file__)


def test_all_is_sorted_and_complete() -> None:
    assert audit.__all__ == sorted(audit.__all__)
    assert set(dir(audit)) == set(audit.__all__)
    assert {"Auditor", "AuditResult", "audit_text", "audit_files", "align", "score_pairs", "read_table"} <= set(
        audit.__all__
    )


@pytest.mark.parametrize("name", sorted(set(audit.__all__) - {"__version__"}))
def test_every_name_is_there_and_documented(name: str) -> None:
    assert inspect.getdoc(getattr(audit, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'audit' has no attribute 'adit'"):
        audit.adit  # noqa: B018


def test_type_checkers_see_what_is_fetched() -> None:
    """The imports under TYPE_CHECKING name the module that the name is fetched from at run time."""
    block = next(
        node
        for node in ast.parse(INIT.read_text("utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(seen) == set(audit.__all__) - {"__version__"}
    for name, module in seen.items():
        assert getattr(importlib.import_module(module or ""), name) is getattr(audit, name)


@pytest.mark.parametrize("name", ["audit_text", "audit_files", "align", "score_pairs"])
def test_functions_have_the_signature_of_the_method(name: str) -> None:
    method = inspect.signature(getattr(audit.Auditor, name))
    of_function = inspect.signature(getattr(audit, name))
    assert list(of_function.parameters) == list(method.parameters)[1:]


def test_the_signatures_are_the_promised_ones() -> None:
    text = inspect.signature(audit.audit_text)
    assert list(text.parameters)[:4] == ["hypothesis", "references", "mode", "settings"]
    assert text.parameters["references"].default == ()
    assert text.parameters["mode"].default == "comparable"
    assert text.parameters["mode"].kind is inspect.Parameter.KEYWORD_ONLY
    assert list(inspect.signature(audit.align).parameters)[:3] == ["hypothesis", "reference", "mode"]
    assert list(inspect.signature(audit.score_pairs).parameters)[:2] == ["hypotheses", "references"]
