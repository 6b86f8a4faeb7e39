"""How likely each word of a pair is wrong, and in what way: by a network over words and by a cross-encoder.

``network`` knows how two words relate, by form and by WordNet; the cross-encoder (``reader``) has read more. Their mean
is better than either. Both are trained on error spans that professional translators marked, and on errors put into
translations; thresholds are chosen for the mean (``training/train_spans.py``).
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

from audit.detectors import network, reader
from audit.detectors.features import Reading, read
from audit.detectors.pairing import Pair

__all__ = ["CLASSES", "TAGGER", "Limits", "Tags", "artefact", "limits", "stretches", "tag", "trained_on"]

TAGGER = "words-7"
"""Identifies the networks, their thresholds and the rules about wording in the signature."""

CLASSES = ("right", "negation", "opposite", "substitution", "addition")
"""What a word of the hypothesis can be, as put into translations for training."""

Floats = NDArray[np.float32]
_OPPOSITE, _SUBSTITUTION, _ADDITION = (CLASSES.index(name) for name in ("opposite", "substitution", "addition"))
_READER = 0.3
"""Weight of the cross-encoder in the mean."""
_GAP = 1
"""Unmarked words that may stand between marked ones of one finding."""
_REACH = 0.75
"""Share of the threshold down to which the neighbours of a marked word are marked with it."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What is said of the n words of a hypothesis and the m of its reference; probabilities, uncalibrated.

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

    ``classes`` has a threshold for each of ``CLASSES`` but the first, ``named`` is that of all these together.
    ``wrong_curve``, ``classes_curve`` and ``missing_curve`` give probabilities and the share of findings that were
    right there, measured on texts that training did not see; in between it is interpolated.
    """

    wrong: float
    classes: tuple[float, ...]
    named: float
    missing: float
    wrong_curve: tuple[Sequence[float], Sequence[float]]
    classes_curve: tuple[Sequence[float], Sequence[float]]
    missing_curve: tuple[Sequence[float], Sequence[float]]

    def judge(self, tags: Tags) -> tuple[Floats, NDArray[np.int64]]:
        """Return how far each word of the hypothesis passes a threshold and by which of ``CLASSES``, (n,) each.

        A word is wrong from 1 on. Where it passes that of a class, or that of all classes, it is judged by the class;
        else by what an expert would mark, which counts as ``CLASSES[0]``. A word that as likely stands in the place
        of another was not added.
        """
        shares = tags.classes[:, 1:] / np.array(self.classes)
        single, together = shares.max(axis=1), (1 - tags.classes[:, 0]) / self.named
        cause = np.where(single >= 1, shares.argmax(axis=1), tags.classes[:, 1:].argmax(axis=1)) + 1
        opposite, substitution, addition = tags.classes[:, _OPPOSITE:].T
        instead = np.where(opposite > substitution, _OPPOSITE, _SUBSTITUTION)
        doubtful = (cause == _ADDITION) & (opposite + substitution >= addition)
        cause = np.where(doubtful, instead, cause)
        named = np.maximum(single, together)
        scores = np.where(named >= 1, named, tags.wrong / self.wrong)
        return scores.astype(np.float32), np.where(named >= 1, cause, 0)

    def confidence(self, wrong: float, classes: float) -> float:
        """Return how sure a finding is whose words have these greatest probabilities."""
        return float(max(np.interp(wrong, *self.wrong_curve), np.interp(classes, *self.classes_curve)))

    def omission_confidence(self, missing: float) -> float:
        """Return how sure an omission is."""
        return float(np.interp(missing, *self.missing_curve))


def tag(pairs: Sequence[Pair]) -> list[Tags]:
    """Judge the words of ``pairs``; what is said of one does not depend on the others."""
    weights, found = artefact()[0], []
    for pair, by_reader in zip(pairs, reader.judge(pairs), strict=True):
        reading = read(pair)
        by_words = network.judge(pair, reading, weights)
        out = np.where(np.isnan(by_reader), by_words, (1 - _READER) * by_words + _READER * by_reader)
        n = len(pair.hypothesis)
        classes = out[:n, : len(CLASSES)].copy()
        classes[:, 0] = 0
        classes = np.exp(classes - classes.max(axis=1, keepdims=True))
        found.append(
            Tags(
                _sigmoid(out[:n, 0]),
                np.asarray(classes / classes.sum(axis=1, keepdims=True), dtype=np.float32),
                _sigmoid(out[n:, len(CLASSES)]),
                reading,
            )
        )
    return found


def stretches(shares: Floats) -> list[tuple[int, int]]:
    """Return the stretches of words, half-open, that are marked together.

    ``shares``: (n,), how far each word passes its threshold. A stretch has a word that does (1 or more), and reaches
    over those that nearly do.
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
    return Limits(**artefact()[1]["limits"])


def trained_on() -> str:
    """Return the sha256 of the weights of the encoder whose vectors the network reads; it can read no other's."""
    digest: str = artefact()[1]["provenance"]["encoder"]["sha256"]
    return digest


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


@cache
def artefact() -> tuple[Mapping[str, Floats], Mapping[str, Any]]:
    """Return the weights of the network over words, and what is known of it."""
    with (files("audit.detectors") / "data" / "tagger.npz").open("rb") as stream:
        stored = np.load(stream, allow_pickle=False)
        about = json.loads(bytes(stored["about"]).decode())
        return {name: stored[name].astype(np.float32) for name in stored.files if name != "about"}, about
