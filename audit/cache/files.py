"""The folder of things that can be made again, and how files are written there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

__all__ = ["CACHE_VARIABLE", "cache_folder", "prepared", "write_atomically"]

CACHE_VARIABLE = "AUDIT_CACHE"
"""The environment variable that names another folder than the user's cache."""


def cache_folder() -> Path:
    """Return the folder of things that can be made again. It need not exist, nor be writable."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("mt-audit", appauthor=False))


def prepared(name: str, suffix: str, make: Callable[[], bytes]) -> bytes:
    """Return what ``make`` returns, kept from an earlier run where there is one; the file's name holds its hash.

    ``name`` must change with everything that the result depends on.
    """
    folder = cache_folder()
    for path in sorted(folder.glob(f"{name}-*{suffix}")):
        with suppress(OSError):
            data = path.read_bytes()
            if path.name == f"{name}-{sha256(data).hexdigest()}{suffix}":
                return data
    data = make()
    write_atomically(folder / f"{name}-{sha256(data).hexdigest()}{suffix}", data)
    return data


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that other processes see it whole or not at all; where nothing can be written, do nothing."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(temporary).replace(path)
        except BaseException:  # an interruption too
            Path(temporary).unlink(missing_ok=True)
            raise
