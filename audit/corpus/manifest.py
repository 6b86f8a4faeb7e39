"""Manifests: which documents there are and which references belong to each.

A manifest is one or several files: JSON Lines (``.gz`` too), CSV with a header, or Parquet. A row is a document:

    id          names it in every table; no two documents share one
    hypothesis  (or ``text``) the machine translation, or the path of its file
    references  (or ``reference``) a list; each a text, the path of a file, or the id of a reference; may be empty

or, where its ``type`` is ``reference``, a reference with ``id`` and ``text`` that documents name by its id. What holds
no blank, or ends in .txt on its only line, is a path, relative to the manifest's folder. A cell of a CSV file holds one
reference, or a JSON array of several.
"""

from __future__ import annotations

import csv
import glob
import gzip
import hashlib
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TextIO, cast

from audit.corpus.extras import pyarrow_module
from audit.errors import InputError
from audit.untrusted import parse_json

__all__ = ["Item", "Manifest", "Shard", "Source"]

_MAX_LINE = 1 << 26
_CHUNK = 1 << 20
_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".csv", ".parquet")
_PATH = re.compile(r"\S{1,1000}|[^\n\r]{1,1000}\.txt")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Source:
    """A text, or the path of its file; one of the two is None."""

    text: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A document to audit. ``references`` are keys of its shard's. ``problem``: why the row cannot be used."""

    id: str
    hypothesis: Source = Source()
    references: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """The documents that are audited together and written together; ``references`` are held once for all of them."""

    number: int
    items: tuple[Item, ...]
    references: dict[str, Source]


class Manifest:
    """An indexed manifest. The index lies on disk, so that memory does not grow with the corpus; use it in a ``with``.

    Attributes:
        digest: sha256 over the content of the manifest's files, in order.
        total: how many rows are no references.

    Args:
        paths: files, folders of them, or patterns.

    Raises:
        InputError: there is no such file, one cannot be read, or no row is a document.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self._files = _expand(paths)
        self.digest = _digest(self._files)
        self._folder = tempfile.TemporaryDirectory(prefix="audit-")
        self._index = sqlite3.connect(Path(self._folder.name) / "index.sqlite")
        try:
            self.total = self._build()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the index."""
        self._index.close()
        self._folder.cleanup()

    def shards(self, size: int) -> Iterator[Shard]:
        """Yield the documents in order, ``size`` at a time."""
        batch: list[tuple[Item, dict[str, Source]]] = []
        number = 0
        for place, (row, folder) in enumerate(self._documents()):
            batch.append(self._item(place, row, folder))
            if len(batch) == size:
                yield _shard(number, batch)
                batch, number = [], number + 1
        if batch:
            yield _shard(number, batch)

    def _rows(self) -> Iterator[tuple[dict[str, Any] | str, Path]]:
        for file in self._files:
            try:
                for row in _read(file):
                    yield row, file.parent
            except (OSError, EOFError, ValueError, csv.Error) as error:
                raise InputError(f"the manifest {file} cannot be read: {error}") from error

    def _documents(self) -> Iterator[tuple[dict[str, Any] | str, Path]]:
        return (pair for pair in self._rows() if not _is_reference(pair[0]))

    def _build(self) -> int:
        self._index.execute("CREATE TABLE reference (id TEXT PRIMARY KEY, text TEXT, path TEXT)")
        self._index.execute("CREATE TABLE document (id TEXT PRIMARY KEY, place INTEGER)")
        total = 0
        for row, folder in self._rows():
            if _is_reference(row):
                self._add_reference(cast("dict[str, Any]", row), folder)
                continue
            name = _name(row)
            if name is not None:
                self._index.execute("INSERT OR IGNORE INTO document VALUES (?, ?)", (name, total))
            total += 1
        self._index.commit()
        if not total:
            raise InputError(f"no document in {', '.join(map(str, self._files[:3]))}; each row needs id and hypothesis")
        return total

    def _add_reference(self, row: dict[str, Any], folder: Path) -> None:
        name, source = _name(row), _source(row.get("text"), folder)
        # What is damaged is left out here; the documents that name it are rejected, and say so.
        if name is not None and source is not None:
            self._index.execute("INSERT OR IGNORE INTO reference VALUES (?, ?, ?)", (name, source.text, source.path))

    def _item(self, place: int, row: dict[str, Any] | str, folder: Path) -> tuple[Item, dict[str, Source]]:
        unnamed = f"row-{place}"
        if isinstance(row, str):
            return Item(unnamed, problem=row), {}
        name = _name(row)
        if name is None:
            return Item(unnamed, problem="the row has no id; give it one, a string or a number without half of a"
                        " surrogate pair"), {}  # fmt: skip
        (first,) = self._index.execute("SELECT place FROM document WHERE id = ?", (name,)).fetchone()
        if first != place:
            return Item(f"{name} ({unnamed})", problem=f"the id {name!r} was row {first}'s already"), {}
        hypothesis = _source(next((row[k] for k in ("hypothesis", "text") if row.get(k) is not None), None), folder)
        if hypothesis is None:
            return Item(name, problem="the row has no hypothesis: it must be a string, a text or a path"), {}
        given = _list(next((row[k] for k in ("references", "reference") if row.get(k) is not None), []))
        if given is None:
            return Item(name, problem="references must be a list of strings"), {}
        sources: dict[str, Source] = {}
        for number, entry in enumerate(given):
            named = self._named(entry)
            source = named or _source(entry, folder)
            if source is None:
                return Item(name, problem=f"reference {number} is no string without half of a surrogate pair"), {}
            if named is None and source.path is not None and not Path(source.path).is_file():
                return Item(
                    name, problem=f"reference {entry[:_SHOWN]!r} is neither the id of a reference nor a file"
                ), {}
            sources[entry if named else source.path or f"{name}/reference-{number}"] = source
        return Item(name, hypothesis, tuple(sources)), sources

    def _named(self, name: object) -> Source | None:
        if not isinstance(name, str) or not _sound(name):
            return None
        found = self._index.execute("SELECT text, path FROM reference WHERE id = ?", (name,)).fetchone()
        return Source(*found) if found else None


def _shard(number: int, batch: Sequence[tuple[Item, dict[str, Source]]]) -> Shard:
    return Shard(number, tuple(item for item, _ in batch), {k: v for _, found in batch for k, v in found.items()})


def _expand(paths: Sequence[str | Path]) -> list[Path]:
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files = sorted(p for p in path.iterdir() if p.name.endswith(_SUFFIXES) and not p.name.startswith("."))
        else:
            files = [path] if path.exists() else sorted(map(Path, glob.glob(str(path))))  # noqa: PTH207 - the pattern may be absolute
        if not files:
            raise InputError(f"there is no manifest {path}")
        found += files
    for file in found:
        if not file.name.endswith(_SUFFIXES):
            raise InputError(f"{file} is no manifest by its name; it must end in {', '.join(_SUFFIXES)}")
    return found


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        try:
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise InputError(f"the manifest {file} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _read(file: Path) -> Iterator[dict[str, Any] | str]:
    if file.name.endswith(".parquet"):
        for batch in pyarrow_module("pyarrow.parquet").ParquetFile(file).iter_batches(batch_size=1024):
            yield from batch.to_pylist()
    elif file.name.endswith(".csv"):
        csv.field_size_limit(_MAX_LINE)
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            yield from csv.DictReader(_bounded(stream))
    else:
        with gzip.open(file) if file.name.endswith(".gz") else file.open("rb") as stream:
            yield from map(_parsed, _lines(cast("IO[bytes]", stream)))


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


def _parsed(line: bytes | None) -> dict[str, Any] | str:
    if line is None:
        return f"the line is longer than {_MAX_LINE >> 20} MiB; give the paths of the texts instead"
    try:
        row = parse_json(line)
    except UnicodeDecodeError as error:
        return f"the line is not UTF-8 (byte {error.start})"
    except ValueError as error:
        return f"the line is not JSON: {error}"
    return row if isinstance(row, dict) else f"the line is JSON but no object ({type(row).__name__})"


def _is_reference(row: dict[str, Any] | str) -> bool:
    return isinstance(row, dict) and row.get("type") == "reference"


def _name(row: dict[str, Any] | str) -> str | None:
    value = row.get("id") if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) if _sound(str(value)) and str(value).strip() else None


def _sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _source(value: object, folder: Path) -> Source | None:
    if not isinstance(value, str):
        return None
    if _PATH.fullmatch(value) and "\0" not in value:
        return Source(path=str(folder / value)) if _sound(value) else None
    return Source(text=value)


def _list(value: object) -> list[Any] | None:
    if isinstance(value, str):
        if not value.startswith("["):
            return [value] if value else []
        try:
            value = parse_json(value)
        except ValueError:
            return [value]
    return value if isinstance(value, list) else None
