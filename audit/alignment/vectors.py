"""One side of an alignment: sentences with their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import TokenVectors
from audit.errors import SettingsError

__all__ = ["Encode", "Floats", "Indices", "Side", "make_side"]

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
Encode = Callable[[Sequence[str]], Floats]


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
    encode: Encode | None = None

    def __len__(self) -> int:
        return len(self.sentences)

    def take(self, places: Indices) -> Side:
        """Return the sentences at ``places`` as a side of their own."""
        return Side(
            tuple(self.sentences[i] for i in places),
            self.vectors[places],
            self.lengths[places],
            tuple(self.tokens[i] for i in places) if self.tokens else (),
            self.encode,
        )

    def merged(self, groups: Sequence[Sequence[int]]) -> Floats:
        """Return the unit vector of each group of sentences read as one text, float32 (k, d).

        Without an encoder it is the mean of their vectors, weighted by their lengths.
        """
        vectors = np.stack([self.lengths[list(group)] @ self.vectors[list(group)] for group in groups])
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        several = [k for k, group in enumerate(groups) if len(group) > 1]
        if several and self.encode is not None:
            vectors[several] = self.encode([" ".join(self.sentences[i] for i in groups[k]) for k in several])
        return vectors


def make_side(
    label: str,
    sentences: Sequence[str],
    vectors: Floats,
    tokens: Sequence[TokenVectors],
    encode: Encode | None,
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
    return Side(tuple(sentences), array, lengths, tuple(tokens), encode).take(places), places
