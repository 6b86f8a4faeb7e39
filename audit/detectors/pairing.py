"""Linked sentences as two rows of words with their vectors: what wording is compared on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.detectors.case import Case
from audit.detectors.words import Spans, spans, word_vectors
from audit.embeddings import Embeddings
from audit.records import Link, Text

__all__ = ["Pair", "Side", "pairs"]

_MIN_CONFIDENCE = 0.5
_MAX_WORDS = 250
"""Of one side; what the model reads is shorter, and longer sides are no sentences."""


@dataclass(frozen=True, slots=True)
class Side:
    """The words of the linked sentences of one text.

    ``spans``: int32 (n, 2), code points into the document. ``sentences``: int (n,), the sentence of each word.
    ``vectors``: float32 (n, d), unit length, or zero beyond what the model reads.
    """

    words: tuple[str, ...]
    spans: Spans
    sentences: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides that state the same; ``document`` is the name of the reference, ``similarity`` their cosine."""

    hypothesis: Side
    reference: Side
    document: str
    similarity: float
    confidence: float


def pairs(case: Case) -> list[Pair]:
    """Return the pairs whose wording can be compared: all links of parallel texts, equivalents of comparable ones.

    Sentences without token vectors are left out.
    """
    references = {
        text.document.name: (text, vectors)
        for text, vectors in zip(case.references, case.reference_embeddings, strict=True)
    }
    found = []
    for link in case.links:
        if case.mode == "comparable" and (link.relation != "equivalent" or link.confidence < _MIN_CONFIDENCE):
            continue
        text, embeddings = references[link.document]
        left = _side(case.hypothesis, case.hypothesis_embeddings, link.hypothesis)
        right = _side(text, embeddings, link.reference)
        if left is not None and right is not None:
            found.append(Pair(left, right, link.document, _similarity(case, embeddings, link), link.confidence))
    return found


def _side(text: Text, embeddings: Embeddings, indices: Sequence[int]) -> Side | None:
    if not embeddings.tokens:
        return None
    words: list[str] = []
    places, owners, vectors = [], [], []
    for index in indices:
        sentence, tokens = text.sentences[index], embeddings.tokens[index]
        found = spans(sentence.text)
        if not len(tokens.offsets) or not len(found):
            return None
        words.extend(sentence.text[start:end] for start, end in found)
        places.append(found + np.int32(sentence.start))
        owners.append(np.full(len(found), index))
        vectors.append(word_vectors(found, tokens))
    if not 0 < len(words) <= _MAX_WORDS:
        return None
    return Side(tuple(words), np.concatenate(places), np.concatenate(owners), np.concatenate(vectors))


def _similarity(case: Case, embeddings: Embeddings, link: Link) -> float:
    """Cosine of the sides' mean vectors; the link's own may rest on texts with names resolved."""
    ours = case.hypothesis_embeddings.vectors[list(link.hypothesis)].mean(axis=0)
    theirs = embeddings.vectors[list(link.reference)].mean(axis=0)
    norms = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(ours @ theirs) / norms if norms else 0.0
