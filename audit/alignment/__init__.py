"""Which sentences of a hypothesis tell what which sentences of a reference tell, and which have no counterpart.

Works on texts and vectors that it is given and loads no embedding model. The steps:

    nearest, corridor      which pairs are worth a look: the nearest of either side; in parallel mode near one path
    surface, matching      what two sentences share: words, names, numbers, spelling; the vectors of tokens and parts
    pairs, context         the figures that speak for or against a pair: by itself; among the others
    model, trees           how likely a pair is a link, learned from pairs known by construction
    links                  which pairs hold and which belong together

The idea of judging pairs by many cheap figures is that of D. Munteanu, D. Marcu, "Improving Machine Translation
Performance by Exploiting Non-Parallel Corpora", Computational Linguistics 2005. Similarities are rounded to 3 decimals
before anything is decided; with vectors equal within 1e-4, links differ only where their confidence is within 0.02 of
a threshold (0.4 in comparable, 0.5 in parallel mode).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

from audit.alignment.judging import judge
from audit.alignment.links import best_chain, grouped, likely
from audit.alignment.vectors import Floats, make_side
from audit.embeddings import TokenVectors
from audit.errors import SettingsError
from audit.records import Link, Mode

__all__ = ["ALIGNER", "align"]

ALIGNER = "pairs-4"
"""Identifies the aligner and its fitted model in the signature; raised with every change of either."""


def align(
    hypothesis: Sequence[str],
    reference: Sequence[str],
    hypothesis_vectors: Floats,
    reference_vectors: Floats,
    *,
    mode: Mode = "comparable",
    hypothesis_tokens: Sequence[TokenVectors] = (),
    reference_tokens: Sequence[TokenVectors] = (),
    neighbours: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> list[Link]:
    """Pair the sentences of a hypothesis with those of one reference.

    Args:
        hypothesis: n sentences.
        reference: m sentences.
        hypothesis_vectors: float32 (n, d), rows of unit length; a zero row is a sentence that is never aligned.
        reference_vectors: float32 (m, d), likewise.
        mode: ``comparable`` (any order, most sentences may lack a counterpart) or ``parallel`` (one order).
        hypothesis_tokens: the vectors of the tokens of each sentence; links are better where both sides have them.
        reference_tokens: likewise.
        neighbours: use what other pairs say of a pair, and with that the order of the sentences, as evidence.
        progress: called with the sentences done and their number.

    Returns:
        Links in order of their sentences; a sentence without a counterpart is in none. In comparable mode a sentence
        may be in several links, in parallel mode where groups of sentences overlap.

    Raises:
        SettingsError: an unknown mode, or sentences, vectors and tokens that differ in number.
    """
    if mode not in get_args(Mode):
        raise SettingsError(f"unknown mode {mode!r}; choose one of: {', '.join(get_args(Mode))}")
    left, rows = make_side("hypothesis", hypothesis, hypothesis_vectors, hypothesis_tokens)
    right, columns = make_side("reference", reference, reference_vectors, reference_tokens)
    if not len(left) or not len(right):
        return []
    judged = judge(left, right, mode=mode, neighbours=neighbours, progress=progress)
    links = grouped(left, right, judged, best_chain(judged) if mode == "parallel" else likely(judged))
    return [
        replace(
            link,
            hypothesis=tuple(int(rows[i]) for i in link.hypothesis),
            reference=tuple(int(columns[j]) for j in link.reference),
        )
        for link in links
    ]
