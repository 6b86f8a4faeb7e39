"""How likely each word of a pair is wrong, and in what way: a small network over both sides' words.

The words of hypothesis and reference, each with its contextual vector and its figures, go through layers of
self-attention whose weights also depend on how two words relate (Shaw et al., 2018, *Self-Attention with Relative
Position Representations*): their cosine, common base form, WordNet relation, slot and distance. It is trained on error
spans that professional translators marked, and on errors put into translations (``training/train_spans.py``); inference
is plain numpy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.detectors.features import Reading, read
from audit.detectors.pairing import Pair

__all__ = ["CLASSES", "TAGGER", "Limits", "Tags", "limits", "stretches", "tag", "trained_on"]

TAGGER = "words-3"
"""Identifies the network and its thresholds in the signature."""

CLASSES = ("right", "negation", "opposite", "substitution", "addition")
"""What a word of the hypothesis can be, as put into translations for training."""

Floats = NDArray[np.float32]
_NORM_EPSILON = 1e-5
_GAP = 1
"""Unmarked words that may stand between marked ones of one finding."""
_REACH = 0.5
"""Share of the threshold down to which the neighbours of a marked word are marked with it."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What the network says of the n words of a hypothesis and the m of its reference; probabilities, uncalibrated.

    ``wrong``: float32 (n,), an expert would mark the word. ``classes``: float32 (n, 5), rows sum to 1, as
    ``CLASSES``. ``missing``: float32 (m,), the hypothesis lacks what the word says.
    """

    wrong: Floats
    classes: Floats
    missing: Floats
    reading: Reading


@dataclass(frozen=True, slots=True)
class Limits:
    """From which probability on a word is reported, by what was judged, and how sure such a report is.

    ``classes`` has a threshold for each of ``CLASSES`` but the first.
    ``wrong_curve``, ``classes_curve`` and ``missing_curve`` give probabilities and the share of findings that were
    right there, measured on texts that training did not see; in between it is interpolated.
    """

    wrong: float
    classes: tuple[float, ...]
    missing: float
    wrong_curve: tuple[Sequence[float], Sequence[float]]
    classes_curve: tuple[Sequence[float], Sequence[float]]
    missing_curve: tuple[Sequence[float], Sequence[float]]

    def judge(self, tags: Tags) -> tuple[Floats, NDArray[np.int64]]:
        """Return how far each word of the hypothesis passes a threshold and by which of ``CLASSES``, (n,) each.

        A word is wrong from 1 on. Where it passes that of a class it is judged by the class; else by what an expert
        would mark, which counts as ``CLASSES[0]``.
        """
        shares = tags.classes[:, 1:] / np.array(self.classes)
        named = shares.max(axis=1) >= 1
        scores = np.where(named, shares.max(axis=1), tags.wrong / self.wrong)
        return scores.astype(np.float32), np.where(named, shares.argmax(axis=1) + 1, 0)

    def confidence(self, wrong: float, classes: float) -> float:
        """Return how sure a finding is whose words have these greatest probabilities."""
        return float(max(np.interp(wrong, *self.wrong_curve), np.interp(classes, *self.classes_curve)))

    def omission_confidence(self, missing: float) -> float:
        """Return how sure an omission is."""
        return float(np.interp(missing, *self.missing_curve))


def tag(pair: Pair) -> Tags:
    """Judge the words of ``pair``."""
    weights = _weights()
    reading = read(pair)
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
    out = _linear(_gelu(_linear(np.concatenate([x, summary], axis=1), weights, "hid")), weights, "out")
    classes = out[:n, : len(CLASSES)].copy()
    classes[:, 0] = 0
    classes = np.exp(classes - classes.max(axis=1, keepdims=True))
    return Tags(
        _sigmoid(out[:n, 0]), classes / classes.sum(axis=1, keepdims=True), _sigmoid(out[n:, len(CLASSES)]), reading
    )


def stretches(shares: Floats) -> list[tuple[int, int]]:
    """Return the stretches of words, half-open, that are marked together.

    ``shares``: (n,), how far each word passes its threshold. A stretch has a word that does (1 or more), and reaches
    over those that do so half.
    """
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(shares >= _REACH).tolist():
        if runs and place - runs[-1][1] <= _GAP:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return [(start, end) for start, end in runs if shares[start:end].max() >= 1]


def limits() -> Limits:
    """Return the thresholds and the calibration that belong to the network, as training found them."""
    return Limits(**_artefact()[1]["limits"])


def trained_on() -> str:
    """Return the sha256 of the weights of the encoder whose vectors the network reads; it can read no other's."""
    digest: str = _artefact()[1]["provenance"]["encoder"]["sha256"]
    return digest


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
    inner = _gelu(_linear(_normalise(x, weights, f"{name}.n2"), weights, f"{name}.f1"))
    return x + _linear(inner, weights, f"{name}.f2")


def _linear(x: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"], dtype=np.float32)


def _normalise(x: Floats, weights: Mapping[str, Floats], name: str) -> Floats:
    centred = x - x.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + _NORM_EPSILON)
    return np.asarray(centred / scale * weights[f"{name}.weight"] + weights[f"{name}.bias"], dtype=np.float32)


def _gelu(x: Floats) -> Floats:
    return np.asarray(0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x))), dtype=np.float32)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


def _weights() -> Mapping[str, Floats]:
    return _artefact()[0]


@cache
def _artefact() -> tuple[Mapping[str, Floats], Mapping[str, Any]]:
    with (files("audit.detectors") / "data" / "tagger.npz").open("rb") as stream:
        stored = np.load(stream, allow_pickle=False)
        about = json.loads(bytes(stored["about"]).decode())
        return {name: stored[name].astype(np.float32) for name in stored.files if name != "about"}, about
