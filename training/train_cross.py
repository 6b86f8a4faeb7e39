"""Train the cross-encoder and make ``audit/encoders/data/cross.npz``.

usage: train_cross.py SHARED WORDNET --work FOLDER [--first FILE] [--second FILE] [--third FILE] [-o FILE]

SHARED is the folder with ``bench``, WORDNET that of WordNet 3.0's data files, FOLDER keeps vectors and what the stages
leave. Needs torch, transformers and lemminflect; two hours on two cores with AMX. Three stages:

- *crowd*: translations of one source put in the order of crowd judgements, each error that was put into a good
  translation below that translation, and which of its words are wrong;
- *errors*: other errors put in, more words replaced by such as are used alike, and some of the crowd's sources;
- *experts*: error spans that professional translators marked (MQM) and the order of their penalties, DEMETR, and a
  share of the second stage.

An eighth of the crowd's sources is kept out, for measuring what the order of translations is worth; a fifth of the news
documents and of DEMETR's sources too (``span_items.py``). Thresholds are chosen by ``train_spans.py`` afterwards.

In the file that ships the first stage was given the vectors of the tokens that stand around the sides too, which later
ones are not, and its errors had no words that are used alike; else it was made like this.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import train_quality
from cross_data import Corpus, contrast_groups, crowd_groups, damaged_groups, expert_groups
from cross_network import Network, Stage, load, save, train, weights
from numpy.typing import NDArray
from span_items import SHARES, Item, damaged, demetr, experts

from audit.detectors.words import spans
from audit.encoders import load_encoder
from audit.settings import Settings

DATE, SEED = "2026-11-22", 20_261_121
OUTPUT = Path(__file__).parent.parent / "audit" / "encoders" / "data" / "cross.npz"
DAMAGED, DAMAGED_SEEDS = (36_000, 110_000), (7, 11)
"""Errors of the first and of the second stage."""
REPLACED = {"clean": 22, "negation": 7, "opposite": 26, "substitution": 28, "sense": 5, "addition": 14, "removal": 14}
"""Shares of the kinds of errors in the second stage."""
KEPT_SOURCES = 0.12
CROWD = Stage(steps=1800, planned=2570, rate=1.5e-4, words=1.0)
ERRORS = Stage(steps=2200, planned=2200, rate=1.2e-4, words=1.5)
EXPERTS = Stage(steps=1400, planned=1400, rate=1e-4, words=3.0)
SHARES_OF_CROWD, SHARE_OF_ERRORS = (0.15, 0.08), 0.15
"""Of the crowd's groups in the second and third stage, and of the second's errors in the third."""
LARGE = 20_000
"""Tables with more weights are kept as bytes with a scale a row."""
TERMS = {
    "MQM": "google/wmt-mqm-human-evaluation, Apache-2.0",
    "DEMETR": "marzenakrp/demetr, MIT",
    "direct assessments": "wmt21- and wmt22-news-systems: free for research with attribution",
    "WordNet": "WordNet 3.0 licence, Princeton University (for the errors put in)",
}


def kept_out(crowd: pd.DataFrame) -> NDArray[np.bool_]:
    """Return whether each row of the crowd's table is kept out of training: (n,)."""
    sources = crowd.source.nunique()
    held = np.random.default_rng(5).permutation(sources) < KEPT_SOURCES * sources
    return np.asarray(held[crowd.source.to_numpy()])


def penalties(tables: dict[str, pd.DataFrame]) -> dict[tuple[str, str], float]:
    """Return what experts said, 0 and below, by hypothesis and reference."""
    both = pd.concat([tables["news21"], tables["ted21"]])
    return dict(zip(zip(both.hyp, both.ref, strict=True), both.target, strict=True))


def export(network: Network, about: dict[str, object], output: Path) -> None:
    """Write the weights, large tables as bytes, and ``about`` as JSON into one npz."""
    stored: dict[str, NDArray[np.generic]] = {}
    for name, value in weights(network).items():
        array = np.ascontiguousarray(value)
        if array.ndim == 2 and array.size > LARGE:
            scale = np.maximum(np.abs(array).max(axis=1), 1e-12) / 127
            stored[name] = np.round(array / scale[:, None]).astype(np.int8)
            stored[f"{name}.scale"] = scale.astype(np.float32)
        else:
            stored[name] = array.astype(np.float32)
    text = json.dumps(about, sort_keys=True).encode()
    output.parent.mkdir(exist_ok=True)
    np.savez(output, about=np.frombuffer(text, np.uint8), **stored)


def usable(items: list[Item]) -> list[Item]:
    """Return the items that have words on both sides."""
    return [i for i in items if len(spans(i.hypothesis)) and len(spans(i.reference))]


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    for stage in ("first", "second", "third"):
        parser.add_argument(f"--{stage}", type=Path, help=f"what an earlier run's {stage} stage left")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    bench = arguments.shared / "bench"
    tables = train_quality.read(bench)
    encoder = load_encoder(Settings(cache=False))
    marked, contrasts = usable(experts(bench)), usable(demetr(bench))
    injected, replaced = (
        usable(damaged(bench, arguments.wordnet, count, random.Random(seed), encoder, shares))
        for count, seed, shares in zip(DAMAGED, DAMAGED_SEEDS, (SHARES, REPLACED), strict=True)
    )
    texts = [t for table in tables.values() for c in ("hyp", "ref") for t in table[c]]
    texts += [t for i in (*marked, *contrasts, *injected, *replaced) for t in (i.hypothesis, i.reference)]
    corpus = Corpus(texts, encoder, arguments.work)
    seen: Callable[[Item], bool] = lambda item: not item.kept_out  # noqa: E731
    crowd = crowd_groups(tables["crowd"][~kept_out(tables["crowd"])], corpus)
    errors, others = (damaged_groups(filter(seen, items), corpus) for items in (injected, replaced))
    rng = random.Random(SEED)
    some, fewer = (rng.sample(crowd, round(share * len(crowd))) for share in SHARES_OF_CROWD)
    contrasted = contrast_groups(filter(seen, contrasts), corpus)
    judged = expert_groups(filter(seen, marked), penalties(tables), corpus)
    network = Network()
    for name, stage, groups, seed in (
        ("first", CROWD, [*crowd, *errors], SEED),
        ("second", ERRORS, [*some, *others], SEED + 5),
        ("third", EXPERTS,
         [*fewer, *rng.sample(others, round(SHARE_OF_ERRORS * len(others))), *contrasted, *judged], SEED),
    ):  # fmt: skip
        if left := getattr(arguments, name):
            network = load(left)
        else:
            network = train(network, groups, corpus, stage, seed)
            save(network, arguments.work / f"{name}.pt")
    files = ("mqm_news21_zhen.csv.gz", "mqm_news21_zhen_spans.csv.gz", "mqm_ted21_zhen.csv.gz",
             "mqm_ted21_zhen_spans.csv.gz", "demetr_dev.csv.gz", "da_en_train.csv.xz")  # fmt: skip
    about = {
        "provenance": {
            "made_by": "training/train_cross.py",
            "date": DATE,
            "seed": SEED,
            "steps": {"crowd": CROWD.steps, "errors": ERRORS.steps, "experts": EXPERTS.steps},
            "encoder": {"name": encoder.name, "sha256": encoder.digest},
            "sha256": {name: hashlib.sha256((bench / name).read_bytes()).hexdigest() for name in files},
            "terms": TERMS,
            "held_out": "news21 documents and DEMETR ids whose sha256 is 0 modulo 5; 12 % of the crowd's sources",
        },
    }
    export(network, about, arguments.output)
    digest = hashlib.sha256(arguments.output.read_bytes()).hexdigest()
    print(f"{arguments.output.stat().st_size} bytes\nset cross.DIGEST to {digest}")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
