"""Files that someone else may have written, read within bounds of size and depth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["MAX_DEPTH", "parse_json", "read_bytes"]

MAX_DEPTH = 64
"""How deep JSON may be nested; what this package writes has a depth below 10."""


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the content of a file of at most ``limit`` bytes.

    Raises:
        OSError: it cannot be read.
        ValueError: it is larger.
    """
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"it is larger than {limit >> 20} MiB")
    return content


def parse_json(text: str | bytes, *, number: Callable[[str], float] = float) -> Any:
    """Return the values that ``text`` holds; ``number`` reads figures with a point, NaN and Infinity.

    Raises:
        ValueError: it is no JSON, or nested deeper than ``MAX_DEPTH``.
    """
    deep = ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
    try:
        values = json.loads(text, parse_float=number, parse_constant=number)
    except RecursionError:
        raise deep from None
    level = [values]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for value in level for inner in _inner(value)]
        if not level:
            return values
    raise deep


def _inner(value: Any) -> list[Any]:
    """Return the containers directly within ``value``."""
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in within if isinstance(inner, (dict, list))]
