"""Fit ``audit/corpus/data/retrieval.json``: how probably a reference of a pool tells of the same events as a text.

News texts' machine translations (``corpus.jsonl.gz``), as they are and garbled by the mangler, are looked up among all
references. A third kind of text, half of a translation and half of its neighbour's, stands for comparable accounts,
which share only a part of what they tell. Every candidate is an example; those next to the right one, which may be of
the same story, are left out. The threshold is the lowest at which ``NONE`` of the texts whose story is not in the pool
get no reference: comparable accounts lie below parallel ones, and what is set too high loses them. Only the test sets
(year and language) that ``tests/benchmarks/entities_mangled.py`` calls ``tune`` have a part in it;
``tests/benchmarks/retrieval.py`` measures on the others.

usage: python training/train_retrieval.py [--shared ../shared] [--vectors FILE.npz]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from math import exp
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from benchmarks.entities_mangled import split_of  # noqa: E402
from benchmarks.retrieval import Case, Stored, look_up, shares  # noqa: E402

from audit.corpus.pool import FEATURES, Found  # noqa: E402

OUT = ROOT / "audit" / "corpus" / "data" / "retrieval.json"
NONE = 0.93
RIDGE = 1e-2


def fit(looked_up: Sequence[tuple[Case, list[Found]]]) -> dict[str, float]:
    """Return the weights of a logistic regression in which each text counts alike, right and wrong candidates too."""
    features, right, weights = [], [], []
    for case, found in looked_up:
        own = [f.features for f in found if f.name in case.right]
        others = [f.features for f in found if f.name not in case.story]
        for group, label in ((own, 1.0), (others[:8], 0.0)):
            features += group
            right += [label] * len(group)
            weights += [1 / max(len(group), 1)] * len(group)
    x = np.column_stack([np.ones(len(features)), np.array(features)])
    y, w = np.array(right), np.array(weights) / len(looked_up)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ beta
        value = w @ (np.logaddexp(0, z) - y * z) + RIDGE / len(looked_up) * float(beta[1:] @ beta[1:])
        gradient = x.T @ (w * (1 / (1 + np.exp(-z)) - y))
        gradient[1:] += 2 * RIDGE / len(looked_up) * beta[1:]
        return value, gradient

    best = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return {name: round(float(b), 3) for name, b in zip(("bias", *FEATURES), best, strict=True)}


def rated(looked_up: Sequence[tuple[Case, list[Found]]], weights: dict[str, float]) -> list[tuple[Case, list[Found]]]:
    """Return what was looked up with the confidences that ``weights`` give."""
    beta = np.array([weights[name] for name in FEATURES])
    out = []
    for case, found in looked_up:
        logits = [weights["bias"] + float(beta @ np.array(f.features)) for f in found]
        again = [Found(f.name, f.source, 1 / (1 + exp(-z)), f.features) for f, z in zip(found, logits, strict=True)]
        out.append((case, sorted(again, key=lambda f: -f.confidence)))
    return out


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--vectors", type=Path)
    told = parser.parse_args()
    everything = look_up(told.shared, Stored(told.vectors))
    tune = [pair for pair in everything if split_of(pair[0].test_set) == "tune"]
    weights = fit(tune)
    judged = rated(tune, weights)
    best_others = [next((f.confidence for f in found if f.name not in case.story), 0.0) for case, found in judged]
    threshold = float(np.ceil(np.quantile(best_others, NONE) * 1000) / 1000)
    OUT.write_text(json.dumps({"weights": weights, "threshold": threshold}, indent=2) + "\n", "utf-8")
    print(weights, threshold)
    for split in ("tune", "test"):
        print(split, shares([p for p in rated(everything, weights) if split_of(p[0].test_set) == split], threshold))


if __name__ == "__main__":
    main()
