"""What the references hold: entities with all their forms, first names, roles and places, over all references."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from audit.entities.mentions import Name, find_names
from audit.entities.roles import find_roles
from audit.entities.spelling import fold, initials
from audit.entities.tokens import CaseProfile, tokenize
from audit.records import EntityType, Text

__all__ = ["Entity", "Inventory", "Place", "take_inventory"]

_LONGEST = 6
_EXPANSION = re.compile(r"\(([A-Z][A-Za-z]{1,6})\)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands: the number of the reference, the sentence in it and code points into its text."""

    reference: int
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of the references.

    ``forms`` counts its surfaces as written; ``places`` holds where each stands. ``words`` are the parts of the
    canonical name, ``roles`` pairs of office and folded name of the body (empty where none was named).
    ``documents`` counts the references that know it.
    """

    canonical: str
    words: tuple[str, ...]
    type: EntityType
    forms: dict[str, int]
    places: dict[str, tuple[Place, ...]]
    roles: frozenset[tuple[str, str]]
    documents: int

    @property
    def first(self) -> str:
        """The first name of a person, or an empty string."""
        return self.words[0] if self.type == "person" and len(self.words) > 1 else ""

    @property
    def last(self) -> str:
        """The last word of the canonical name."""
        return self.words[-1]

    @property
    def count(self) -> int:
        """How often the references name it."""
        return sum(self.forms.values())


@dataclass(frozen=True, slots=True)
class Inventory:
    """The entities of all references with the lookups that linking needs.

    ``by_form`` knows surfaces as written, ``by_fold`` their letters, ``by_part`` the letters of runs of words within
    a name. ``in_sentence`` lists what each sentence (number of the reference, of the sentence) names, ``words`` counts
    all words as written.
    """

    entities: tuple[Entity, ...] = ()
    by_form: dict[str, int] = field(default_factory=dict)
    by_part: dict[str, int] = field(default_factory=dict)
    by_fold: dict[str, int] = field(default_factory=dict)
    in_sentence: dict[tuple[int, int], tuple[tuple[int, Place], ...]] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)

    def knows(self, word: str) -> bool:
        """Whether a reference has exactly this word, letter case included."""
        return self.words[word] > 0


def take_inventory(references: Sequence[Text], profile: CaseProfile) -> Inventory:
    """Gather the entities of ``references``; ``profile`` says how words are written in them."""
    found = [find_names(reference, profile, clean=True) for reference in references]
    words: Counter[str] = Counter()
    for reference in references:
        for sentence in reference.sentences:
            words.update(t.text for t in tokenize(sentence))
    groups = _group([name for names in found for name in names], profile)
    roles = _roles(found, references, groups)
    entities: list[Entity] = []
    by_form: dict[str, int] = {}
    by_fold: dict[str, int] = {}
    in_sentence: defaultdict[tuple[int, int], list[tuple[int, Place]]] = defaultdict(list)
    members: defaultdict[int, list[tuple[int, Name]]] = defaultdict(list)
    for number, names in enumerate(found):
        for name in names:
            group = groups.get(_key(name))
            if group is not None:
                members[group].append((number, name))
    for group in sorted(members):
        entity = _entity(members[group], roles[group])
        index = len(entities)
        entities.append(entity)
        for form in entity.forms:
            by_form.setdefault(form, index)
            by_fold.setdefault(fold(form), index)
        for number, name in members[group]:
            place = Place(number, name.sentence, name.start, name.end)
            in_sentence[number, name.sentence].append((index, place))
    for index, entity in enumerate(entities):
        if entity.type == "person":
            by_fold.setdefault(fold(entity.last), index)
    for index, expansion in _expansions(references, by_form):
        by_fold.setdefault(fold(expansion), index)
    by_part = {part: index for index, entity in reversed(list(enumerate(entities))) for part in _parts(entity.words)}
    found_in = {k: tuple(v) for k, v in in_sentence.items()}
    return Inventory(tuple(entities), by_form, by_part, by_fold, found_in, words)


def _parts(words: Sequence[str]) -> Iterable[str]:
    """Yield the folded runs of words within a name, the whole left out: "Innovation", "Innovation Prize" …"""
    count = min(len(words), _LONGEST)
    for size in range(1, count):
        for at in range(count - size + 1):
            yield fold("".join(words[at : at + size]))


def _key(name: Name) -> tuple[str, ...]:
    return tuple(fold(w) for w in name.words)


def _group(names: Iterable[Name], profile: CaseProfile) -> dict[tuple[str, ...], int]:
    """Give each key (folded words of a name) the number of its entity; keys that are no names get none."""
    uses: Counter[tuple[str, ...]] = Counter()
    persons: set[tuple[str, ...]] = set()
    firm: set[tuple[str, ...]] = set()
    for name in names:
        key = _key(name)
        uses[key] += 1
        if name.type == "person" or name.honorific:
            persons.add(key)
        # In a clean text a capital that is not at the start of a sentence makes a name of any word.
        low = name.words[-1].lower()
        if not name.common or name.honorific or not name.opening or profile.capital[low] > profile.lower[low]:
            firm.add(key)
    kept = [k for k in uses if k in firm]
    by_last: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for key in kept:
        if len(key) > 1:
            by_last[key[-1]].append(key)
            by_first[key[0]].append(key)
    groups: dict[tuple[str, ...], int] = {}
    for number, key in enumerate(sorted(kept, key=lambda k: (-len(k), -uses[k], k))):
        home = _home(key, by_last, by_first, persons, uses)
        groups[key] = groups.get(home, number)
    return groups


def _home(
    key: tuple[str, ...],
    by_last: dict[str, list[tuple[str, ...]]],
    by_first: dict[str, list[tuple[str, ...]]],
    persons: set[tuple[str, ...]],
    uses: Counter[tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the longer name that a short one stands for, or the key itself."""
    if len(key) == 1:
        owners = [k for k in by_last.get(key[0], ()) if k in persons or key in persons]
        if not owners:
            # A first name, or the short name of a body ("Hozon" for Hozon Auto), where only one longer name fits.
            owners = [k for k in by_first.get(key[0], ()) if k in persons or key not in persons]
            owners = owners if len(owners) == 1 else []
    else:
        # "Donald J. Trump" and "Donald Trump": same ends, one longer.
        owners = [k for k in by_last.get(key[-1], ()) if len(k) > len(key) and k[0] == key[0] and k in persons]
    return max(owners, key=lambda k: (uses[k], k), default=key)


def _entity(members: Sequence[tuple[int, Name]], roles: frozenset[tuple[str, str]]) -> Entity:
    forms = Counter(name.surface for _, name in members)
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for number, name in members:
        places[name.surface].append(Place(number, name.sentence, name.start, name.end))
    longest = max(len(name.words) for _, name in members)
    full = Counter(name.surface for _, name in members if len(name.words) == longest)
    canonical = min(full, key=lambda s: (-full[s], s))
    words = next(name.words for _, name in members if name.surface == canonical)
    types: Counter[EntityType] = Counter(name.type for _, name in members if name.type != "other")
    kind: EntityType = min(types, key=lambda t: (-types[t], t)) if types else "other"
    if kind == "other" and roles and len(words) in (2, 3):
        kind = "person"
    return Entity(
        canonical,
        words,
        kind,
        dict(sorted(forms.items())),
        {form: tuple(where) for form, where in sorted(places.items())},
        roles,
        len({number for number, _ in members}),
    )


def _roles(
    found: Sequence[Sequence[Name]], references: Sequence[Text], groups: dict[tuple[str, ...], int]
) -> defaultdict[int, frozenset[tuple[str, str]]]:
    held: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for names, reference in zip(found, references, strict=True):
        for role in find_roles(names, reference.document.text):
            group = groups.get(_key(names[role.person]))
            if group is not None:
                body = fold(names[role.body].surface) if role.body is not None else ""
                held[group].add((role.office, body))
    return defaultdict(frozenset, {group: frozenset(roles) for group, roles in held.items()})


def _expansions(references: Sequence[Text], by_form: dict[str, int]) -> Iterable[tuple[int, str]]:
    """Yield (entity, spelled-out form) for "artificial intelligence (AI)" in the references."""
    for reference in references:
        text = reference.document.text
        for match in _EXPANSION.finditer(text):
            short = match.group(1)
            before = re.findall(r"\w+", text[max(0, match.start() - 80) : match.start()])
            spelled = before[-len(short) :]
            if short in by_form and initials(spelled) == short.lower():
                yield by_form[short], " ".join(spelled)
