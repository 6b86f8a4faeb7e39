"""Texts as the cross-encoder reads them, and what is known of pairs of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from span_items import Item, Labels, label

from audit.detectors.words import owners, spans
from audit.embeddings import Encoder
from audit.encoders.cross import Tokens
from audit.encoders.minilm import bundled_tokenizer

__all__ = ["Corpus", "Group", "contrast_groups", "crowd_groups", "damaged_groups", "expert_groups"]

LONGEST = 126
"""Tokens of a text that training reads."""
EMBEDDED_AT_ONCE = 2048
AT_ONCE = 16
"""Translations of one source that are compared with each other."""
PENALTY_CAP = 15.0
SHRINKAGE = 4.0
"""Judgements that the mean of all sources counts for beside those of a source."""

Floats = NDArray[np.float32]


class Corpus:
    """Texts by numbers: the ids of their tokens, the word of each, and their vectors, kept in a folder between runs."""

    def __init__(self, texts: Iterable[str], encoder: Encoder, folder: Path) -> None:
        listed = sorted(set(texts))
        self.number = {text: i for i, text in enumerate(listed)}
        found = bundled_tokenizer().encode_batch(listed)
        ids = [encoding.ids[1:-1][:LONGEST] for encoding in found]
        self.starts = np.concatenate([[0], np.cumsum([len(i) for i in ids])])
        self.ids = np.concatenate([np.array(i, np.int32) for i in ids])
        self.words = np.concatenate(
            [
                owners(spans(text), np.array(encoding.offsets[1:-1][:LONGEST], np.int32).reshape(-1, 2))
                for text, encoding in zip(listed, found, strict=True)
            ]
        )
        self.counts = [len(spans(text)) for text in listed]
        digest = hashlib.sha256("\x1f".join([encoder.digest, *listed]).encode()).hexdigest()[:16]
        path = folder / f"tokens-{digest}.npy"
        if not path.exists():
            self._embed(listed, encoder, path)
        self._vectors = np.load(path, mmap_mode="r")

    def _embed(self, texts: Sequence[str], encoder: Encoder, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        vectors = np.lib.format.open_memmap(partial, "w+", np.float16, (int(self.starts[-1]), encoder.dimension))
        for begin in range(0, len(texts), EMBEDDED_AT_ONCE):
            found = encoder.encode(texts[begin : begin + EMBEDDED_AT_ONCE], tokens=True)
            for i, tokens in enumerate(found.tokens, begin):
                vectors[self.starts[i] : self.starts[i + 1]] = tokens.vectors[:LONGEST]
            print(f"embedded {begin} of {len(texts)}", flush=True)
        vectors.flush()
        partial.rename(path)

    def size(self, number: int) -> int:
        """Return how many tokens a text has."""
        return int(self.starts[number + 1] - self.starts[number])

    def tokens(self, number: int) -> Tokens:
        """Return what the cross-encoder reads of a text."""
        part = slice(self.starts[number], self.starts[number + 1])
        return Tokens(self.ids[part], np.asarray(self._vectors[part], np.float32))

    def owners(self, number: int) -> NDArray[np.int64]:
        """Return the word of each token of a text, -1 for none."""
        return self.words[self.starts[number] : self.starts[number + 1]]


@dataclass
class Group:
    """Translations of one source, to be put in order.

    ``pairs``: numbers of hypothesis and reference. ``target``: (k,), higher is better, centred; ``weight``: (k,).
    ``labels``: what is known of the words, None for nothing.
    """

    pairs: list[tuple[int, int]]
    target: Floats
    weight: Floats
    labels: list[Labels | None] = field(default_factory=list)


def crowd_groups(table: pd.DataFrame, corpus: Corpus) -> list[Group]:
    """Return what crowd raters said (see ``train_quality.crowd``), a group a source."""
    return [
        _group(corpus, g.hyp, g.ref, g.target.to_numpy(), g.weight.to_numpy(), [None] * len(g))
        for _, g in table.groupby("source")
        if len(g) > 1
    ]


def damaged_groups(items: Iterable[Item], corpus: Corpus) -> list[Group]:
    """Return errors put into translations, each beside the translation that it was put into."""
    found = []
    for item in items:
        if item.origin not in corpus.number:
            continue  # by a system that is left out of the crowd's
        if item.kind == "clean":
            target, hypotheses, labels = [0.0], [item.hypothesis], [label(item)]
        else:
            target, hypotheses, labels = [0.8, -0.8], [item.origin, item.hypothesis], [None, label(item)]
        weight = np.ones(len(target)) if len(target) > 1 else np.zeros(1)
        found.append(_group(corpus, hypotheses, [item.reference] * len(target), np.array(target), weight, labels))
    return found


def contrast_groups(items: Iterable[Item], corpus: Corpus) -> list[Group]:
    """Return DEMETR's translations with one error, each beside the good one."""
    by: dict[str, list[Item]] = {}
    for item in items:
        by.setdefault(item.group, []).append(item)
    found = []
    for same in by.values():
        good = [item for item in same if item.kind == "good"]
        for item in same:
            if good and item.kind != "good":
                both = [good[0], item]
                texts = [i.hypothesis for i in both], [i.reference for i in both]
                found.append(_group(corpus, *texts, np.array([1.0, -1.0]), np.full(2, 2.0), [label(i) for i in both]))
    return found


def expert_groups(items: Iterable[Item], penalties: dict[tuple[str, str], float], corpus: Corpus) -> list[Group]:
    """Return what professional translators marked; ``penalties`` (0 and below) by hypothesis and reference."""
    by: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        by.setdefault((item.source, item.reference), []).append(item)
    found = []
    for same in by.values():
        for begin in range(0, len(same), AT_ONCE):
            part = same[begin : begin + AT_ONCE]
            target = np.array([max(penalties[i.hypothesis, i.reference], -PENALTY_CAP) / 4 for i in part])
            texts = [i.hypothesis for i in part], [i.reference for i in part]
            found.append(_group(corpus, *texts, target, np.full(len(part), 1.5), [label(i) for i in part]))
    return found


def _group(
    corpus: Corpus,
    hypotheses: Iterable[str],
    references: Iterable[str],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
    labels: list[Labels | None],
) -> Group:
    pairs = [(corpus.number[h], corpus.number[r]) for h, r in zip(hypotheses, references, strict=True)]
    return Group(pairs, (target - target.mean()).astype(np.float32), weight.astype(np.float32), labels)
