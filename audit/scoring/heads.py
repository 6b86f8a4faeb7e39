"""The learned figures: linear heads over the features of a pair, fitted by ``training/train_quality.py``.

The artefact beside the code is JSON: weights, calibration, and where they come from (data, terms, figures, date).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.errors import ModelError
from audit.scoring.features import PAIR_FEATURES

__all__ = ["CLIP", "DIGEST", "GATE_CLIP", "NON_TRANSLATION", "Head", "load", "make_head"]

CLIP, GATE_CLIP = 4.0, 12.0
"""Columns are cut at so many standard deviations: one odd value must not decide. What is no translation lies far from
all that are, so that the gates see more."""

NON_TRANSLATION = 25.0
"""MQM's penalty for what is no translation, the worst there is."""

DIGEST = "b5a3aea52d5a908f9718df8aaca3f4cc0ac36e9575953b8a3d8eae4725b57eae"
"""sha256 of the artefact; a test compares it."""

Floats = NDArray[np.float64]
_STRAIGHT = (20.0, 95.0)
"""Between these the scale of quality is straight, so that it correlates with the penalty as its parts do."""
_IDENTICAL = PAIR_FEATURES.index("identical")


@dataclass(frozen=True, slots=True)
class Head:
    """Weights and calibration for one kind of reference.

    ``penalty_curve``: (2, k), predicted and expected penalty, both ascending. A pair passes each gate as far as what
    ``gate_weights`` (g, k) and ``gate_offsets`` (g,) make of its columns lies between its ``gate_limits`` (g, 2).
    """

    mean: Floats
    scale: Floats
    quality_weights: Floats
    quality_offset: float
    penalty_weights: Floats
    penalty_offset: float
    penalty_curve: Floats
    gate_weights: Floats
    gate_offsets: Floats
    gate_limits: Floats

    def figures(self, features: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """Return quality (0 to 100, higher is better) and mqm (0 to 25, lower is better), (n,) each."""
        rows = np.clip((features - self.mean) / self.scale, -CLIP, CLIP)
        quality = _soften(rows @ self.quality_weights + self.quality_offset)
        predicted = rows @ self.penalty_weights + self.penalty_offset
        known, expected = self.penalty_curve
        mqm = np.interp(predicted, known, expected) + np.maximum(predicted - known[-1], 0.0)
        share = self._share(features)
        quality, mqm = quality * share, NON_TRANSLATION - (NON_TRANSLATION - np.minimum(mqm, NON_TRANSLATION)) * share
        identical = features[:, _IDENTICAL] > 0
        return np.where(identical, 100.0, quality), np.where(identical, 0.0, mqm)

    def _share(self, features: NDArray[np.float32]) -> Floats:
        """How far each pair can be a translation of the same text at all, 0 to 1."""
        rows = np.clip((features - self.mean) / self.scale, -GATE_CLIP, GATE_CLIP)
        said = rows @ self.gate_weights.T + self.gate_offsets
        passed = [np.interp(said[:, k], limits, (0.0, 1.0)) for k, limits in enumerate(self.gate_limits)]
        return np.asarray(np.min(passed, axis=0))


def _soften(values: Floats) -> Floats:
    """Bend both ends of a straight scale so that it keeps its order and stays between 0 and 100."""
    room = 100 - _STRAIGHT[1]
    top = 100 - room * np.exp(-np.maximum(values - _STRAIGHT[1], 0) / room)
    bottom = _STRAIGHT[0] * np.exp(np.minimum(values - _STRAIGHT[0], 0) / _STRAIGHT[0])
    return np.where(values > _STRAIGHT[1], top, np.where(values < _STRAIGHT[0], bottom, values))


@cache
def load() -> dict[str, Head]:
    """Read the heads ``translation`` and ``account``.

    Raises:
        ModelError: the artefact is damaged or belongs to other features.
    """
    content = (files("audit.scoring") / "data" / "heads.json").read_bytes()
    if hashlib.sha256(content).hexdigest() != DIGEST:
        raise ModelError("audit/scoring/data/heads.json is not the file that this version came with; install it again")
    artefact: dict[str, Any] = json.loads(content)
    if tuple(artefact["features"]) != PAIR_FEATURES:
        raise ModelError("audit/scoring/data/heads.json was trained on other features; run training/train_quality.py")
    return {name: make_head(values) for name, values in artefact["heads"].items()}


def make_head(values: dict[str, Any]) -> Head:
    """Make a head of plain lists and numbers."""
    arrays: dict[str, Any] = {
        name: np.array(value) if isinstance(value, list) else float(value) for name, value in values.items()
    }
    return Head(**arrays)
