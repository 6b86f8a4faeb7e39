"""The names of a hypothesis gathered into forms, and what is certain of each before any evidence is weighed.

A form is a name's words, folded. It is known when the references have its letters; its roles and first names come from
the hypothesis itself, so that right mentions there help to read the wrong ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.entities import gazetteers as gz
from audit.entities.inventory import Entity, Inventory
from audit.entities.lexicon import is_common_noun
from audit.entities.mentions import Name
from audit.entities.roles import find_roles
from audit.entities.spelling import fold, initials

__all__ = [
    "ARTICLES",
    "Form",
    "Forms",
    "expanded",
    "form_of",
    "gather",
    "is_acronym",
    "is_ordinary",
    "joined_article",
    "shared_role",
    "spells",
]

Form = tuple[str, ...]
"""A name's words, folded."""

ARTICLES = frozenset({"al", "el"})
"""Articles that names keep in front of them, or gain on the way through Arabic."""

_WELL_KNOWN = 3.4
_SURFACES = 50
_SHORTEST_PLURAL = 4
"""Shorter words with an s are seldom plurals of names ("news")."""

_BODY_WORDS = gz.ORGANISATION_SUFFIXES | {
    *"national international federal european american world state royal central general public".split(),
    *"new united centre center board division programme program service system".split(),
}
"""Words that any body's name may have, so that texts which have them tell nothing of this one."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of one hypothesis.

    ``members`` holds the names of each form, ``known`` the entity whose letters it has (or None), ``roles`` the offices
    that the text gives it at known entities, ``firsts`` the folded first names of each entity, ``present``
    the known entities of each sentence, ``surfaces`` the most frequent ways in which each known entity is written.
    """

    members: dict[Form, list[Name]]
    known: dict[Form, int | None]
    roles: dict[Form, set[tuple[str, int]]]
    firsts: dict[int, set[str]]
    present: dict[int, set[int]]
    surfaces: dict[int, tuple[str, ...]]


def gather(names: Sequence[Name], inventory: Inventory, text: str) -> Forms:
    """Gather ``names`` (all of one hypothesis, in order; ``text`` its whole text) into forms."""
    members: defaultdict[Form, list[Name]] = defaultdict(list)
    for name in names:
        members[form_of(name)].append(name)
    known = {form: _known(group[0], inventory) for form, group in members.items()}
    roles: defaultdict[Form, set[tuple[str, int]]] = defaultdict(set)
    for role in find_roles(names, text):
        body = known.get(form_of(names[role.body])) if role.body is not None else None
        if body is not None:
            roles[form_of(names[role.person])].add((role.office, body))
    present: defaultdict[int, set[int]] = defaultdict(set)
    for name in names:
        index = known[form_of(name)]
        if index is not None:
            present[name.sentence].add(index)
    written: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for form, index in known.items():
        if index is not None:
            written[index].update(name.surface for name in members[form])
    surfaces = {index: tuple(s for s, _ in counts.most_common(_SURFACES)) for index, counts in written.items()}
    firsts = _first_names(known, members, inventory)
    return Forms(dict(members), known, dict(roles), firsts, dict(present), surfaces)


def form_of(name: Name) -> Form:
    """Return the form of a name."""
    return tuple(fold(w) for w in name.words)


def _known(name: Name, inventory: Inventory) -> int | None:
    """Return the entity whose letters a name has, whatever its case and spacing."""
    index = inventory.by_fold.get(fold("".join(name.words)))
    if index is None:
        index = expanded(name.words, inventory)
    if index is None and len(name.words) > 1 and name.type == "person":
        # "Jane Doe" where the references only say "Doe" (or Jane Q. Doe).
        owner = inventory.by_fold.get(fold(name.words[-1]))
        if owner is not None and inventory.entities[owner].type in ("person", "other"):
            entity = inventory.entities[owner]
            other_middle = len(entity.words) == len(name.words) > 2 and not _same_middle(name.words, entity.words)
            index = owner if fold(entity.first) in ("", fold(name.words[0])) and not other_middle else None
    return _part(fold("".join(name.words)), inventory) if index is None else index


def _same_middle(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the names between first and last are the same, or one is the initial of the other."""
    pairs = zip(map(fold, ours[1:-1]), map(fold, theirs[1:-1]), strict=True)
    return all(a == b or (1 in (len(a), len(b)) and a[:1] == b[:1]) for a, b in pairs)


def _part(letters: str, inventory: Inventory) -> int | None:
    """Return the entity that has the letters as part of its name: a short way to say it, not an error. Plurals are
    parts of bodies ("Republicans"), not of people."""
    index = inventory.by_part.get(letters)
    if index is None and letters.endswith("s") and len(letters) > _SHORTEST_PLURAL:
        index = inventory.by_part.get(letters[:-1])
        index = index if index is not None and inventory.entities[index].type != "person" else None
    return index


def expanded(words: Sequence[str], inventory: Inventory) -> int | None:
    """Return the entity whose acronym the words spell out: as a table has it, else as far as the references tell of
    what the words say ("Nigeria Centre for Disease Control" where there is talk of a disease)."""
    index = inventory.by_fold.get(initials(words)) if len(words) > 1 else None
    if index is None or not spells(words, inventory.entities[index]):
        return None
    meanings = {fold(e) for f in inventory.entities[index].forms for e in gz.expansions(f)}
    if meanings:
        return index if fold(" ".join(words)) in meanings else None
    told = [w for w in words if w.lower() not in _BODY_WORDS and (inventory.knows(w) or inventory.knows(w.lower()))]
    return index if told else None


def _first_names(
    known: dict[Form, int | None], members: Mapping[Form, Sequence[Name]], inventory: Inventory
) -> dict[int, set[str]]:
    """Return the folded first names of persons, as the references or right forms of the hypothesis have them."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for index, entity in enumerate(inventory.entities):
        if entity.first:
            found[index].add(fold(entity.first))
    for form, owner in known.items():
        full = owner is not None and len(form) > 1 and form[-1] == fold(inventory.entities[owner].last)
        if owner is not None and full and any(n.type == "person" for n in members[form]):
            found[owner].add(form[0])
    return dict(found)


def shared_role(roles: Iterable[tuple[str, int]], entity: Entity, inventory: Inventory) -> str:
    """Return an office at a named body that both the form and the entity hold, in words, or an empty string."""
    for office, body in sorted(roles):
        names = {fold(f) for f in inventory.entities[body].forms}
        if any(office == theirs and at in names for theirs, at in entity.roles):
            return f"{office} of {inventory.entities[body].canonical}"
    return ""


def is_acronym(form: str) -> bool:
    """Whether a form is written as an acronym: two to six capitals."""
    return form.isupper() and form.isalpha() and 2 <= len(form) <= 6


def spells(words: Sequence[str], entity: Entity) -> bool:
    """Whether the first letters of several words spell an acronym of the entity."""
    return len(words) > 1 and any(is_acronym(f) and initials(words) == f.lower() for f in entity.forms)


def is_ordinary(words: Iterable[str]) -> bool:
    """Whether all words are frequent in English or name a people, so that a name may have been taken for them."""
    return all(gz.is_nationality(w) or (is_common_noun(w) and gz.zipf(w) >= _WELL_KNOWN) for w in map(str.lower, words))


def joined_article(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with an article glued to what follows: it is one name, however it is spaced."""
    if len(words) > 1 and words[0].lower() in ARTICLES:
        return (words[0] + words[1], *words[2:])
    return tuple(words)
