"""What speaks for a form meaning an entity: signals with weights in log-odds, and the probability they add up to.

The weights were set by fitting a logistic model to garbled texts of other topics (``training/train_linking.py``);
they stand in ``data/linking.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from audit.records import Signal

__all__ = ["Weights", "confidence", "weigh"]


@dataclass(frozen=True, slots=True)
class Weights:
    """``bias`` and ``features`` of the model in log-odds; ``version`` goes into the signature."""

    version: str
    bias: float
    features: Mapping[str, float]


@cache
def weights() -> Weights:
    """Return the weights that come with the package."""
    raw = json.loads(files("audit.entities").joinpath("data", "linking.json").read_text("utf-8"))
    return Weights(raw["version"], raw["bias"], raw["features"])


def weigh(features: Mapping[str, float], texts: Mapping[str, str]) -> tuple[Signal, ...]:
    """Return a signal a feature that is not zero, the weightiest first; ``texts`` holds the clauses for people."""
    model = weights()
    signals = [
        Signal(name, round(model.features[name] * value, 4), texts.get(name, ""))
        for name, value in features.items()
        if value
    ]
    return tuple(sorted(signals, key=lambda s: (-s.weight, s.name)))


def confidence(signals: Sequence[Signal]) -> float:
    """Return the probability (0 to 1) that the signals add up to."""
    total = weights().bias + sum(s.weight for s in signals)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
