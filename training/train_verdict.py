"""Fit ``audit/corpus/data/verdict.json``: how probably a text is garbled machine translation, from its signs alone.

Garbled are human and machine translations of news (``corpus.jsonl.gz``) after the mangler, at two rates, as single
passages and as four joined; clean are the human translations as they are. Machine translations as they are have no
part in the fit: most are fluent, some are not, and nobody has said which. Signs can only speak for garbling. Clean and
garbled texts weigh alike in all, so that the probability is one for a corpus half of which is garbled.

Above ``says_garbled_above`` at most ``CLEAN`` of the clean texts lie; below ``says_clean_below`` at most
``GARBLED`` of what is there is garbled. Only the test sets (year and language) that ``entities_mangled.py`` calls
``tune`` have a part in it; ``tests/benchmarks/verdicts.py`` measures on the others.

usage: python training/train_verdict.py [--shared ../shared]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from benchmarks.verdicts import examples  # noqa: E402

from audit.corpus.verdict import FEATURES, SIGNS, strengths  # noqa: E402

OUT = ROOT / "audit" / "corpus" / "data" / "verdict.json"
CLEAN, GARBLED = 0.005, 0.1
RIDGE = 0.02


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    told = parser.parse_args()
    chosen = [e for e in examples(told.shared, "tune") if e.kind != "machine"]
    x = np.array([list(strengths(*e.signs).values()) for e in chosen])
    y = np.array([e.kind == "garbled" for e in chosen], dtype=float)
    w = np.where(y, 0.5 / y.sum(), 0.5 / (1 - y).sum())

    def loss(beta: np.ndarray) -> float:
        z = beta[0] + x @ beta[1:]
        return float(w @ (np.logaddexp(0, z) - y * z) + RIDGE * 0.01 * beta[1:] @ beta[1:])

    bounds = [(None, None), *((0, None) for _ in SIGNS), (None, 0), (None, 0)]
    beta = minimize(loss, np.zeros(1 + len(FEATURES)), bounds=bounds, method="L-BFGS-B").x
    p = 1 / (1 + np.exp(-(beta[0] + x @ beta[1:])))
    high = float(np.quantile(p[y == 0], 1 - CLEAN))
    order = np.argsort(p)
    below = np.cumsum((w * y)[order]) / np.cumsum(w[order])
    fine = np.flatnonzero(below <= GARBLED)
    low = float(p[order][fine[-1]]) if len(fine) else 0.0
    fitted = {
        "bias": round(float(beta[0]), 3),
        "weights": {n: round(float(b), 3) for n, b in zip(FEATURES, beta[1:], strict=True)},
        "says_clean_below": round(low, 3),
        "says_garbled_above": round(high, 3),
    }
    OUT.write_text(json.dumps(fitted, indent=2) + "\n", "utf-8")
    print(json.dumps(fitted, indent=2))


if __name__ == "__main__":
    main()
