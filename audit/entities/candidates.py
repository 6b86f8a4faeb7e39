"""Which entities an unknown form could mean, and what speaks for each: the evidence that linking weighs."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import DamerauLevenshtein

from audit.entities import evidence
from audit.entities.confusions import Confusions
from audit.entities.directory import CLOSE, Directory
from audit.entities.doubts import unheard
from audit.entities.exchanges import Exchange
from audit.entities.forms import Form, form_of, is_ordinary, joined_article, shared_role, spells
from audit.entities.inventory import Entity, Inventory, Place
from audit.entities.mentions import Name
from audit.entities.spelling import bones, fold, name_similarity, word_similarity
from audit.records import Link, Text

__all__ = ["Candidates", "entities_in", "spelling_of"]

_FAR = 0.45
_CONTRADICTED = 2.0
_SAME_WORD = 0.9
_WINDOW = 40
_SLOT_TRUST = 0.35
_ONE_LETTER = 1
_SHORTEST_NAME = 5
_MOST_SLOTS = 1000
"""Pairs of names left over in two sentences, beyond which they are lists, in which a place tells nothing."""


class Candidates:
    """The evidence gathered over one hypothesis; lives for one call of ``linking.resolve``."""

    def __init__(
        self,
        text: Text,
        references: Sequence[Text],
        links: Sequence[Link],
        directory: Directory,
        confusions: Confusions,
        exchanges: Sequence[Exchange],
    ) -> None:
        self.text = text
        self.references = references
        self.directory = directory
        self.inventory = directory.inventory
        self.forms = directory.forms
        self.confusions = confusions
        named = self._names_by_sentence()
        self.slots = self._slots(links, named) if references else {}
        self.framed = self._framed(exchanges, named)
        self.beside: defaultdict[Form, set[int]] = defaultdict(set)
        for form, index in (*self.slots, *self.framed):
            self.beside[form].add(index)

    def weighed(self, open_forms: Sequence[Form]) -> dict[Form, dict[int, dict[str, float]]]:
        """Return the features of each form for each entity that it could mean, those of its namesakes counted in."""
        alone = {form: {i: self._features(form, i) for i in self._candidates(form)} for form in open_forms}
        strengths = {
            form: {i: evidence.confidence(evidence.weigh(features, {})) for i, features in options.items()}
            for form, options in alone.items()
        }
        namesakes = self._namesakes(open_forms)
        for form, options in alone.items():
            for other in namesakes[form]:
                for index, strength in strengths[other].items():
                    if strength > 0.5:
                        mine = options.setdefault(index, self._features(form, index))
                        mine["namesake"] = max(mine.get("namesake", 0.0), _log_odds(strength))
        return alone

    # What the aligned sentences leave over

    def _slots(self, links: Sequence[Link], by_sentence: Mapping[int, Sequence[Name]]) -> dict[tuple[Form, int], float]:
        """Return pairs of a form and an entity that are both left over in aligned sentences: how well the best place
        fits (0 to 1)."""
        numbers = {r.document.name: i for i, r in enumerate(self.references)}
        out: dict[tuple[Form, int], float] = {}
        for link in links:
            reference = numbers.get(link.document, 0)
            ours = [n for i in link.hypothesis for n in by_sentence.get(i, ())]
            settled = {self.forms.known[form_of(n)] for n in ours} - {None}
            open_forms = [n for n in ours if self.forms.known[form_of(n)] is None]
            theirs: dict[int, Place] = {}
            for i in link.reference:
                for index, place in self.inventory.in_sentence.get((reference, i), ()):
                    if index not in settled:
                        theirs.setdefault(index, place)
            if len(open_forms) * len(theirs) > _MOST_SLOTS:
                continue
            for name in open_forms:
                for index, place in theirs.items():
                    fit = self._fit(name, place, link, len(open_forms), len(theirs))
                    value = fit * link.confidence
                    if value > _SLOT_TRUST:
                        out[form_of(name), index] = max(value, out.get((form_of(name), index), 0.0))
        return out

    def _fit(self, name: Name, place: Place, link: Link, ours: int, theirs: int) -> float:
        """How well the words around a name fit those around a place: 0 to 1."""
        around = _neighbours(self.text.document.text, name.start, name.end)
        there = _neighbours(self.references[place.reference].document.text, place.start, place.end)
        shared = len(around & there) / max(1, min(len(around), len(there)))
        alone = 1.0 if ours == theirs == 1 else 1 / max(ours, theirs)
        equal = 1.0 if link.relation == "equivalent" else 0.7
        return equal * min(1.0, 0.5 * alone + 0.7 * shared)

    def _framed(
        self, exchanges: Sequence[Exchange], by_sentence: Mapping[int, Sequence[Name]]
    ) -> dict[tuple[Form, int], float]:
        """Return pairs of a form and an entity that stand between the same words in matching sentences: how well the
        best place fits (0 to 1)."""
        out: dict[tuple[Form, int], float] = {}
        for exchange in exchanges:
            named = by_sentence.get(exchange.sentence, ())
            ours = [n for n in named if n.start < exchange.end and exchange.start < n.end]
            theirs = entities_in(exchange, self.inventory)
            for name in ours:
                for index in theirs:
                    fit = exchange.fit / max(len(ours), len(theirs))
                    out[form_of(name), index] = max(fit, out.get((form_of(name), index), 0.0))
        return out

    def _names_by_sentence(self) -> Mapping[int, Sequence[Name]]:
        by_sentence: defaultdict[int, list[Name]] = defaultdict(list)
        for members in self.forms.members.values():
            for name in members:
                by_sentence[name.sentence].append(name)
        return by_sentence

    # Who could be meant

    def _candidates(self, form: Form) -> frozenset[int]:
        words = self.forms.members[form][0].words
        found = set(self.beside.get(form, ()))
        for entry in self.confusions.lookup(self.forms.members[form][0].surface):
            index = self.inventory.by_fold.get(fold(entry.right))
            if index is not None:
                found.add(index)
        return self.directory.alike(form).union(i for i in found if not self.directory.is_variant(words, i))

    # What speaks for it

    def _features(self, form: Form, index: int) -> dict[str, float]:
        entity = self.inventory.entities[index]
        members = self.forms.members[form]
        words = members[0].words
        firsts = self.forms.firsts.get(index, set())
        first = len(words) > 1 and any(word_similarity(words[0], f) > _SAME_WORD for f in firsts)
        theirs = {fold(w) for w in (*entity.words, *words[:first])}
        # What the two share says nothing about whether the rest is a word.
        differing = [w for w in joined_article(words) if fold(w) not in theirs] or [words[-1]]
        ours = {fold(w) for w in words}
        missing = [w for w in entity.words if fold(w) not in ours]
        surface = members[0].surface
        confused = {fold(e.right) for e in self.confusions.lookup(surface)} & {fold(f) for f in entity.forms}
        # A form that one reference has once, and neither a dictionary nor a table, may be garbled itself.
        strange = entity.documents == 1 and not confused and any(unheard(w) for w in missing)
        doubt = float(strange) / entity.count
        doubt = _CONTRADICTED if index in self.directory.contradicted else doubt
        ordinary = is_ordinary(differing)
        honorific = any(n.honorific for n in members)
        acronym = spells(words, entity)
        role = shared_role(self.forms.roles.get(form, ()), entity, self.inventory)
        shares = not first and not acronym and entity.type != "person" and len(differing) < len(words)
        slot = self.slots.get((form, index), 0.0)
        our_bones = bones("".join(words)) | bones(words[-1])
        alike = spelling_of(words, entity)
        return {
            "spelling": max(0.0, alike - CLOSE),
            "near_miss": float(_is_near_miss(differing, missing)),
            "skeleton": float(bool(our_bones & (bones(entity.last) | bones(entity.canonical)))),
            "doubtful_reference": doubt,
            "honorific_word": float(ordinary and honorific and (entity.type == "person" or bool(firsts))),
            "shared_first": float(first),
            "shared_word": float(shares and len(entity.words) > 1),
            "role": float(bool(role)),
            "slot": slot,
            "slot_alike": slot * min(1.0, max(0.0, alike - _FAR) / (CLOSE - _FAR)),
            "framed": self.framed.get((form, index), 0.0),
            "acronym": float(acronym),
            "confusion": float(bool(confused)),
        }  # fmt: skip

    def _namesakes(self, forms: Sequence[Form]) -> dict[Form, list[Form]]:
        """Return for each form the full name that it is the surname of, or the other way round, plurals included."""
        families: defaultdict[str, list[Form]] = defaultdict(list)
        for form in forms:
            families[_surname(form)].append(form)
        alike = {form: families[_surname(form)] for form in forms}
        return {form: [o for o in others if o != form and 1 in (len(o), len(form))] for form, others in alike.items()}

    def clauses(self, form: Form, index: int) -> dict[str, str]:
        """Return what each kind of evidence says, for people."""
        entity = self.inventory.entities[index]
        surface = self.forms.members[form][0].surface
        role = shared_role(self.forms.roles.get(form, ()), entity, self.inventory)
        return {
            "spelling": f"it is written like {entity.canonical}",
            "near_miss": f"nobody is called so, and one letter makes it {entity.canonical}",
            "skeleton": f"its consonants are those of {entity.last}",
            "honorific_word": f"{surface} is a common word that stands where a person is named",
            "shared_first": f"it has the first name of {entity.canonical}",
            "shared_word": f"it shares a word with {entity.canonical}",
            "role": f"it is called {role}, as {entity.canonical} is in the references",
            "framed": f"the matching reference sentence has {entity.canonical} between the same words",
            "slot": f"the matching reference sentence has {entity.canonical} in its place",
            "slot_alike": f"{entity.canonical}, which stands there, is a little like it",
            "doubtful_reference": f"but {entity.canonical} may be garbled itself",
            "acronym": f"its initials spell {entity.canonical}",
            "confusion": f"{entity.canonical} is known to be translated so",
            "namesake": f"the full name in this text means {entity.canonical}",
        }


def entities_in(exchange: Exchange, inventory: Inventory) -> dict[int, Place]:
    """Return the entities that the reference names in the words of an exchange, and where."""
    named = inventory.in_sentence.get((exchange.reference, exchange.their_sentence), ())
    return {i: p for i, p in named if p.start < exchange.their_end and exchange.their_start < p.end}


def spelling_of(words: Sequence[str], entity: Entity) -> float:
    """Return how alike a name is to the entity's, 0 to 1; a single word is held against its single words too."""
    words = joined_article(words)
    options = [name_similarity(words, entity.words)]
    if len(words) == 1:
        options.append(word_similarity(words[0], entity.last))
        options += [word_similarity(words[0], f) for f in entity.forms if " " not in f]
    return max(options)


def _is_near_miss(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether a word that is in no list of words or names is a letter away from a name."""
    return any(
        word.isalpha() and unheard(word) and DamerauLevenshtein.distance(fold(word), fold(name)) <= _ONE_LETTER
        for word in ours
        for name in theirs
        if min(len(word), len(name)) >= _SHORTEST_NAME
    )


def _surname(form: Form) -> str:
    return joined_article(form)[-1].removesuffix("s")


def _log_odds(probability: float) -> float:
    """Return the strength of a namesake as 0 to 4: what its own evidence is worth above even odds."""
    return min(4.0, max(0.0, math.log(probability / max(1e-6, 1 - probability)) + 4.0))


def _neighbours(text: str, start: int, end: int) -> set[str]:
    around = text[max(0, start - _WINDOW) : start] + " " + text[end : end + _WINDOW]
    return {w for w in re.findall(r"\w+", around.lower()) if len(w) > 2}
