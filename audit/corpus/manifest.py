"""Manifests: which documents there are and which references belong to each.

A manifest is one or several files: JSON Lines (``.gz`` too), CSV with a header, or Parquet. A row is a document:

    id          names it in every table; no two documents share one
    hypothesis  (or ``text``) the machine translation, or the path of its file
    references  (or ``reference``) a list; each a text, the path of a file, or the id of a reference; may be empty

    date        (optional) of the document, as 2024-05-17; narrows the search for references

or, where its ``type`` is ``reference``, a reference with ``id`` and ``text`` that documents name by its id. What is a
path and what a text, `audit.corpus.sources` says. A cell of a CSV file holds one reference, or a JSON array of several.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast

from audit.corpus import sources
from audit.corpus.dates import day_of
from audit.corpus.sources import File, Row, Source
from audit.errors import InputError
from audit.untrusted import parse_json

__all__ = ["Item", "Manifest", "Shard"]

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Item:
    """A document to audit. ``references`` are keys of its shard's. ``problem``: why the row cannot be used.

    ``day`` is its date, counted in days from the year 1.
    """

    id: str
    hypothesis: Source = field(default_factory=Source)
    references: tuple[str, ...] = ()
    day: int | None = None
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
        paths: files, folders of them, or patterns; on this machine, or addresses that fsspec reads.

    Raises:
        InputError: there is no such file, one cannot be read, or no row is a document.
    """

    def __init__(self, paths: Sequence[str | os.PathLike[str]]) -> None:
        self._files = sources.expand(paths, "manifest")
        self.digest = sources.digest(self._files)
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
        for place, (row, file) in enumerate(self._documents()):
            batch.append(self._item(place, row, file))
            if len(batch) == size:
                yield _shard(number, batch)
                batch, number = [], number + 1
        if batch:
            yield _shard(number, batch)

    def find(self, name: str) -> Shard:
        """Return the document of this id, by itself.

        Raises:
            InputError: there is none.
        """
        row = self._index.execute("SELECT place FROM document WHERE id = ?", (name,)).fetchone()
        if row is None:
            raise InputError(f"no document of the manifest has the id {name!r}")
        found, file = next(islice(self._documents(), row[0], None))
        return _shard(0, [self._item(row[0], found, file)])

    def _rows(self) -> Iterator[tuple[Row, File]]:
        return ((row, file) for file in self._files for row in sources.rows(file))

    def _documents(self) -> Iterator[tuple[Row, File]]:
        return (pair for pair in self._rows() if not _is_reference(pair[0]))

    def _build(self) -> int:
        self._index.execute("CREATE TABLE reference (id TEXT PRIMARY KEY, text TEXT, path TEXT)")
        self._index.execute("CREATE TABLE document (id TEXT PRIMARY KEY, place INTEGER)")
        total = 0
        for row, file in self._rows():
            if _is_reference(row):
                self._add_reference(cast("dict[str, Any]", row), file)
                continue
            name = sources.name_of(row)
            if name is not None:
                self._index.execute("INSERT OR IGNORE INTO document VALUES (?, ?)", (name, total))
            total += 1
        self._index.commit()
        if not total:
            shown = ", ".join(file.address for file in self._files[:3])
            raise InputError(f"no document in {shown}; each row needs id and hypothesis")
        return total

    def _add_reference(self, row: dict[str, Any], file: File) -> None:
        name, source = sources.name_of(row), sources.source_of(row.get("text"), file)
        # What is damaged is left out here; the documents that name it are rejected, and say so.
        if name is not None and source is not None:
            self._index.execute("INSERT OR IGNORE INTO reference VALUES (?, ?, ?)", (name, source.text, source.path))

    def _item(self, place: int, row: Row, file: File) -> tuple[Item, dict[str, Source]]:
        unnamed = f"row-{place}"
        if isinstance(row, str):
            return Item(unnamed, problem=row), {}
        name = sources.name_of(row)
        if name is None:
            return Item(unnamed, problem="the row has no id; give it one, a string or a number without half of a"
                        " surrogate pair"), {}  # fmt: skip
        (first,) = self._index.execute("SELECT place FROM document WHERE id = ?", (name,)).fetchone()
        if first != place:
            return Item(f"{name} ({unnamed})", problem=f"the id {name!r} was row {first}'s already"), {}
        hypothesis = sources.source_of(_first(row, "hypothesis", "text"), file)
        if hypothesis is None:
            return Item(name, problem="the row has no hypothesis: it must be a string, a text or a path"), {}
        given = _list(_first(row, "references", "reference"))
        if given is None:
            return Item(name, problem="references must be a list of strings"), {}
        try:
            day = day_of(row.get("date"))
        except ValueError as error:
            return Item(name, problem=str(error)), {}
        found: dict[str, Source] = {}
        for number, entry in enumerate(given):
            named = self._named(entry)
            source = named or sources.source_of(entry, file)
            if source is None:
                return Item(name, problem=f"reference {number} is no string without half of a surrogate pair"), {}
            if named is None and source.path and not File(source.path).remote and not Path(source.path).is_file():
                return Item(
                    name, problem=f"reference {entry[:_SHOWN]!r} is neither the id of a reference nor a file"
                ), {}
            found[entry if named else source.path or f"{name}/reference-{number}"] = source
        return Item(name, hypothesis, tuple(found), day), found

    def _named(self, name: object) -> Source | None:
        if not isinstance(name, str) or not sources.sound(name):
            return None
        found = self._index.execute("SELECT text, path FROM reference WHERE id = ?", (name,)).fetchone()
        return Source(*found) if found else None


def _shard(number: int, batch: Sequence[tuple[Item, dict[str, Source]]]) -> Shard:
    return Shard(number, tuple(item for item, _ in batch), {k: v for _, found in batch for k, v in found.items()})


def _is_reference(row: Row) -> bool:
    return isinstance(row, dict) and row.get("type") == "reference"


def _first(row: dict[str, Any], *columns: str) -> object:
    return next((row[column] for column in columns if row.get(column) is not None), None)


def _list(value: object) -> list[Any] | None:
    if value is None:
        return []
    if isinstance(value, str):
        if not value.startswith("["):
            return [value] if value else []
        try:
            value = parse_json(value)
        except ValueError:
            return [value]
    return value if isinstance(value, list) else None
