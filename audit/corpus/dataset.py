"""The files of a corpus run: what makes a shard count as done, and what is made of all shards at the end.

A shard's files are written under names that readers of datasets pass over, synced, renamed; its marker, with the sizes
of the files, comes last. What a killed run left without a marker is written anew.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from audit.cells import guard
from audit.corpus.shards import COLUMNS, Result
from audit.errors import OutputError, SettingsError
from audit.extras import pyarrow_module
from audit.untrusted import parse_json, read_bytes

__all__ = ["Dataset"]

_TYPES = {"text": "string", "integer": "int64", "integer?": "int64", "real": "float64"}
_MARKERS = "shards"
_MAX_BYTES = 1 << 24
_PER_SHARD = ("documents", "sentences", "entities", "links", "rejected")
_OWN_FOLDERS = ("documents", "sentences", "entities", "links", ".rejected", ".pool", "reports", _MARKERS)
_OWN_FILES = ("entities.csv", "rejected.parquet", "report.html", "run.json")


class Dataset:
    """A folder with the results of one corpus run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pool(self) -> Path:
        """The folder of the pool's index.

        Raises:
            OutputError: a link leads it elsewhere.
        """
        folder = self.folder / ".pool"
        if not folder.resolve().is_relative_to(self.folder.resolve()):
            raise OutputError(f"{folder} leads out of {self.folder}; remove that link, or take another folder")
        return folder

    def check(self, identity: Mapping[str, Any]) -> None:
        """Make sure that the folder holds a run of this ``identity``.

        Raises:
            OutputError: it holds none, or its run.json is damaged.
            SettingsError: it holds a run of another identity.
        """
        run = self.folder / "run.json"
        try:
            earlier = parse_json(read_bytes(run, _MAX_BYTES))
        except FileNotFoundError:
            raise OutputError(f"{self.folder} holds no corpus run; make it first, without --document") from None
        except (OSError, ValueError) as error:
            raise OutputError(f"{run} cannot be read: {error}") from error
        if not isinstance(earlier, dict) or not isinstance(earlier.get("identity"), dict):
            raise OutputError(f"{run} is damaged; take another folder, or begin anew with --fresh")
        _refuse_other(earlier["identity"], identity, self.folder)

    def begin(self, identity: Mapping[str, Any], *, fresh: bool) -> None:
        """Make the folder ready for a run of this ``identity``, or for its continuation.

        Raises:
            OutputError: the folder holds something else, or cannot be written.
            SettingsError: the folder holds a run of another identity.
        """
        pyarrow_module()
        run = self.folder / "run.json"
        try:
            if run.exists() and fresh:
                self._remove()
            if run.exists():
                self.check(identity)
                return
            if self.folder.exists() and (
                not self.folder.is_dir() or any(not p.name.startswith(".run.json") for p in self.folder.iterdir())
            ):
                raise OutputError(
                    f"{self.folder} holds something that is no corpus run; choose an empty folder with -o"
                )
            self.folder.mkdir(parents=True, exist_ok=True)
            self.write_run({"identity": identity, "finished": False})
        except (OSError, ValueError) as error:
            raise OutputError(f"{self.folder} cannot be used: {error}") from error

    def counts(self, number: int) -> dict[str, Any] | None:
        """Return the counts of a finished shard, or None when it has to be audited."""
        try:
            marker: dict[str, Any] = parse_json(read_bytes(self._marker(number), _MAX_BYTES))
            whole = all(self._file(name, number).stat().st_size == marker["bytes"][name] for name in _PER_SHARD)
            whole = whole and all(marker["rows"][name] >= 0 for name in _PER_SHARD)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return marker if whole else None

    def write_shard(self, result: Result) -> dict[str, Any]:
        """Write a shard's tables, then its marker; return its counts."""
        sizes = {}
        for name in _PER_SHARD:
            path = self._file(name, result.number)
            table = _table(name, result.tables[name])
            self._atomically(path, lambda stream, table=table: _write_parquet(table, stream))  # type: ignore[misc]
            sizes[name] = path.stat().st_size
        marker = {
            "shard": result.number,
            "rows": {name: len(rows) for name, rows in result.tables.items()},
            "bytes": sizes,
            "seconds": round(result.seconds, 3),
        }
        self._atomically(self._marker(result.number), lambda stream: stream.write(json.dumps(marker).encode()))
        return marker

    def merge(self, shards: int) -> None:
        """Write entities.csv and rejected.parquet over all shards, one shard in memory at a time."""
        self._atomically(self.folder / "entities.csv", lambda stream: self._entities(stream, shards))
        self._atomically(self.folder / "rejected.parquet", lambda stream: self._rejected(stream, shards))

    def rows(self, shards: int, names: Sequence[str]) -> Iterator[dict[str, list[dict[str, Any]]]]:
        """Yield the rows of the tables ``names`` of each shard in turn."""
        for found in zip(*(self._tables(name, shards) for name in names), strict=True):
            yield {name: table.to_pylist() for name, table in zip(names, found, strict=True)}

    def write_report(self, page: str) -> None:
        """Write report.html."""
        self._atomically(self.folder / "report.html", lambda stream: stream.write(page.encode()))

    def write_run(self, content: Mapping[str, Any]) -> None:
        """Write run.json."""
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        self._atomically(self.folder / "run.json", lambda stream: stream.write(text.encode()))

    def _remove(self) -> None:
        # run.json goes last: until then the folder is known as a run's.
        for name in _OWN_FOLDERS:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in _OWN_FILES:
            (self.folder / name).unlink(missing_ok=True)

    def _file(self, table: str, number: int) -> Path:
        folder = f".{table}" if table == "rejected" else table
        return self.folder / folder / f"shard={number:06d}" / "part.parquet"

    def _marker(self, number: int) -> Path:
        return self.folder / _MARKERS / f"{number:06d}.json"

    def _entities(self, stream: IO[bytes], shards: int) -> None:
        import io

        text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(COLUMNS["entities"])
        for table in self._tables("entities", shards):
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                writer.writerow([guard(cell) if isinstance(cell, str) else cell for cell in row])
        text.detach()

    def _rejected(self, stream: IO[bytes], shards: int) -> None:
        parquet = pyarrow_module("pyarrow.parquet")
        with parquet.ParquetWriter(stream, _schema("rejected")) as writer:
            for table in self._tables("rejected", shards):
                writer.write_table(table)

    def _tables(self, name: str, shards: int) -> Iterator[Any]:
        parquet = pyarrow_module("pyarrow.parquet")
        for number in range(shards):
            # Without a partitioning, which would add the shard as a column.
            yield parquet.read_table(self._file(name, number), partitioning=None)

    def _atomically(self, path: Path, write: Callable[[IO[bytes]], object]) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.parent.resolve().is_relative_to(self.folder.resolve()):
                raise OutputError(f"{path.parent} leads out of {self.folder}; remove that link, or take another folder")
            temporary.unlink(missing_ok=True)
            with temporary.open("xb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
            _sync(path.parent)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
        finally:
            temporary.unlink(missing_ok=True)


def _refuse_other(earlier: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    differing = [key for key in sorted({*earlier, *now}) if earlier.get(key) != now.get(key)]
    if differing:
        # The signature says again what the settings say, and is long.
        told = [key for key in differing if key != "signature"] or differing
        shown = "; ".join(f"{key} was {earlier.get(key)!r}, is {now.get(key)!r}" for key in told)
        raise SettingsError(
            f"{folder} holds a run that differs: {shown}\ntake the same again, another folder, or --fresh"
        )


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _schema(name: str) -> Any:
    arrow = pyarrow_module()
    return arrow.schema([(column, arrow.type_for_alias(_TYPES[kind])) for column, kind in COLUMNS[name].items()])


def _table(name: str, rows: list[tuple[Any, ...]]) -> Any:
    arrow = pyarrow_module()
    schema = _schema(name)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [arrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _write_parquet(table: Any, stream: IO[bytes]) -> None:
    pyarrow_module("pyarrow.parquet").write_table(table, stream, compression="zstd")
