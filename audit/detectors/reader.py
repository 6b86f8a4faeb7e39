"""What the cross-encoder says of the words of pairs: each by the mean of its tokens and by the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from audit.detectors.network import gelu
from audit.detectors.pairing import Pair, Side
from audit.detectors.words import means, owners, spans
from audit.encoders import cross

__all__ = ["judge"]

Floats = NDArray[np.float32]


def judge(pairs: Sequence[Pair]) -> list[Floats]:
    """Return what is said of the n words of each hypothesis and the m of its reference: (n + m, outputs) each.

    Words that were not read have NaN. What is said of one pair does not depend on the others.
    """
    sides = [(_tokens(pair.hypothesis), _tokens(pair.reference)) for pair in pairs]
    head = cross.word_head()
    found = []
    for (ours, theirs), seen in zip(sides, cross.read([(a[0], b[0]) for a, b in sides]), strict=True):
        parts = ((ours[1], seen.hypothesis), (theirs[1], seen.reference))
        found.append(np.concatenate([_outputs(*part, seen.whole, head) for part in parts]))
    return found


def _tokens(side: Side) -> tuple[cross.Tokens, tuple[int, NDArray[np.int64]]]:
    """Return the tokens of ``side``, how many words it has, and the word of each token that is read, -1 for none."""
    ids, vectors, owner, words = [], [], [], 0
    for text, tokens in side.tokens:
        places = spans(text)
        ids.append(cross.token_ids(text))
        vectors.append(tokens.vectors)
        found = owners(places, tokens.offsets)
        owner.append(np.where(found < 0, -1, found + words))
        words += len(places)
    joined = cross.Tokens(np.concatenate(ids), np.concatenate(vectors))
    return joined, (words, np.concatenate(owner)[: cross.LONGEST])


def _outputs(words: tuple[int, NDArray[np.int64]], tokens: Floats, whole: Floats, head: Mapping[str, Floats]) -> Floats:
    count, owner = words
    mean = means(count, owner, tokens)
    both = np.concatenate([mean, np.broadcast_to(whole, mean.shape)], axis=1)
    out = gelu(both @ head["first.weight"].T + head["first.bias"]) @ head["last.weight"].T + head["last.bias"]
    out[np.bincount(owner[owner >= 0], minlength=count) == 0] = np.nan
    return np.asarray(out, dtype=np.float32)
