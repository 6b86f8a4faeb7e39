"""Cases for the detectors of wording, made from plain texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from audit.alignment import align
from audit.detectors.case import Case
from audit.detectors.words import spans
from audit.embeddings import Embeddings, Encoder, TokenVectors
from audit.records import Document, Link, Mode, Sentence, Text
from audit.sentences import split


def as_text(name: str, content: str) -> Text:
    document = Document(name, content)
    return Text(document, split(document))


def bare_case(hypothesis: str, *references: str, mode: Mode = "comparable") -> Case:
    """Return a case without vectors and links: what detectors need that look at the text alone."""
    texts = tuple(as_text(f"reference-{i}", r) for i, r in enumerate(references))
    ours = as_text("hypothesis", hypothesis)
    return Case(ours, texts, (), mode, _blank(ours), tuple(_blank(t) for t in texts))


def case(encoder: Encoder, hypothesis: str, *references: str, mode: Mode = "parallel") -> Case:
    """Return a case with the model's vectors and the aligner's links."""
    ours = as_text("hypothesis", hypothesis)
    texts = tuple(as_text(f"reference-{i}", r) for i, r in enumerate(references))
    vectors = encoder.encode([s.text for s in ours.sentences], tokens=True)
    others = tuple(encoder.encode([s.text for s in t.sentences], tokens=True) for t in texts)
    links = tuple(
        Link(k.hypothesis, k.reference, k.similarity, k.confidence, k.relation, text.document.name)
        for text, theirs in zip(texts, others, strict=True)
        for k in align(
            [s.text for s in ours.sentences],
            [s.text for s in text.sentences],
            vectors.vectors,
            theirs.vectors,
            mode=mode,
            hypothesis_tokens=vectors.tokens,
            reference_tokens=theirs.tokens,
        )
    )
    return Case(ours, texts, links, mode, vectors, others)


def _blank(text: Text) -> Embeddings:
    count = len(text.sentences)
    return Embeddings(np.zeros((count, 2), np.float32), np.zeros(count, bool))


def linked_case(
    hypothesis: Sequence[str],
    *references: Sequence[str],
    links: Sequence[Link],
    mode: Mode = "comparable",
    meanings: Mapping[str, str] | None = None,
    dimension: int = 384,
) -> Case:
    """Return a case of one sentence a line whose words have vectors that only their meaning decides.

    Words are as far apart as their letters are different words; those to which ``meanings`` gives one value have one
    vector. No context can help, so that what a detector finds follows from the words that stand in the test.
    """
    ours = _lines("hypothesis", hypothesis)
    texts = tuple(_lines(f"reference-{i}", r) for i, r in enumerate(references))
    known = meanings or {}
    vectors, *others = (_by_meaning(text, known, dimension) for text in (ours, *texts))
    return Case(ours, texts, tuple(links), mode, vectors, tuple(others))


def _lines(name: str, lines: Sequence[str]) -> Text:
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    sentences = (Sentence(name, i, s, s + len(t), t) for i, (s, t) in enumerate(zip(starts, lines, strict=True)))
    return Text(Document(name, "\n".join(lines)), tuple(sentences))


def _by_meaning(text: Text, meanings: Mapping[str, str], dimension: int) -> Embeddings:
    tokens, means = [], []
    for sentence in text.sentences:
        places = spans(sentence.text)
        words = [sentence.text[a:b].lower() for a, b in places.tolist()]
        found = np.stack(
            [_direction(meanings.get(w, w), dimension) for w in words] or [np.zeros(dimension, np.float32)]
        )
        tokens.append(TokenVectors(found[: len(words)], places))
        mean = found.mean(axis=0)
        means.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return Embeddings(np.stack(means).astype(np.float32), np.zeros(len(means), bool), tuple(tokens))


def _direction(meaning: str, dimension: int) -> NDArray[np.float32]:
    vector = np.random.default_rng([ord(c) for c in meaning]).standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
