"""Quality and mqm of the shipped heads against expert judgements, beside plain metrics; calibration; speed.

usage: python tests/benchmarks/quality.py MQM_FILE [--injected DEMETR_FILE] [-o FOLDER]

The heads that ship are trained on both files of ../shared/bench, so that only other files measure generalisation; what
the same recipe reaches without the file it is judged on stands in the provenance of ``audit/scoring/data/heads.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

import audit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.agreement import agreement

SEED = 20_261_121


def deciles(predicted: np.ndarray, real: np.ndarray) -> pd.DataFrame:
    """Mean predicted and real penalty of ten equal parts, from the lowest prediction up."""
    parts = np.array_split(np.argsort(predicted, kind="stable"), 10)
    return pd.DataFrame([{"predicted": predicted[part].mean(), "real": real[part].mean()} for part in parts])


def calibration_error(table: pd.DataFrame) -> float:
    """Mean difference over the deciles, as a share of the range of the real means."""
    return float((table.predicted - table.real).abs().mean() / (table.real.max() - table.real.min()))


def by_penalty(quality: np.ndarray, penalty: np.ndarray) -> dict[str, float]:
    """Mean quality of the sentences of each range of penalties: a major error costs 5, a minor one 1."""
    edges = pd.cut(penalty, [-np.inf, 0, 4.99, 9.99, 14.99, np.inf], labels=["0", "under 5", "5-9", "10-14", "15 on"])
    return {str(name): float(mean) for name, mean in pd.Series(quality).groupby(edges, observed=True).mean().items()}


def plot(table: pd.DataFrame, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    axes = figure.add_subplot()
    top = float(table.max().max()) * 1.05
    axes.plot([0, top], [0, top], color="#999999", linewidth=1)
    axes.plot(table.predicted, table.real, marker="o", color="#0b5394")
    axes.set(xlabel="predicted penalty (mqm)", ylabel="mean penalty of experts", title="Calibration by deciles")
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure quality and mqm against expert judgements.")
    parser.add_argument("judged", type=Path)
    parser.add_argument("--injected", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("reports") / "quality")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    table = pd.read_csv(arguments.judged).dropna(subset=["hyp", "ref"]).reset_index(drop=True)
    audit.score_pairs(table.hyp[:2].tolist(), table.ref[:2].tolist())
    start = time.perf_counter()
    found = audit.score_pairs(table.hyp.tolist(), table.ref.tolist())
    seconds = time.perf_counter() - start
    sources, human = pd.factorize(table.seg)[0], -table.mqm.to_numpy(float)
    columns = {name: found[name].to_numpy() for name in ("quality", "similarity", "bleu", "chrf")}
    columns["-mqm"] = -found.mqm.to_numpy()
    figures = {name: agreement(sources, human, values, seed=SEED) for name, values in columns.items()}
    print(pd.DataFrame(figures).T.map(lambda v: "{:.3f} [{:.3f}, {:.3f}]".format(*v)).to_string())
    parts = deciles(found.mqm.to_numpy(), table.mqm.to_numpy(float))
    plot(parts, arguments.output / "calibration.png")
    error = calibration_error(parts)
    print(f"calibration error {error:.3f} of the range; {len(table) / seconds:.0f} pairs a second")
    means = by_penalty(found.quality.to_numpy(), table.mqm.to_numpy(float))
    print("mean quality by penalty:", ", ".join(f"{name}: {mean:.1f}" for name, mean in means.items()))
    record = {"by_penalty": means, "figures": figures, "calibration_error": error, "deciles": parts.to_dict("list")}
    if arguments.injected:
        pairs = pd.read_csv(arguments.injected)
        good, bad = (audit.score_pairs(pairs[side].tolist(), pairs.reference.tolist()) for side in ("good", "bad"))
        won = good.quality > bad.quality
        record["injected"] = {"all": won.mean(), **won.groupby(pairs.kind).mean()}
        print(json.dumps({kind: round(float(share), 3) for kind, share in record["injected"].items()}))
    (arguments.output / "quality.json").write_text(json.dumps(record, indent=1, default=float) + "\n", "utf-8")


if __name__ == "__main__":
    main()
