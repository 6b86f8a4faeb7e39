"""A cross-encoder: reads a hypothesis and its reference together, each token in view of all tokens of both.

BERT over both texts in one sequence (Devlin et al. 2019; for pairs of sentences Humeau et al. 2020,
https://arxiv.org/abs/1905.01969), fitted by ``training/train_cross.py``. It starts from the bundled encoder's weights
and is told what that already knows: each token's vector there, how near the nearest token of the other side is, and,
as a bias of the attention (Shaw et al. 2018, https://aclanthology.org/N18-2074), how near any two of both sides are.
What it says of words is read off by ``audit.detectors.reader``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.cache.files import prepared
from audit.embeddings import Floats
from audit.encoders.batches import available_threads, batches, padded
from audit.encoders.graph import GRAPH_VERSION, cross_graph
from audit.encoders.minilm import bundled_folder, bundled_tokenizer
from audit.encoders.runtime_onnx import Weighted
from audit.encoders.weights import bert_weights
from audit.errors import ModelError

__all__ = ["DIGEST", "LONGEST", "Read", "Tokens", "lay_out", "read", "token_ids", "word_head"]

LONGEST = 254
"""Tokens of either side that are read; what lies beyond is not."""

DIGEST = "4b880e5e600c14129bfa9986b796700f59c47b60db35d2485b5dd120f030842f"
"""sha256 of the artefact; a test compares it."""

_CLS, _SEP = 101, 102
_BATCH_TOKENS = 512
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
_POOR, _FAIR = 0.5, 0.6
"""Cosines below which the nearest token of the other side is no counterpart, or a doubtful one."""
_NEARNESS = 4
"""Power of the cosine by which tokens of two sides are near each other."""
_HINTS = 5
_PLACE, _HEAD = "data/cross.npz", "words."


@dataclass(frozen=True, slots=True)
class Tokens:
    """One side: ``ids`` int32 (t,), the bundled tokenizer's, and ``vectors`` float32 (t, d), the bundled encoder's."""

    ids: NDArray[np.int32]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Read:
    """What was made of a pair: the vector of the whole, float32 (d,), and one for each token read: (t, d), (u, d)."""

    whole: Floats
    hypothesis: Floats
    reference: Floats


def token_ids(text: str) -> NDArray[np.int32]:
    """Return the ids of the tokens of ``text`` that have vectors in its embedding: int32 (t,)."""
    return np.array(bundled_tokenizer().encode(text).ids[1:-1], np.int32)


def read(pairs: Sequence[tuple[Tokens, Tokens]]) -> list[Read]:
    """Read pairs of hypothesis and reference; what is made of one does not depend on the others.

    Raises:
        ModelError: the artefact is damaged.
    """
    cut = [(_cut(ours), _cut(theirs)) for ours, theirs in pairs]
    found: dict[int, Read] = {}
    model = _model()
    with ThreadPoolExecutor(available_threads()) as pool:
        groups = batches([_length(pair) for pair in cut], _BATCH_TOKENS)
        for group, reads in zip(groups, pool.map(lambda g: _run(model, [cut[i] for i in g]), groups), strict=True):
            found.update(zip(group, reads, strict=True))
    return [found[i] for i in range(len(pairs))]


def word_head() -> Mapping[str, Floats]:
    """Return the weights of what judges words: two layers with a GELU between them."""
    return {name.removeprefix(_HEAD): array for name, array in _weights().items() if name.startswith(_HEAD)}


def _run(model: Weighted, pairs: Sequence[tuple[Tokens, Tokens]]) -> list[Read]:
    """Read one batch of pairs of like length."""
    inputs, spans = lay_out(pairs, len(pairs), padded(max(map(_length, pairs))))
    (hidden,) = model.run(["hidden"], inputs)
    return [Read(hidden[row, 0], hidden[row, a], hidden[row, b]) for row, (a, b) in enumerate(spans)]


def lay_out(
    pairs: Sequence[tuple[Tokens, Tokens]], rows: int, length: int
) -> tuple[dict[str, NDArray[Any]], list[tuple[slice, slice]]]:
    """Return the inputs of ``cross_graph`` for pairs, and where the tokens of both sides of each lie.

    ``rows``: at least one a pair. ``length``: at least the tokens of any pair and three more.
    """
    d = pairs[0][0].vectors.shape[1]
    ids, sides, mask = (np.zeros((rows, length), np.int32) for _ in range(3))
    vectors, relations = np.zeros((rows, length, d), np.float32), np.zeros((rows, 2, length, length), np.float32)
    traits = np.zeros((rows, length, _HINTS + 2), np.float32)
    traits[..., :_HINTS] = _hints(np.zeros(1, np.float32), np.zeros(1, np.bool_))
    spans = []
    for row, (ours, theirs) in enumerate(pairs):
        first, second = slice(1, 1 + len(ours.ids)), slice(len(ours.ids) + 2, len(ours.ids) + 2 + len(theirs.ids))
        spans.append((first, second))
        mask[row, : second.stop + 1] = 1
        sides[row, second.start : second.stop + 1] = 1
        ids[row, [0, first.stop, second.stop]] = _CLS, _SEP, _SEP
        cosine = ours.vectors @ theirs.vectors.T
        same = ours.ids[:, None] == theirs.ids[None, :]
        near = np.maximum(cosine, 0) ** _NEARNESS
        relations[row, :, first, second] = np.stack([near, same])
        relations[row, :, second, first] = np.stack([near.T, same.T])
        for place, tokens, table, equal in ((first, ours, cosine, same), (second, theirs, cosine.T, same.T)):
            ids[row, place], vectors[row, place] = tokens.ids, tokens.vectors
            if table.size:
                traits[row, place, :_HINTS] = _hints(table.max(axis=1), equal.any(axis=1))
    traits[..., _HINTS], traits[..., _HINTS + 1] = 1 - sides, sides
    inputs = {
        "ids": ids, "sides": sides, "mask": mask, "vectors": vectors, "traits": traits, "relations": relations
    }  # fmt: skip
    return inputs, spans


def _cut(side: Tokens) -> Tokens:
    return Tokens(side.ids[:LONGEST], side.vectors[:LONGEST])


def _length(pair: tuple[Tokens, Tokens]) -> int:
    """Return how many tokens a pair has with the three that stand around its sides."""
    return len(pair[0].ids) + len(pair[1].ids) + 3


def _hints(best: Floats, same: NDArray[np.bool_]) -> Floats:
    """Return what is known of tokens by their nearest cosine on the other side: (t, _HINTS)."""
    return np.stack([best, best**2, same, best < _POOR, best < _FAIR], axis=1).astype(np.float32)


@cache
def _model() -> Weighted:
    own = {name: array for name, array in _weights().items() if not name.startswith(_HEAD)}
    encoder = {name: array for name, array in bert_weights(bundled_folder()).items() if name not in own}
    weights = {name: array for name, array in encoder.items() if not name.startswith("encoder.")} | own
    shapes = {name: array.shape for name, array in weights.items()}
    graph = prepared(
        f"cross-{GRAPH_VERSION}",
        ".onnx",
        lambda: cross_graph(shapes, layers=_LAYERS, heads=_HEADS, epsilon=_EPSILON),
    )
    return Weighted(graph, weights)


@cache
def _weights() -> Mapping[str, Floats]:
    """Read the weights; a table of bytes has a scale for each row."""
    content = (files("audit.encoders") / _PLACE).read_bytes()
    if hashlib.sha256(content).hexdigest() != DIGEST:
        raise ModelError(f"audit/encoders/{_PLACE} is not the file that this version came with; install it again")
    stored = np.load(BytesIO(content), allow_pickle=False)
    scales = {name.removesuffix(".scale") for name in stored.files if name.endswith(".scale")}
    arrays = {}
    for name in stored.files:
        if name == "about" or name.endswith(".scale"):
            continue
        array = np.ascontiguousarray(stored[name], np.float32)
        arrays[name] = array * stored[f"{name}.scale"][:, None].astype(np.float32) if name in scales else array
    return arrays
