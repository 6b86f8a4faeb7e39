"""Fit the pair model of the aligner, and say how good it is on languages that it has not seen.

usage: python tests/benchmarks/train_alignment.py ../shared/bench [--out audit/alignment/model.npz]

Cases are made from ``da_en_train.csv.xz`` (see ``alignment_cases``) and taken from ``alignment.jsonl.gz``. The figures
printed first come from models that have seen no text of the language they are measured on; what is written is fitted on
all. Takes about ten minutes, most of them for embedding.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from audit.alignment.context import BEYOND, TOGETHER, surroundings
from audit.alignment.judging import Evidence, Judged, evidence, with_settled
from audit.alignment.links import best_chain, likely
from audit.alignment.model import calibration_figures, relation_figures
from audit.alignment.pairs import ALONE, MATCHED
from audit.alignment.vectors import Side, make_side
from audit.embeddings import Encoder
from audit.records import Mode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.alignment_cases import Case, make_cases, read_cases

MADE = {"comparable": 20, "loose": 12, "parallel": 12}
"""Cases made from each test set."""
FOLDS = 4


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
        sides.append(make_side(label, sentences, embedded.vectors, embedded.tokens, None)[0])
    known = evidence(sides[0], sides[1], case.mode)
    pairs = list(zip(known.rows.tolist(), known.columns.tolist(), strict=True))
    labels = np.array([-1 if pair in case.doubtful else int(pair in case.gold) for pair in pairs], dtype=np.int64)
    nothing = np.zeros(len(pairs))
    slim = tuple(replace(side, tokens=()) for side in sides)
    return Prepared(case, measured, (slim[0], slim[1]), known, labels, nothing, known.table, nothing)


def without_tokens(case: Prepared) -> Prepared:
    known = replace(case.known, table=case.known.table[:, : len(ALONE)], matches=())
    return replace(case, known=known)


def grow(tables: Sequence[NDArray[Any]], labels: Sequence[NDArray[np.int64]], directions: list[int], trees: int) -> Any:
    """Boost trees; where the direction of a figure is known, odds follow it, which carries over to other texts."""
    x, y = np.concatenate(tables), np.concatenate(labels)
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.05,
        max_leaf_nodes=12,
        max_depth=6,
        min_samples_leaf=40,
        l2_regularization=5.0,
        monotonic_cst=directions,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(x[y >= 0], y[y >= 0] > 0)


def directions(*figures: Sequence[tuple[str, int]]) -> list[int]:
    return [direction for group in figures for _, direction in group]


def fit(cases: list[Prepared], tokens: bool) -> Fitted:
    """Fit all stages; each stage learns from what the one before says of languages that it has not seen."""
    own = directions(ALONE, MATCHED if tokens else ())
    others = directions(TOGETHER, BEYOND if tokens else ())
    natural = [case for case in cases if not case.case.loose]
    folds = _folds(natural)
    for fold in folds:
        alone = grow_alone([c for c in natural if c.case.language not in fold], own)
        judge_alone([c for c in cases if c.case.language in fold], alone)
    together = {mode: grow_together(natural, mode, others + own) for mode in ("comparable", "parallel")}
    for fold in folds:
        seen = [c for c in natural if c.case.language not in fold]
        model = grow_together(seen, "comparable", others + own)
        for case in cases:
            if case.case.language in fold and case.case.mode == "comparable":
                case.odds = _odds(model, case.table)
    comparable = [case for case in cases if case.case.mode == "comparable"]
    calibration = _logistic(
        np.concatenate([calibration_figures(c.odds, c.known.rows, _shape(c)) for c in comparable]),
        np.concatenate([c.labels for c in comparable]),
        np.concatenate([c.odds > -7 for c in comparable]),
    )
    model = grow_alone(natural, own)
    return Fitted(model, together, calibration, _relation([c for c in natural if c.case.mode == "comparable"]))


def grow_alone(cases: list[Prepared], directions: list[int]) -> Any:
    return grow([c.known.table for c in cases], [c.labels for c in cases], directions, 120)


def grow_together(cases: list[Prepared], mode: Mode, directions: list[int]) -> Any:
    chosen = [case for case in cases if case.case.mode == mode or mode == "comparable"]
    return grow([c.table for c in chosen], [c.labels for c in chosen], directions, 150)


def judge_alone(cases: list[Prepared], model: Any) -> None:
    for case in cases:
        known = case.known
        case.alone = _odds(model, known.table)
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
    nodes = [predictors[0].nodes for predictors in model._predictors]
    starts = np.cumsum([0, *(len(tree) for tree in nodes[:-1])])
    leaf = np.concatenate([tree["is_leaf"] for tree in nodes]).astype(bool)
    own = np.arange(len(leaf))
    threshold = np.concatenate([tree["num_threshold"] for tree in nodes])
    rounded = threshold.astype(np.float32)
    # A figure equal to the threshold goes left: the rounded one must not lie below.
    rounded = np.where(rounded < threshold, np.nextafter(rounded, np.float32(np.inf)), rounded)
    placed = list(zip(nodes, starts, strict=True))
    turns = {
        side: np.where(leaf, own, np.concatenate([tree[side] + start for tree, start in placed]))
        for side in ("left", "right")
    }
    return {
        "feature": np.where(leaf, 0, np.concatenate([tree["feature_idx"] for tree in nodes])).astype(np.int16),
        "threshold": rounded.astype(np.float32),
        "left": turns["left"].astype(np.int32),
        "right": turns["right"].astype(np.int32),
        "value": np.where(leaf, np.concatenate([tree["value"] for tree in nodes]), 0).astype(np.float32),
        "roots": starts.astype(np.int32),
        "depth": np.array(max(int(tree["depth"].max()) for tree in nodes)),
        "base": np.array(float(model._baseline_prediction.ravel()[0])),
    }


def _odds(model: Any, table: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(model.decision_function(table)) if len(table) else np.zeros(0)


def _shape(case: Prepared) -> tuple[int, int]:
    return len(case.sides[0]), len(case.sides[1])


def _folds(cases: list[Prepared]) -> list[list[str]]:
    languages = sorted({case.case.language for case in cases})
    return [languages[k::FOLDS] for k in range(FOLDS)]


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
    parser.add_argument("bench", type=Path, help="folder of the benchmark files")
    parser.add_argument("--out", type=Path, help="where to write the model; without it figures are only printed")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    encoder = load_encoder(Settings())
    measured = [prepare(c, encoder, measured=True) for c in read_cases(options.bench / "alignment.jsonl.gz")]
    made = make_cases(options.bench / "da_en_train.csv.xz", options.seed, MADE)
    cases = measured + [prepare(c, encoder, measured=False) for c in made]
    report(cases, options.out)


def report(cases: list[Prepared], out: Path | None) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    print("| token vectors | mode | language | precision | recall | F1 | ECE |\n|---|---|---|---|---|---|---|")
    for tokens, name in ((True, "tokens"), (False, "sentences")):
        known = cases if tokens else [without_tokens(case) for case in cases]
        found: dict[str, dict[str, list[tuple[Prepared, Judged]]]] = {"comparable": {}, "parallel": {}}
        for language in sorted({c.case.language for c in known if c.measured}):
            model = fit([c for c in known if c.case.language != language], tokens)
            held = [c for c in known if c.case.language == language and c.measured]
            judge_alone(held, model.alone)
            for case in held:
                found[case.case.mode].setdefault(language, []).append((case, judged(case, model)))
        for mode, by_language in found.items():
            everything = list(chain.from_iterable(by_language.values()))
            for language, judgements in (*by_language.items(), ("all", everything)):
                _print(tokens, mode, language, measure(judgements))
        if out is not None:
            arrays |= export(fit(known, tokens), name)
    if out is not None:
        np.savez_compressed(out, **arrays)


def _print(tokens: bool, mode: str, language: str, figures: dict[str, float]) -> None:
    values = " | ".join(f"{figures[name]:.4f}" for name in ("precision", "recall", "f1", "ece"))
    print(f"| {'yes' if tokens else 'no'} | {mode} | {language} | {values} |", flush=True)


if __name__ == "__main__":
    main()
