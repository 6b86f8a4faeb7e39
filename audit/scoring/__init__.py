"""How good a hypothesis is against a reference: pairs of sentences with their vectors → scores.

Beside sacreBLEU's figures and the cosine of the sentences stand two learned ones. ``mqm`` is the penalty that a
professional translator would give (MQM, Freitag et al. 2021: major error 5, minor 1, at most 25), length included:
long sentences have more errors. ``quality`` (0 to 100) is for comparing translations of the same sentence; an identical
pair has 100. Both see meaning through a small frozen encoder. They say much better than BLEU or cosine how bad a
sentence is; of two translations of one sentence they prefer the one that an expert does only a little more often than
those do, and whole systems they rank no better than chrF (the artefact's provenance holds the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import Embeddings
from audit.errors import InputError
from audit.records import Score
from audit.scoring import heads
from audit.scoring import surface as _surface
from audit.scoring.features import describe

__all__ = ["SCORER", "score"]

SCORER = ",".join((f"heads@{heads.DIGEST[:8]}", f"sacrebleu{version('sacrebleu')}", *_surface.SIGNATURES))
"""What made the figures: the learned heads, sacreBLEU's version and its metrics' signatures."""

_FIGURES = ("quality", "mqm", "similarity", "bleu", "chrf", "ter")
_EMPTY = {"quality": 0.0, "mqm": heads.NON_TRANSLATION, "similarity": 0.0}


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

    The figures of a pair do not depend on the other pairs (quality and mqm within 0.01, the rest exactly).

    Args:
        hypotheses: n sentences.
        references: as many, in the same order.
        hypothesis_embeddings: their vectors with those of their tokens.
        reference_embeddings: as many.
        ter: give TER too (some 50 ms a pair).
        surface: give BLEU and chrF.
        account: the references are other accounts of the same events, not translations of the same text, so that
            details on one side only weigh less.

    Returns:
        One score a pair. An empty hypothesis has quality 0; an empty reference judges nothing: all fields None.

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
    if not judged:
        return [Score()] * n
    texts = [hypotheses[i] for i in judged], [references[i] for i in judged]
    vectors = _select(hypothesis_embeddings, judged), _select(reference_embeddings, judged)
    bleu, chrf = _surface.bleu(*texts), _surface.chrf(*texts)
    # sacreBLEU gives a little more than 100 for an exact match: it is exp(log(100)).
    columns = {"bleu": np.minimum(bleu, 100.0), "chrf": chrf} if surface else {}
    if ter:
        columns["ter"] = _surface.ter(*texts)
    columns["similarity"] = np.einsum("ij,ij->i", vectors[0].vectors, vectors[1].vectors).astype(np.float64)
    features = describe(*texts, *vectors, (chrf, bleu))
    columns["quality"], columns["mqm"] = heads.load()["account" if account else "translation"].figures(features)
    empty = np.array([not text.strip() for text in texts[0]])
    for name, value in _EMPTY.items():
        columns[name] = np.where(empty, value, columns[name])
    scores = dict(zip(judged, _records(columns), strict=True))
    return [scores.get(i, Score()) for i in range(n)]


def _records(columns: dict[str, NDArray[np.float64]]) -> list[Score]:
    names = [name for name in _FIGURES if name in columns]
    rows = zip(*(columns[name].tolist() for name in names), strict=True)
    return [Score(**dict(zip(names, row, strict=True))) for row in rows]


def _select(embeddings: Embeddings, chosen: Sequence[int]) -> Embeddings:
    tokens = tuple(embeddings.tokens[i] for i in chosen)
    return Embeddings(embeddings.vectors[chosen], embeddings.truncated[chosen], tokens)
