"""Cells of CSV files that no spreadsheet takes for a formula.

A text whose first character would make a spreadsheet run it (OWASP, "CSV Injection") gets a leading apostrophe.
So does a text that looks like one so marked, which makes the marking reversible for every text.
"""

from __future__ import annotations

import re

__all__ = ["guard", "unguard"]

_RUNS = "=+\\-@\t\r\n＝＋－＠"
_GUARDED = re.compile(f"'+[{_RUNS}]")
_NEEDS_GUARD = re.compile(f"'*[{_RUNS}]")


def guard(text: str) -> str:
    """Return ``text`` as it may stand in a cell; ``unguard`` undoes it."""
    return f"'{text}" if _NEEDS_GUARD.match(text) else text


def unguard(cell: str) -> str:
    """Return the text that ``guard`` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
