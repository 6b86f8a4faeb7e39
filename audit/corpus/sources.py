"""Where rows and texts come from: files of this machine, or, with fsspec, addresses such as s3://.

A row is a line of JSON Lines (``.gz`` too), of CSV with a header, or of Parquet. What holds no blank, or ends in .txt
on its only line, is a path, relative to the folder of the file that names it.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TextIO, cast

from audit.errors import AuditError, InputError
from audit.extras import fsspec_module, pyarrow_module
from audit.records import Document
from audit.texts import decode, make_document, read_document
from audit.untrusted import parse_json

__all__ = ["File", "Row", "Source", "digest", "expand", "name_of", "read_source", "rows", "sound", "source_of"]

Row = dict[str, Any] | str
"""A row by its columns, or the reason why it cannot be read."""

_MAX_LINE = 1 << 26
_CHUNK = 1 << 20
_BYTES_PER_CHAR = 4
_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".csv", ".parquet")
_PATH = re.compile(r"\S{1,1000}|[^\n\r]{1,1000}\.txt")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]{0,31}://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A text, or the path or address of its file; one of the two is None."""

    text: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file by its path on this machine or by its address."""

    address: str

    @property
    def remote(self) -> bool:
        """Whether it takes fsspec to read it."""
        return bool(_ADDRESS.match(self.address))

    def open(self) -> IO[bytes]:
        """Open it for reading, seekable.

        Raises:
            MissingExtraError: fsspec, or its driver for this kind of address, is not installed.
            OSError: it cannot be read.
        """
        if self.remote:
            return cast("IO[bytes]", fsspec_module(self.address).open(self.address, "rb").open())
        return Path(self.address).open("rb")

    def beside(self, path: str) -> str:
        """Return ``path`` as seen from the file's folder."""
        if _ADDRESS.match(path):
            return path
        if self.remote:
            return f"{self.address.rpartition('/')[0]}/{path}"
        return str(Path(self.address).parent / path)


def expand(paths: Sequence[str | os.PathLike[str]], what: str, *, more: Sequence[str] = ()) -> list[File]:
    """Return the files that ``paths`` stand for: files, folders (those in it) and patterns, in order.

    Args:
        paths: on this machine, or addresses.
        what: how messages call them ("manifest").
        more: endings of files that are taken too.

    Raises:
        InputError: there is no such file, or one is none by its name.
        MissingExtraError: fsspec, or its driver for this kind of address, is not installed.
    """
    endings = (*_SUFFIXES, *more)
    found: list[File] = []
    for given in paths:
        path = os.fspath(given)
        files = _remote_files(path, endings) if _ADDRESS.match(path) else _local_files(path, endings)
        if not files:
            raise InputError(f"there is no {what} {path}")
        found += map(File, files)
    for file in found:
        if not file.address.endswith(endings):
            raise InputError(f"{file.address} is no {what} by its name; it must end in {', '.join(endings)}")
    return found


def _local_files(path: str, endings: tuple[str, ...]) -> list[str]:
    import glob

    if Path(path).is_dir():
        return sorted(str(p) for p in Path(path).iterdir() if p.name.endswith(endings) and not p.name.startswith("."))
    return [path] if Path(path).exists() else sorted(glob.glob(path))  # noqa: PTH207 - the pattern may be absolute


def _remote_files(address: str, endings: tuple[str, ...]) -> list[str]:
    module = fsspec_module(address)
    try:
        system, path = module.core.url_to_fs(address)
        if system.isdir(path):
            listed = system.ls(path, detail=False)
            names = sorted(n for n in listed if n.endswith(endings) and not n.rpartition("/")[2].startswith("."))
        else:
            names = [path] if system.exists(path) else sorted(system.glob(path))
    except (OSError, ValueError) as error:
        raise InputError(f"{address} cannot be read: {error}") from error
    return [system.unstrip_protocol(name) for name in names]


def digest(files: Sequence[File]) -> str:
    """Return the sha256 over the content of ``files``, in order.

    Raises:
        InputError: one cannot be read.
    """
    found = hashlib.sha256()
    for file in files:
        try:
            with file.open() as stream:
                of_file = hashlib.sha256()
                while chunk := stream.read(_CHUNK):
                    of_file.update(chunk)
        except OSError as error:
            raise InputError(f"{file.address} cannot be read: {error.strerror or error}") from error
        found.update(of_file.digest())
    return found.hexdigest()


def rows(file: File) -> Iterator[Row]:
    """Yield the rows of ``file``; one that cannot be read is the reason why.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    try:
        with file.open() as stream:
            yield from _rows(file.address, stream)
    except AuditError:
        raise
    except (OSError, EOFError, ValueError, csv.Error) as error:
        raise InputError(f"{file.address} cannot be read: {error}") from error


def _rows(name: str, stream: IO[bytes]) -> Iterator[Row]:
    if name.endswith(".parquet"):
        for batch in pyarrow_module("pyarrow.parquet").ParquetFile(stream).iter_batches(batch_size=1024):
            yield from batch.to_pylist()
    elif name.endswith(".csv"):
        csv.field_size_limit(_MAX_LINE)
        with io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="") as text:
            yield from csv.DictReader(_bounded(text))
    else:
        lines = gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream
        yield from map(_parsed, _lines(cast("IO[bytes]", lines)))


def _bounded(stream: TextIO) -> Iterator[str]:
    """Yield the lines of a CSV file; a cell may go on over several."""
    while line := stream.readline(_MAX_LINE):
        if len(line) == _MAX_LINE:
            raise ValueError(f"a line is longer than {_MAX_LINE >> 20} MiB; give the paths of the texts instead")
        yield line


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Yield the lines that are not blank; None for one that is too long to be held."""
    while line := stream.readline(_MAX_LINE):
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
                pass
            yield None
        elif not line.isspace():
            yield line


def _parsed(line: bytes | None) -> Row:
    if line is None:
        return f"the line is longer than {_MAX_LINE >> 20} MiB; give the paths of the texts instead"
    try:
        row = parse_json(line)
    except UnicodeDecodeError as error:
        return f"the line is not UTF-8 (byte {error.start})"
    except ValueError as error:
        return f"the line is not JSON: {error}"
    return row if isinstance(row, dict) else f"the line is JSON but no object ({type(row).__name__})"


def name_of(row: Row) -> str | None:
    """Return the id of a row, a string or a number; None where it has none that can be written."""
    value = row.get("id") if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) if sound(str(value)) and str(value).strip() else None


def sound(text: str) -> bool:
    """Whether ``text`` holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def source_of(value: object, file: File) -> Source | None:
    """Return what a cell of ``file`` stands for, a text or a path; None when it is no string."""
    if not isinstance(value, str):
        return None
    if _PATH.fullmatch(value) and "\0" not in value:
        return Source(path=file.beside(value)) if sound(value) else None
    return Source(text=value)


def read_source(source: Source, name: str, max_chars: int) -> Document:
    """Return the text of ``source`` as a document called ``name``.

    Raises:
        InputError: it cannot be read, or is no text that can be audited.
    """
    if source.path is None:
        return make_document(source.text or "", name, max_chars=max_chars)
    file = File(source.path)
    if not file.remote:
        return read_document(Path(source.path), name=name, max_chars=max_chars)
    try:
        with file.open() as stream:
            data = stream.read(_BYTES_PER_CHAR * (max_chars + 1))
    except FileNotFoundError:
        raise InputError(f"there is no file {source.path}") from None
    except OSError as error:
        raise InputError(f"{source.path} cannot be read: {error.strerror or error}") from error
    return decode(data, name, max_chars=max_chars)
