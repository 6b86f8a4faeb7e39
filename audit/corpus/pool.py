"""A pool of references: which of them tell of the same events as a text, if any does.

The nearest references by document vector are candidates; shared names and numbers, rare ones counting more, join their
nearness in a calibrated probability (``data/retrieval.json``, made by ``training/train_retrieval.py``), and what falls
below a threshold is no counterpart. Up to ``EXACT`` references are compared one by one, as a blocked matrix product;
more are searched by faiss (an inverted file of lists around centroids; Jégou, Douze and Schmid 2011).

A pool's files lie in a folder of the run. References are numbered in order of their dates, those without one first, so
that the dates a document allows are a range of numbers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import islice
from math import exp, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.corpus import sources
from audit.corpus.dates import day_of
from audit.corpus.sources import File, Source
from audit.corpus.traits import NUMBER, Keys, Traits
from audit.errors import InputError
from audit.extras import faiss_module
from audit.texts import unique_names

__all__ = ["EXACT", "FEATURES", "Found", "Part", "Pool", "PoolBuilder", "PoolShard", "Query", "calibration"]

EXACT = 200_000
"""Up to so many references are compared one by one."""

FEATURES = ("similarity", "names", "numbers")

_BLOCK = 65_536
_CANDIDATES = 32
_PROBES = 32
_TRAINED_ON = 64
_UNDATED = -1
_TYPED_OTHERWISE = ("document", "hypothesis")


@dataclass(frozen=True, slots=True)
class PoolShard:
    """References whose traits are found together; ``items`` are names and texts."""

    number: int
    items: tuple[tuple[str, Source], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The traits of a shard's references, in order; ``problems`` say why a text could not be read (it has none)."""

    number: int
    traits: tuple[Traits, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A text for which references are looked for; ``day``: its date, if it is known."""

    traits: Traits
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A reference that tells of the same events with a probability of ``confidence``."""

    name: str
    source: Source
    confidence: float
    features: tuple[float, ...] = field(repr=False)


class PoolBuilder:
    """Makes the files of a pool in ``folder``: texts first, then the traits of one shard after another.

    What a killed run left is used again. Use it in a ``with``.

    Attributes:
        total: the number of references.

    Args:
        files: as `audit.corpus.sources.expand` returns them.
        folder: of the pool.
        dimension: the length of vectors.

    Raises:
        InputError: a file cannot be read, or no row is a reference.
    """

    def __init__(self, files: Sequence[File], folder: Path, dimension: int) -> None:
        self.folder = folder
        self._dimension = dimension
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "texts.sqlite").exists():
            _write_texts(files, folder)
        self._texts = sqlite3.connect(folder / "texts.sqlite")
        (self.total,) = self._texts.execute("SELECT count(*) FROM reference").fetchone()

    def __enter__(self) -> PoolBuilder:
        return self

    def __exit__(self, *_: object) -> None:
        self._texts.close()

    @property
    def finished(self) -> bool:
        """Whether the pool can be searched."""
        return (self.folder / "pool.json").exists()

    def shards(self, size: int) -> Iterator[PoolShard]:
        """Yield the references whose traits are still to be found, ``size`` at a time."""
        rows = self._texts.execute("SELECT id, text, path FROM reference ORDER BY number")
        number = 0
        while batch := tuple((name, Source(text, path)) for name, text, path in islice(rows, size)):
            if not self._part(number).exists():
                yield PoolShard(number, batch)
            number += 1

    def write(self, part: Part) -> None:
        """Keep a shard's traits."""
        temporary = self._part(part.number).with_suffix(".new")
        vectors = np.zeros((len(part.traits), self._dimension), np.float32)
        for row, found in zip(vectors, part.traits, strict=True):
            row[: len(found.vector)] = found.vector
        with temporary.open("wb") as stream:
            np.savez(
                stream,
                vectors=vectors,
                lengths=np.array([len(t.keys) for t in part.traits], np.int64),
                keys=np.concatenate([t.keys for t in part.traits]),
                problems=np.array(list(part.problems), dtype=np.str_),
            )
        temporary.replace(self._part(part.number))

    @property
    def problems(self) -> list[str]:
        """Why references of a finished pool could not be read."""
        told = json.loads((self.folder / "pool.json").read_bytes())
        return list(map(str, told["problems"]))

    def finish(self, size: int) -> None:
        """Make the index over all shards of ``size``."""
        numbers = range(-(-self.total // size))
        vectors = np.lib.format.open_memmap(
            self.folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(self.total, self._dimension)
        )
        lengths, keys, problems = [], [], []
        for number in numbers:
            with np.load(self._part(number)) as part:
                vectors[number * size : number * size + len(part["vectors"])] = part["vectors"]
                lengths.append(part["lengths"])
                keys.append(part["keys"])
                problems += [str(p) for p in part["problems"]]
        vectors.flush()
        every = np.concatenate(keys)
        known, counts = np.unique(every, return_counts=True)
        np.save(self.folder / "keys.npy", every)
        np.save(self.folder / "starts.npy", np.concatenate([[0], np.cumsum(np.concatenate(lengths))]))
        np.save(self.folder / "known.npy", known)
        np.save(self.folder / "weights.npy", np.log1p(self.total / counts).astype(np.float32))
        if self.total > EXACT:
            _write_index(vectors, self.folder / "index.faiss")
        told = self.folder / "pool.new"
        told.write_text(json.dumps({"references": self.total, "problems": problems}), "utf-8")
        told.replace(self.folder / "pool.json")
        for number in numbers:
            self._part(number).unlink(missing_ok=True)

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.npz"


def _write_texts(files: Sequence[File], folder: Path) -> None:
    temporary = folder / "texts.new"
    temporary.unlink(missing_ok=True)
    base = sqlite3.connect(temporary)
    try:
        base.execute("CREATE TABLE given (id TEXT PRIMARY KEY, text TEXT, path TEXT, day INTEGER)")
        base.executemany("INSERT OR IGNORE INTO given VALUES (?, ?, ?, ?)", _references(files))
        base.execute("CREATE TABLE reference (number INTEGER PRIMARY KEY, id TEXT, text TEXT, path TEXT, day INTEGER)")
        base.execute(
            "INSERT INTO reference SELECT row_number() OVER (ORDER BY day, rowid) - 1, id, text, path, day FROM given"
        )
        base.execute("DROP TABLE given")
        base.execute("CREATE INDEX by_day ON reference (day)")
        base.commit()
        (total,) = base.execute("SELECT count(*) FROM reference").fetchone()
    finally:
        base.close()
    if not total:
        temporary.unlink()
        raise InputError(f"no reference in {', '.join(f.address for f in files[:3])}; each row needs id and text")
    temporary.replace(folder / "texts.sqlite")


def _references(files: Sequence[File]) -> Iterator[tuple[str, str | None, str | None, int]]:
    """Yield id, text, path and day of every reference; rows that are none, or damaged, are passed over."""
    plain = [file.address for file in files if file.address.endswith(".txt")]
    yield from ((name, None, path, _UNDATED) for name, path in zip(unique_names(plain), plain, strict=True))
    for file in files:
        if file.address in plain:
            continue
        for row in sources.rows(file):
            name = sources.name_of(row)
            if name is None or isinstance(row, str) or row.get("type") in _TYPED_OTHERWISE:
                continue
            source = sources.source_of(row.get("text"), file)
            if source is None or not sources.sound(source.text or ""):
                continue
            try:
                day = day_of(row.get("date"))
            except ValueError:
                day = None
            yield name, source.text, source.path, _UNDATED if day is None else day


def _write_index(vectors: NDArray[np.float32], path: Path) -> None:
    faiss = faiss_module()
    lists = int(4 * sqrt(len(vectors)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(vectors.shape[1]), vectors.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    step = max(1, len(vectors) // (_TRAINED_ON * lists))
    index.train(np.ascontiguousarray(vectors[::step]))
    for start in range(0, len(vectors), _BLOCK):
        index.add(np.ascontiguousarray(vectors[start : start + _BLOCK]))
    faiss.write_index(index, str(path))


class Pool:
    """A finished pool, ready to be searched; its arrays are mapped, so that workers share them.

    Args:
        folder: where a `PoolBuilder` made it.
        at_most: references returned for a text.
        window: days that a reference may be older or younger than the text, where both have dates.
    """

    def __init__(self, folder: Path, *, at_most: int, window: int) -> None:
        self._at_most, self._window = at_most, window
        self._texts = sqlite3.connect(f"file:{folder / 'texts.sqlite'}?mode=ro&immutable=1", uri=True)
        self._vectors = np.load(folder / "vectors.npy", mmap_mode="r")
        self._keys = np.load(folder / "keys.npy", mmap_mode="r")
        self._starts = np.load(folder / "starts.npy", mmap_mode="r")
        self._known: Keys = np.load(folder / "known.npy", mmap_mode="r")
        self._weights = np.load(folder / "weights.npy", mmap_mode="r")
        self._rarest = np.float32(np.log1p(len(self._vectors)))
        self._index: Any = None
        if (folder / "index.faiss").exists():
            faiss = faiss_module()
            self._index = faiss.read_index(str(folder / "index.faiss"), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        self._first_dated = self._first(0)

    def find(self, queries: Sequence[Query], *, threshold: float | None = None) -> list[list[Found]]:
        """Return for each query the references that tell of the same events, the surest first; perhaps none.

        ``threshold``: least confidence; default: the calibrated one.
        """
        least = calibration()["threshold"] if threshold is None else threshold
        nearest = self._nearest(queries)
        return [self._judged(q, near, least) for q, near in zip(queries, nearest, strict=True)]

    def _judged(self, query: Query, near: Sequence[tuple[int, float]], threshold: float) -> list[Found]:
        rated = []
        for number, similarity in near:
            features = (similarity, *self._shared(query.traits.keys, number))
            rated.append((_probability(features), -number, features))
        found: list[Found] = []
        for confidence, negative, features in sorted(rated, reverse=True):
            if confidence < threshold or len(found) == self._at_most:
                break
            name, text, path = self._texts.execute(
                "SELECT id, text, path FROM reference WHERE number = ?", (-negative,)
            ).fetchone()
            found.append(Found(name, Source(text, path), confidence, features))
        return found

    def _shared(self, keys: Keys, number: int) -> tuple[float, float]:
        """Return the cosines of what both name, and of the numbers that both state, weighed by rarity: 0 to 1."""
        theirs = np.asarray(self._keys[self._starts[number] : self._starts[number + 1]])
        both = np.intersect1d(keys, theirs, assume_unique=True)
        ours, others, shared = (self._weighed(k) for k in (keys, theirs, both))
        names, numbers = (float(part / sqrt(max(a * b, 1e-9))) for part, a, b in zip(shared, ours, others, strict=True))
        return names, numbers

    def _weighed(self, keys: Keys) -> tuple[float, float]:
        """Return the sums of the squared weights of names and of numbers."""
        at = np.minimum(np.searchsorted(self._known, keys), max(len(self._known) - 1, 0))
        known = self._known[at] == keys if len(self._known) else np.zeros(len(keys), bool)
        squares = np.where(known, self._weights[at] if len(self._known) else 0, self._rarest) ** 2
        odd = (keys & NUMBER).astype(bool)
        return float(squares[~odd].sum()), float(squares[odd].sum())

    def _nearest(self, queries: Sequence[Query]) -> list[list[tuple[int, float]]]:
        """Return the numbers and cosines of the references nearest to each query within the dates that it allows."""
        if not queries:
            return []
        matrix = np.zeros((len(queries), self._vectors.shape[1]), np.float32)
        for row, query in zip(matrix, queries, strict=True):
            row[: len(query.traits.vector)] = query.traits.vector
        ranges = [self._ranges(q.day) for q in queries]
        if self._index is not None:
            return [self._by_index(row[None], allowed) for row, allowed in zip(matrix, ranges, strict=True)]
        best: list[list[tuple[int, float]]] = [[] for _ in queries]
        for start in range(0, len(self._vectors), _BLOCK):
            block = np.asarray(self._vectors[start : start + _BLOCK])
            for found, cosines, near in zip(best, matrix @ block.T, ranges, strict=True):
                allowed = np.zeros(len(block), bool)
                for low, high in near:
                    allowed[max(low - start, 0) : max(high - start, 0)] = True
                numbers = np.flatnonzero(allowed & (cosines > 0))
                if len(numbers) > _CANDIDATES:
                    numbers = numbers[np.argpartition(-cosines[numbers], _CANDIDATES)[:_CANDIDATES]]
                found += [(start + int(n), float(cosines[n])) for n in numbers]
        return [sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_CANDIDATES] for found in best]

    def _by_index(self, row: NDArray[np.float32], ranges: Sequence[tuple[int, int]]) -> list[tuple[int, float]]:
        faiss = faiss_module()
        found: list[tuple[int, float]] = []
        for low, high in ranges:
            selector = faiss.IDSelectorRange(low, high)
            asked = faiss.SearchParametersIVF(sel=selector, nprobe=_PROBES)
            cosines, numbers = self._index.search(row, _CANDIDATES, params=asked)
            found += [(int(n), float(c)) for n, c in zip(numbers[0], cosines[0], strict=True) if n >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:_CANDIDATES]

    def _ranges(self, day: int | None) -> list[tuple[int, int]]:
        """Return the half-open ranges of references that a text of ``day`` may have: the undated, and those near it."""
        if day is None:
            return [(0, len(self._vectors))]
        low, high = (self._first(d) for d in (max(day - self._window, 0), day + self._window + 1))
        return [(a, b) for a, b in ((0, self._first_dated), (low, high)) if a < b]

    def _first(self, day: int) -> int:
        """Return the number of the first reference of ``day`` or later."""
        (found,) = self._texts.execute("SELECT min(number) FROM reference WHERE day >= ?", (day,)).fetchone()
        return len(self._vectors) if found is None else int(found)


def _probability(features: Sequence[float]) -> float:
    weights = calibration()["weights"]
    logit = weights["bias"] + sum(weights[name] * value for name, value in zip(FEATURES, features, strict=True))
    return 1 / (1 + exp(-logit))


@cache
def calibration() -> dict[str, Any]:
    """Return the weights of the features and the least confidence of a counterpart."""
    read: dict[str, Any] = json.loads(resources.files("audit.corpus").joinpath("data", "retrieval.json").read_text())
    return read
