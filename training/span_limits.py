"""From which probabilities on words are reported, and how sure such a report is: chosen on texts kept out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from audit.detectors.tagger import CLASSES, stretches

if TYPE_CHECKING:
    from train_spans import Item

__all__ = ["Judged", "choose_limits"]

Judged = Sequence[tuple["Item", tuple[NDArray[np.float32], ...]]]
"""Items with what the network says: wrong (n,), classes (n, 5), missing (m,)."""

ALARMS = {"negation": 0.01, "opposite": 0.08, "substitution": 0.02, "addition": 0.02}
"""Share of DEMETR's good translations on which each class may raise an alarm …"""
NAMED_ALARMS, WRONG_ALARMS, MISSING_ALARMS = 0.1, 0.03, 0.03
"""… and all classes together, what an expert would mark, and omissions."""
MARKED = tuple(np.round(np.linspace(0.02, 0.3, 57), 4).tolist())
"""Shares of words marked that are tried as operating points."""
CURVE_POINTS = 9


def choose_limits(news: Judged, contrasts: Judged) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the limits and the figures that they reach.

    Args:
        news: translations with experts' marks.
        contrasts: DEMETR, its good translations among them.
    """
    faultless = [c for c in contrasts if c[0].kind == "good"]
    limits = {
        "wrong": _quantile((p[0] for _, p in faultless), WRONG_ALARMS),
        "classes": [_quantile((p[1][:, k] for _, p in faultless), ALARMS[c]) for k, c in enumerate(CLASSES) if k],
        "named": _quantile((1 - p[1][:, 0] for _, p in faultless), NAMED_ALARMS),
        "missing": _quantile((p[2] for _, p in faultless), MISSING_ALARMS),
        "wrong_curve": _curve(*_runs_judged(news, lambda p: p[0])),
        "classes_curve": _curve(*_runs_judged(contrasts, lambda p: 1 - p[1][:, 0])),
        "missing_curve": _curve(*_omissions_judged(contrasts)),
    }
    figures = {
        "news21": {
            "operating_points": [_point(news, faultless, t) for t in _thresholds(news)[4::6]],
            "chosen": _point(news, faultless, limits["wrong"]),
        },
        "demetr": _found(contrasts, limits),
    }
    return limits, figures


def _thresholds(news: Judged) -> list[float]:
    every = np.concatenate([p[0] for _, p in news])
    return [float(np.quantile(every, 1 - share)) for share in MARKED]


def _quantile(scores: Iterable[NDArray[np.float32]], share: float) -> float:
    return float(np.quantile([s.max() for s in scores], 1 - share))


def _characters(news: Judged, threshold: float) -> tuple[float, float, float]:
    """Return precision, recall and F1 over characters."""
    both = ours = theirs = 0
    for item, (wrong, _, _) in news:
        want, got = np.zeros(len(item.hypothesis), bool), np.zeros(len(item.hypothesis), bool)
        for start, end in item.marked:
            want[start:end] = True
        for start, end in stretches(wrong / threshold):
            got[item.spans[start, 0] : item.spans[end - 1, 1]] = True
        both, ours, theirs = both + int((want & got).sum()), ours + int(got.sum()), theirs + int(want.sum())
    precision, recall = both / max(ours, 1), both / max(theirs, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _point(news: Judged, faultless: Judged, threshold: float) -> dict[str, float]:
    precision, recall, f1 = _characters(news, threshold)
    alarms = np.mean([len(stretches(p[0] / threshold)) for _, p in faultless])
    named = {"threshold": threshold, "precision": precision, "recall": recall, "f1": f1, "alarms": float(alarms)}
    return {name: round(value, 4) for name, value in named.items()}


def _found(contrasts: Judged, limits: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return by kind the share of injected errors whose words (or, removed, any word) are reported."""
    found: dict[str, list[bool]] = {}
    for item, (wrong, classes, missing) in contrasts:
        reported = (wrong >= limits["wrong"]) | (classes[:, 1:] >= limits["classes"]).any(axis=1)
        reported |= 1 - classes[:, 0] >= limits["named"]
        if item.kind == "good":
            hit = bool(reported.any() or (missing >= limits["missing"]).any())
        elif item.kind.endswith("removed"):
            hit = bool((missing >= limits["missing"]).any())
        else:
            hit = bool(reported[list(item.wrong)].any())
        found.setdefault(item.kind, []).append(hit)
    return {kind: {"n": len(hits), "reported": round(float(np.mean(hits)), 4)} for kind, hits in sorted(found.items())}


def _runs_judged(
    judged: Judged, score: Callable[[tuple[NDArray[np.float32], ...]], NDArray[np.float32]]
) -> tuple[list[float], list[float], list[float]]:
    """Return for each run of the words that stand out its score, whether it meets an error, and its weight.

    DEMETR's good translations weigh as much as all its bad ones together.
    """
    bad = max(sum(i.kind not in ("good", "expert") for i, _ in judged), 1)
    good = max(sum(i.kind == "good" for i, _ in judged), 1)
    found = []
    for item, prediction in judged:
        if item.kind.endswith("removed"):
            continue
        scores = score(prediction)
        for start, end in stretches(scores / min(0.1, float(scores.max()))):
            if item.kind == "expert":
                first, last = item.spans[start, 0], item.spans[end - 1, 1]
                hit = any(a < last and first < b for a, b in item.marked)
            else:
                hit = bool(set(range(start, end)) & set(item.wrong))
            found.append((float(scores[start:end].max()), float(hit), bad / good if item.kind == "good" else 1.0))
    return tuple(map(list, zip(*found, strict=True)))  # type: ignore[return-value]


def _omissions_judged(contrasts: Judged) -> tuple[list[float], list[float], list[float]]:
    removed = [(float(p[2].max()), 1.0, 1.0) for i, p in contrasts if i.kind.endswith("removed")]
    good = [(float(p[2].max()), 0.0, 1.0) for i, p in contrasts if i.kind == "good"]
    found = [*removed, *((s, h, len(removed) / max(len(good), 1)) for s, h, _ in good)]
    return tuple(map(list, zip(*found, strict=True)))  # type: ignore[return-value]


def _curve(scores: Sequence[float], hits: Sequence[float], weights: Sequence[float]) -> list[list[float]]:
    """Return an isotonic curve from scores to the share of hits, as a few points."""
    model = IsotonicRegression(out_of_bounds="clip").fit(scores, hits, weights)
    points = np.unique(np.quantile(scores, np.linspace(0, 1, CURVE_POINTS)).round(4))
    return [points.tolist(), np.round(model.predict(points), 4).tolist()]
