"""A small network over the words of a pair: how likely each is wrong, and in what way.

The words of hypothesis and reference, each with its contextual vector and its figures, go through layers of
self-attention whose weights also depend on how two words relate (Shaw et al., 2018, *Self-Attention with Relative
Position Representations*): their cosine, common base form, WordNet relation, slot and distance. It is trained on error
spans that professional translators marked, and on errors put into translations (``training/train_spans.py``); inference
is plain numpy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audit.detectors.features import Reading
from audit.detectors.pairing import Pair

__all__ = ["gelu", "judge"]

Floats = NDArray[np.float32]
_NORM_EPSILON = 1e-5


def judge(pair: Pair, reading: Reading, weights: Mapping[str, Floats]) -> Floats:
    """Return what is said of the n words of the hypothesis and the m of the reference: (n + m, outputs)."""
    n = len(pair.hypothesis)
    vectors = np.concatenate([pair.hypothesis.vectors, pair.reference.vectors])
    figures = np.concatenate([reading.hypothesis, reading.reference])
    side = np.zeros((len(vectors), 1), dtype=np.float32)
    side[n:] = 1
    scaled = (figures - weights["fmean"]) / weights["fstd"]
    x = _linear(np.concatenate([_linear(vectors, weights, "v"), scaled, side], axis=1), weights, "inp")
    bias = _relations(vectors, reading, n)
    layer = 0
    while f"layers.{layer}.qkv.weight" in weights:
        x = _attend(x, bias, weights, f"layers.{layer}")
        layer += 1
    x = _normalise(x, weights, "n")
    summary = np.broadcast_to(x[:n].mean(axis=0), x.shape)
    return _linear(gelu(_linear(np.concatenate([x, summary], axis=1), weights, "hid")), weights, "out")


def _relations(vectors: Floats, reading: Reading, n: int) -> Floats:
    """Return how any two of the n + m words relate: float32 (n + m, n + m, number of relations)."""
    size = len(vectors)
    cosine = vectors @ vectors.T
    beyond = np.arange(size) >= n
    cross = (beyond[:, None] != beyond[None, :]).astype(np.float32)
    within = 1 - cross
    distance = np.arange(size)[None, :] - np.arange(size)[:, None]
    near = np.abs(distance)
    channels = np.zeros((9 + len(reading.relations), size, size), dtype=np.float32)
    channels[:9] = (
        cross, cosine * cross, np.maximum(cosine * cross, 0) ** 4, cosine * within, (distance == 1) * within,
        (distance == -1) * within, (near == 2) * within, near == 0, np.exp(-near / 4) * within,
    )  # fmt: skip
    channels[9:, :n, n:] = reading.relations
    channels[9:, n:, :n] = reading.relations.transpose(0, 2, 1)
    return channels.transpose(1, 2, 0)


def _attend(x: Floats, bias: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    size, width = x.shape
    heads = len(weights[f"{name}.bias.weight"])
    each = width // heads
    queries, keys, values = (
        _linear(_normalise(x, weights, f"{name}.n1"), weights, f"{name}.qkv")
        .reshape(size, 3, heads, each)
        .transpose(1, 2, 0, 3)
    )
    scores = queries @ keys.transpose(0, 2, 1) / np.float32(each**0.5)
    scores += _linear(bias, weights, f"{name}.bias").transpose(2, 0, 1)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    mixed = (scores @ values).transpose(1, 0, 2).reshape(size, width)
    x = x + _linear(mixed, weights, f"{name}.o")
    inner = gelu(_linear(_normalise(x, weights, f"{name}.n2"), weights, f"{name}.f1"))
    return x + _linear(inner, weights, f"{name}.f2")


def _linear(x: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"], dtype=np.float32)


def _normalise(x: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    centred = x - x.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + _NORM_EPSILON)
    return np.asarray(centred / scale * weights[f"{name}.weight"] + weights[f"{name}.bias"], dtype=np.float32)


def gelu(x: Floats) -> Floats:
    """Return the activation of Hendrycks and Gimpel (2016), by its usual approximation."""
    return np.asarray(0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x))), dtype=np.float32)
