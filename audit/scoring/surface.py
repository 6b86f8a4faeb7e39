"""BLEU, chrF and TER of single sentence pairs, equal to sacreBLEU's own.

sacreBLEU counts n-grams pair by pair in Python (1.5 ms a pair for both). Here the clipped matches of many pairs are
counted at once by sorting packed n-grams (0.2 ms); tokenisation and BLEU's formula stay sacreBLEU's.

Sources: Papineni et al. 2002 (BLEU), Popović 2015 (chrF), Snover et al. 2006 (TER), Post 2018 (sacreBLEU).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIGNATURES", "bleu", "chrf", "ter"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

SIGNATURES = (
    "BLEU;#:1;c:mixed;e:yes;tok:13a;s:exp",
    "chrF2;#:1;c:mixed;e:yes;nc:6;nw:0;s:no",
    "TER;#:1;c:lc;t:tercom;nr:no;pn:yes;as:no",
)
"""sacreBLEU's short signatures without its version, parts set apart by semicolons."""

_BLEU_ORDER = 4
_CHRF_ORDER = 6
_CHRF_BETA = 2
_CHUNK = 512
_KEY_BITS = 62


def bleu(hypotheses: Sequence[str], references: Sequence[str]) -> Floats:
    """Sentence BLEU (effective order, exponential smoothing, 13a), (n,), 0 to 100."""
    from sacrebleu.metrics.bleu import BLEU

    tokenizer = BLEU(effective_order=True).tokenizer
    values = np.zeros(len(hypotheses))
    for chunk in _chunks(len(hypotheses)):
        ids: dict[str, int] = {}
        sides = [
            [_word_ids(tokenizer(text.rstrip()), ids) for text in texts[chunk]] for texts in (hypotheses, references)
        ]
        matches = clipped_matches(sides[0], sides[1], _BLEU_ORDER)
        for row, (hypothesis, reference, correct) in enumerate(zip(*sides, matches.tolist(), strict=True)):
            totals = [max(0, len(hypothesis) - n) for n in range(_BLEU_ORDER)]
            result = BLEU.compute_bleu(
                correct, totals, len(hypothesis), len(reference), smooth_method="exp", effective_order=True
            )
            values[chunk.start + row] = result.score
    return values


def chrf(hypotheses: Sequence[str], references: Sequence[str]) -> Floats:
    """chrF2 (characters to order 6, whitespace left out), (n,), 0 to 100."""
    values = np.zeros(len(hypotheses))
    for chunk in _chunks(len(hypotheses)):
        sides = [[_code_points(text) for text in texts[chunk]] for texts in (hypotheses, references)]
        lengths = [np.array([len(codes) for codes in side]) for side in sides]
        values[chunk] = _chrf_scores(clipped_matches(sides[0], sides[1], _CHRF_ORDER), *lengths)
    return values


def ter(hypotheses: Sequence[str], references: Sequence[str]) -> Floats:
    """TER (tercom), (n,), 0 upwards, lower is better; some 50 ms a pair."""
    from sacrebleu.metrics.ter import TER

    metric = TER()
    pairs = zip(hypotheses, references, strict=True)
    return np.array([metric.sentence_score(hypothesis, [reference]).score for hypothesis, reference in pairs])


def clipped_matches(hypotheses: Sequence[Integers], references: Sequence[Integers], order: int) -> Integers:
    """Count n-grams that both sides of each pair have, each at most as often as the rarer side has it.

    Args:
        hypotheses: n sequences of symbols, non-negative and below 2**31.
        references: as many, over the same symbols.
        order: the longest n-gram.

    Returns:
        int64 (n, order).
    """
    n = len(hypotheses)
    lengths = np.array([len(sequence) for sequence in (*hypotheses, *references)], np.int64)
    symbols = np.concatenate([*hypotheses, *references, np.zeros(0, np.int64)])
    left = np.repeat(lengths, lengths) - (np.arange(len(symbols)) - np.repeat(np.cumsum(lengths) - lengths, lengths))
    side_and_pair = np.repeat(np.arange(2 * n), lengths)
    symbols = _ranks(symbols)
    width = _bits(symbols)
    pair_bits = max(n - 1, 1).bit_length()
    grams, matches = symbols, np.zeros((n, order), np.int64)
    for k in range(order):
        if k:
            if _bits(grams) + width + pair_bits + 1 > _KEY_BITS:
                grams = _ranks(grams)
            grams = (grams[:-1] << width) | symbols[k:]
        whole = np.flatnonzero(left[: len(grams)] > k)
        if not len(whole):
            break
        pair, side = side_and_pair[whole] % n, side_and_pair[whole] // n
        shift = _bits(grams)
        keys = np.sort((((pair << shift) | grams[whole]) << 1) | side)
        starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        counts, keys = np.diff(np.r_[starts, len(whole)]), keys[starts]
        shared = np.flatnonzero((keys[:-1] ^ keys[1:]) == 1)
        common = np.minimum(counts[shared], counts[shared + 1])
        matches[:, k] = np.bincount(keys[shared] >> (shift + 1), weights=common, minlength=n)
    return matches


def _chrf_scores(matches: Integers, hypothesis_lengths: Integers, reference_lengths: Integers) -> Floats:
    # The operations and their order are sacreBLEU's, so that the last bit agrees.
    precision, recall, orders = (np.zeros(len(matches)) for _ in range(3))
    for k in range(_CHRF_ORDER):
        hypothesis, reference = hypothesis_lengths - k, reference_lengths - k
        counted = (hypothesis > 0) & (reference > 0)
        precision += np.where(counted, matches[:, k] / np.maximum(hypothesis, 1), 0.0)
        recall += np.where(counted, matches[:, k] / np.maximum(reference, 1), 0.0)
        orders += counted
    precision, recall = (side / np.maximum(orders, 1) for side in (precision, recall))
    factor = _CHRF_BETA**2
    positive = precision + recall > 0
    score = (1 + factor) * precision * recall / np.where(positive, factor * precision + recall, 1.0)
    return np.where(positive, 100 * score, 0.0)


def _chunks(n: int) -> Iterator[slice]:
    return (slice(*bounds) for bounds in pairwise([*range(0, n, _CHUNK), n]))


def _word_ids(line: str, ids: dict[str, int]) -> Integers:
    return np.array([ids.setdefault(word, len(ids)) for word in line.split()], np.int64)


def _code_points(text: str) -> Integers:
    joined = "".join(text.split()).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, np.uint32).astype(np.int64)


def _ranks(values: Integers) -> Integers:
    ranks: Integers = np.unique(values, return_inverse=True)[1].reshape(values.shape).astype(np.int64)
    return ranks


def _bits(values: Integers) -> int:
    return int(values.max(initial=1)).bit_length()
