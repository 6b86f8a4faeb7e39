"""What the learned figures look at: the tokens of a pair matched by their vectors, and what differs on the surface.

Greedy matching of contextual vectors is BERTScore's (Zhang et al. 2020); weighting by rarity follows it and YiSi (Lo
2019). Vectors hardly see a changed number, name or negation, so these are counted on the surface.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from audit.embeddings import Embeddings, TokenVectors
from audit.frequencies import english

__all__ = ["PAIR_FEATURES", "describe"]

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

TOKEN_TRAITS = ("rarity", "number", "capital", "initial", "negation", "foreign", "punctuation", "piece", "position")
MATCH_TRAITS = ("cosine", "same", "mutual", "follows", "precedes", "moved")
_SIDE_FEATURES = (
    "mean", "rare_mean", "content_mean", "minimum", "tenth", "quarter", "half", "same", "rare_same", "mutual",
    "follows", "moved", "below_half", "below_sixty", "rare_below_sixty",
)  # fmt: skip
_DIFFERENCES = (
    "words", "numbers", "capitals", "negations", "unknown", "foreign", "bigrams", "characters", "quotes", "stops",
)  # fmt: skip
_SHAPE = (
    "log_tokens_hypothesis", "log_tokens_reference", "log_ratio", "absolute_log_ratio", "repeated", "rarity_hypothesis",
    "rarity_reference", "pieces_hypothesis", "pieces_reference", "similarity", "chrf", "bleu", "identical",
    "lower_start", "no_stop",
)  # fmt: skip
_MEASURED = (
    *(f"hypothesis_{name}" for name in _SIDE_FEATURES),
    *(f"reference_{name}" for name in _SIDE_FEATURES),
    *(f"{name}_{side}" for name in _DIFFERENCES for side in ("added", "missing")),
    *_SHAPE,
)
_COUNTED = tuple(
    k
    for k, name in enumerate(_MEASURED)
    if name.startswith("log_tokens")
    or name.endswith(("_added", "_missing", "below_half", "below_sixty"))
    or name == "repeated"
)
PAIR_FEATURES = (*_MEASURED, *(f"{_MEASURED[k]}_count" for k in _COUNTED))
"""Names of the columns; counts stand twice, as logarithms and as they are."""

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_NEGATIONS = frozenset(
    "no not never none nobody nothing nowhere neither nor without cannot hardly barely scarcely unable fail failed "
    "fails refuse refused refuses deny denied denies lack lacks lacked".split()
)
_QUOTES = re.compile(r"[\"“”«»]")
_STOPS = re.compile(r"[.!?,;:]")
_ZIPF_MAX = 8.0
_UNKNOWN_ZIPF = 1.0
_BATCH = 64


def describe(
    hypotheses: Sequence[str],
    references: Sequence[str],
    hypothesis_embeddings: Embeddings,
    reference_embeddings: Embeddings,
    surface: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Floats:
    """Describe n pairs by float32 (n, PAIR_FEATURES), the same within 1e-4 whatever their order and number.

    ``surface``: their chrF and BLEU, (n,) each, 0 to 100.
    """
    vocabulary: dict[str, int] = {}
    known: dict[str, Prepared] = {}
    sides = []
    for texts, embeddings in ((hypotheses, hypothesis_embeddings), (references, reference_embeddings)):
        for text, tokens in zip(texts, embeddings.tokens, strict=True):
            if text not in known:
                known[text] = prepare(text, tokens, vocabulary)
        sides.append([known[text] for text in texts])
    similarity = np.einsum("ij,ij->i", hypothesis_embeddings.vectors, reference_embeddings.vectors)
    described = np.zeros((len(hypotheses), len(PAIR_FEATURES)), np.float32)
    order = sorted(range(len(hypotheses)), key=lambda i: len(sides[0][i].ids))
    # The products of one pair are too small to share: threads that wait for each other make them ten times slower.
    with threadpool_limits(1, user_api="blas"):
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            ours, theirs = ([side[i] for i in chosen] for side in sides)
            batches = (
                pad(ours, [hypothesis_embeddings.tokens[i] for i in chosen], -1),
                pad(theirs, [reference_embeddings.tokens[i] for i in chosen], -2),
            )
            described[chosen] = pair_features(
                ours, theirs, batches, match(*batches), similarity[chosen], (surface[0][chosen], surface[1][chosen])
            )
    return described


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text as the features see it. ``ids``: (t,) its tokens' surfaces as numbers; ``traits``: (t, TOKEN_TRAITS)."""

    ids: Integers
    traits: Floats
    counts: tuple[Counter[Any], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tokens of b texts: vectors (b, t, d), mask (b, t), ids (b, t; below 0 where padded), traits (b, t, k)."""

    vectors: Floats
    mask: NDArray[np.bool_]
    ids: Integers
    traits: Floats


def prepare(text: str, tokens: TokenVectors, vocabulary: dict[str, int]) -> Prepared:
    """Read the surface of ``text``; ``vocabulary`` numbers the tokens' surfaces and grows."""
    spans: list[tuple[int, int]] = []
    rows: list[tuple[float, ...]] = []
    words: list[str] = []
    capitals: list[str] = []
    for match in _WORD.finditer(text):
        lower, (rarity, number, capital, negation, foreign) = _word(match[0])
        rows.append((rarity, number, capital, not words, negation, foreign, 0.0))
        spans.append(match.span())
        words.append(lower)
        if capital and len(words) > 1:
            capitals.append(lower)
    flags = np.array([*rows, (0.2, 0, 0, 0, 0, 0, 1.0)], np.float32)
    starts = np.array([start for start, _ in spans], np.int64)
    ends = np.array([*(end for _, end in spans), 0], np.int64)
    offsets = tokens.offsets
    owner = np.searchsorted(starts, offsets[:, 0], "right") - 1
    inside = (owner >= 0) & (offsets[:, 0] < ends[owner])
    owner = np.where(inside, owner, len(rows))
    length = len(offsets)
    first = np.searchsorted(offsets[:, 0], starts[owner[inside]])
    piece = np.zeros(length, np.float32)
    piece[inside] = np.minimum(np.flatnonzero(inside) - first, 4) / 4
    position = np.arange(length, dtype=np.float32) / max(length - 1, 1)
    traits = np.concatenate([flags[owner], piece[:, None], position[:, None]], axis=1)
    lowered = [text[start:end].lower() for start, end in offsets.tolist()]
    ids = np.array([vocabulary.setdefault(surface, len(vocabulary)) for surface in lowered], np.int64)
    numbers = [word.replace(",", "") for word in words if word[0].isdigit()]
    counts = (
        Counter(words),
        Counter(numbers),
        Counter(capitals),
        Counter("not" for row in rows if row[4]),
        Counter(word for word, row in zip(words, rows, strict=True) if row[0] > 1 - _UNKNOWN_ZIPF / _ZIPF_MAX),
        Counter(word for word, row in zip(words, rows, strict=True) if row[5]),
        Counter(pairwise(words)),
        Counter("".join(text.split())),
        Counter("q" for _ in _QUOTES.finditer(text)),
        Counter(_STOPS.findall(text)),
    )
    return Prepared(ids, traits, counts, text)


@lru_cache(maxsize=65536)
def _word(word: str) -> tuple[str, tuple[float, bool, bool, bool, bool]]:
    """Return ``word`` in lower case, its rarity, and whether it is a number, capital, a negation, foreign."""
    lower = word.lower().replace("’", "'")
    number = word[0].isdigit()
    negation = lower in _NEGATIONS or lower.endswith("n't")
    zipf = english().get(lower, 0.0) or english().get(lower.removesuffix("'s"), 0.0)
    foreign = not (number or zipf or lower.isascii())
    return lower, (0.5 if number else 1 - zipf / _ZIPF_MAX, number, word[0].isupper(), negation, foreign)


def pad(texts: Sequence[Prepared], tokens: Sequence[TokenVectors], filler: int) -> Batch:
    """Stack texts of differing length; ``filler`` (below 0) is the id of the padding."""
    b, t, d = len(texts), max(1, *(len(text.ids) for text in texts)), tokens[0].vectors.shape[1]
    batch = Batch(
        np.zeros((b, t, d), np.float32),
        np.zeros((b, t), np.bool_),
        np.full((b, t), filler, np.int64),
        np.zeros((b, t, len(TOKEN_TRAITS)), np.float32),
    )
    for row, (text, token) in enumerate(zip(texts, tokens, strict=True)):
        n = len(text.ids)
        batch.vectors[row, :n], batch.mask[row, :n] = token.vectors, True
        batch.ids[row, :n], batch.traits[row, :n] = text.ids, text.traits
    return batch


def match(hypothesis: Batch, reference: Batch) -> tuple[Floats, Floats]:
    """Match the tokens of each side greedily: (b, t, MATCH_TRAITS) of both sides."""
    cosines = hypothesis.vectors @ reference.vectors.transpose(0, 2, 1)
    cosines += np.where(reference.mask, 0, -4)[:, None, :] + np.where(hypothesis.mask, 0, -4)[:, :, None]
    same = hypothesis.ids[:, :, None] == reference.ids[:, None, :]
    to_reference, to_hypothesis = cosines.argmax(2), cosines.argmax(1)
    return (
        _match_side(cosines.max(2), same.any(2), to_reference, to_hypothesis, hypothesis.mask, reference.mask),
        _match_side(cosines.max(1), same.any(1), to_hypothesis, to_reference, reference.mask, hypothesis.mask),
    )


def _match_side(
    best: Floats,
    same: NDArray[np.bool_],
    there: Integers,
    back: Integers,
    mask: NDArray[np.bool_],
    other: NDArray[np.bool_],
) -> Floats:
    b, t = best.shape
    step = np.diff(there, axis=1) == 1
    edge = np.zeros((b, 1), np.bool_)
    mutual = np.take_along_axis(back, there, axis=1) == np.arange(t)
    own, others = (np.maximum(side.sum(1, keepdims=True) - 1, 1) for side in (mask, other))
    moved = np.abs(np.arange(t) / own - there / others)
    rows = (best, same, mutual, np.concatenate([edge, step], 1), np.concatenate([step, edge], 1), moved)
    traits = np.stack([np.asarray(row, np.float32) for row in rows], axis=2)
    return np.where(mask[:, :, None], traits, np.float32(0))


def pair_features(
    hypotheses: Sequence[Prepared],
    references: Sequence[Prepared],
    batches: tuple[Batch, Batch],
    matches: tuple[Floats, Floats],
    similarity: Floats,
    surface: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Floats:
    """One row a pair: (b, PAIR_FEATURES). ``surface``: chrF and BLEU, 0 to 100."""
    sides = [_side_features(batch, traits) for batch, traits in zip(batches, matches, strict=True)]
    differences = np.array([_differences(*pair) for pair in zip(hypotheses, references, strict=True)], np.float32)
    own, other = (batch.mask.sum(1) for batch in batches)
    ratio = np.log((own + 1) / (other + 1))
    rarity, pieces = ([_mean(batch.traits[:, :, k], batch.mask) for batch in batches] for k in (0, 7))
    texts = [(left.text.strip(), right.text.strip()) for left, right in zip(hypotheses, references, strict=True)]
    shape = (
        np.log1p(own), np.log1p(other), ratio, np.abs(ratio), [_repeated(text) for text in hypotheses],
        *rarity, *pieces, similarity, surface[0] / 100, surface[1] / 100, [left == right for left, right in texts],
        [left[:1].islower() and not right[:1].islower() for left, right in texts],
        [left[-1:].isalnum() and not right[-1:].isalnum() for left, right in texts],
    )  # fmt: skip
    columns = np.stack([np.asarray(column, np.float32) for column in shape], axis=1)
    measured = np.concatenate([*sides, differences, columns], axis=1)
    return np.concatenate([measured, np.expm1(measured[:, _COUNTED])], axis=1)


def _side_features(batch: Batch, matched: Floats) -> Floats:
    mask, best = batch.mask, matched[:, :, 0]
    rarity, punctuation = batch.traits[:, :, 0], batch.traits[:, :, 6]
    content = mask & (rarity > 0.25) & (punctuation == 0)
    ordered = np.sort(np.where(mask, best, np.float32(np.inf)), axis=1)
    last = np.maximum(mask.sum(1) - 1, 0)
    quantiles = [
        np.where(mask.any(1), ordered[np.arange(len(last)), (share * last).astype(np.int64)], 0)
        for share in (0.0, 0.1, 0.25, 0.5)
    ]
    rare = rarity * mask
    columns = (
        _mean(best, mask), _mean(best, rare), _mean(best, content), *quantiles, _mean(matched[:, :, 1], mask),
        _mean(matched[:, :, 1], rare), _mean(matched[:, :, 2], mask), _mean(matched[:, :, 3], mask),
        _mean(matched[:, :, 5], mask), np.log1p((mask & (best < 0.5)).sum(1)), np.log1p((mask & (best < 0.6)).sum(1)),
        np.log1p((rare * (best < 0.6)).sum(1)),
    )  # fmt: skip
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _mean(values: Floats, weights: NDArray[np.bool_] | Floats) -> Floats:
    mean: Floats = (values * weights).sum(1) / np.maximum(weights.sum(1), 1e-6)
    return mean.astype(np.float32)


def _differences(hypothesis: Prepared, reference: Prepared) -> list[float]:
    row: list[float] = []
    for own, other in zip(hypothesis.counts, reference.counts, strict=True):
        shared = sum(min(count, other[key]) for key, count in own.items() if key in other)
        row += [log1p(own.total() - shared), log1p(other.total() - shared)]
    return row


def _repeated(text: Prepared) -> float:
    return float(np.log1p(sum(count - 1 for count in text.counts[6].values())))
