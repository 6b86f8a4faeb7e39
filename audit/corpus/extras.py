"""Packages that only corpus mode needs, imported when it does."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from audit.errors import MissingExtraError

__all__ = ["pyarrow_module", "ray_module"]


def pyarrow_module(name: str = "pyarrow") -> Any:
    """Return the module ``name`` of pyarrow.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    return _module(name, "corpus")


def ray_module() -> Any:
    """Return Ray.

    Raises:
        MissingExtraError: it is not installed.
    """
    return _module("ray", "ray")


def _module(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise MissingExtraError(
            f"a corpus needs {package}, which is not installed; mend it with: pip install 'mt-audit[{extra}]'"
        ) from None
