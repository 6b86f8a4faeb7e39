"""Train the small network that marks wrong words (``audit/detectors/data/tagger.npz``), and choose the thresholds for
it and the cross-encoder together.

usage: train_spans.py SHARED WORDNET --work FOLDER [--second-only | --limits-only]

SHARED is the folder with ``bench``, WORDNET that of WordNet 3.0's data files, FOLDER keeps embeddings between runs.
Needs torch and lemminflect. What the network learns from is in ``span_items.py``. Two stages:

- *errors*: everything, of which nine in ten are errors that were put into translations;
- *experts*: what experts marked, four times over, DEMETR, and the first of the errors put in; twice, and the mean of
  the weights ships.

The cross-encoder is trained first, by ``train_cross.py``; thresholds, calibration and the figures in the artefact come
from what neither has seen. In the file that ships the second stage began with the first one's weights as they are
stored (``--second-only``), in half precision.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from span_items import Item, damaged, demetr, experts, label
from span_limits import Judged, choose_limits
from span_network import Example, fit, load, weights

from audit.detectors import tagger
from audit.detectors.features import read
from audit.detectors.pairing import Pair, Side
from audit.detectors.words import spans, word_vectors
from audit.embeddings import Encoder, TokenVectors
from audit.encoders import load_encoder
from audit.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from benchmarks.spans import KEPT_OUT

DATE, SEED = "2026-11-22", 20_261_121
SEEDS_AGAIN = (SEED, SEED + 1)
OUTPUT = Path(__file__).parent.parent / "audit" / "detectors" / "data" / "tagger.npz"
FILES = ("mqm_news21_zhen", "mqm_news21_zhen_spans", "mqm_ted21_zhen", "mqm_ted21_zhen_spans")
LONGEST, AT_ONCE = 160, 256
DAMAGED, DAMAGED_AGAIN = 120_000, 30_000
"""Errors put in, for either stage."""
EPOCHS, EPOCHS_AGAIN = 8, 3
RATE, RATE_AGAIN = 2e-3, 5e-4
REPEATED = 4
"""How often the second stage has what experts marked: else errors put in, of which there are more, decide."""


class Embedded:
    """Words and vectors of texts, kept in a folder between runs."""

    def __init__(self, texts: Iterable[str], encoder: Encoder, folder: Path) -> None:
        wanted = sorted(set(texts))
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256("\x1f".join(wanted).encode()).hexdigest()[:16]
        paths = [folder / f"{digest}-{part}.npy" for part in ("words", "offsets", "sentences")]
        self._places = [spans(text) for text in wanted]
        if not paths[-1].exists():
            self._embed(wanted, encoder, paths)
        self._vectors, self._offsets = np.load(paths[0], mmap_mode="r"), np.load(paths[1])
        self.sentences = np.load(paths[2])
        self.number = {text: i for i, text in enumerate(wanted)}

    def _embed(self, texts: Sequence[str], encoder: Encoder, paths: Sequence[Path]) -> None:
        offsets = np.concatenate([[0], np.cumsum([len(p) for p in self._places])])
        shape = (int(offsets[-1]), encoder.dimension)
        vectors = np.lib.format.open_memmap(paths[0], "w+", np.float16, shape)
        sentences = np.zeros((len(texts), encoder.dimension), np.float32)
        for begin in range(0, len(texts), 512):
            found = encoder.encode(texts[begin : begin + 512], tokens=True)
            sentences[begin : begin + 512] = found.vectors
            for i, tokens in enumerate(found.tokens, begin):
                vectors[offsets[i] : offsets[i + 1]] = word_vectors(self._places[i], tokens)
            if begin % 5120 == 0:
                print(f"  embedded {begin} of {len(texts)}", flush=True)
        np.save(paths[1], offsets)
        np.save(paths[2], sentences)

    def side(self, text: str, *, part: slice = slice(None)) -> Side:
        """Return the words of ``text``, or a part of them."""
        i = self.number[text]
        places = self._places[i][part]
        vectors = self._vectors[self._offsets[i] : self._offsets[i + 1]][part]
        return Side(
            tuple(text[a:b] for a, b in places), places, *np.zeros((2, len(places)), np.int64), np.asarray(vectors)
        )

    def vector(self, text: str) -> NDArray[np.float32]:
        """Return the vector of ``text`` as a whole."""
        return np.asarray(self.sentences[self.number[text]], np.float32)


def examples(items: Iterable[Item], embedded: Embedded) -> list[Example]:
    """Return what the network learns from; texts that are too long or empty are left out."""
    found = []
    for item in items:
        left, right = embedded.side(item.hypothesis), embedded.side(item.reference)
        if not 0 < len(left) <= LONGEST or not 0 < len(right) <= LONGEST:
            continue
        pair = Pair(left, right, float(embedded.vector(item.hypothesis) @ embedded.vector(item.reference)))
        reading, known = read(pair), label(item)
        places = np.argwhere(reading.relations > 0)
        values = reading.relations[tuple(places.T)]
        found.append(
            Example(
                left.words, left.vectors, right.vectors, reading.hypothesis.astype(np.float16),
                reading.reference.astype(np.float16), np.concatenate([places, values[:, None]], 1).astype(np.float16),
                known.wrong, known.classes, known.missing, known.weight,
            )
        )  # fmt: skip
    return found


def judged(items: Sequence[Item], encoder: Encoder) -> Judged:
    """Return ``items`` with what the product says of them."""
    kept = [i for i in items if 0 < len(spans(i.hypothesis)) <= LONGEST and 0 < len(spans(i.reference)) <= LONGEST]
    found: list[tuple[Item, tuple[NDArray[np.float32], ...]]] = []
    for begin in range(0, len(kept), AT_ONCE):
        part = kept[begin : begin + AT_ONCE]
        ours, theirs = (
            encoder.encode([getattr(i, side) for i in part], tokens=True) for side in ("hypothesis", "reference")
        )
        pairs = [
            Pair(
                as_side(item.hypothesis, ours.tokens[k]),
                as_side(item.reference, theirs.tokens[k]),
                float(ours.vectors[k] @ theirs.vectors[k]),
            )
            for k, item in enumerate(part)
        ]
        said = tagger.tag(pairs)
        found += [(item, (tags.wrong, tags.classes, tags.missing)) for item, tags in zip(part, said, strict=True)]
    return found


def as_side(text: str, tokens: TokenVectors) -> Side:
    """Return a text as one side of a pair."""
    places = spans(text)
    nothing = np.zeros((2, len(places)), np.int64)
    words = tuple(text[a:b] for a, b in places.tolist())
    return Side(words, places, *nothing, word_vectors(places, tokens), ((text, tokens),))


def export(weights: Mapping[str, NDArray[np.float32]], about: dict[str, object]) -> None:
    """Write weights as float16 and ``about`` as JSON into one npz."""
    stored = {name: value.astype(np.float16) for name, value in weights.items()}
    text = json.dumps(about, sort_keys=True).encode()
    np.savez_compressed(OUTPUT, about=np.frombuffer(text, np.uint8), **stored)
    tagger.artefact.cache_clear()


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    stages = parser.add_mutually_exclusive_group()
    stages.add_argument("--second-only", action="store_true", help="go on with the network as it is stored")
    stages.add_argument("--limits-only", action="store_true", help="leave the network as it is")
    arguments = parser.parse_args()
    bench = arguments.shared / "bench"
    encoder = load_encoder(Settings(cache=False))
    marked, contrasts = experts(bench), demetr(bench)
    if not arguments.limits_only:
        count = DAMAGED_AGAIN if arguments.second_only else DAMAGED
        injected = damaged(bench, arguments.wordnet, count, random.Random(SEED), encoder)
        print(f"{len(marked)} marked by experts, {len(contrasts)} of DEMETR, {len(injected)} damaged", flush=True)
        everything = [*marked, *contrasts, *injected]
        embedded = Embedded((t for i in everything for t in (i.hypothesis, i.reference)), encoder, arguments.work)
        by_experts, by_rule, first, rest = (
            examples((i for i in items if not i.kept_out), embedded)
            for items in (marked, contrasts, injected[:DAMAGED_AGAIN], injected[DAMAGED_AGAIN:])
        )
        if arguments.second_only:
            start = tagger.artefact()[0]
        else:
            start = weights(fit([*by_experts, *by_rule, *first, *rest], EPOCHS, SEED, rate=RATE))
        again = [*by_experts * REPEATED, *by_rule, *first]
        ends = [weights(fit(again, EPOCHS_AGAIN, seed, rate=RATE_AGAIN, network=load(start))) for seed in SEEDS_AGAIN]
        export({name: np.mean([end[name] for end in ends], axis=0) for name in start}, about(bench, encoder))
    kept_out = judged([i for i in (*marked, *contrasts) if i.kept_out], encoder)
    news, errors = ([j for j in kept_out if (j[0].kind == "expert") == wanted] for wanted in (True, False))
    limits, figures = choose_limits(news, errors)
    stored, known = tagger.artefact()
    export(stored, {**known, "limits": limits, "figures": figures})
    print(json.dumps(figures, indent=1))
    print(OUTPUT, OUTPUT.stat().st_size)


def about(bench: Path, encoder: Encoder) -> dict[str, object]:
    """Return where the network comes from."""
    data = {name: hashlib.sha256((bench / name).read_bytes()).hexdigest() for name in
            (*(f"{f}.csv.gz" for f in FILES), "demetr_dev.csv.gz", "da_en_train.csv.xz")}  # fmt: skip
    return {
        "provenance": {
            "made_by": "training/train_spans.py",
            "date": DATE,
            "seed": SEED,
            "epochs": [EPOCHS, EPOCHS_AGAIN],
            "encoder": {"name": encoder.name, "sha256": encoder.digest},
            "sha256": data,
            "terms": {
                "MQM": "google/wmt-mqm-human-evaluation, Apache-2.0",
                "DEMETR": "marzenakrp/demetr, MIT",
                "direct assessments": "wmt21- and wmt22-news-systems: free for research with attribution",
                "WordNet": "WordNet 3.0 licence, Princeton University (for the errors put in)",
            },
            "held_out": f"news21 documents and DEMETR ids whose sha256 is 0 modulo {KEPT_OUT}",
        },
    }


if __name__ == "__main__":
    main()
