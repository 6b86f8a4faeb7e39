"""Train the cross-encoder and make ``audit/encoders/data/cross.npz``.

usage: train_cross.py SHARED WORDNET --work FOLDER [--first FILE [--second FILE]] [-o FILE]

SHARED is the folder with ``bench``, WORDNET that of WordNet 3.0's data files, FOLDER keeps vectors and what the stages
leave. Needs torch, transformers and lemminflect; an hour and a half on two cores with AMX. Two stages:

- *crowd*: translations of one source put in the order of crowd judgements, each error that was put into a good
  translation below that translation, and which of its words are wrong;
- *experts*: error spans that professional translators marked (MQM) and the order of their penalties, DEMETR, and a
  share of the first stage.

An eighth of the crowd's sources is kept out, for measuring what the order of translations is worth; a fifth of the news
documents and of DEMETR's sources too (``span_items.py``). Thresholds are chosen by ``train_spans.py`` afterwards.

In the file that ships the first stage was given the vectors of the tokens that stand around the sides too, which later
ones are not; else it was made like this.
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
from span_items import Item, damaged, demetr, experts

from audit.detectors.words import spans
from audit.encoders import load_encoder
from audit.settings import Settings

DATE, SEED = "2026-11-21", 20_261_121
OUTPUT = Path(__file__).parent.parent / "audit" / "encoders" / "data" / "cross.npz"
DAMAGED, DAMAGED_SEED = 36_000, 7
KEPT_SOURCES = 0.12
CROWD = Stage(steps=1800, planned=2570, rate=1.5e-4, words=1.0)
EXPERTS = Stage(steps=1500, planned=1500, rate=1e-4, words=3.0)
SHARE_OF_CROWD, SHARE_OF_DAMAGED = 0.08, 0.4
"""Of the first stage's groups in the second."""
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
    parser.add_argument("--first", type=Path, help="what an earlier run's first stage left")
    parser.add_argument("--second", type=Path, help="what its second left, to be written only")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    bench = arguments.shared / "bench"
    tables = train_quality.read(bench)
    marked, contrasts = usable(experts(bench)), usable(demetr(bench))
    injected = usable(damaged(bench, arguments.wordnet, DAMAGED, random.Random(DAMAGED_SEED)))
    texts = [t for table in tables.values() for c in ("hyp", "ref") for t in table[c]]
    texts += [t for i in (*marked, *contrasts, *injected) for t in (i.hypothesis, i.reference)]
    encoder = load_encoder(Settings(cache=False))
    corpus = Corpus(texts, encoder, arguments.work)
    seen: Callable[[Item], bool] = lambda item: not item.kept_out  # noqa: E731
    crowd = crowd_groups(tables["crowd"][~kept_out(tables["crowd"])], corpus)
    errors = damaged_groups(filter(seen, injected), corpus)
    if arguments.first:
        network = load(arguments.first)
    else:
        network = train(Network(), [*crowd, *errors], corpus, CROWD, SEED)
        save(network, arguments.work / "first.pt")
    rng = random.Random(SEED)
    groups = [
        *rng.sample(crowd, round(SHARE_OF_CROWD * len(crowd))),
        *rng.sample(errors, round(SHARE_OF_DAMAGED * len(errors))),
        *contrast_groups(filter(seen, contrasts), corpus),
        *expert_groups(filter(seen, marked), penalties(tables), corpus),
    ]
    if arguments.second:
        network = load(arguments.second)
    else:
        network = train(network, groups, corpus, EXPERTS, SEED)
        save(network, arguments.work / "second.pt")
    files = ("mqm_news21_zhen.csv.gz", "mqm_news21_zhen_spans.csv.gz", "mqm_ted21_zhen.csv.gz",
             "mqm_ted21_zhen_spans.csv.gz", "demetr_dev.csv.gz", "da_en_train.csv.xz")  # fmt: skip
    about = {
        "provenance": {
            "made_by": "training/train_cross.py",
            "date": DATE,
            "seed": SEED,
            "steps": {"crowd": CROWD.steps, "experts": EXPERTS.steps},
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
