"""Cases for the detectors of wording, made from plain texts."""

from __future__ import annotations

import numpy as np

from audit.alignment import align
from audit.detectors.case import Case
from audit.embeddings import Embeddings, Encoder
from audit.records import Document, Link, Mode, Text
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
