"""One side of an alignment: sentences with their vectors."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import TokenVectors
from audit.errors import SettingsError

__all__ = ["Floats", "Indices", "Side", "blocks", "cosines", "distinct", "make_side", "members", "numbered"]

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Thing = TypeVar("Thing", bound=Hashable)

_BLOCK = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """n sentences with what is known of them.

    ``vectors``: float32 (n, d), rows of unit length. ``lengths``: float32 (n,), code points, at least 1.
    ``tokens``: the vectors of the tokens of each sentence, or empty.
    """

    sentences: tuple[str, ...]
    vectors: Floats
    lengths: Floats
    tokens: tuple[TokenVectors, ...] = ()

    def __len__(self) -> int:
        return len(self.sentences)

    def take(self, places: Indices) -> Side:
        """Return the sentences at ``places``, which ascend, as a side of their own."""
        if len(places) == len(self):
            return self
        return Side(
            tuple(self.sentences[i] for i in places),
            self.vectors[places],
            self.lengths[places],
            tuple(self.tokens[i] for i in places) if self.tokens else (),
        )

    def merged(self, groups: Sequence[Sequence[int]]) -> Floats:
        """Return a unit vector for each group of sentences, the mean of theirs weighted by length, float32 (k, d)."""
        vectors = np.stack([self.lengths[list(group)] @ self.vectors[list(group)] for group in groups])
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors


def make_side(
    label: str,
    sentences: Sequence[str],
    vectors: Floats,
    tokens: Sequence[TokenVectors],
) -> tuple[Side, Indices]:
    """Check one side and leave out the sentences with a zero vector, which are not to be aligned.

    Returns the rest and their places among all sentences.

    Raises:
        SettingsError: sentences and vectors differ in number.
    """
    array = np.asarray(vectors, dtype=np.float32)
    if len(array) != len(sentences) or (len(sentences) and array.ndim != 2):
        raise SettingsError(f"{len(sentences)} {label} sentences need as many vectors; their shape is {array.shape}")
    if len(tokens) not in (0, len(sentences)):
        raise SettingsError(f"{len(sentences)} {label} sentences need as many lists of tokens, not {len(tokens)}")
    lengths = np.array([max(1, len(sentence)) for sentence in sentences], dtype=np.float32)
    places = np.flatnonzero(array.any(axis=1)) if len(sentences) else np.zeros(0, dtype=np.intp)
    return Side(tuple(sentences), array, lengths, tuple(tokens)).take(places), places


def members(starts: Indices, groups: Indices) -> tuple[Indices, Indices]:
    """Return the members of ``groups``, one group after the other: the place of each one's group, and its own.

    Group g has the members ``starts[g]`` to ``starts[g + 1]``.
    """
    lengths = np.diff(starts)[groups]
    which = np.repeat(np.arange(len(groups)), lengths)
    shift = np.repeat(starts[:-1][groups] - (np.cumsum(lengths) - lengths), lengths)
    return which, shift + np.arange(len(shift))


def numbered(things: Iterable[Thing]) -> tuple[list[Thing], Indices]:
    """Return the different ones of some things in order, and for each thing which of these it is."""
    listed = list(things)
    different = dict.fromkeys(listed)
    number = dict(zip(different, range(len(different)), strict=True))
    return list(different), np.fromiter(map(number.__getitem__, listed), dtype=np.intp, count=len(listed))


def distinct(values: Indices) -> Indices:
    """Return the different values, ascending; for many of them sorting is faster than the hashing of ``np.unique``."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return np.asarray(ordered[first])


def blocks(count: int) -> Iterator[slice]:
    """Yield slices of so many pairs that the vectors of both their sides stay in the cache, up to ``count``."""
    return (slice(start, start + _BLOCK) for start in range(0, count, _BLOCK))


def cosines(x: Floats, rows: Indices, y: Floats, columns: Indices) -> NDArray[np.float64]:
    """Return the product of ``x[rows[c]]`` and ``y[columns[c]]`` for each of c pairs, unit vectors given."""
    result = np.empty(len(rows))
    for part in blocks(len(rows)):
        result[part] = np.einsum("cd,cd->c", x[rows[part]], y[columns[part]])
    return result
