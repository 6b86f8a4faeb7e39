"""How good a hypothesis is against a reference: pairs of sentences with their vectors → scores."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import Embeddings, TokenVectors
from audit.errors import InputError
from audit.records import Score
from audit.scoring import surface as _surface

__all__ = ["SCORER", "score"]

SCORER = f"scorer:0|sacrebleu:{version('sacrebleu')}|" + ",".join(_surface.SIGNATURES)

_NON_TRANSLATION = 25.0


def score(
    hypotheses: Sequence[str],
    references: Sequence[str],
    hypothesis_embeddings: Embeddings,
    reference_embeddings: Embeddings,
    *,
    ter: bool = False,
    surface: bool = True,
    account: bool = False,
) -> list[Score]:
    """Score each hypothesis against its reference.

    Args:
        hypotheses: n sentences.
        references: as many, in the same order.
        hypothesis_embeddings: their vectors with those of their tokens.
        reference_embeddings: as many.
        ter: compute TER too (slow).
        surface: compute BLEU and chrF.
        account: the references are other accounts of the same events, not translations of the same text.

    Raises:
        InputError: the lengths differ, or the vectors of the tokens are missing.
    """
    n = len(hypotheses)
    sizes = (n, len(references), len(hypothesis_embeddings.tokens), len(reference_embeddings.tokens))
    if len(set(sizes)) > 1:
        raise InputError(
            "scoring needs as many references as hypotheses, each with the vectors of its tokens; "
            f"got {sizes[0]} hypotheses ({sizes[2]} encoded) and {sizes[1]} references ({sizes[3]} encoded)"
        )
    judged = [i for i in range(n) if references[i].strip()]
    full = [i for i in judged if hypotheses[i].strip()]
    texts = [hypotheses[i] for i in judged], [references[i] for i in judged]
    figures: dict[str, list[float | None]] = {
        name: [None] * n for name in ("quality", "mqm", "similarity", "bleu", "chrf", "ter")
    }

    def fill(name: str, where: Sequence[int], values: Sequence[float]) -> None:
        for i, value in zip(where, values, strict=True):
            figures[name][i] = float(value)

    for name, value in (("quality", 0.0), ("mqm", _NON_TRANSLATION), ("similarity", 0.0)):
        fill(name, judged, [value] * len(judged))
    if surface:
        fill("bleu", judged, _surface.bleu(*texts).tolist())
        fill("chrf", judged, _surface.chrf(*texts).tolist())
    if ter:
        fill("ter", judged, _surface.ter(*texts).tolist())
    vectors = hypothesis_embeddings.vectors[full], reference_embeddings.vectors[full]
    fill("similarity", full, np.einsum("ij,ij->i", *vectors).tolist())
    matched = [_matched(hypothesis_embeddings.tokens[i], reference_embeddings.tokens[i]) for i in full]
    fill("quality", full, [100 * max(0.0, min(1.0, value)) for value in matched])
    fill("mqm", full, [_NON_TRANSLATION * (1 - max(0.0, min(1.0, value))) for value in matched])
    return [Score(**{name: column[i] for name, column in figures.items()}) for i in range(n)]


def _matched(hypothesis: TokenVectors, reference: TokenVectors) -> float:
    cosines: NDArray[np.float32] = hypothesis.vectors @ reference.vectors.T
    if not cosines.size:
        return 0.0
    precision, recall = float(cosines.max(1).mean()), float(cosines.max(0).mean())
    harmonic = 2 * precision * recall / max(precision + recall, 1e-9)
    return (harmonic - 0.3) / 0.7
