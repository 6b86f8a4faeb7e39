"""Writes what a run found out into a folder: all of it or nothing.

The files are made in a hidden folder beside the target (``.NAME.partial``), flushed to the disk and moved into place
in one step. Killed at any moment, a run leaves the target as it was or complete; the next run clears what is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from audit.errors import OutputError, SettingsError
from audit.records import Audit
from audit.reporting import html, interchange, plots, tables

__all__ = ["FORMATS", "check_folder", "check_formats", "write"]

FORMATS = ("csv", "json", "html", "png", "svg")
"""What ``write`` can write; ``csv`` stands for all tables with their signature, ``png`` and ``svg`` for the plots."""

_DEFAULT = ("csv", "json", "html", "png")

_BEFORE = "before"
"""The folder within the stage that holds what stood in the target while its files are replaced one by one."""


def check_formats(formats: Collection[str]) -> None:
    """Raise ``SettingsError`` unless every one of ``formats`` is known."""
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise SettingsError(f"unknown format {', '.join(unknown) or '(none)'}; choose from {', '.join(FORMATS)}")


def check_folder(folder: str | Path) -> None:
    """Raise ``OutputError`` if ``folder`` cannot take results; to be called before the work that they cost.

    Nothing is made or changed.
    """
    folder = Path(folder)
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            folder.lstat()
        existing = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
        if not existing.is_dir():
            raise OutputError(f"cannot write to {folder}: {existing} is not a folder. Choose another one with -o.")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise OutputError(f"cannot write to {folder}: no permission in {existing}. Choose another one with -o.")
    except (OSError, ValueError) as error:  # a name that is too long, or one with a NUL
        raise OutputError(f"cannot write to {folder}: {error}. Choose another one with -o.") from error


def write(
    audit: Audit, folder: str | Path, formats: Collection[str] = _DEFAULT, *, excerpts: bool = False
) -> list[Path]:
    """Write ``audit`` into ``folder`` and return the paths, in order of their names.

    Other files in ``folder`` are kept. ``excerpts``: the HTML shows references only as excerpts around the evidence.

    Raises:
        SettingsError: an unknown format.
        OutputError: the folder cannot be written, or another run is writing to it at this moment. It is as it was.
    """
    check_formats(formats)
    check_folder(folder)
    target = Path(folder).resolve()
    files = _contents(audit, formats, excerpts)
    try:
        with _parents(target), _stage(target) as stage:
            for name, content in files.items():
                with (stage / name).open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            _publish(stage, target)
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror or error}. Nothing was changed there.") from error
    return [Path(folder) / name for name in sorted(files)]


def _contents(audit: Audit, formats: Collection[str], excerpts: bool) -> Mapping[str, bytes]:
    files: dict[str, str | bytes] = {}
    drawn = plots.render(audit) if {"html", "png", "svg"} & set(formats) else {}
    if "csv" in formats:
        files |= {f"{name}.csv": tables.table_csv(audit, name) for name in tables.TABLES}
        files["signature.txt"] = f"{audit.signature}\n"
    if "json" in formats:
        files["audit.json"] = interchange.dumps(audit)
    if "html" in formats:
        files["report.html"] = html.render(audit, plots=drawn, excerpts=excerpts)
    if "png" in formats:
        files |= {f"{name}.png": plot.png for name, plot in drawn.items()}
    if "svg" in formats:
        files |= {f"{name}.svg": plot.svg for name, plot in drawn.items()}
    return {name: c if isinstance(c, bytes) else c.encode("utf-8", "replace") for name, c in files.items()}


@contextlib.contextmanager
def _parents(target: Path) -> Iterator[None]:
    """Make the folders above ``target``; take them away again if the body fails."""
    missing = [path for path in target.parents if not path.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


@contextlib.contextmanager
def _stage(target: Path) -> Iterator[Path]:
    """Hold the folder in which the files for ``target`` are made; it is the lock on ``target`` as well.

    The lock is the kernel's, on the open folder, so that it ends with the process, however that ends.
    """
    beside = os.access(target.parent, os.W_OK | os.X_OK) and not target.is_mount()
    stage = target.parent / f".{target.name}.partial" if beside else target / ".audit.partial"
    handle = _claimed(stage, target)
    try:
        if not (stage / _BEFORE).is_symlink():
            _restore(stage / _BEFORE, target)
        for left in stage.iterdir():
            _remove(left)
        yield stage
    finally:
        try:
            shutil.rmtree(stage, ignore_errors=True)
        finally:  # once more, for an interrupt may have stopped the first
            shutil.rmtree(stage, ignore_errors=True)
            os.close(handle)


def _claimed(stage: Path, target: Path) -> int:
    """Make ``stage`` and lock it; return the handle that holds the lock."""
    while True:
        handle = None
        try:
            if stage.is_symlink():  # its place is known, so that anyone could have laid one there
                stage.unlink()
            stage.mkdir(exist_ok=True)
            # Whoever held the lock may move the folder into place or remove it at any moment.
            with contextlib.suppress(FileNotFoundError):
                handle = os.open(stage, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                if not _locked(handle):
                    raise OutputError(f"another run is writing to {target} now; wait for it to end, or use -o")
                if os.path.samestat(stage.lstat(), os.fstat(handle)):
                    held, handle = handle, None
                    return held
        except (KeyboardInterrupt, SystemExit):
            with contextlib.suppress(OSError):
                stage.rmdir()
            raise
        finally:
            if handle is not None:
                os.close(handle)


def _locked(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # a system without it gets no protection against a second run
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _publish(stage: Path, target: Path) -> None:
    """Move the files of ``stage`` into ``target`` so that an observer sees all of them or none."""
    for path in stage.iterdir():
        if (target / path.name).is_dir():
            raise IsADirectoryError(None, f"{path.name} is a folder there")
    if not target.exists():
        _sync(stage)
        stage.rename(target)
    elif not (stage.parent == target.parent and _exchanged(stage, target)):
        _replace_each(stage, target)
    _sync(target)
    _sync(target.parent)


def _exchanged(stage: Path, target: Path) -> bool:
    """Swap ``stage`` and ``target`` in one step of the kernel; false, with nothing changed, where that cannot be done.

    A folder that holds other folders, or that this process works in, is left to ``_replace_each``.
    """
    swap = _swap()
    others = [path for path in target.iterdir() if not (stage / path.name).exists()]
    if swap is None or target == Path.cwd() or not all(path.is_file() and not path.is_symlink() for path in others):
        return False
    try:
        for path in others:
            (stage / path.name).hardlink_to(path)
        shutil.copystat(target, stage)
        _sync(stage)
        swap(stage, target)
    except OSError:
        for path in others:
            (stage / path.name).unlink(missing_ok=True)
        return False
    for path in stage.iterdir():  # what someone put there in the meantime
        if not (target / path.name).exists():
            path.rename(target / path.name)
    return True


def _swap() -> Callable[[Path, Path], None] | None:
    """Return Linux's renameat2(RENAME_EXCHANGE), or ``None`` where there is none."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if call is None:
        return None
    here, exchange = -100, 2

    def swap(first: Path, second: Path) -> None:
        if call(here, os.fsencode(first), here, os.fsencode(second), exchange) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    return swap


def _replace_each(stage: Path, target: Path) -> None:
    """Move file by file; if that fails, ``target`` is put back as it was (at the next run, if this one is killed)."""
    files, copies, before = sorted(stage.iterdir()), stage / "copies", stage / _BEFORE
    new = [path for path in files if not os.path.lexists(target / path.name)]
    copies.mkdir()
    for path in files:
        if path not in new:
            shutil.copy2(target / path.name, copies / path.name, follow_symlinks=False)
    copies.rename(before)
    try:
        for path in files:
            path.replace(target / path.name)
    except BaseException:
        for path in new:
            (target / path.name).unlink(missing_ok=True)
        _restore(before, target)
        raise
    shutil.rmtree(before)


def _restore(before: Path, target: Path) -> None:
    if before.is_dir():
        for path in before.iterdir():
            path.replace(target / path.name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
