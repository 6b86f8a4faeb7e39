"""Fit the weights of ``audit/scoring/data/heads.json``, the learned figures of ``score_pairs``.

Two ridge regressions over ``audit.scoring.features``:

- *order* looks only at differences between translations of one source (all columns centred within it). A single crowd
  judgement is nearly noise (it correlates at .12 with the mean of its system), so its target is mostly the mean of the
  translation's system in that test set, with a share of the judgement itself; expert penalties and pairs with one
  injected error join it.
- *penalty* predicts the experts' MQM penalty as it is, difficulty and length included.

``mqm`` is the penalty, calibrated by a monotone curve over cross-fitted predictions; ``quality`` a blend of both on a
scale from 0 to 100. For references that are other accounts the same is fitted against references that were cut or
joined with their neighbour: judged pairs of a translation and a comparable account do not exist.

Gates keep out what is no translation at all, trained on references of other sources and on texts in other languages
(``non_translations.py``).

The encoder stays as it is. Half an hour on two cores, most of it embedding.

usage: python training/train_quality.py SHARED_FOLDER [--account-sources N] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from non_translations import in_other_languages, of_other_sources
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from audit.cache.files import write_atomically
from audit.embeddings import Embeddings, Encoder
from audit.scoring import surface
from audit.scoring.features import PAIR_FEATURES, describe
from audit.scoring.heads import CLIP, GATE_CLIP, make_head

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from benchmarks.agreement import agreement  # noqa: E402

SEED = 20_261_121
DATE = "2026-11-30"
ARTEFACT = ROOT / "audit" / "scoring" / "data" / "heads.json"
FILES = ("mqm_news21_zhen.csv.gz", "mqm_ted21_zhen.csv.gz", "demetr_dev.csv.gz", "da_en_train.csv.xz")
TERMS = {
    "mqm_news21_zhen.csv.gz": "google/wmt-mqm-human-evaluation, Apache-2.0; texts of WMT21",
    "mqm_ted21_zhen.csv.gz": "google/wmt-mqm-human-evaluation, Apache-2.0; texts of WMT21, from TED talks",
    "demetr_dev.csv.gz": "marzenakrp/demetr, MIT",
    "da_en_train.csv.xz": "human evaluations of WMT21 and WMT22, released for research; no text is in the artefact",
}
CHUNK = 2048
JUDGEMENT_SHARE = 0.3
"""Weight of the single judgement beside the mean of its system, both in units of their spread within a source."""
NO_TRANSLATION = -1.0
"""Systems whose mean judgement is lower put out something else than translations: one would outweigh all others."""
PENALTY_CAP = 15.0
WEIGHT_EXPERTS, WEIGHT_INJECTED = 3.0, 3.0
RIDGE = 3000.0
BLEND = 0.7
"""Weight of the order beside the penalty in ``quality``, in units of their spread."""
QUALITY_CENTRE, QUALITY_SLOPE = 80.0, 12.0
"""Where the mean of the experts' translations lies on the scale of quality, and points per unit of spread: so that a
pair of identical sentences, always 100, lies no further from the mean than good translations do."""
KNOTS = 12
OTHER_SOURCES, OTHER_LANGUAGES = 12_000, 3_000
"""Pairs that are no translations: with the reference of another source, in another language."""
OTHERS_JUDGED, LOW = 2_000, 10.0
"""Of either kind, how many that were not learned from are judged, and the quality that they should stay under."""
LIKENESS_LIMITS, SOURCE_LIMITS, LANGUAGE_LIMITS = (0.75, 0.9), (0.95, 0.99), (0.99, 0.999)
"""Which quantiles of such pairs have no quality at all, and from which on nothing is taken from it."""
GATE_PENALTY = 0.01
"""Inverse strength of the gates' regularisation."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Examples:
    """Rows of features with their target, the source that each translates, and their weight."""

    rows: Floats
    target: Floats
    source: NDArray[np.int64]
    weight: Floats

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Examples:
        return Examples(self.rows[chosen], self.target[chosen], self.source[chosen], self.weight[chosen])


@dataclass(frozen=True)
class Linear:
    """Standardised, clipped columns times weights."""

    mean: Floats
    scale: Floats
    weights: Floats
    offset: float

    def __call__(self, rows: Floats) -> Floats:
        """Predict the target of (n, k) rows."""
        return standard(rows, self.mean, self.scale) @ self.weights + self.offset


def standard(rows: Floats, mean: Floats, scale: Floats) -> Floats:
    """Standardise the columns of (n, k) and cut them at CLIP."""
    return np.clip((rows - mean) / scale, -CLIP, CLIP)


def ridge(examples: Sequence[Examples], mean: Floats, scale: Floats, *, within: bool) -> Linear:
    """Fit one ridge regression to all examples; ``within``: to differences between the translations of a source."""
    offset = 0.0
    pooled = join(examples)
    rows, target = standard(pooled.rows, mean, scale), pooled.target
    if within:
        rows, target = centred(rows, pooled.source), centred(target[:, None], pooled.source)[:, 0]
        centre = np.zeros(len(mean))
    else:
        centre, offset = rows.mean(0), float(target.mean())
        rows, target = rows - centre, target - offset
    weighted = rows * pooled.weight[:, None]
    gram, moment = weighted.T @ rows, weighted.T @ target
    weights = np.linalg.solve(gram + RIDGE * np.eye(len(gram)), moment)
    return Linear(mean, scale, weights, offset - float(centre @ weights))


def join(examples: Sequence[Examples]) -> Examples:
    """Put examples together, their sources kept apart."""
    sources, used = [], 0
    for part in examples:
        ranks = np.unique(part.source, return_inverse=True)[1] + used
        used = int(ranks.max()) + 1
        sources.append(ranks)
    return Examples(
        np.concatenate([part.rows for part in examples]),
        np.concatenate([part.target for part in examples]),
        np.concatenate(sources),
        np.concatenate([part.weight for part in examples]),
    )


def centred(columns: Floats, groups: NDArray[np.int64]) -> Floats:
    """Subtract from each row of (n, k) the mean of its group."""
    ranks = np.unique(groups, return_inverse=True)[1]
    order = np.argsort(ranks, kind="stable")
    sizes = np.bincount(ranks)
    sums = np.add.reduceat(columns[order], np.r_[0, np.cumsum(sizes)[:-1]], axis=0)
    return columns - (sums / sizes[:, None])[ranks]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the judged pairs: columns hyp, ref, source (a number), and target, weight, fold."""
    tables = {}
    for name in ("news21", "ted21"):
        table = pd.read_csv(folder / f"mqm_{name}_zhen.csv.gz").dropna(subset=["hyp", "ref"]).reset_index(drop=True)
        tables[name] = table.assign(
            source=pd.factorize(table.seg)[0], target=-table.mqm, weight=1.0, fold=pd.factorize(table.doc)[0] % 5
        )
    injected = pd.read_csv(folder / "demetr_dev.csv.gz")
    number = np.arange(len(injected))
    common = {"ref": injected.reference, "source": number, "weight": 1.0, "kind": injected.kind}
    halves = injected.id.rank(method="dense").astype(int) % 2
    tables["injected"] = pd.concat(
        [
            pd.DataFrame(common | {"hyp": injected[side], "target": sign, "fold": halves})
            for side, sign in (("good", 1.0), ("bad", -1.0))
        ],
        ignore_index=True,
    )
    tables["crowd"] = crowd(pd.read_csv(folder / "da_en_train.csv.xz"))
    return tables


def crowd(table: pd.DataFrame) -> pd.DataFrame:
    """Average repeated judgements of one translation and give each its target."""
    table = table[(table.hyp.str.len() > 5) & (table.ref.str.len() > 5)]
    table = table.assign(system_mean=table.groupby(["year", "lp", "system"]).z.transform("mean"))
    table = table[table.system_mean > NO_TRANSLATION]
    table = table.assign(
        source=pd.factorize(table.year.astype(str) + table.lp + table.seg.astype(str) + "|" + table.ref)[0],
        weighted=table.z.clip(-2.5, 2.0) * table.ratings,
    )
    merged = table.groupby(["source", "ref", "hyp"], sort=False, as_index=False).agg(
        weighted=("weighted", "sum"), ratings=("ratings", "sum"), system_mean=("system_mean", "mean")
    )
    groups = merged.source.to_numpy()
    parts = np.stack([merged.weighted / merged.ratings, merged.system_mean], axis=1)
    judgement, system = (column / column.std() for column in centred(parts, groups).T)
    target = system + JUDGEMENT_SHARE * judgement
    return merged.assign(target=target / target.std(), weight=np.sqrt(merged.ratings))


def as_accounts(table: pd.DataFrame) -> pd.DataFrame:
    """Give each source a reference with other details: joined with the next one, cut at an end, or as it is."""
    random = np.random.default_rng(SEED)
    references = table.groupby("source").ref.first().sort_index()
    changed = {}
    for (source, text), follower in zip(references.items(), np.roll(references, -1), strict=True):
        words, draw = text.split(), random.random(2)
        kept = max(1, round(len(words) * (0.55 + 0.3 * draw[1])))
        if draw[0] < 1 / 3:
            changed[source] = f"{text} {follower}"
        elif draw[0] < 2 / 3:
            changed[source] = " ".join(words[:kept] if draw[0] < 0.5 else words[-kept:])
        else:
            changed[source] = text
    return table.assign(ref=table.source.map(changed))


def features(encoder: Encoder, table: pd.DataFrame, keep: Path | None = None) -> Floats:
    """Describe all pairs of ``table`` by (n, PAIR_FEATURES); what ``keep`` holds of them is not computed again."""
    # Translations of one source side by side: their reference is embedded once.
    order = np.argsort(table.source.to_numpy(), kind="stable")
    rows = np.empty((len(table), len(PAIR_FEATURES)))
    for start in range(0, len(table), CHUNK):
        chosen = order[start : start + CHUNK]
        part = table.iloc[chosen]
        sides = part.hyp.tolist(), part.ref.tolist()
        name = hashlib.sha256(json.dumps([encoder.digest, PAIR_FEATURES, *sides]).encode()).hexdigest()
        path = keep / f"{name}.npy" if keep else None
        if path and path.exists():
            rows[chosen] = np.load(path)
            continue
        texts = list(dict.fromkeys(sides[0] + sides[1]))
        found, place = encoder.encode(texts, tokens=True), {text: i for i, text in enumerate(texts)}
        ours, theirs = (select(found, [place[text] for text in side]) for side in sides)
        described = describe(*sides, ours, theirs, (surface.chrf(*sides), surface.bleu(*sides)))
        if path:
            stream = BytesIO()
            np.save(stream, described)
            write_atomically(path, stream.getvalue())
        rows[chosen] = described
    return rows


def select(embeddings: Embeddings, chosen: Sequence[int]) -> Embeddings:
    """Return the rows ``chosen``, in that order."""
    tokens = tuple(embeddings.tokens[i] for i in chosen)
    return Embeddings(embeddings.vectors[chosen], embeddings.truncated[chosen], tokens)


def examples(table: pd.DataFrame, rows: Floats) -> Examples:
    """Join the features of a table with its targets."""
    return Examples(rows, *(table[name].to_numpy() for name in ("target", "source", "weight")))


@dataclass(frozen=True)
class Recipe:
    """Both regressions, and the spread of each over expert-judged translations."""

    order: Linear
    penalty: Linear
    spread: tuple[float, float]
    centre: tuple[float, float]

    def blend(self, rows: Floats) -> Floats:
        """The blend before it is put on the scale of quality."""
        parts = (self.penalty(rows) - self.centre[0]) / self.spread[0], (self.order(rows) - self.centre[1])
        return parts[0] + BLEND * parts[1] / self.spread[1]


def fit(crowd_part: Examples, experts: Sequence[Examples], injected: Examples) -> Recipe:
    """Fit both regressions."""
    mean, scale = crowd_part.rows.mean(0), crowd_part.rows.std(0) + 1e-3
    ranked = [
        Examples(part.rows, np.maximum(part.target, -PENALTY_CAP) / 4, part.source, part.weight * WEIGHT_EXPERTS)
        for part in experts
    ]
    shown = Examples(injected.rows, injected.target, injected.source, injected.weight * WEIGHT_INJECTED)
    order = ridge([crowd_part, *ranked, shown], mean, scale, within=True)
    penalty = ridge(experts, mean, scale, within=False)
    rows = join(experts).rows
    values = penalty(rows), order(rows)
    return Recipe(order, penalty, *((float(values[0].std()), float(values[1].std())), tuple(v.mean() for v in values)))


def compare(table: pd.DataFrame, predicted: Floats) -> dict[str, list[float]]:
    """Agreement with the experts, each figure with its interval of 95 %."""
    return agreement(table.source.to_numpy(), table.target.to_numpy(), predicted, seed=SEED)


def preferred(table: pd.DataFrame, predicted: Floats) -> dict[str, float]:
    """Share of injected errors whose good translation is preferred, over all and by kind."""
    half = len(table) // 2
    won = pd.Series(predicted[:half] > predicted[half:])
    kinds = won.groupby(table.kind.to_numpy()[:half]).mean()
    return {"all": round(float(won.mean()), 4), **{kind: round(float(share), 3) for kind, share in kinds.items()}}


def judge(tables: dict[str, pd.DataFrame], parts: dict[str, Examples], others: Others) -> dict[str, object]:
    """Figures on what training did not see: each expert file, and each half of the injected errors."""
    figures: dict[str, object] = {}
    for judged, seen in (("news21", "ted21"), ("ted21", "news21")):
        recipe = fit(parts["crowd"], [parts[seen]], parts["injected"])
        seen_parts = parts["crowd"], [parts[seen]]
        figures[judged] = compare(tables[judged], predict(recipe, *seen_parts, others, parts[judged].rows))
    experts = [parts["news21"], parts["ted21"]]
    fold = tables["injected"].fold.to_numpy()
    predicted = np.zeros(len(fold))
    for half in (0, 1):
        recipe = fit(parts["crowd"], experts, parts["injected"][fold != half])
        rows = parts["injected"].rows[fold == half]
        predicted[fold == half] = predict(recipe, parts["crowd"], experts, others, rows)
    return figures | {"injected": preferred(tables["injected"], predicted)}


def calibration(tables: dict[str, pd.DataFrame], parts: dict[str, Examples]) -> tuple[Floats, Floats]:
    """The monotone curve from predicted to expected penalty, by five folds of documents."""
    predicted, real = [], []
    folds = {name: tables[name].fold.to_numpy() for name in ("news21", "ted21")}
    mean, scale = parts["crowd"].rows.mean(0), parts["crowd"].rows.std(0) + 1e-3
    for k in range(5):
        penalty = ridge([parts[name][folds[name] != k] for name in folds], mean, scale, within=False)
        for name, fold in folds.items():
            predicted.append(-penalty(parts[name].rows[fold == k]))
            real.append(-parts[name].target[fold == k])
    x, y = np.concatenate(predicted), np.concatenate(real)
    curve = IsotonicRegression(y_min=0.0).fit(x, y)
    edges = np.quantile(x, np.linspace(0, 1, KNOTS + 1))
    bins = np.clip(np.searchsorted(edges, x, "right") - 1, 0, KNOTS - 1)
    middle = np.array([x[bins == k].mean() for k in range(KNOTS)])
    expected = np.array([curve.predict(x[bins == k]).mean() for k in range(KNOTS)])
    return middle, np.maximum.accumulate(expected)


@dataclass(frozen=True)
class Others:
    """Rows of pairs that are no translations: with the reference of another source, in another language."""

    sources: Floats
    languages: Floats


def gates(recipe: Recipe, translations: Floats, others: Others) -> dict[str, object]:
    """What tells translations from what is none: how like both sides are, and two logistic regressions."""
    mean, scale = recipe.order.mean, recipe.order.scale
    likeness = np.isin(PAIR_FEATURES, ("similarity", "hypothesis_mean", "reference_mean")) / 3
    found = [(likeness * scale, float(likeness @ mean), others.sources, LIKENESS_LIMITS)]
    for none, limits in ((others.sources, SOURCE_LIMITS), (others.languages, LANGUAGE_LIMITS)):
        rows = np.clip((np.concatenate([translations, none]) - mean) / scale, -GATE_CLIP, GATE_CLIP)
        labels = np.arange(len(rows)) < len(translations)
        model = LogisticRegression(C=GATE_PENALTY, max_iter=3000, class_weight="balanced").fit(rows, labels)
        found.append((model.coef_[0], float(model.intercept_[0]), none, limits))
    said = [np.clip((none - mean) / scale, -GATE_CLIP, GATE_CLIP) @ w + offset for w, offset, none, _ in found]
    return {
        "gate_weights": [plain(w) for w, *_ in found],
        "gate_offsets": plain(np.array([offset for _, offset, *_ in found])),
        "gate_limits": [plain(np.quantile(values, row[3])) for values, row in zip(said, found, strict=True)],
    }


def weights(recipe: Recipe, crowd_part: Examples, experts: Sequence[Examples], others: Others) -> dict[str, object]:
    """What ships of a recipe, but for the curve of the penalty; the experts' pairs set the scale."""
    rows = join(experts).rows
    slope = QUALITY_SLOPE / recipe.blend(rows).std()
    order = slope * BLEND / recipe.spread[1]
    combined = slope * recipe.penalty.weights / recipe.spread[0] + order * recipe.order.weights
    offset = QUALITY_CENTRE + slope * (recipe.penalty.offset - recipe.centre[0]) / recipe.spread[0]
    return {
        "mean": plain(recipe.order.mean),
        "scale": plain(recipe.order.scale),
        "quality_weights": plain(combined),
        "quality_offset": float(f"{offset - order * recipe.centre[1]:.6g}"),
        "penalty_weights": plain(-recipe.penalty.weights),
        "penalty_offset": float(f"{-recipe.penalty.offset:.6g}"),
        **gates(recipe, np.concatenate([crowd_part.rows, rows]), others),
    }


def predict(recipe: Recipe, crowd_part: Examples, experts: Sequence[Examples], others: Others, rows: Floats) -> Floats:
    """The quality that a recipe would give if it shipped."""
    shipped = weights(recipe, crowd_part, experts, others) | {"penalty_curve": [[0, 25], [0, 25]]}
    return make_head(shipped).figures(rows)[0]


def head(tables: dict[str, pd.DataFrame], parts: dict[str, Examples], others: Others) -> dict[str, object]:
    """What ships for one kind of reference."""
    experts = [parts["news21"], parts["ted21"]]
    recipe = fit(parts["crowd"], experts, parts["injected"])
    curve = [plain(values) for values in calibration(tables, parts)]
    return weights(recipe, parts["crowd"], experts, others) | {"penalty_curve": curve}


def plain(values: Floats) -> list[float]:
    """Return six significant digits of each value."""
    return [float(f"{value:.6g}") for value in values]


def train(folder: Path, encoder: Encoder, account_sources: int, keep: Path | None) -> dict[str, object]:
    """Fit everything and return the artefact."""
    tables = read(folder)
    parts = {name: examples(table, features(encoder, table, keep)) for name, table in tables.items()}
    plain_figures = {
        name: {
            column: compare(tables[name], parts[name].rows[:, PAIR_FEATURES.index(column)])
            for column in ("bleu", "chrf", "similarity", "hypothesis_mean")
        }
        for name in ("news21", "ted21")
    }
    counts = (OTHER_SOURCES, OTHER_LANGUAGES, SEED), (OTHERS_JUDGED, OTHERS_JUDGED, SEED + 100)
    others, judged = (no_translations(encoder, tables["crowd"], *row, keep) for row in counts)
    accounts = {
        name: as_accounts(table[table.source < account_sources] if name == "crowd" else table)
        for name, table in tables.items()
    }
    account_parts = {name: examples(table, features(encoder, table, keep)) for name, table in accounts.items()}
    heads = {
        "translation": head(tables, parts, others),
        "account": head(accounts, account_parts, others),
    }
    return {
        "provenance": {
            "made_by": "training/train_quality.py",
            "date": DATE,
            "seed": SEED,
            "encoder": {"name": encoder.name, "sha256": encoder.digest},
            "data": {
                name: {"sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(), "terms": TERMS[name]}
                for name in FILES
            },
            "held_out": judge(tables, parts, others),
            "held_out_plain": plain_figures,
            "held_out_account": judge(accounts, account_parts, others),
            "under_10": {
                "other_sources": under(heads["translation"], judged.sources),
                "other_languages": under(heads["translation"], judged.languages),
                "translations": under(heads["translation"], parts["crowd"].rows),
            },
        },
        "features": list(PAIR_FEATURES),
        "heads": heads,
    }


def no_translations(
    encoder: Encoder, table: pd.DataFrame, sources: int, languages: int, seed: int, keep: Path | None
) -> Others:
    """Describe pairs made of ``table`` that are no translations."""
    made = of_other_sources(table, sources, seed), in_other_languages(table, languages, seed)
    return Others(*(features(encoder, pairs, keep) for pairs in made))


def under(shipped: dict[str, object], rows: Floats) -> float:
    """Share of pairs whose quality is under LOW."""
    return round(float((make_head(shipped).figures(rows)[0] < LOW).mean()), 4)


def written(artefact: dict[str, object]) -> str:
    """Return the artefact as JSON with every plain list on one line."""
    whole = json.dumps(artefact, indent=1)
    return re.sub(r"\[[^\[\]{}]*\]", lambda match: " ".join(match[0].split()), whole) + "\n"


def main() -> None:
    """Write the artefact and say what was measured."""
    from audit.encoders import load_encoder
    from audit.settings import Settings

    parser = argparse.ArgumentParser(description="Fit the learned figures of score_pairs.")
    parser.add_argument("shared", type=Path, help="the folder with bench/")
    parser.add_argument("--account-sources", type=int, default=4000, help="crowd sources that accounts are made from")
    parser.add_argument("--keep", type=Path, help="folder for what was computed, from which a later run goes on")
    arguments = parser.parse_args()
    encoder = load_encoder(Settings(cache=False))
    artefact = train(arguments.shared / "bench", encoder, arguments.account_sources, arguments.keep)
    ARTEFACT.write_text(written(artefact), "utf-8")
    digest = hashlib.sha256(ARTEFACT.read_bytes()).hexdigest()
    print(json.dumps(artefact["provenance"], indent=1), f"\nset heads.DIGEST to {digest}")


if __name__ == "__main__":
    main()
