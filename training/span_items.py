"""Translations of which it is known which words are wrong.

- error spans that professional translators marked (MQM): news and talks, Chinese to English;
- DEMETR: one error in an otherwise good translation, with its kind;
- errors put into translations of other languages that crowd raters found good (``span_errors.py``).

A fifth of the news documents and of DEMETR's sources are kept out of training: thresholds, calibration and the figures
in the artefact come from them, and so should every figure that is quoted (``held_out``).
"""

from __future__ import annotations

import difflib
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from span_errors import KINDS, Damaged, Injector

from audit.detectors.relations import relate
from audit.detectors.words import Spans, spans
from audit.embeddings import Encoder

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from benchmarks.spans import held_out

__all__ = ["IGNORED", "SHARES", "Item", "Labels", "damaged", "demetr", "experts", "label"]

SEED = 20_261_121
IGNORED = -100
SHARES = {"clean": 22, "negation": 9, "opposite": 26, "substitution": 14, "sense": 9, "addition": 16, "removal": 16}
PER_REFERENCE, LEAST_Z, FAULTLESS_Z = 5, 0.2, 0.7
GOOD_WEIGHT, FAULTLESS_WEIGHT = 4.0, 0.3
CLASS = {"negation": 1, "opposite": 2, "antonym": 2, "substitution": 3, "sense": 3, "codemix": 3, "misspelled": 3,
         "ne_replaced": 3, "numbers_replaced": 3, "addition": 4}  # fmt: skip


@dataclass(slots=True)
class Item:
    """A translation with its reference and what is known of it. ``group``: the document (news) or sentence (DEMETR)
    that it is kept out of training with. ``origin``: the translation that an error was put into."""

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
    origin: str = ""

    @property
    def spans(self) -> Spans:
        """The places of the hypothesis's words."""
        return spans(self.hypothesis)


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


def damaged(
    bench: Path,
    wordnet: Path,
    count: int,
    rng: random.Random,
    encoder: Encoder,
    shares: Mapping[str, int] = SHARES,
) -> list[Item]:
    """Return ``count`` translations that raters found good, most of them with one error put in.

    Once all have one, they get others. ``shares``: of the kinds of errors, in any unit.
    """
    table = pd.read_csv(bench / "da_en_train.csv.xz").dropna(subset=["hyp", "ref"])
    injector = Injector(wordnet, table.ref.drop_duplicates().tolist(), encoder)
    judged = table.groupby(["year", "lp", "hyp", "ref"], as_index=False).z.mean()
    judged = judged[
        (judged.z > LEAST_Z) & judged.hyp.str.len().between(30, 350) & judged.ref.str.len().between(30, 350)
    ]
    places = {ref: i for i, ref in enumerate(rng.sample(sorted(judged.ref.unique()), judged.ref.nunique()))}
    drawn = judged.sample(frac=1, random_state=SEED)
    rows = list(drawn.sort_values("ref", key=lambda c: c.map(places), kind="stable").itertuples())
    found: list[Item] = []
    while len(found) < count:
        found += _round(rows, injector, rng, shares)
    return found[:count]


def _round(rows: Iterable[Any], injector: Injector, rng: random.Random, shares: Mapping[str, int]) -> Iterator[Item]:
    """Yield each good translation with one error, a few of each reference."""
    used: Counter[str] = Counter()
    for r in rows:
        if used[r.ref] >= PER_REFERENCE or not 6 <= len(spans(r.hyp)) <= 60:
            continue
        kind = rng.choices(KINDS, [shares[k] for k in KINDS])[0]
        done: Damaged | None = injector.damage(r.hyp, kind, rng)
        if done is not None:
            used[r.ref] += 1
            yield Item("damaged", kind, f"{r.year} {r.lp}", done.text, r.ref, wrong=done.wrong, lost=done.lost,
                       z=r.z, kept_out=held_out(r.ref), origin=r.hyp)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of the words of a pair; None where nothing is.

    ``wrong``: float32 (n,), an expert marked the word. ``classes``: int (n,), of `audit.detectors.tagger.CLASSES`,
    `IGNORED` where unknown. ``missing``: float32 (m,), the hypothesis lacks the word. ``weight``: of ``wrong``.
    """

    wrong: NDArray[np.float32] | None
    classes: NDArray[np.int64] | None = None
    missing: NDArray[np.float32] | None = None
    weight: float = 1.0


def label(item: Item) -> Labels:
    """Return what is known of the words of ``item``."""
    places = item.spans
    n = len(places)
    if item.kind == "expert":
        hit = [np.minimum(places[:, 1], b) > np.maximum(places[:, 0], a) for a, b in item.marked]
        return Labels(np.any(hit, axis=0).astype(np.float32) if hit else np.zeros(n, np.float32))
    faultless = item.kind == "good" or (item.kind == "clean" and item.z >= FAULTLESS_Z)
    classes = np.zeros(n, np.int64)
    classes[list(item.wrong)] = CLASS.get(item.kind, IGNORED)
    there = [item.reference[a:b] for a, b in spans(item.reference).tolist()]
    missing = np.zeros(len(there), np.float32)
    if item.lost and there:
        found = relate([w.lower() for w in item.lost], [w.lower() for w in there])
        alike = np.any(found.same | found.akin_form | found.lexical[1], axis=0)
        missing = (alike & [w[0].isalnum() for w in there]).astype(np.float32)
    return Labels(
        np.zeros(n, np.float32) if faultless else None, classes, missing,
        GOOD_WEIGHT if item.kind == "good" else FAULTLESS_WEIGHT,
    )  # fmt: skip
