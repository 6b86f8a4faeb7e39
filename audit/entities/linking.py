"""Which entity of the references a name of the hypothesis means, decided over the whole document.

Names are gathered into forms; forms that are kin (the surname of a full name, a plural, a drift of each other) share
their evidence. A form that the references know is right; one that differs in case, spacing or spelling, by an acronym
read wrongly, or that takes the first name, the office or the place of an entity is linked to it when the evidence
adds up (see ``evidence``).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from audit.entities import evidence
from audit.entities import gazetteers as gz
from audit.entities.confusions import Confusions
from audit.entities.doubts import Doubt, find_doubts, unheard
from audit.entities.inventory import Entity, Inventory, Place, take_inventory
from audit.entities.joints import Glued, find_glued
from audit.entities.lexicon import is_common_noun
from audit.entities.mentions import Name, find_names
from audit.entities.roles import find_roles
from audit.entities.spelling import bones, fold, initials, name_similarity, same_stem, word_similarity
from audit.entities.tokens import CaseProfile
from audit.records import (
    Document,
    EntityKind,
    EntityType,
    Finding,
    Link,
    Mention,
    MentionStatus,
    Mode,
    Severity,
    Signal,
    Text,
)

__all__ = ["LINKER", "Pivot", "Reading", "Resolution", "corrected", "mentions", "resolve"]

LINKER = "forms-1"

_THRESHOLD = 0.5
_CANDIDATES = 6
_CLOSE = 0.72
_KIN = 0.84
_RARE = 2.0
_WELL_KNOWN = 3.4
_SAME_WORD = 0.9
_ARTICLES = frozenset({"al", "el"})
_NEXT_WORD = re.compile(r" ([a-z]{3,})\b")
_STYLE_LENGTH = 4
_WINDOW = 40
_SLOT_TRUST = 0.35


@dataclass(frozen=True, slots=True)
class Pivot:
    """The likely language that the text went through, with what speaks for it."""

    language: str
    evidence: str

    def to_json(self) -> dict[str, str]:
        """Return it as plain JSON values."""
        return {"language": self.language, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one name of the hypothesis is to be read.

    ``entity`` is None where no entity of the references is meant; ``canonical`` then names the form's own cluster.
    A reading with a ``kind`` is an error. ``place`` is where a reference has the suggested form.
    """

    name: Name
    entity: int | None
    canonical: str
    type: EntityType
    kind: EntityKind | None = None
    severity: Severity = "major"
    suggestion: str = ""
    confidence: float = 1.0
    supported: bool = False
    signals: tuple[Signal, ...] = ()
    place: Place | None = None
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """All names of a hypothesis as read against the inventory of its references."""

    readings: tuple[Reading, ...] = ()
    inventory: Inventory = field(default_factory=Inventory)
    pivot: Pivot | None = None
    notes: tuple[str, ...] = ()

    def typed(self) -> list[Mention]:
        """Return the readings as mentions without a document or status, for their types."""
        return [
            Mention("", r.name.sentence, r.name.start, r.name.end, r.name.surface, r.canonical, r.type, "unknown")
            for r in self.readings
        ]


Form = tuple[str, ...]
"""A name's words, folded."""


def resolve(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    mode: Mode,
    confusions: Confusions,
    allow: Collection[str] = (),
) -> Resolution:
    """Read every name of ``text`` against what the ``references`` hold.

    ``links`` (of the last alignment) give the sentences whose left-over names may mean each other. Forms in ``allow``
    are right whatever the references say.
    """
    profile = CaseProfile.of((text, *references))
    inventory = take_inventory(references, profile)
    glued = list(find_glued(text, inventory))
    names = _segment(find_names(text, profile), inventory, text, glued)
    linker = _Linker(text, references, links, mode, confusions, frozenset(allow), inventory, names)
    readings = [*linker.read(), *(_glued_reading(g, inventory) for g in glued)]
    return Resolution(tuple(sorted(readings, key=lambda r: (r.name.start, r.name.end))), inventory)


def _doubted(reading: Reading, doubts: Mapping[str, Doubt]) -> Reading:
    doubt = doubts.get(reading.name.surface)
    if doubt is None:
        return reading
    suggestion, sure, signal = doubt
    return replace(reading, kind="name_variant", suggestion=suggestion, confidence=sure, signals=(signal,))


def _glued_reading(glued: Glued, inventory: Inventory) -> Reading:
    token = glued.token
    name = Name(token.sentence, token.start, token.end, token.text, (token.text,), "", "", False, False, "other")
    right = glued.written
    place: Place | None = None
    kind: EntityType = "other"
    if glued.entity is not None:
        entity = inventory.entities[glued.entity]
        right = _written_as(entity, glued.written)
        place, kind = entity.places.get(right, (None,))[0], entity.type
    canonical = inventory.entities[glued.entity].canonical if glued.entity is not None else glued.written
    signal = Signal("glued", 4.0, f"{right} and the word beside it are written as one")
    return Reading(
        name,
        glued.entity,
        canonical,
        kind,
        "merged",
        "minor" if glued.apart.startswith("{}.") or fold(right) == fold(glued.written) else "major",
        glued.apart.format(right),
        0.9,
        place is not None,
        (signal,),
        place,
    )


def _written_as(entity: Entity, form: str) -> str:
    """Return the references' most frequent way to write a form that has the same letters."""
    same = [f for f in entity.forms if fold(f) == fold(form)]
    return min(same, key=lambda f: (-entity.forms[f], f), default=entity.last)


def corrected(resolution: Resolution, text: Text) -> list[str]:
    """Return the sentences of ``text`` with the suggested names in place, for comparison only."""
    written = [s.text for s in text.sentences]
    by_sentence: defaultdict[int, list[Reading]] = defaultdict(list)
    for reading in resolution.readings:
        if reading.kind and reading.suggestion and reading.supported:
            by_sentence[reading.name.sentence].append(reading)
    for index, readings in by_sentence.items():
        sentence, out = text.sentences[index], written[index]
        for reading in sorted(readings, key=lambda r: -r.name.start):
            a, b = reading.name.start - sentence.start, reading.name.end - sentence.start
            out = out[:a] + reading.suggestion + out[b:]
        written[index] = out
    return written


def mentions(resolution: Resolution, document: Document, findings: Sequence[Finding]) -> tuple[Mention, ...]:
    """Return all names of the document as mentions; what a finding marks is mangled."""
    out: dict[tuple[int, int], Mention] = {}
    for reading in resolution.readings:
        name = reading.name
        status: MentionStatus = "right" if reading.entity is not None or reading.supported else "unknown"
        marked = any(f.start < name.end and name.start < f.end and f.entity == reading.canonical for f in findings)
        if reading.kind and marked:
            status = "mangled"
        out[name.start, name.end] = Mention(
            document.name,
            name.sentence,
            name.start,
            name.end,
            name.surface,
            reading.canonical,
            reading.type,
            status,
        )
    return tuple(out[key] for key in sorted(out))


def _segment(names: Iterable[Name], inventory: Inventory, text: Text, glued: Sequence[Glued]) -> list[Name]:
    """Part runs that hold a name the references know beside other words ("Openai Burgua"), and lengthen names whose
    last word lost its capital ("Roosevelt room"). Words glued to a name are read elsewhere."""
    swallowed = {g.token.start for g in glued}
    out: list[Name] = []
    for name in names:
        for part in _parted(name, inventory, text.document.text):
            spans = _word_spans(part, text.document.text)
            if not any(start in swallowed for start, _ in spans):
                out.append(_lengthened(part, inventory, text.document.text))
    return out


def _lengthened(name: Name, inventory: Inventory, text: str) -> Name:
    following = _NEXT_WORD.match(text, name.end)
    if not following or fold(name.surface + following.group(1)) not in inventory.by_fold:
        return name
    end = following.end()
    words = (*name.words, following.group(1))
    return replace(name, end=end, surface=text[name.start : end], words=words, common=False)


def _parted(name: Name, inventory: Inventory, text: str) -> list[Name]:
    count = len(name.words)
    if count == 1 or fold(name.surface) in inventory.by_fold:
        return [name]
    spans = _word_spans(name, text)
    for size in range(count - 1, 0, -1):
        for at in range(count - size + 1):
            part = name.words[at : at + size]
            folded = fold("".join(part))
            index = inventory.by_fold.get(folded)
            if index is None or not _stands_alone(name, at, size, inventory.entities[index]):
                continue
            piece = _piece(name, spans, at, at + size, text)
            before = _parted(_piece(name, spans, 0, at, text), inventory, text) if at else []
            after = _parted(_piece(name, spans, at + size, count, text), inventory, text) if at + size < count else []
            return [n for n in (*before, piece, *after) if n is piece or not n.common or n.honorific]
    return [name]


def _stands_alone(name: Name, at: int, size: int, entity: Entity) -> bool:
    """Whether part of a run may be cut out: not a bare first name, not the surname of another person's full name."""
    if entity.type == "person" and size == 1 and len(name.words) == 2:
        return gz.zipf(name.words[1 - at].lower()) > 0 and not gz.is_first_name(name.words[0]) and at == 0
    return True


def _word_spans(name: Name, text: str) -> list[tuple[int, int]]:
    spans = []
    at = name.start
    for word in name.words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return spans


def _piece(name: Name, spans: Sequence[tuple[int, int]], at: int, end: int, text: str) -> Name:
    words = name.words[at:end]
    start, stop = spans[at][0], spans[end - 1][1]
    ordinary = all(is_common_noun(w) and not gz.is_place(w) for w in words)
    return replace(
        name,
        start=start,
        end=stop,
        surface=text[start:stop],
        words=words,
        honorific=name.honorific if at == 0 else "",
        office=name.office if at == 0 else "",
        common=ordinary,
        type=name.type if at == 0 and name.honorific else "place" if gz.is_place(text[start:stop]) else "other",
    )


class _Linker:
    """The evidence gathered over one document; lives for one call of ``resolve``."""

    def __init__(
        self,
        text: Text,
        references: Sequence[Text],
        links: Sequence[Link],
        mode: Mode,
        confusions: Confusions,
        allow: frozenset[str],
        inventory: Inventory,
        names: Sequence[Name],
    ) -> None:
        self.text = text
        self.references = references
        self.mode = mode
        self.confusions = confusions
        self.allow = allow
        self.inventory = inventory
        self.names = names
        self.forms: defaultdict[Form, list[Name]] = defaultdict(list)
        for name in names:
            self.forms[_form(name)].append(name)
        self.known = {form: self._known(members) for form, members in self.forms.items()}
        self.roles = self._roles_of_forms()
        self.slots = self._slots(links) if references else {}
        self.firsts = self._first_names()
        self.keys = self._index()
        self.wholes = [fold(e.canonical) for e in inventory.entities]
        self.lasts = [fold(e.last) for e in inventory.entities]
        self.present: defaultdict[int, set[int]] = defaultdict(set)
        for name in names:
            index = self.known[_form(name)]
            if index is not None:
                self.present[name.sentence].add(index)

    def read(self) -> list[Reading]:
        """Return a reading a name, in order."""
        chosen = self._choose()
        own = self._own_clusters(chosen)
        readings = [self._reading(name, chosen.get(_form(name)), own) for name in self.names]
        doubts = find_doubts(
            [r.name for r in readings if r.entity is None],
            self.allow,
            mangled=sum(r.kind is not None and r.severity == "major" for r in readings),
            right=sum(r.entity is not None and r.kind is None for r in readings),
            references=len(self.references),
        )
        return [_doubted(r, doubts) if r.entity is None else r for r in readings]

    # What is certain

    def _known(self, members: Sequence[Name]) -> int | None:
        """Return the entity whose letters a form has, whatever its case and spacing."""
        index = self.inventory.by_fold.get(fold("".join(members[0].words)))
        if index is not None:
            return index
        index = self._expanded(members[0].words)
        if index is not None:
            return index
        # "Elon Musk" where the references only say "Musk" (or Musk and Elon R. Musk).
        words = members[0].words
        if len(words) > 1 and members[0].type == "person":
            index = self.inventory.by_fold.get(fold(words[-1]))
            if index is not None and self.inventory.entities[index].type in ("person", "other"):
                first = self.inventory.entities[index].first
                if fold(first) in ("", fold(words[0])):
                    return index
        return None

    def _expanded(self, words: Sequence[str]) -> int | None:
        """Return the entity whose acronym the words spell out, unless the acronym is known to mean something else."""
        index = self.inventory.by_fold.get(initials(words)) if len(words) > 1 else None
        if index is None or not _spells(words, self.inventory.entities[index]):
            return None
        meanings = {fold(e) for f in self.inventory.entities[index].forms for e in gz.expansions(f)}
        return index if not meanings or fold(" ".join(words)) in meanings else None

    def _roles_of_forms(self) -> dict[Form, set[tuple[str, int | None]]]:
        held: defaultdict[Form, set[tuple[str, int | None]]] = defaultdict(set)
        for role in find_roles(self.names, self.text.document.text):
            body = self.known.get(_form(self.names[role.body])) if role.body is not None else None
            held[_form(self.names[role.person])].add((role.office, body))
        return dict(held)

    def _first_names(self) -> defaultdict[int, set[str]]:
        """Return the folded first names of persons, as the references or right forms of the hypothesis have them."""
        found: defaultdict[int, set[str]] = defaultdict(set)
        for index, entity in enumerate(self.inventory.entities):
            if entity.first:
                found[index].add(fold(entity.first))
        for form, known in self.known.items():
            if known is not None and len(form) > 1 and form[-1] == fold(self.inventory.entities[known].last):
                found[known].add(form[0])
        return found

    def _index(self) -> dict[str, set[int]]:
        """Return keys that make a form a candidate for an entity: consonants, first name, acronym, shared words."""
        keys: defaultdict[str, set[int]] = defaultdict(set)
        for index, entity in enumerate(self.inventory.entities):
            for form in (*entity.forms, entity.last):
                for skeleton in bones(form):
                    keys["bones:" + skeleton].add(index)
                if _is_acronym(form):
                    keys["initials:" + fold(form)].add(index)
            for first in self.firsts[index]:
                keys["first:" + first].add(index)
            if entity.type != "person" and len(entity.words) > 1:
                for word in entity.words:
                    keys["word:" + fold(word)].add(index)
        return dict(keys)

    # What the aligned sentences leave over

    def _slots(self, links: Sequence[Link]) -> dict[tuple[Form, int], tuple[float, Place]]:
        """Score pairs of a form and an entity that are both left over in aligned sentences, best link first."""
        numbers = {r.document.name: i for i, r in enumerate(self.references)}
        by_sentence: defaultdict[int, list[Name]] = defaultdict(list)
        for name in self.names:
            by_sentence[name.sentence].append(name)
        out: dict[tuple[Form, int], tuple[float, Place]] = {}
        for link in links:
            reference = numbers.get(link.document, 0)
            ours = [n for i in link.hypothesis for n in by_sentence[i]]
            settled = {self.known[_form(n)] for n in ours} - {None}
            open_forms = [n for n in ours if self.known[_form(n)] is None]
            theirs: dict[int, Place] = {}
            for i in link.reference:
                for index, place in self.inventory.in_sentence.get((reference, i), ()):
                    if index not in settled:
                        theirs.setdefault(index, place)
            for name in open_forms:
                for index, place in theirs.items():
                    fit = self._fit(name, place, link, len(open_forms), len(theirs))
                    value = fit * link.confidence
                    if value > max(_SLOT_TRUST, out.get((_form(name), index), (0.0, place))[0]):
                        out[_form(name), index] = (value, place)
        return out

    def _fit(self, name: Name, place: Place, link: Link, ours: int, theirs: int) -> float:
        """How well the words around a name fit those around a place: 0 to 1."""
        around = _neighbours(self.text.document.text, name.start, name.end)
        there = _neighbours(self.references[place.reference].document.text, place.start, place.end)
        shared = len(around & there) / max(1, min(len(around), len(there)))
        alone = 1.0 if ours == theirs == 1 else 1 / max(ours, theirs)
        equal = 1.0 if link.relation == "equivalent" else 0.7
        return equal * min(1.0, 0.5 * alone + 0.7 * shared)

    # Evidence and choice

    def _choose(self) -> dict[Form, tuple[int, float, tuple[Signal, ...]]]:
        """Return for each form that is not known the entity it means, when the evidence suffices."""
        open_forms = [f for f, index in self.known.items() if index is None and not self._allowed(f)]
        scored: dict[Form, dict[int, dict[str, float]]] = {}
        for form in open_forms:
            scored[form] = {i: self._features(form, i) for i in self._candidates(form)}
        kin = self._kin(open_forms)
        chosen: dict[Form, tuple[int, float, tuple[Signal, ...]]] = {}
        for form in open_forms:
            options = scored[form]
            for other in kin[form]:
                for index, features in scored[other].items():
                    strength = evidence.confidence(evidence.weigh(features, {}))
                    if strength > _THRESHOLD:
                        mine = options.setdefault(index, self._features(form, index))
                        mine["kin"] = max(mine.get("kin", 0.0), _log_odds(strength))
            best = self._best(form, options)
            if best is not None:
                chosen[form] = best
        return chosen

    def _best(
        self, form: Form, options: Mapping[int, dict[str, float]]
    ) -> tuple[int, float, tuple[Signal, ...]] | None:
        rated = []
        for index, features in options.items():
            signals = evidence.weigh(features, self._clauses(form, index))
            rated.append((evidence.confidence(signals), self.inventory.entities[index].count, -index, signals))
        if not rated:
            return None
        sure, _, negative, signals = max(rated, key=lambda r: r[:3])
        return (-negative, sure, signals) if sure >= _THRESHOLD else None

    def _allowed(self, form: Form) -> bool:
        return any(n.surface in self.allow for n in self.forms[form])

    def _candidates(self, form: Form) -> set[int]:
        members = self.forms[form]
        words = members[0].words
        joined = fold("".join(words))
        found: set[int] = set()
        for query, choices in ((joined, self.wholes), (joined, self.lasts), (form[-1], self.lasts)):
            hits = process.extract(query, choices, scorer=JaroWinkler.similarity, limit=_CANDIDATES)
            found.update(position for _, value, position in hits if value >= _CLOSE)
        keys = {"bones:" + b for b in bones("".join(words)) | bones(words[-1])}
        if len(words) > 1:
            keys |= {"first:" + form[0], "initials:" + initials(words), *("word:" + w for w in form)}
        for key in keys:
            found |= self.keys.get(key, set())
        found |= {index for owner, index in self.slots if owner == form}
        for entry in self.confusions.lookup(members[0].surface):
            index = self.inventory.by_fold.get(fold(entry.right))
            if index is not None:
                found.add(index)
        mine = self.roles.get(form, set())
        if any(body is not None for _, body in mine):
            found |= {i for i, e in enumerate(self.inventory.entities) if self._shared_role(mine, e)}
        return found

    def _shared_role(self, mine: Iterable[tuple[str, int | None]], entity: Entity) -> str:
        for office, body in mine:
            if body is None:
                continue
            names = {fold(f) for f in self.inventory.entities[body].forms}
            if any(office == o and b in names for o, b in entity.roles):
                return f"{office} of {self.inventory.entities[body].canonical}"
        return ""

    def _features(self, form: Form, index: int) -> dict[str, float]:
        entity = self.inventory.entities[index]
        members = self.forms[form]
        words = members[0].words
        theirs = {fold(w) for w in entity.words}
        # What the two share says nothing about whether the rest is a word.
        differing = [w for w in _joined_article(words) if fold(w) not in theirs] or [words[-1]]
        ours = {fold(w) for w in words}
        missing = [w for w in entity.words if fold(w) not in ours]
        # A form that one reference has once, and no dictionary, may be garbled itself.
        doubt = float(entity.documents == 1 and any(unheard(w) for w in missing)) / entity.count
        ordinary = self._ordinary(differing)
        honorific = any(n.honorific for n in members)
        acronym = _spells(words, entity)
        stands_for = [e for f in entity.forms if _is_acronym(f) for e in gz.expansions(f)]
        strange = any(unheard(w) for w in differing)
        roles = self.roles.get(form, set())
        role = bool(self._shared_role(roles, entity))
        first = len(words) > 1 and any(word_similarity(words[0], f) > _SAME_WORD for f in self.firsts[index])
        shares = not first and not acronym and entity.type != "person" and len(differing) < len(words)
        slot = self.slots.get((form, index))
        our_bones = bones("".join(words)) | bones(words[-1])
        surface = members[0].surface
        confused = {fold(e.right) for e in self.confusions.lookup(surface)} & {fold(f) for f in entity.forms}
        person = honorific or members[0].type == "person"
        return {
            "spelling": max(0.0, self._spelling(words, entity) - _CLOSE),
            "skeleton": float(bool(our_bones & (bones(entity.last) | bones(entity.canonical)))),
            "no_word": float(strange),
            "doubtful_reference": doubt,
            "known_name": float(not strange and not ordinary and not honorific and not acronym),
            "honorific_word": float(ordinary and (honorific or first) and entity.type == "person"),
            "plain_word": float(ordinary and not (honorific or first) and not acronym),
            "shared_first": float(first),
            "shared_word": float(shares and len(entity.words) > 1),
            "role": float(role),
            "office": float(not role and bool({o for o, _ in roles} & {o for o, _ in entity.roles})),
            "slot": slot[0] if slot else 0.0,
            "acronym": float(acronym),
            "other_expansion": float(acronym and bool(stands_for)),
            "confusion": float(bool(confused)),
            "beside": float(any(index in self.present[n.sentence] for n in members)),
            "type_clash": float(_clash("person" if person else members[0].type, entity.type)),
        }  # fmt: skip

    def _spelling(self, words: Sequence[str], entity: Entity) -> float:
        words = _joined_article(words)
        options = [name_similarity(words, entity.words)]
        if len(words) == 1:
            options.append(word_similarity(words[0], entity.last))
            options += [word_similarity(words[0], f) for f in entity.forms if " " not in f]
        return max(options)

    def _ordinary(self, words: Sequence[str]) -> bool:
        return all(
            gz.is_nationality(w)
            or gz.is_nationality(w.removesuffix("s"))
            or (is_common_noun(w) and gz.zipf(w) >= _WELL_KNOWN)
            for w in map(str.lower, words)
        )

    def _kin(self, forms: Sequence[Form]) -> dict[Form, list[Form]]:
        """Return for each form those that probably mean the same: alike in stem, consonants or beginning."""
        shelves: defaultdict[str, set[Form]] = defaultdict(set)
        for form in forms:
            last = form[-1]
            for key in (last.removesuffix("s"), *bones(last), *bones("".join(form)), last[:3], "".join(form)[:4]):
                shelves[key].add(form)
        out: dict[Form, set[Form]] = {f: set() for f in forms}
        for shelf in shelves.values():
            for a, b in combinations(sorted(shelf), 2):
                if b not in out[a] and self._are_kin(a, b):
                    out[a].add(b)
                    out[b].add(a)
        return {form: sorted(others) for form, others in out.items()}

    def _are_kin(self, a: Form, b: Form) -> bool:
        left, right = _joined_article(a), _joined_article(b)
        if len(left) > 1 and len(right) > 1:
            return False
        if same_stem(left[-1], right[-1]):
            return True
        if self._ordinary(left) or self._ordinary(right):
            return False
        return word_similarity(left[-1], right[-1]) >= _KIN

    # What is said

    def _clauses(self, form: Form, index: int) -> dict[str, str]:
        entity = self.inventory.entities[index]
        surface = self.forms[form][0].surface
        role = self._shared_role(self.roles.get(form, ()), entity)
        return {
            "spelling": f"it is written like {entity.canonical}",
            "skeleton": f"its consonants are those of {entity.last}",
            "no_word": "it is neither a word nor a known name",
            "honorific_word": f"{surface} is a common word that stands where a person is named",
            "shared_first": f"it has the first name of {entity.canonical}",
            "shared_word": f"it shares a word with {entity.canonical}",
            "role": f"it is called {role}, as {entity.canonical} is in the references",
            "office": f"it holds the same office as {entity.canonical}",
            "slot": f"the matching reference sentence has {entity.canonical} in its place",
            "acronym": f"its initials spell {entity.canonical}",
            "confusion": f"{entity.canonical} is known to be translated so",
            "kin": f"other forms in this text that go with it mean {entity.canonical}",
        }

    def _own_clusters(self, chosen: Mapping[Form, tuple[int, float, tuple[Signal, ...]]]) -> dict[Form, str]:
        """Name the clusters of forms that no entity explains: a surname goes with its full name."""
        out: dict[Form, str] = {}
        left = [f for f, index in self.known.items() if index is None and f not in chosen]
        for form in sorted(left, key=lambda f: (-len(f), f)):
            surface = Counter(n.surface for n in self.forms[form]).most_common(1)[0][0]
            longer = [f for f in out if len(f) > 1 and len(form) == 1 and f[-1] == form[0]]
            out[form] = out[longer[0]] if longer else surface
        return out

    def _reading(
        self, name: Name, choice: tuple[int, float, tuple[Signal, ...]] | None, own: Mapping[Form, str]
    ) -> Reading:
        form = _form(name)
        index = self.known[form]
        if index is not None:
            return self._known_reading(name, index)
        if choice is None:
            return Reading(name, None, own.get(form, name.surface), name.type)
        index, sure, signals = choice
        entity = self.inventory.entities[index]
        suggestion, place = self._suggest(name, entity)
        kind = self._kind(name, entity, signals)
        severity: Severity = "minor" if fold(name.surface) == fold(suggestion) else "major"
        return Reading(
            name, index, entity.canonical, entity.type, kind, severity, suggestion, sure, True, signals, place,
            self._other_forms(index, name),
        )  # fmt: skip

    def _other_forms(self, index: int, name: Name) -> tuple[str, ...]:
        return tuple(sorted({n.surface for n in self.names if self.known[_form(n)] == index} - {name.surface}))

    def _known_reading(self, name: Name, index: int) -> Reading:
        """Read a form that has an entity's letters: right, or wrong in case or spacing."""
        entity = self.inventory.entities[index]
        right = Reading(name, index, entity.canonical, entity.type, supported=True)
        plain = " ".join(name.surface.split())
        if plain in entity.forms or self._allowed(_form(name)):
            return right
        suggestion = _written_as(entity, name.surface)
        if fold(suggestion) != fold(name.surface) or name.surface.isupper():
            return right
        if _is_damage(plain, suggestion):
            kind: EntityKind = "casing" if "".join(plain.split()) != "".join(suggestion.split()) else "name_variant"
            return self._cased(name, index, suggestion, kind)
        return right

    def _cased(self, name: Name, index: int, suggestion: str, kind: EntityKind) -> Reading:
        entity = self.inventory.entities[index]
        place = entity.places[suggestion][0]
        signal = Signal("case", 4.0, f"the references write it {suggestion}")
        return Reading(
            name, index, entity.canonical, entity.type, kind, "minor", suggestion, 0.97, True, (signal,), place,
            self._other_forms(index, name),
        )  # fmt: skip

    def _kind(self, name: Name, entity: Entity, signals: Sequence[Signal]) -> EntityKind:
        held = {s.name for s in signals if s.weight > 0}
        if "acronym" in held:
            return "acronym"
        words = _joined_article(name.words)
        last = words[-1]
        if len(words) > 1 and self._spelling(words, entity) >= 0.8:
            return "name_variant"
        if self._ordinary(words):
            return "name_as_word"
        if self._spelling(words, entity) >= 0.6 or gz.zipf(last.lower()) < _RARE:
            return "name_variant"
        return "wrong_entity"

    def _suggest(self, name: Name, entity: Entity) -> tuple[str, Place]:
        """Return the form that should stand in place of exactly this span, and where a reference has it."""
        forms = sorted(entity.forms, key=lambda f: (-entity.forms[f], f))
        size = len(_joined_article(name.words))
        if _spells(name.words, entity):
            wanted = [f for f in forms if _is_acronym(f)]
        elif entity.type == "person" and size == 1:
            wanted = [f for f in forms if f == entity.last] or [entity.last]
        elif entity.type == "person":
            wanted = [entity.canonical]
        else:
            close = [f for f in forms if name_similarity(name.words, f.split()) >= _CLOSE]
            wanted = close or forms
        suggestion = wanted[0]
        places = entity.places.get(suggestion) or entity.places[forms[0]]
        return suggestion, places[0]


def _is_damage(form: str, right: str) -> bool:
    """Whether ``form``, which has the letters of ``right``, is a damaged writing of it rather than another style.

    Translation flattens capitals ("Openai", "Ai"), raises small ones ("Mar-A-Lago") and strews spaces; writing longer
    acronyms like words ("Covid", "Nato") and leaving out hyphens or accents are matters of style.
    """
    if "- " in form or " -" in form:
        return True
    if len(form) != len(right) or not form.isascii() or not right.isascii():
        return False
    if right.isupper():
        return len(right) < _STYLE_LENGTH
    differing = [i for i, (a, b) in enumerate(zip(form, right, strict=True)) if a != b]
    flattened = any(right[i].isupper() for i in differing if i)
    raised = differing and all(form[i].isupper() and not form[i - 1].isalpha() for i in differing)
    return form.casefold() == right.casefold() and bool(flattened or (raised and differing != [0]))


def _is_acronym(form: str) -> bool:
    return form.isupper() and form.isalpha() and 2 <= len(form) <= 6


def _spells(words: Sequence[str], entity: Entity) -> bool:
    """Whether the first letters of several words spell an acronym of the entity."""
    return len(words) > 1 and any(_is_acronym(f) and initials(words) == f.lower() for f in entity.forms)


def _joined_article(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with an article glued to what follows: it is one name, however it is spaced."""
    if len(words) > 1 and words[0].lower() in _ARTICLES:
        return (words[0] + words[1], *words[2:])
    return tuple(words)


def _form(name: Name) -> Form:
    return tuple(fold(w) for w in name.words)


def _log_odds(probability: float) -> float:
    """Return the strength of kin as 0 to 4: what the kin's own evidence is worth above even odds."""
    return min(4.0, max(0.0, math.log(probability / max(1e-6, 1 - probability)) + 4.0))


def _neighbours(text: str, start: int, end: int) -> set[str]:
    around = text[max(0, start - _WINDOW) : start] + " " + text[end : end + _WINDOW]
    return {w for w in re.findall(r"\w+", around.lower()) if len(w) > 2}


def _clash(left: EntityType, right: EntityType) -> bool:
    firm = {"person", "place", "organisation"}
    return left in firm and right in firm and left != right and {left, right} != {"organisation", "place"}
