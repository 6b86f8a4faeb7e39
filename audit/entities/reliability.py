"""References can be garbled too: names that one reference spells against the others, and what that says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from audit.entities.doubts import unheard
from audit.entities.inventory import Entity, Inventory
from audit.entities.spelling import bones, fold, name_similarity
from audit.records import Text

__all__ = ["contradicted", "reliability_notes"]

_ALIKE = 0.8
_CROWDED = 100
"""What more entities than this have in common does not make two of them one."""


def contradicted(inventory: Inventory) -> Mapping[int, int]:
    """Return entities that look like a garbled spelling of another reference's entity, with that entity.

    Of two alike that no reference has side by side, the one that nobody has heard of, or that fewer references and
    fewer sentences have, is the garbled one.
    """
    shelves: defaultdict[str, set[int]] = defaultdict(set)
    for index, entity in enumerate(inventory.entities):
        for key in {*bones(entity.last), fold(entity.last)[:3]}:
            shelves[key].add(index)
    found: dict[int, int] = {}
    for shelf in shelves.values():
        if len(shelf) > _CROWDED:
            continue
        for a, b in combinations(sorted(shelf), 2):
            if _are_one(inventory.entities[a], inventory.entities[b]):
                worse, better = sorted((a, b), key=lambda i: _standing(inventory.entities[i]))
                if _standing(inventory.entities[worse]) < _standing(inventory.entities[better]):
                    found.setdefault(worse, better)
    return found


def _are_one(a: Entity, b: Entity) -> bool:
    if len(a.words) != len(b.words) or fold(a.canonical) == fold(b.canonical):
        return False
    apart = _references(a).isdisjoint(_references(b))
    differing = [w for e, o in ((a, b), (b, a)) for w in e.words if fold(w) not in {fold(x) for x in o.words}]
    return apart and any(unheard(w) for w in differing) and name_similarity(a.words, b.words) >= _ALIKE


def _references(entity: Entity) -> set[int]:
    return {place.reference for places in entity.places.values() for place in places}


def _standing(entity: Entity) -> tuple[int, int, int]:
    return entity.documents, -sum(unheard(w) for w in entity.words), entity.count


def reliability_notes(found: Mapping[int, int], inventory: Inventory, references: Sequence[Text]) -> tuple[str, ...]:
    """Return a line for people for each spelling that the other references contradict."""
    lines = []
    for worse, better in sorted(found.items()):
        entity, other = inventory.entities[worse], inventory.entities[better]
        name = references[min(_references(entity))].document.name
        lines.append(f"{name} writes {entity.canonical} where others write {other.canonical}; it weighs less there")
    return tuple(lines)
