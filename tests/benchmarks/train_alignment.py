"""Fit the pair model of the aligner, and say how good it is on languages that it has not seen.

usage: python tests/benchmarks/train_alignment.py [../shared/bench] [--out audit/alignment/model.npz]

Cases are made from ``da_en_train.csv.xz`` and ``mqm_ted21_zhen.csv.gz`` (see ``alignment_cases``) and taken from
``alignment.jsonl.gz``. The figures printed come from models that were fitted on the other half of the languages; what
is written, the model that ships, is fitted on all. One thread, low priority; takes about a quarter of an hour.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from audit.alignment.context import BEYOND, TOGETHER, surroundings
from audit.alignment.judging import Evidence, Judged, evidence, with_settled
from audit.alignment.links import best_chain, likely
from audit.alignment.model import calibration_figures, relation_figures
from audit.alignment.pairs import ALONE, MATCHED
from audit.alignment.trees import LEAVES
from audit.alignment.vectors import Side, make_side
from audit.embeddings import Encoder
from audit.records import Mode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.alignment_baselines import BASELINES, f1
from benchmarks.alignment_cases import Case, make_cases, read_cases

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = {"comparable": 12, "loose": 14, "parallel": 8, "short": 40, "apart": 4}
"""Cases made from each test set."""
LOOSE_WEIGHT = 0.3
"""What a pair of a loose case counts: their links are doubtful in part."""
KINDS = ("comparable", "parallel", "made, comparable", "made, loose", "made, parallel", "made, short")
TREES = {"alone": 80, "together": 200}
FEATURES = 0.2
"""Share of the figures that a split may choose from …"""
BINS = 32
"""… and how many values of each it tells apart. Trees that must use all the evidence, and roughly, carry over better to
languages that they have not seen: many figures say nearly the same."""


@dataclass
class Prepared:
    """A case with its evidence. ``labels``: 1 link, 0 none, -1 doubtful."""

    case: Case
    measured: bool
    sides: tuple[Side, Side]
    known: Evidence
    labels: NDArray[np.int64]
    alone: NDArray[np.float64]
    table: NDArray[np.float32]
    odds: NDArray[np.float64]


@dataclass
class Fitted:
    """The parts of a model, as sklearn has them."""

    alone: Any
    together: dict[Mode, Any]
    calibration: NDArray[np.float64]
    relation: NDArray[np.float64]


def prepare(case: Case, encoder: Encoder, *, measured: bool) -> Prepared:
    sides = []
    for label, sentences in (("hypothesis", case.hypothesis), ("reference", case.reference)):
        embedded = encoder.encode(sentences, tokens=True)
        sides.append(make_side(label, sentences, embedded.vectors, embedded.tokens)[0])
    known = evidence(sides[0], sides[1], case.mode)
    pairs = list(zip(known.rows.tolist(), known.columns.tolist(), strict=True))
    labels = np.array([-1 if pair in case.doubtful else int(pair in case.gold) for pair in pairs], dtype=np.int64)
    nothing = np.zeros(len(pairs))
    slim = tuple(replace(side, tokens=()) for side in sides)
    return Prepared(case, measured, (slim[0], slim[1]), known, labels, nothing, known.table, nothing)


def without_tokens(case: Prepared) -> Prepared:
    known = replace(case.known, table=case.known.table[:, : len(ALONE)], matches=())
    return replace(case, known=known)


def grow(cases: list[Prepared], tables: Sequence[NDArray[Any]], directions: list[int], trees: int) -> Any:
    """Boost trees; where the direction of a figure is known, odds follow it, which carries over to other texts."""
    x, y = np.concatenate([table for table in tables if len(table)]), np.concatenate([case.labels for case in cases])
    weights = np.concatenate([np.full(len(case.labels), LOOSE_WEIGHT if case.case.loose else 1.0) for case in cases])
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.06,
        max_bins=BINS,
        max_features=FEATURES,
        max_leaf_nodes=LEAVES,
        max_depth=6,
        min_samples_leaf=40,
        l2_regularization=5.0,
        monotonic_cst=directions,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(x[y >= 0], y[y >= 0] > 0, sample_weight=weights[y >= 0])


def directions(*figures: Sequence[tuple[str, int]]) -> list[int]:
    return [direction for group in figures for _, direction in group]


def fit(cases: list[Prepared], tokens: bool) -> Fitted:
    """Fit all stages; each stage learns from what the one before says of languages that it has not seen."""
    own = directions(ALONE, MATCHED if tokens else ())
    others = directions(TOGETHER, BEYOND if tokens else ())
    for half in halves(cases):
        alone = grow_alone([c for c in cases if c.case.language not in half], own)
        judge_alone([c for c in cases if c.case.language in half], alone)
    for half in halves(cases):
        model = grow_together([c for c in cases if c.case.language not in half], "comparable", others + own)
        for case in cases:
            if case.case.language in half and case.case.mode == "comparable":
                case.odds = _odds(model, case.table)
    comparable = [case for case in cases if case.case.mode == "comparable"]
    calibration = _logistic(
        np.concatenate([calibration_figures(c.odds, c.known.rows, _shape(c)) for c in comparable]),
        np.concatenate([c.labels for c in comparable]),
        np.concatenate([c.odds > -7 for c in comparable]),
    )
    together = {mode: grow_together(cases, mode, others + own) for mode in ("comparable", "parallel")}
    return Fitted(grow_alone(cases, own), together, calibration, _relation(comparable))


def halves(cases: list[Prepared]) -> list[set[str]]:
    """Halve the languages such that either half has some of the measured ones, if there are two."""
    measured = {case.case.language for case in cases if case.measured}
    languages = sorted(
        {case.case.language for case in cases}, key=lambda language: (language not in measured, language)
    )
    return [set(languages[::2]), set(languages[1::2])]


def grow_alone(cases: list[Prepared], directions: list[int]) -> Any:
    return grow(cases, [case.known.table for case in cases], directions, TREES["alone"])


def grow_together(cases: list[Prepared], mode: Mode, directions: list[int]) -> Any:
    chosen = [case for case in cases if case.case.mode == mode or mode == "comparable"]
    return grow(chosen, [case.table for case in chosen], directions, TREES["together"])


def judge_alone(cases: list[Prepared], model: Any) -> None:
    for case in cases:
        known = case.known
        case.alone = _odds(model, known.table)
        if not len(case.alone):
            continue
        around = surroundings(*case.sides, case.alone, known.rows, known.columns, known.settled, known.matches)
        case.table = np.concatenate([around, known.table], axis=1)


def judged(case: Prepared, model: Fitted) -> Judged:
    """Judge a case as the aligner will; ``judge_alone`` has been at it."""
    mode = case.case.mode
    odds = _odds(model.together[mode], case.table)
    if mode == "comparable":
        odds = calibration_figures(odds, case.known.rows, _shape(case)) @ model.calibration[:-1] + model.calibration[-1]
    return with_settled(case.known, odds)


def measure(judgements: Sequence[tuple[Prepared, Judged]]) -> dict[str, float]:
    """Precision, recall and F1 over pairs, and the expected calibration error of those that hold."""
    right = wrong = missed = 0
    chances: list[NDArray[np.float64]] = []
    truths: list[NDArray[np.bool_]] = []
    for case, found in judgements:
        kept = best_chain(found) if case.case.mode == "parallel" else likely(found)
        pairs = list(zip(found.rows[kept].tolist(), found.columns[kept].tolist(), strict=True))
        kept = kept[[pair not in case.case.doubtful for pair in pairs]]
        pairs = [pair for pair in pairs if pair not in case.case.doubtful]
        truth = np.array([pair in case.case.gold for pair in pairs], dtype=bool)
        right, wrong = right + int(truth.sum()), wrong + int((~truth).sum())
        missed += len(case.case.gold) - int(truth.sum())
        chances.append(1 / (1 + np.exp(-found.odds[kept])))
        truths.append(truth)
    chance, truth = np.concatenate(chances), np.concatenate(truths)
    bins = np.minimum((chance * 10).astype(int), 9)
    error = sum(abs(float(chance[bins == b].sum() - truth[bins == b].sum())) for b in range(10)) / max(len(chance), 1)
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    f1 = 2 * right / max(2 * right + wrong + missed, 1)
    return {"precision": precision, "recall": recall, "f1": f1, "ece": error}


def export(model: Fitted, name: str) -> dict[str, NDArray[Any]]:
    """Return everything that the aligner needs of a model as plain arrays."""
    arrays = {f"{name}.calibration": model.calibration, f"{name}.relation": model.relation}
    for part, trees in (("alone", model.alone), *model.together.items()):
        arrays |= {f"{name}.{part}.{key}": value for key, value in _nodes(trees).items()}
    return arrays


def _nodes(model: Any) -> dict[str, NDArray[Any]]:
    """Lay the trees out as ``audit.alignment.trees.Trees`` wants them."""
    trees = [predictors[0].nodes for predictors in model._predictors]
    feature = np.zeros((len(trees), LEAVES - 1), dtype=np.int16)
    threshold = np.full((len(trees), LEAVES - 1), np.inf, dtype=np.float32)
    left = np.zeros((len(trees), LEAVES - 1), dtype=np.uint16)
    value = np.zeros((len(trees), LEAVES), dtype=np.float32)
    for place, nodes in enumerate(trees):
        leaves: list[float] = []
        comparisons: list[tuple[int, float, int]] = []
        _walk(nodes, 0, leaves, comparisons)
        value[place, : len(leaves)] = leaves
        for k, (which, limit, ruled_out) in enumerate(comparisons):
            rounded = np.float32(limit)
            # A figure equal to the threshold goes left: the rounded one must not lie below.
            threshold[place, k] = rounded if rounded >= limit else np.nextafter(rounded, np.float32(np.inf))
            feature[place, k], left[place, k] = which, ruled_out
    base = np.array(float(model._baseline_prediction.ravel()[0]))
    return {"feature": feature, "threshold": threshold, "left": left, "value": value, "base": base}


def _walk(nodes: NDArray[Any], place: int, leaves: list[float], comparisons: list[tuple[int, float, int]]) -> None:
    """Number the leaves from left to right; a comparison that fails rules out those on its left."""
    node = nodes[place]
    if node["is_leaf"]:
        leaves.append(float(node["value"]))
        return
    first = len(leaves)
    _walk(nodes, int(node["left"]), leaves, comparisons)
    ruled_out = sum(1 << leaf for leaf in range(first, len(leaves)))
    comparisons.append((int(node["feature_idx"]), float(node["num_threshold"]), ruled_out))
    _walk(nodes, int(node["right"]), leaves, comparisons)


def _odds(model: Any, table: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(model.decision_function(table)) if len(table) else np.zeros(0)


def _shape(case: Prepared) -> tuple[int, int]:
    return len(case.sides[0]), len(case.sides[1])


def _logistic(x: NDArray[Any], labels: NDArray[np.int64], wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    chosen = (labels >= 0) & wanted
    model = LogisticRegression(C=10, max_iter=1000).fit(x[chosen], labels[chosen] > 0)
    return np.append(model.coef_[0], model.intercept_)


def _relation(cases: list[Prepared]) -> NDArray[np.float64]:
    figures, labels = [], []
    for case in cases:
        left, right = case.sides
        found = (case.labels > 0) & (case.odds > -1)
        rows, columns = case.known.rows[found], case.known.columns[found]
        cosine = np.einsum("cd,cd->c", left.vectors[rows], right.vectors[columns]).astype(np.float64)
        lengths = (left.lengths[rows] / right.lengths[columns]).astype(np.float64)
        figures.append(relation_figures(cosine, lengths, case.odds[found]))
        pairs = zip(rows.tolist(), columns.tolist(), strict=True)
        labels.append(np.array([int(case.case.gold[pair] == "equivalent") for pair in pairs], dtype=np.int64))
    y = np.concatenate(labels)
    return _logistic(np.concatenate(figures), y, np.ones(len(y), dtype=bool))


def main() -> None:
    from audit.encoders import load_encoder
    from audit.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "bench", type=Path, nargs="?", default=ROOT.parent / "shared" / "bench", help="folder of the benchmark files"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "audit" / "alignment" / "model.npz", help="the model's file")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    encoder = load_encoder(Settings())
    os.nice(15)
    measured = [prepare(c, encoder, measured=True) for c in read_cases(options.bench / "alignment.jsonl.gz")]
    made = make_cases(options.bench, options.seed, MADE)
    cases = measured + [prepare(c, encoder, measured=False) for c in made]
    report(cases, options.out)
    compare_with_baselines(cases)


def compare_with_baselines(cases: list[Prepared]) -> None:
    """Print what simpler aligners find in the same cases with the same embeddings."""
    print("\n| aligner | comparable F1 | parallel F1 |\n|---|---|---|")
    for name, aligner in BASELINES.items():
        values = []
        for mode in ("comparable", "parallel"):
            known = [
                (c.case.language, (c.sides[0].vectors @ c.sides[1].vectors.T).astype(np.float64), set(c.case.gold))
                for c in cases
                if c.measured and c.case.mode == mode
            ]
            values.append(f"{f1(known, halves(cases), aligner):.4f}")
        print(f"| {name} | {' | '.join(values)} |")


def report(cases: list[Prepared], out: Path) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    print("| token vectors | cases | language | precision | recall | F1 | ECE |\n|---|---|---|---|---|---|---|")
    for tokens, name in ((True, "tokens"), (False, "sentences")):
        known = cases if tokens else [without_tokens(case) for case in cases]
        found: dict[str, dict[str, list[tuple[Prepared, Judged]]]] = {kind: {} for kind in KINDS}
        for half in halves(known):
            model = fit([c for c in known if c.case.language not in half], tokens)
            held = [c for c in known if c.case.language in half]
            judge_alone(held, model.alone)
            for case in held:
                found[_kind(case)].setdefault(case.case.language, []).append((case, judged(case, model)))
        for kind, by_language in found.items():
            everything = list(chain.from_iterable(by_language.values()))
            for language, judgements in (*sorted(by_language.items()), ("all", everything)):
                _print(tokens, kind, language, measure(judgements))
        arrays |= export(fit(known, tokens), name)
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]


def _kind(case: Prepared) -> str:
    if case.case.id.endswith(".short"):
        return "made, short"
    made = "" if case.measured else "made, "
    return f"{made}{'loose' if case.case.loose else case.case.mode}"


def _print(tokens: bool, mode: str, language: str, figures: dict[str, float]) -> None:
    values = " | ".join(f"{figures[name]:.4f}" for name in ("precision", "recall", "f1", "ece"))
    print(f"| {'yes' if tokens else 'no'} | {mode} | {language} | {values} |", flush=True)


if __name__ == "__main__":
    main()
