"""Pairs of texts whose alignment is known because it was made: what the aligner is fitted on and measured with.

Machine translations and references of consecutive segments lose sentences, gain foreign ones, are merged, cut, moved.
Loose cases are accounts of the same stories that share little: most of their sentences tell what the other leaves out,
many share one clause only, names are garbled. Short cases are texts of one to a few sentences, some with nothing in
common. Cases apart have nothing in common.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from audit.records import Mode, Relation
from benchmarks.mangler import KINDS, mangle

_BORDER = re.compile(r"(?:[,;:]| –| -)\s+")
_SHORT = 40
LONG, SHORT = range(15, 75), range(1, 7)
"""Segments of a case before it is damaged."""
_APART = 60
"""Segments so far apart are about different things."""


@dataclass(frozen=True)
class Case:
    """Two texts and the pairs of their sentences that tell the same.

    ``doubtful`` pairs may or may not: too little of their segment is left, or perhaps different parts of it.
    """

    id: str
    language: str
    mode: Mode
    hypothesis: tuple[str, ...]
    reference: tuple[str, ...]
    gold: dict[tuple[int, int], Relation]
    doubtful: frozenset[tuple[int, int]] = frozenset()
    loose: bool = False


@dataclass(frozen=True)
class Damage:
    """What happens to one side; shares of its sentences. ``thin``: the share of words that a sentence may lose."""

    drop: float = 0.0
    insert: float = 0.0
    short: float = 0.0
    merge: float = 0.0
    cut: float = 0.0
    thin: float = 0.0
    moves: int = 0


@dataclass(frozen=True)
class _Item:
    """A sentence, the segments or halves of segments that it is made of, and how much of them is left."""

    text: str
    whole: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    left: float = 1.0


@dataclass(frozen=True)
class _Stretch:
    """Consecutive segments by one system, and sentences from elsewhere."""

    id: str
    language: str
    segments: list[tuple[int, str, str]]
    foreign: tuple[list[str], list[str]] = field(repr=False)


def read_cases(path: Path) -> list[Case]:
    """Read the cases of ``alignment.jsonl.gz``."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        Case(
            id=row["id"],
            language=re.search(r"\.(\w\w)-en", row["id"])[1],  # type: ignore[index]
            mode=row["mode"],
            hypothesis=tuple(row["hypothesis"]),
            reference=tuple(row["reference"]),
            gold=dict.fromkeys(map(tuple, row["gold"]), "equivalent"),
        )
        for row in rows
    ]


def make_cases(bench: Path, seed: int, counts: dict[str, int]) -> list[Case]:
    """Make so many cases of each kind of each test set, news and talks.

    Kinds are ``comparable``, ``loose``, ``parallel``, ``short`` and ``apart``.
    """
    news = pd.read_csv(bench / "da_en_train.csv.xz").dropna(subset=["hyp", "ref"])
    sets = [(f"{year}.{pair}", pair[:2], group) for (year, pair), group in news.groupby(["year", "lp"])]
    talks = pd.read_csv(bench / "mqm_ted21_zhen.csv.gz").dropna(subset=["hyp", "ref"])
    places = talks.seg.str.extract(r"talk\.(\d+):(\d+)").astype(int)
    talks = talks.assign(seg=places[0] * 10_000 + places[1], z=-talks.mqm)
    sets.append(("ted.zh-en", "zh", talks[talks.system != "refA"]))
    cases: list[Case] = []
    for name, language, group in sets:
        for kind, count in counts.items():
            rng = random.Random(f"{seed} {name} {kind}")
            stretches = _stretches(group, name, language, SHORT if kind == "short" else LONG, rng)
            made = (_make(stretch, kind, rng) for stretch in stretches)
            least = 1 if kind == "short" else 3
            useful = (case for case in made if min(len(case.hypothesis), len(case.reference)) >= least)
            cases += [case for _, case in zip(range(count), useful, strict=False)]
    return cases


def _stretches(group: pd.DataFrame, name: str, language: str, lengths: range, rng: random.Random) -> Iterator[_Stretch]:
    """Yield stretches from places and systems at random, the worse systems more often; without end."""
    by_system = {system: dict(zip(g.seg, g.hyp, strict=True)) for system, g in group.groupby("system")}
    references = dict(zip(group.seg, group.ref, strict=True))
    order = list(group.groupby("system").z.mean().sort_values().index)
    while True:
        system = rng.choice(order[: max(2, len(order) // 3)] if rng.random() < 0.5 else order)
        known = sorted(by_system[system])
        start = rng.randrange(max(1, len(known) - lengths.start))
        chosen = known[start : start + rng.choice(lengths)]
        far = [s for s in known if s < chosen[0] - _APART or s > chosen[-1] + _APART]
        if len(chosen) < min(12, lengths.start) or len(far) < 20:
            continue
        rng.shuffle(far)
        yield _Stretch(
            f"{name}.{chosen[0]}.{system}",
            language,
            [(s, by_system[system][s], references[s]) for s in chosen],
            ([by_system[system][s] for s in far[::2]], [references[s] for s in far[1::2]]),
        )


def _make(stretch: _Stretch, kind: str, rng: random.Random) -> Case:
    loose = kind == "loose"
    written = [segment[1] for segment in stretch.segments]
    if rng.random() < (0.4 if loose else 0.2):
        written = _garbled(written, rng)
    texts = (written, [segment[2] for segment in stretch.segments])
    sides = []
    cut = rng.random() < 0.4
    thin = rng.choice([0.0, 0.4, 0.7, 0.9]) if loose else 0.0
    mode: Mode = (
        "parallel" if kind == "parallel" or (kind in ("apart", "short") and rng.random() < 0.5) else "comparable"
    )
    apart = kind == "apart" or (kind == "short" and rng.random() < 0.3)
    moves = 0 if mode == "parallel" or rng.random() < 0.3 else rng.randrange(1, 5)
    for side in (0, 1):
        if mode == "parallel":
            damage = Damage(
                drop=rng.uniform(0, 0.15),
                insert=rng.uniform(0, 0.15),
                merge=rng.uniform(0, 0.25),
                cut=0.1 * cut,
            )
        elif loose:
            damage = Damage(
                drop=rng.uniform(0.3, 0.8),
                insert=rng.uniform(0, 0.3),
                short=rng.uniform(0, 0.15),
                merge=rng.uniform(0, 0.25),
                cut=rng.uniform(0.2, 0.9),
                thin=thin,
                moves=moves * side,
            )
        else:
            damage = Damage(
                drop=rng.uniform(0.05, 0.6),
                insert=rng.uniform(0, 0.5),
                merge=rng.uniform(0, 0.2),
                cut=rng.uniform(0.2, 0.8) * cut,
                moves=moves * side,
            )
        items = [_Item(t, frozenset({s[0]})) for s, t in zip(stretch.segments, texts[side], strict=True)]
        if apart and side == 1:
            items = [_Item(t, frozenset({-1 - k})) for k, t in enumerate(stretch.foreign[1][: len(items)])]
        sides.append(_damaged(items, stretch.foreign[side], damage, rng))
    gold: dict[tuple[int, int], Relation] = {}
    doubtful = set()
    for i, left in enumerate(sides[0]):
        for j, right in enumerate(sides[1]):
            common = (left.whole & (right.whole | right.parts)) | (left.parts & right.whole)
            remains = left.left * right.left
            if (left.parts & right.parts and not common) or (common and remains < 0.3):
                doubtful.add((i, j))
            elif common:
                same = left.whole == right.whole and not left.parts and not right.parts and remains > 0.7
                gold[i, j] = "equivalent" if same else "partial"
    return Case(
        f"{stretch.id}.{kind}",
        stretch.language,
        mode,
        tuple(item.text for item in sides[0]),
        tuple(item.text for item in sides[1]),
        gold,
        frozenset(doubtful),
        loose,
    )


def _garbled(sentences: list[str], rng: random.Random) -> list[str]:
    """Garble names and figures as a pivot language does, each sentence staying one line."""
    kinds = [kind for kind in KINDS if kind != "merged"]
    text = "\n".join(" ".join(sentence.split()) for sentence in sentences)
    garbled = mangle(text, seed=rng.randrange(2**32), rate=rng.uniform(0.2, 0.8), kinds=kinds)[0].split("\n")
    return garbled if len(garbled) == len(sentences) else sentences


def _damaged(items: list[_Item], foreign: Sequence[str], damage: Damage, rng: random.Random) -> list[_Item]:
    lost = [item.text for item in items if rng.random() < damage.drop]
    kept = [item for item in items if item.text not in set(lost)]
    changed = []
    for item in kept:
        if rng.random() < damage.cut and len(halves := _halves(item.text)) == 2:
            changed += _cut(item, halves, lost if damage.thin and lost else foreign, rng)
        elif damage.thin:
            changed.append(_thinned(item, rng.betavariate(2, 2) * damage.thin, lost or foreign, rng))
        else:
            changed.append(item)
    merged: list[_Item] = []
    for item in changed:
        if merged and rng.random() < damage.merge:
            last = merged.pop()
            left = min(last.left, item.left)
            merged.append(_Item(f"{last.text} {item.text}", last.whole | item.whole, last.parts | item.parts, left))
        else:
            merged.append(item)
    for _ in range(int(len(merged) * damage.insert)):
        merged.insert(rng.randrange(len(merged) + 1), _Item(rng.choice(foreign)))
    short = [text for text in foreign if len(text) < _SHORT] or foreign
    for _ in range(int(len(merged) * damage.short)):
        merged.insert(rng.randrange(len(merged) + 1), _Item(rng.choice(short)))
    for _ in range(damage.moves if len(merged) > 6 else 0):
        start = rng.randrange(len(merged) - 3)
        block = merged[start : start + rng.randrange(2, max(3, len(merged) // 4))]
        del merged[start : start + len(block)]
        place = rng.randrange(len(merged) + 1)
        merged[place:place] = block
    return merged


def _halves(text: str) -> list[str]:
    """Cut a sentence at the border of clauses nearest its middle; empty where there is none."""
    borders = [m.end() for m in _BORDER.finditer(text) if 0.3 * len(text) < m.end() < 0.7 * len(text)]
    if not borders or len(text) < 80:
        return []
    middle = min(borders, key=lambda place: abs(place - len(text) / 2))
    return [text[:middle].strip(" ,;:–-"), text[middle:]]


def _cut(item: _Item, halves: list[str], foreign: Sequence[str], rng: random.Random) -> list[_Item]:
    """Keep one half, or both as sentences of their own, or join one with half of a foreign sentence."""
    (segment,) = item.whole
    pieces = [_Item(half, parts=frozenset({segment})) for half in halves]
    fate = rng.random()
    if fate < 0.3:
        return pieces
    place = rng.randrange(2)
    other = _halves(rng.choice(foreign))
    if fate < 0.6 or len(other) < 2:
        return [pieces[place]]
    other[place] = halves[place]
    return [_Item(", ".join(other), parts=frozenset({segment}))]


def _thinned(item: _Item, loss: float, fillers: Sequence[str], rng: random.Random) -> _Item:
    """Take words out of a sentence and put words of another one before or behind."""
    words = [word for word in item.text.split() if rng.random() >= 0.8 * loss]
    share = loss * rng.uniform(0.2, 1.3)
    filling = [word for word in rng.choice(fillers).split() if rng.random() < share]
    if not words or loss < 0.05:
        return item
    text = " ".join(words + filling if rng.random() < 0.5 else filling + words)
    return _Item(text, item.whole, left=1 - 0.8 * loss)
