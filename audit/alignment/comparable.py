"""Sentences in any order, many of them without a counterpart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audit.alignment.vectors import Side
from audit.records import Link

__all__ = ["align_comparable"]

_NEAREST = 4


def align_comparable(
    hypothesis: Side, reference: Side, *, neighbours: bool, progress: Callable[[int, int], None] | None
) -> list[Link]:
    """Link mutual nearest neighbours that stand out from what lies around them.

    Margin: M. Artetxe, H. Schwenk, "Margin-based Parallel Corpus Mining with Multilingual Sentence Embeddings", ACL 2019.
    """
    similarity = np.round(hypothesis.vectors @ reference.vectors.T, 4)
    k = min(_NEAREST, *similarity.shape)
    around = np.sort(similarity, axis=1)[:, -k:].mean(1)[:, None] + np.sort(similarity, axis=0)[-k:].mean(0)[None, :]
    margin = similarity / np.maximum(around / 2, 0.05)
    links = []
    for i, j in enumerate(margin.argmax(axis=1)):
        if margin[:, j].argmax() != i:
            continue
        evidence = 12 * (float(similarity[i, j]) - 0.45) + 8 * (float(margin[i, j]) - 1.25)
        confidence = float(1 / (1 + np.exp(-evidence)))
        if confidence >= 0.5:
            cosine = float(similarity[i, j])
            links.append(Link((i,), (int(j),), cosine, confidence, "equivalent" if cosine > 0.7 else "partial"))
    return links
