"""Names that no reference explains but that the text itself makes suspicious.

Two things speak without a reference: one name written in several ways, and, in a text that mangles names elsewhere, a
form that is in no dictionary and no gazetteer and is hardly ever seen. Such findings have ``supported`` false.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from audit.entities import gazetteers as gz
from audit.entities.inventory import Inventory
from audit.entities.lexicon import is_common_noun, is_proper
from audit.entities.mentions import Name
from audit.entities.spelling import bones, fold, word_similarity
from audit.records import Signal

__all__ = ["Doubt", "find_doubts", "strangeness", "unheard"]

Doubt = tuple[str, float, Signal]
"""The form that should perhaps stand there (may be empty), a probability, and what speaks for it."""

_SHORTEST = 4
_TWINS = 0.86
_TWIN_CONFIDENCE = 0.6
_GARBLED_CONFIDENCE = 0.55
_BARE_CONFIDENCE = 0.35
_GARBLED_SHARE = 0.08
_GARBLED_COUNT = 3
_STRANGE = 0.15
_CROWDED = 100
"""What more names than this have in common does not make two of them one."""
_CONSISTENT = 3
"""A form that a text uses more often than this, always alike, is a name it knows."""


def unheard(word: str) -> bool:
    """Whether ``word`` is in no dictionary and no gazetteer and is hardly ever seen in English."""
    known = is_common_noun(word) or is_proper(word) or gz.is_place(word) or gz.is_first_name(word)
    return not known and gz.zipf(word.lower()) < gz.WORD_ZIPF


def strangeness(inventory: Inventory) -> float:
    """Return the share of the references' names that hold a word nobody has heard of, 0 to 1."""
    odd = sum(any(len(w) >= _SHORTEST and unheard(w) for w in e.words) for e in inventory.entities)
    return odd / max(1, len(inventory.entities))


def find_doubts(
    names: Sequence[Name], allowed: Collection[str], *, mangled: int, right: int, strange: float | None
) -> Mapping[str, Doubt]:
    """Return doubts by the surface of the names that nothing explains.

    ``mangled`` and ``right`` count the names of the text that were found wrong and right; where many were wrong, a form
    nobody has heard of is probably wrong too. That only holds where the right names are known ones: ``strange`` is the
    share of the references' names that nobody has heard of (None without references). Surfaces in ``allowed`` are
    never doubted.
    """
    uses = Counter(n.surface for n in names)
    doubts: dict[str, Doubt] = {}
    for odd, other in _twins(names, uses):
        signal = Signal("inconsistent", 0.0, f"the text itself also writes it {other}")
        doubts.setdefault(odd, (other, _TWIN_CONFIDENCE, signal))
    garbled = mangled >= _GARBLED_COUNT and mangled >= _GARBLED_SHARE * (mangled + right)
    if strange is None or (garbled and strange <= _STRANGE):
        sure = _GARBLED_CONFIDENCE if garbled else _BARE_CONFIDENCE
        for name in names:
            if uses[name.surface] <= _CONSISTENT and _is_odd(name):
                signal = Signal("unheard", 0.0, "it is in no dictionary and no list of names, and no reference has it")
                doubts.setdefault(name.surface, ("", sure, signal))
    return {surface: doubt for surface, doubt in doubts.items() if surface not in allowed}


def _is_odd(name: Name) -> bool:
    return any(len(w) >= _SHORTEST and w[0].isupper() and not w.isupper() and unheard(w) for w in name.words)


def _twins(names: Sequence[Name], uses: Counter[str]) -> list[tuple[str, str]]:
    """Return pairs of surfaces that write one name in two ways, the doubtful one first."""
    shelves: defaultdict[str, set[str]] = defaultdict(set)
    last: dict[str, Name] = {}
    for name in names:
        if name.common or len(name.words[-1]) < _SHORTEST:
            continue
        last[name.surface] = name
        for key in {*bones(name.words[-1]), fold(name.words[-1])[:4]}:
            shelves[key].add(name.surface)
    pairs = []
    for shelf in shelves.values():
        if len(shelf) > _CROWDED:
            continue
        for a, b in combinations(sorted(shelf), 2):
            if _are_twins(last[a], last[b]):
                odd, other = sorted((a, b), key=lambda s: (_familiarity(last[s]), uses[s], s))
                if _familiarity(last[odd]) < _familiarity(last[other]):
                    pairs.append((odd, last[other].words[-1] if len(last[odd].words) == 1 else other))
    return pairs


def _are_twins(a: Name, b: Name) -> bool:
    left, right = a.words, b.words
    if fold(left[-1]) == fold(right[-1]) or (len(left) > 1 and len(right) > 1 and fold(left[0]) != fold(right[0])):
        return False
    plural = {fold(left[-1]), fold(right[-1])}
    if any(word + "s" in plural for word in plural):
        return False
    return word_similarity(left[-1], right[-1]) >= _TWINS and (unheard(left[-1]) or unheard(right[-1]))


def _familiarity(name: Name) -> float:
    return gz.zipf(name.words[-1].lower()) + (2.0 if is_proper(name.words[-1]) else 0.0)
