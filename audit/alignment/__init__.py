"""Which sentences of a hypothesis tell what which sentences of a reference tell, and which have no counterpart.

Works on vectors and texts that it is given and loads no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

from audit.alignment.comparable import align_comparable
from audit.alignment.parallel import align_parallel
from audit.alignment.vectors import Encode, Floats, make_side
from audit.errors import SettingsError
from audit.records import Link, Mode

__all__ = ["ALIGNER", "align"]

ALIGNER = "mutual-1"
"""Identifies the aligner and its fitted figures in the signature."""


def align(
    hypothesis: Sequence[str],
    reference: Sequence[str],
    hypothesis_vectors: Floats,
    reference_vectors: Floats,
    *,
    mode: Mode = "comparable",
    encode: Encode | None = None,
    neighbours: bool = True,
    names: tuple[Sequence[frozenset[str]], Sequence[frozenset[str]]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Link]:
    """Pair the sentences of a hypothesis with those of one reference.

    Args:
        hypothesis: n sentences.
        reference: m sentences.
        hypothesis_vectors: float32 (n, d), rows of unit length; a zero row is a sentence that is never aligned.
        reference_vectors: float32 (m, d), likewise.
        mode: ``comparable`` (any order, most sentences may lack a counterpart) or ``parallel`` (one order).
        encode: embeds texts as the vectors were; without it the vector of merged sentences is their mean, weighted
            by length.
        neighbours: use the order of the sentences as evidence (comparable mode; parallel mode always does).
        names: the entities that each sentence names, once they are known; shared ones are evidence.
        progress: called with the sentences done and their number.

    Returns:
        Links in order of their hypothesis sentences; a sentence without a counterpart is in none.

    Raises:
        SettingsError: an unknown mode, or sentences, vectors and names that differ in number.
    """
    if mode not in get_args(Mode):
        raise SettingsError(f"unknown mode {mode!r}; choose one of: {', '.join(get_args(Mode))}")
    left = make_side("hypothesis", hypothesis, hypothesis_vectors, names[0] if names else None, encode)
    right = make_side("reference", reference, reference_vectors, names[1] if names else None, encode)
    if not len(left) or not len(right):
        return []
    if mode == "parallel":
        links = align_parallel(left, right)
    else:
        links = align_comparable(left, right, neighbours=neighbours, progress=progress)
    return sorted(
        (
            replace(
                link,
                hypothesis=tuple(int(left.places[i]) for i in link.hypothesis),
                reference=tuple(int(right.places[j]) for j in link.reference),
            )
            for link in links
        ),
        key=lambda link: (link.hypothesis, link.reference),
    )
