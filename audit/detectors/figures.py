"""Figures where they stand, and which figure of one text answers to which of another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audit.entities.gazetteers import fold
from audit.entities.quantities import (
    Code,
    Figure,
    Quantity,
    compatible,
    difference,
    find_figures,
    same,
)
from audit.entities.spelling import word_similarity
from audit.records import Sentence

__all__ = ["Use", "agreement", "match", "pair_rest", "stem", "uses"]

MAX_FIGURES = 100
"""Sentences with more figures are tables or lists, in which nothing tells what a figure is for."""

ROUNDING = 0.05
"""A rounded figure lies within this share of the exact one."""

_WORD = re.compile(r"[^\W\d_]+")
_NAME_BEFORE = re.compile(r"(?<!\w)([A-Z][^\W\d_]+)[ -]$")
_LONGEST_NAME = 40
_SPELT_ALIKE = 0.8
_STEM = 5
_WINDOW = 5
_FUNCTION_WORDS = frozenset(
    "the a an of in on at to for by with from and or but as is are was were be been has have had it its he she they "
    "his her their this that these those who which than more less about over some not no".split()
)
_PAIRABLE = (
    frozenset(("number", "day")), frozenset(("number", "year")), frozenset(("ordinal", "day")),
    frozenset(("number", "ordinal")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """A figure in a sentence; ``start`` and ``end`` are offsets into the document.

    ``quantity`` is None for a figure inside a name, which is then ``name``. ``near`` holds the stems of the content
    words around it, ``head`` those of the words that follow; ``position`` is its place in the sentence (0 to 1).
    """

    sentence: Sentence
    start: int
    end: int
    surface: str
    role: str
    value: float
    scale: float
    quantity: Quantity | None
    name: str
    near: frozenset[str]
    head: frozenset[str]
    position: float

    @property
    def unit(self) -> str:
        """The unit of its quantity, empty when it has none."""
        return self.quantity.unit if self.quantity else ""


def uses(sentence: Sentence) -> list[Use]:
    """Return the figures of ``sentence`` in order, none when there are more than ``MAX_FIGURES``."""
    text = sentence.text
    quantities, codes = find_figures(text)
    found: list[tuple[Figure | Code, Quantity | None]] = [
        (f, quantity) for quantity in quantities for f in quantity.figures
    ]
    found += [(code, None) for code in codes]
    if not 0 < len(found) <= MAX_FIGURES:
        return []
    found.sort(key=lambda pair: (pair[0].start, pair[0].end))
    words = [(m.start(), m.end(), stem(m.group())) for m in _WORD.finditer(text)]
    return [_use(sentence, figure, quantity, words) for figure, quantity in found]


def stem(word: str) -> str:
    """Return what a word is compared by: its first letters, folded."""
    return fold(word)[:_STEM]


def _use(
    sentence: Sentence, figure: Figure | Code, quantity: Quantity | None, words: Sequence[tuple[int, int, str]]
) -> Use:
    first, last = (quantity.start, quantity.end) if quantity else (figure.start, figure.end)
    before = [word for _, end, word in words if end <= first and word not in _FUNCTION_WORDS][-_WINDOW:]
    after = [word for start, _, word in words if start >= last and word not in _FUNCTION_WORDS][:_WINDOW]
    return Use(
        sentence=sentence,
        start=sentence.start + figure.start,
        end=sentence.start + figure.end,
        surface=sentence.text[figure.start : figure.end],
        role="code" if isinstance(figure, Code) else figure.role,
        value=_code_value(figure.surface) if isinstance(figure, Code) else figure.value,
        scale=1.0 if isinstance(figure, Code) else figure.scale,
        quantity=quantity,
        name=_shape(figure.name) if isinstance(figure, Code) else "",
        near=frozenset(before + after),
        head=frozenset(after[:2]),
        position=figure.start / max(1, len(sentence.text)),
    )


def _code_value(digits: str) -> float:
    plain = re.sub(r"\D", "", digits)
    return float(plain) if plain else 0.0


def _shape(name: str) -> str:
    return re.sub(r"\d+", "0", fold(name))


def agreement(a: Use, b: Use) -> int:
    """Return how far two figures agree: 3 in value and kind, 2 in value, 1 as one fact told otherwise, 0 not at all."""
    if a.quantity is None or b.quantity is None:
        same_name = a.role == b.role or _numbers_one_name(a, b)
        return 3 * (same_name and a.value == b.value)
    if a.role == b.role and a.quantity.type != "date" and same(a.quantity, b.quantity):
        return 3
    if a.value == b.value:
        return 3 if a.role == b.role and a.quantity.unit == b.quantity.unit else 2
    if {a.role, b.role} == {"number", "time"}:
        hours, minutes = divmod(max(a, b, key=lambda use: use.role == "time").value, 60)
        return 2 * (min(a, b, key=lambda use: use.role == "time").value in (hours, hours or 24, hours + minutes / 100))
    return int(_otherwise_told(a, b))


def _otherwise_told(a: Use, b: Use) -> bool:
    """Whether two unequal figures can come of translating one: rounded, converted, or with a word that makes up for it.

    Two figures with one qualifier, and the ends of two ranges, stand for what they say.
    """
    one, other = a.quantity, b.quantity
    if one is None or other is None or {a.role, b.role} & {"month", "day", "weekday"}:
        return False
    if len(one.figures) > 1 and len(other.figures) > 1 and one.type != "date":
        return False
    if one.type == other.type and one.qualifier == other.qualifier:
        one, other = replace(one, qualifier="exact"), replace(other, qualifier="exact")
    if not compatible(one, other):
        return False
    if one.type != other.type or one.type in ("date", "time") or one.unit != other.unit:
        return True
    return difference(one, other) <= ROUNDING and _digits(one) != _digits(other)


def _digits(q: Quantity) -> int:
    """How many significant digits the value is given with."""
    return len(f"{abs(q.low / q.precision):.0f}")


def likeness(a: Use, b: Use) -> float:
    """Return how alike the surroundings of two figures are (0 to 1): words around, the next word or unit, the place."""
    near = 2 * len(a.near & b.near) / max(1, len(a.near) + len(b.near))
    head = bool(a.head & b.head) or (a.unit == b.unit != "") or (a.scale == b.scale != 1)
    return 0.5 * near + 0.3 * head + 0.2 * (1 - abs(a.position - b.position))


def match(ours: Sequence[Use], theirs: Sequence[Use]) -> tuple[list[Use], list[Use]]:
    """Return the figures of either side that agree with none of the other, each answering to one at most."""
    left, right = list(ours), list(theirs)
    for tier in (3, 2, 1):
        scored = [
            (likeness(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right) if agreement(a, b) == tier
        ]
        pairs = _assign(scored)
        taken, given = {i for _, i, _ in pairs}, {j for _, _, j in pairs}
        left = [use for i, use in enumerate(left) if i not in taken]
        right = [use for j, use in enumerate(right) if j not in given]
    return left, right


def pair_rest(ours: Sequence[Use], theirs: Sequence[Use]) -> list[tuple[Use, Use, float]]:
    """Pair figures that agree with nothing: those of one kind, the most alike first. Gives (ours, theirs, likeness)."""
    scored = [
        (kinship * likeness(a, b), i, j)
        for i, a in enumerate(ours)
        for j, b in enumerate(theirs)
        if (kinship := _kinship(a, b))
    ]
    return [(ours[i], theirs[j], score) for score, i, j in _assign(scored)]


def _kinship(a: Use, b: Use) -> float:
    """Return how much two figures are of one kind (0 to 1); 0 when one can't stand for the other."""
    if a.quantity is None or b.quantity is None:
        return float(a.name == b.name if a.role == b.role else _numbers_one_name(a, b))
    if _vague(a.quantity) or _vague(b.quantity):
        return 0.0
    if a.role != b.role:
        return 0.6 if frozenset((a.role, b.role)) in _PAIRABLE else 0.0
    if a.role == "ordinal" and not any(c.isdigit() for c in a.surface + b.surface):
        return 0.7  # "first" and "second" stand in many phrases that count nothing
    if a.role != "number" or a.quantity.unit == b.quantity.unit:
        return 1.0
    return 0.7 if not a.quantity.unit or not b.quantity.unit else 0.0


def _numbers_one_name(a: Use, b: Use) -> bool:
    """Whether one figure is a part of a name ("Merlin-1") and the other stands behind the same name, or one that is
    spelt like it ("Merlyn 2")."""
    code, number = (a, b) if a.quantity is None else (b, a)
    if code.quantity is not None or number.quantity is None or number.unit or not number.surface.isdigit():
        return False
    before = number.sentence.text[: number.start - number.sentence.start]
    named = _NAME_BEFORE.search(before[-_LONGEST_NAME:])
    name = code.name.rstrip("0-‐‑'’")
    return named is not None and len(name) > 1 and word_similarity(named[1], name) >= _SPELT_ALIKE


def _vague(q: Quantity) -> bool:
    """Whether the quantity is an order of magnitude in words ("dozens", "millions of dollars")."""
    return q.low < q.high and len(q.figures) == 1 and q.type != "date" and q.unit != "decade"


def _assign(scored: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    """Choose pairs (score, ours, theirs) one to one, the highest scores first."""
    chosen: list[tuple[float, int, int]] = []
    taken: set[int] = set()
    given: set[int] = set()
    for score, i, j in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        if i not in taken and j not in given:
            chosen.append((score, i, j))
            taken.add(i)
            given.add(j)
    return chosen
