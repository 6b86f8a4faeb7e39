"""Garble the entities of clean English text as machine translation through a pivot language does, and say how.

The ways of going wrong are those that are on record for news: names drift by transliteration, become words, are
taken for other names; acronyms are expanded wrongly; numbers lose digits; titles are taken literally; sentences run
together; capitals fall. Damage is consistent within a document, with some variety, and right forms stand beside the
wrong ones. Entities are found by heuristics and tables apart from the product's, so that the benchmark does not share
its blind spots.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from random import Random
from typing import get_args

from audit.records import EntityKind
from benchmarks.clean_entities import TABLES, Named, find_entities
from benchmarks.wrong_forms import (
    as_word,
    drifted,
    misread_acronym,
    other_entity,
    recased,
    taken_literally,
    wrong_number,
)

__all__ = ["KINDS", "PIVOTS", "GoldSpan", "mangle"]

PIVOTS = tuple(TABLES["drifts"])
KINDS: tuple[EntityKind, ...] = get_args(EntityKind)

# How often each kind of damage befalls an entity that can suffer it; about the proportions of hand-annotated cases.
WEIGHTS: Mapping[str, float] = {
    "name_variant": 1.0, "name_as_word": 0.5, "wrong_entity": 0.2, "casing": 0.4,
    "acronym": 1.0, "number": 0.6, "title": 1.0, "merged": 0.25,
}  # fmt: skip
OCCURRENCE = 0.75
"""Share of the mentions of a damaged entity that are damaged: the others stay right."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A garbled mention: ``garbled[start:end] == surface``, and what should stand there."""

    start: int
    end: int
    surface: str
    correct: str
    kind: EntityKind
    severity: str


def mangle(
    text: str,
    *,
    seed: int,
    pivot: str | None = None,
    kinds: Iterable[EntityKind] | None = None,
    rate: float = 0.5,
    noise: float = 0.15,
    entities: Sequence[Named] | None = None,
) -> tuple[str, list[GoldSpan]]:
    """Return the text with about a share ``rate`` of its entities garbled, and every garbled span in order.

    Args:
        text: clean English.
        seed: of everything drawn; the same arguments give the same damage.
        pivot: one of ``PIVOTS``, which decides how names drift; drawn when None.
        kinds: the only kinds of damage to do; default: all.
        rate: share of the entities that are damaged; about three quarters of the mentions of each then are.
        noise: share of the places between entities where the wording is made literal.
        entities: garbled instead of what ``find_entities`` finds.
    """
    rng = Random(f"{seed} {pivot} {rate}")
    pivot = pivot or rng.choice(PIVOTS)
    found = sorted(entities if entities is not None else find_entities(text), key=lambda e: e.start)
    damage = _Damage(text, found, pivot, frozenset(kinds or KINDS), rate, rng)
    edits = damage.edits()
    taken = [(e.start, e.end) for e in found] + [(start, end) for start, end, *_ in edits]
    edits += [(start, end, new, "", None) for start, end, new in _literal_wording(text, taken, noise, rng)]
    return _apply(text, sorted(edits, key=lambda e: e[:2]))


# Damaging them

Edit = tuple[int, int, str, str, str | None]
"""Start and end of a change, the new text, what should stand there, and the kind of damage (None: mere wording)."""


class _Damage:
    """The plan for one document: which entities are damaged, and by which forms they are replaced."""

    def __init__(
        self, text: str, found: Sequence[Named], pivot: str, kinds: frozenset[str], rate: float, rng: Random
    ) -> None:
        self.text, self.found, self.pivot, self.kinds, self.rate, self.rng = text, found, pivot, kinds, rate, rng
        self.vocabulary = {w for e in found for w in e.surface.split()}
        self.plans: dict[str, tuple[EntityKind, list[str]] | None] = {}

    def edits(self) -> list[Edit]:
        edits: list[Edit] = []
        for entity in self.found:
            plan = self._plan(entity)
            if plan is None or self.rng.random() > OCCURRENCE:
                continue
            kind, forms = plan
            form = forms[0] if self.rng.random() < 0.7 else self.rng.choice(forms)
            new = self._fill(entity, form, kind)
            if new != entity.surface:
                edits.append((entity.start, entity.end, new, entity.surface, kind))
        return edits + self._joints({(start, end) for start, end, *_ in edits})

    def _plan(self, entity: Named) -> tuple[EntityKind, list[str]] | None:
        key = f"{entity.type} {self._key(entity)}"
        if key not in self.plans:
            self.plans[key] = self._decide(entity) if self.rng.random() < self.rate else None
        return self.plans[key]

    def _key(self, entity: Named) -> str:
        """What entities must share to be damaged alike: the last word of a person's name, else the whole."""
        return entity.surface.split()[-1] if entity.type == "person" else entity.surface.lower()

    def _decide(self, entity: Named) -> tuple[EntityKind, list[str]] | None:
        name = self._key(entity) if entity.type == "person" else entity.surface
        options = [(kind, forms) for kind in self._possible(entity) if (forms := self._forms(kind, name, entity.type))]
        if not options:
            return None
        return self.rng.choices(options, [WEIGHTS[kind] for kind, _ in options])[0]

    def _possible(self, entity: Named) -> list[EntityKind]:
        by_type: dict[str, list[EntityKind]] = {
            "person": ["name_variant", "name_as_word", "wrong_entity"],
            "organisation": ["name_variant", "name_as_word", "wrong_entity", "casing"],
            "place": ["name_variant", "wrong_entity"],
            "other": ["name_variant", "name_as_word", "casing", "wrong_entity"],
            "demonym": ["casing"], "acronym": ["acronym", "casing"], "number": ["number"], "title": ["title"],
        }  # fmt: skip
        return [kind for kind in by_type[entity.type] if kind in self.kinds]

    def _forms(self, kind: EntityKind, name: str, type_: str) -> list[str]:
        rng, pivot = self.rng, self.pivot
        forms: list[str] = []
        if kind == "name_variant":
            forms = drifted(name, pivot, rng)
        elif kind == "name_as_word":
            forms = as_word(name, type_, rng)
        elif kind == "wrong_entity":
            forms = other_entity(name, type_, [e.surface for e in self.found if e.type == type_], rng)
        elif kind == "acronym":
            forms = misread_acronym(name, pivot, rng)
        elif kind == "casing":
            forms = recased(name, rng)
        elif kind == "number":
            forms = wrong_number(name, rng)
        elif kind == "title":
            forms = taken_literally(name, rng)
        return [f for f in forms if f != name and (kind == "wrong_entity" or f not in self.vocabulary)]

    def _fill(self, entity: Named, form: str, kind: EntityKind) -> str:
        """The form within the mention: a person's first names stay, or drift a little as well."""
        if entity.type != "person" or " " not in entity.surface:
            return form
        first, _ = entity.surface.rsplit(" ", 1)
        if self.pivot == "ar" and self.rng.random() < 0.1:
            form = f"-{form}"
        elif kind == "name_variant" and self.rng.random() < 0.3 and (variants := drifted(first, self.pivot, self.rng)):
            first = variants[0]
        return f"{first} {form}"

    def _joints(self, damaged: Set[tuple[int, int]]) -> list[Edit]:
        """Names glued to the word after a full stop, or to the word before a comma."""
        edits: list[Edit] = []
        for entity in self.found:
            if "merged" not in self.kinds or entity.type in ("number", "title", "demonym"):
                continue
            m = re.compile(r"\.\s([A-Z]\w*)").match(self.text, entity.end)
            if m is not None:
                start, end = entity.start + entity.surface.rfind(" ") + 1, m.end()
                merged = self.text[start : entity.end] + m.group(1)
            elif m := re.compile(r"(?<![\w-])([a-z]+), $").search(self.text[max(0, entity.start - 20) : entity.start]):
                start, end = entity.start - len(m.group()), entity.end
                merged = m.group(1) + entity.surface
            else:
                continue
            overlaps = any(a < end and start < b for a, b in damaged) or any(
                e.start < end and start < e.end for e in self.found if e is not entity
            )
            if not overlaps and self.rng.random() < WEIGHTS["merged"] * self.rate:
                edits.append((start, end, merged, re.sub(r"\s", " ", self.text[start:end]), "merged"))
        return edits


# Wording

_LITERAL = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, TABLES['literal']), key=len, reverse=True))})\b"
    r"|\bthe (?=[a-z])|(?<=\d)-(?=[a-z])"
)


def _literal_wording(
    text: str, taken: Sequence[tuple[int, int]], rate: float, rng: Random
) -> Iterator[tuple[int, int, str]]:
    spans = sorted(taken)
    starts = [start for start, _ in spans]
    for m in _LITERAL.finditer(text):
        before = bisect_left(starts, m.end())
        if any(end > m.start() - 1 for _, end in spans[max(0, before - 3) : before]) or rng.random() > rate:
            continue
        old = m.group()
        new = " -" if old == "-" else TABLES["literal"].get(old, "")
        yield m.start(), m.end(), new


def _apply(text: str, edits: Sequence[Edit]) -> tuple[str, list[GoldSpan]]:
    parts: list[str] = []
    gold: list[GoldSpan] = []
    done = length = 0
    for start, end, new, correct, kind in edits:
        if start < done:
            continue
        parts += [text[done:start], new]
        length += start - done
        if kind is not None:
            gold.append(GoldSpan(length, length + len(new), new, correct, kind, _severity(kind)))
        length += len(new)
        done = end
    return "".join(parts) + text[done:], gold


def _severity(kind: str) -> str:
    return "minor" if kind in ("casing", "merged") else "major"
