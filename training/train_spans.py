"""Train the network that marks wrong words, and make ``audit/detectors/data/tagger.npz``.

usage: train_spans.py SHARED WORDNET --work FOLDER [--epochs N] [-o FILE]

SHARED is the folder with ``bench``, WORDNET that of WordNet 3.0's data files, FOLDER keeps embeddings between runs.
Needs torch and lemminflect. What the network learns from:

- error spans that professional translators marked (MQM): news and talks, Chinese to English;
- DEMETR: one error in an otherwise good translation, with its kind;
- errors put into translations of other languages that crowd raters found good (``span_errors.py``).

A fifth of the news documents and of DEMETR's sources are kept out of training: thresholds, calibration and the figures
in the artefact come from them, and so should every figure that is quoted (``held_out``).
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from span_errors import KINDS, Damaged, Injector
from span_limits import Judged, choose_limits
from span_network import IGNORED, Example, Network, fit, predict

from audit.detectors.features import read
from audit.detectors.pairing import Pair, Side
from audit.detectors.relations import relate
from audit.detectors.words import spans, word_vectors
from audit.encoders import load_encoder
from audit.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from benchmarks.spans import KEPT_OUT, held_out

DATE, SEED = "2026-11-21", 20_261_121
OUTPUT = Path(__file__).parent.parent / "audit" / "detectors" / "data" / "tagger.npz"
FILES = ("mqm_news21_zhen", "mqm_news21_zhen_spans", "mqm_ted21_zhen", "mqm_ted21_zhen_spans")
SHARES = {"clean": 22, "negation": 9, "opposite": 26, "substitution": 14, "sense": 9, "addition": 16, "removal": 16}
DAMAGED, LONGEST, PER_REFERENCE, LEAST_Z, FAULTLESS_Z = 12_000, 160, 5, 0.2, 0.7
GOOD_WEIGHT, FAULTLESS_WEIGHT = 4.0, 0.3
CLASS = {"negation": 1, "opposite": 2, "antonym": 2, "substitution": 3, "sense": 3, "codemix": 3, "misspelled": 3,
         "ne_replaced": 3, "numbers_replaced": 3, "addition": 4}  # fmt: skip


@dataclass(slots=True)
class Item:
    """A translation with its reference and what is known of it. ``group``: the document (news) or sentence (DEMETR)
    that it is kept out of training with."""

    source: str
    kind: str
    group: str
    hypothesis: str
    reference: str
    marked: tuple[tuple[int, int], ...] = ()
    wrong: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()
    z: float = 0.0
    kept_out: bool = False
    spans: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), np.int32), repr=False)
    example: Example | None = field(default=None, repr=False)


class Embedded:
    """Words and vectors of texts, kept in a folder between runs."""

    def __init__(self, texts: Iterable[str], folder: Path) -> None:
        wanted = sorted(set(texts))
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256("\x1f".join(wanted).encode()).hexdigest()[:16]
        paths = [folder / f"{digest}-{part}.npy" for part in ("words", "offsets", "sentences")]
        self._places = [spans(text) for text in wanted]
        if not paths[-1].exists():
            self._embed(wanted, paths)
        self._vectors, self._offsets = np.load(paths[0], mmap_mode="r"), np.load(paths[1])
        self.sentences = np.load(paths[2])
        self.number = {text: i for i, text in enumerate(wanted)}

    def _embed(self, texts: Sequence[str], paths: Sequence[Path]) -> None:
        encoder = load_encoder(Settings(cache=False))
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


def experts(bench: Path) -> list[Item]:
    """Return the translations in which experts marked errors."""
    found = []
    for source in ("news21", "ted21"):
        table = pd.read_csv(bench / f"mqm_{source}_zhen.csv.gz").dropna(subset=["hyp", "ref"])
        marks = pd.read_csv(bench / f"mqm_{source}_zhen_spans.csv.gz")
        marks = marks[marks.end > marks.start]
        by = {key: tuple(zip(g.start, g.end, strict=True)) for key, g in marks.groupby(["system", "seg"])}
        found += [
            Item(
                source,
                "expert",
                str(r.doc),
                r.hyp,
                r.ref,
                by.get((r.system, r.seg), ()),
                kept_out=source == "news21" and held_out(str(r.doc)),
            )
            for r in table.itertuples()
        ]
    return found


def demetr(bench: Path) -> list[Item]:
    """Return DEMETR's good translations and those with one error."""
    table = pd.read_csv(bench / "demetr_dev.csv.gz", keep_default_na=False)
    good = [
        Item("demetr", "good", str(r.id), r.good, r.reference, kept_out=held_out(str(r.id)))
        for r in table.drop_duplicates("id").itertuples()
    ]
    found = []
    for r in table.itertuples():
        wrong, lost = _difference(r.good, r.bad)
        removed = r.kind.endswith("removed")
        found.append(
            Item(
                "demetr",
                r.kind,
                str(r.id),
                r.bad,
                r.reference,
                wrong=() if removed else wrong,
                lost=lost if removed else (),
                kept_out=held_out(str(r.id)),
            )
        )
    return good + found


def _difference(good: str, bad: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    before, after = ([t[a:b] for a, b in spans(t).tolist()] for t in (good, bad))
    wrong: list[int] = []
    lost: list[str] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            wrong += range(k, m)
            lost += before[i:j]
    return tuple(wrong), tuple(lost)


def damaged(bench: Path, wordnet: Path, rng: random.Random) -> list[Item]:
    """Return translations that raters found good, most of them with one error put in."""
    table = pd.read_csv(bench / "da_en_train.csv.xz").dropna(subset=["hyp", "ref"])
    injector = Injector(wordnet, table.ref.drop_duplicates().tolist())
    judged = table.groupby(["year", "lp", "hyp", "ref"], as_index=False).z.mean()
    judged = judged[
        (judged.z > LEAST_Z) & judged.hyp.str.len().between(30, 350) & judged.ref.str.len().between(30, 350)
    ]
    used: Counter[str] = Counter()
    found: list[Item] = []
    places = {ref: i for i, ref in enumerate(rng.sample(sorted(judged.ref.unique()), judged.ref.nunique()))}
    drawn = judged.sample(frac=1, random_state=SEED)
    for r in drawn.sort_values("ref", key=lambda c: c.map(places), kind="stable").itertuples():
        if used[r.ref] >= PER_REFERENCE or not 6 <= len(spans(r.hyp)) <= 60:
            continue
        kind = rng.choices(KINDS, [SHARES[k] for k in KINDS])[0]
        done: Damaged | None = injector.damage(r.hyp, kind, rng)
        if done is not None:
            used[r.ref] += 1
            found.append(Item("damaged", kind, f"{r.year} {r.lp}", done.text, r.ref, wrong=done.wrong, lost=done.lost,
                              z=r.z, kept_out=held_out(r.ref)))  # fmt: skip
        if len(found) == DAMAGED:
            break
    return found


def build(items: Sequence[Item], embedded: Embedded) -> list[Item]:
    """Give each item its example; those that are too long or empty are left out."""
    kept = []
    for item in items:
        left = embedded.side(item.hypothesis)
        right = embedded.side(item.reference)
        if not 0 < len(left) <= LONGEST or not 0 < len(right) <= LONGEST:
            continue
        pair = Pair(left, right, float(embedded.vector(item.hypothesis) @ embedded.vector(item.reference)))
        reading = read(pair)
        places = np.argwhere(reading.relations > 0)
        values = reading.relations[tuple(places.T)]
        item.example = Example(
            left.words, left.vectors, right.vectors, reading.hypothesis.astype(np.float16),
            reading.reference.astype(np.float16), np.concatenate([places, values[:, None]], 1).astype(np.float16),
        )  # fmt: skip
        item.spans = left.spans
        _label(item, item.example, left, right)
        kept.append(item)
    return kept


def _label(item: Item, example: Example, left: Side, right: Side) -> None:
    n, m = len(left), len(right)
    if item.source in ("news21", "ted21"):
        starts, ends = left.spans[:, 0], left.spans[:, 1]
        hit = [np.minimum(ends, b) > np.maximum(starts, a) for a, b in item.marked]
        example.wrong = np.any(hit, axis=0).astype(np.float32) if hit else np.zeros(n, np.float32)
        return
    if item.kind == "good" or (item.kind == "clean" and item.z >= FAULTLESS_Z):
        example.wrong = np.zeros(n, np.float32)
        example.weight = GOOD_WEIGHT if item.kind == "good" else FAULTLESS_WEIGHT
    example.classes = np.zeros(n, np.int64)
    example.classes[list(item.wrong)] = CLASS.get(item.kind, IGNORED)
    example.missing = np.zeros(m, np.float32)
    if item.lost:
        found = relate([w.lower() for w in item.lost], [w.lower() for w in right.words])
        alike = np.any(found.same | found.akin_form | found.lexical[1], axis=0)
        example.missing = (alike & [w[0].isalnum() for w in right.words]).astype(np.float32)


def examples(items: Iterable[Item], keep: Callable[[Item], bool] = lambda item: True) -> list[Example]:
    """Return the examples of the items to ``keep``."""
    return [item.example for item in items if item.example is not None and keep(item)]


def judge(network: Network, items: Sequence[Item]) -> Judged:
    """Return the items that are kept out of training with what the network says of them."""
    tested = [i for i in items if i.kept_out]
    return list(zip(tested, predict(network, examples(tested)), strict=True))


def load(path: Path) -> Network:
    """Return the network that an earlier run left."""
    network = Network()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval()


def export(network: Network, about: dict[str, object], output: Path) -> None:
    """Write weights as float16 and ``about`` as JSON into one npz."""
    weights = {name: value.numpy().astype(np.float16) for name, value in network.state_dict().items()}
    text = json.dumps(about, sort_keys=True).encode()
    np.savez_compressed(output, about=np.frombuffer(text, np.uint8), **weights)


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--limits-only", action="store_true", help="take the network that an earlier run left")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    bench, rng = arguments.shared / "bench", random.Random(SEED)
    marked, contrasts, injected = experts(bench), demetr(bench), damaged(bench, arguments.wordnet, rng)
    print(f"{len(marked)} marked by experts, {len(contrasts)} of DEMETR, {len(injected)} damaged", flush=True)
    texts = (t for i in (*marked, *contrasts, *injected) for t in (i.hypothesis, i.reference))
    embedded = Embedded(texts, arguments.work)
    if arguments.limits_only:
        marked, contrasts, injected = [i for i in marked if i.kept_out], [i for i in contrasts if i.kept_out], []
    marked, contrasts, injected = (build(items, embedded) for items in (marked, contrasts, injected))
    everything = [*marked, *contrasts, *injected]
    seen: Callable[[Item], bool] = lambda item: not item.kept_out  # noqa: E731
    checkpoint = arguments.work / "network.pt"
    if arguments.limits_only:
        network = load(checkpoint)
    else:
        network = fit(examples(everything, seen), arguments.epochs, SEED, checkpoint=checkpoint)
    limits, figures = choose_limits(judge(network, marked), judge(network, contrasts))
    encoder = load_encoder(Settings(cache=False))
    data = {name: hashlib.sha256((bench / name).read_bytes()).hexdigest() for name in
            (*(f"{f}.csv.gz" for f in FILES), "demetr_dev.csv.gz", "da_en_train.csv.xz")}  # fmt: skip
    about = {
        "limits": limits,
        "figures": figures,
        "provenance": {
            "made_by": "training/train_spans.py",
            "date": DATE,
            "seed": SEED,
            "epochs": arguments.epochs,
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
    export(network, about, arguments.output)
    print(json.dumps(figures, indent=1))
    print(arguments.output, arguments.output.stat().st_size)


if __name__ == "__main__":
    main()
