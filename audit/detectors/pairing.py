"""A piece of the hypothesis and what the references have for it, as two rows of words with their vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.detectors.case import Case
from audit.detectors.words import Spans, spans, word_vectors
from audit.embeddings import Embeddings, TokenVectors
from audit.records import Link, Text

__all__ = ["Pair", "Place", "Side", "pairs", "take"]

Place = tuple[int, int]
"""A sentence: the number of its text (of the reference; -1 for the hypothesis) and its index."""

_MAX_WORDS = 250
"""Of one side; longer ones are no sentences."""


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one or more sentences.

    ``spans``: int32 (n, 2), code points into the word's document. ``texts``: int (n,), the number of the reference, -1
    for the hypothesis. ``sentences``: int (n,), the index of the sentence. ``vectors``: float32 (n, d), unit length, or
    zero beyond what the model reads. ``tokens``: each sentence with the vectors of its tokens.
    """

    words: tuple[str, ...]
    spans: Spans
    texts: NDArray[np.int64]
    sentences: NDArray[np.int64]
    vectors: NDArray[np.float32]
    tokens: tuple[tuple[str, TokenVectors], ...] = ()

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides to compare; ``similarity`` is the cosine of their mean vectors."""

    hypothesis: Side
    reference: Side
    similarity: float


def pairs(case: Case, wanted: Callable[[Link], bool] | None = None) -> Iterator[tuple[Pair, Link]]:
    """Yield what wording is compared on: of parallel texts all links, of other accounts the equivalent ones.

    Sentences without token vectors are left out, and links that are not ``wanted``.
    """
    number = {text.document.name: i for i, text in enumerate(case.references)}
    for link in case.links:
        if case.mode == "comparable" and link.relation != "equivalent":
            continue
        if wanted is not None and not wanted(link):
            continue
        theirs = [(number[link.document], j) for j in link.reference]
        left, right = take(case, [(-1, i) for i in link.hypothesis]), take(case, theirs)
        if left is not None and right is not None:
            yield Pair(left, right, _similarity(case, link.hypothesis, theirs)), link


def take(case: Case, places: Sequence[Place]) -> Side | None:
    """Return the words of the sentences at ``places``, None when there are none or too many of them."""
    words: list[str] = []
    where, texts, sentences, vectors = [], [], [], []
    tokens: list[tuple[str, TokenVectors]] = []
    for number, index in places:
        text, embeddings = _at(case, number)
        sentence = text.sentences[index]
        found = spans(sentence.text)
        if not embeddings.tokens or not len(embeddings.tokens[index].offsets) or not len(found):
            continue
        words.extend(sentence.text[start:end] for start, end in found)
        where.append(found + np.int32(sentence.start))
        texts.append(np.full(len(found), number))
        sentences.append(np.full(len(found), index))
        vectors.append(word_vectors(found, embeddings.tokens[index]))
        tokens.append((sentence.text, embeddings.tokens[index]))
    if not 0 < len(words) <= _MAX_WORDS:
        return None
    found_at, numbers, indices, rows = (np.concatenate(part) for part in (where, texts, sentences, vectors))
    return Side(tuple(words), found_at, numbers, indices, rows, tuple(tokens))


def _at(case: Case, number: int) -> tuple[Text, Embeddings]:
    if number < 0:
        return case.hypothesis, case.hypothesis_embeddings
    return case.references[number], case.reference_embeddings[number]


def _similarity(case: Case, ours: Sequence[int], theirs: Sequence[Place]) -> float:
    left = case.hypothesis_embeddings.vectors[list(ours)].mean(axis=0)
    right = np.mean([case.reference_embeddings[i].vectors[j] for i, j in theirs], axis=0)
    norms = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / norms if norms else 0.0
