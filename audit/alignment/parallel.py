"""Two texts in one order: the chain of sentence groups that fits best."""

from __future__ import annotations

import numpy as np

from audit.alignment.vectors import Side
from audit.records import Link

__all__ = ["align_parallel"]

_GROUPS = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1))
_SKIP = 0.36
_MERGE = 0.22


def align_parallel(hypothesis: Side, reference: Side) -> list[Link]:
    """Find the best monotone chain of groups by dynamic programming (Gale & Church 1993)."""
    n, m = len(hypothesis), len(reference)
    similarity = {
        (a, b): np.round(
            hypothesis.merged([(i, i + a) for i in range(n - a + 1)])
            @ reference.merged([(j, j + b) for j in range(m - b + 1)]).T,
            4,
        )
        for a, b in _GROUPS
        if a <= n and b <= m
    }
    best = np.zeros((n + 1, m + 1))
    step: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(n + 1):
        for j in range(m + 1):
            if not i and not j:
                continue
            options = []
            if i:
                options.append((best[i - 1, j], (1, 0)))
            if j:
                options.append((best[i, j - 1], (0, 1)))
            for (a, b), values in similarity.items():
                if a <= i and b <= j:
                    gain = (a + b) / 2 * (values[i - a, j - b] - _SKIP) - _MERGE * (a + b - 2)
                    options.append((best[i - a, j - b] + gain, (a, b)))
            best[i, j], step[i, j] = max(options)
    links = []
    i, j = n, m
    while i or j:
        a, b = step[i, j]
        i, j = i - a, j - b
        if a and b:
            cosine = float(similarity[a, b][i, j])
            confidence = float(1 / (1 + np.exp(-12 * (cosine - _SKIP))))
            relation = "equivalent" if cosine > 0.6 else "partial"
            links.append(Link(tuple(range(i, i + a)), tuple(range(j, j + b)), cosine, confidence, relation))
    return links[::-1]
