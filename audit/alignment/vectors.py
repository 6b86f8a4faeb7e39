"""One side of an alignment: sentences with their unit vectors, and the vectors of neighbours merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.errors import SettingsError

__all__ = ["Encode", "Floats", "Side", "make_side"]

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """n sentences, their vectors (float32 (n, d), unit rows) and their places in the whole document."""

    sentences: tuple[str, ...]
    vectors: Floats
    places: NDArray[np.intp]
    names: tuple[frozenset[str], ...]
    encode: Encode | None

    def __len__(self) -> int:
        return len(self.sentences)

    def text(self, start: int, stop: int) -> str:
        """Return sentences ``start`` to ``stop`` (exclusive) as one text."""
        return " ".join(self.sentences[start:stop])

    def merged(self, spans: Sequence[tuple[int, int]]) -> Floats:
        """Return a unit vector (k, d) for each span (start, stop) of sentences.

        Without an encoder it is the mean of the sentences' vectors, weighted by their lengths.
        """
        vectors = np.empty((len(spans), self.vectors.shape[1]), dtype=np.float32)
        longer = [k for k, (start, stop) in enumerate(spans) if stop - start > 1]
        for k, (start, stop) in enumerate(spans):
            if stop - start == 1:
                vectors[k] = self.vectors[start]
        if longer and self.encode is not None:
            vectors[longer] = self.encode([self.text(*spans[k]) for k in longer])
        elif longer:
            for k in longer:
                start, stop = spans[k]
                weights = np.array([len(s) for s in self.sentences[start:stop]], dtype=np.float32)
                mean = weights @ self.vectors[start:stop]
                vectors[k] = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return vectors


def make_side(
    label: str,
    sentences: Sequence[str],
    vectors: Floats,
    names: Sequence[frozenset[str]] | None,
    encode: Encode | None,
) -> Side:
    """Check one side and leave out the sentences with a zero vector, which are not to be aligned.

    Raises:
        SettingsError: sentences, vectors and names differ in number.
    """
    array = np.asarray(vectors, dtype=np.float32)
    if array.ndim != 2 or len(array) != len(sentences):
        raise SettingsError(f"{len(sentences)} {label} sentences need as many vectors; their shape is {array.shape}")
    if names is not None and len(names) != len(sentences):
        raise SettingsError(f"{len(sentences)} {label} sentences need as many sets of names, not {len(names)}")
    places = np.flatnonzero(array.any(axis=1))
    return Side(
        sentences=tuple(sentences[i] for i in places),
        vectors=np.ascontiguousarray(array[places]),
        places=places,
        names=tuple(names[i] for i in places) if names is not None else (),
        encode=encode,
    )
