"""Packages that only some requests need, imported when one does."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

from audit.errors import MissingExtraError

__all__ = ["faiss_module", "fsspec_module", "openvino_module", "pyarrow_module", "ray_module"]


def pyarrow_module(name: str = "pyarrow") -> Any:
    """Return the module ``name`` of pyarrow.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    return _module(name, "corpus", "a corpus needs")


def ray_module() -> Any:
    """Return Ray.

    Raises:
        MissingExtraError: it is not installed.
    """
    # Ray reports its use to its makers unless this says otherwise.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    return _module("ray", "ray", "--engine ray needs")


def openvino_module() -> Any:
    """Return OpenVINO.

    Raises:
        MissingExtraError: it is not installed.
    """
    # Parts of it report their use to its makers where this package of theirs is found.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return _module("openvino", "bfloat16", "--precision bfloat16 needs")


def faiss_module() -> Any:
    """Return faiss.

    Raises:
        MissingExtraError: it is not installed.
    """
    return _module("faiss", "pool", "a pool of so many references needs")


def fsspec_module(address: str) -> Any:
    """Return fsspec, once it can read what is at ``address``.

    Raises:
        MissingExtraError: it, or its driver for this kind of address, is not installed.
    """
    module = _module("fsspec", "corpus", f"the address {address} needs")
    try:
        module.get_filesystem_class(address.partition("://")[0])
    except (ImportError, ValueError) as error:
        raise MissingExtraError(f"{address} cannot be read: {error}") from None
    return module


def _module(name: str, extra: str, needs: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise MissingExtraError(
            f"{needs} {package}, which is not installed; mend it with: pip install 'mt-audit[{extra}]'"
        ) from None
