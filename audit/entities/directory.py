"""Entities by what a form may have in common with them: letters, consonants, first name, acronym, words, office.

What no alignment changes is looked up once for a form, however often its text is aligned again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from audit.entities import gazetteers as gz
from audit.entities.forms import Form, Forms, is_acronym
from audit.entities.inventory import Inventory
from audit.entities.lexicon import is_common_noun
from audit.entities.reliability import contradicted
from audit.entities.spelling import bones, fold, initials
from audit.entities.variants import are_variants, differing

__all__ = ["CLOSE", "Directory"]

CLOSE = 0.72
"""Names less alike than this have nothing to do with each other as far as letters tell."""

_MOST = 6


class Directory:
    """The entities of an inventory by what the forms of one hypothesis may share with them; lives for one audit."""

    def __init__(self, inventory: Inventory, forms: Forms) -> None:
        self.inventory = inventory
        self.forms = forms
        self.contradicted = contradicted(inventory)
        self._wholes = [fold(e.canonical) for e in inventory.entities]
        self._lasts = [fold(e.last) for e in inventory.entities]
        self._keys = self._index()
        self._found: dict[Form, frozenset[int]] = {}

    def alike(self, form: Form) -> frozenset[int]:
        """Return the entities that ``form`` could mean by itself, variants of it left out."""
        if form not in self._found:
            words = self.forms.members[form][0].words
            self._found[form] = frozenset(i for i in self._look_up(form) if not self.is_variant(words, i))
        return self._found[form]

    def is_variant(self, words: tuple[str, ...], index: int) -> bool:
        """Whether ``words`` are but another way to write the entity, the people of the land in its name, or, where it
        is no person, its singular or plural in ordinary words."""
        entity = self.inventory.entities[index]
        if len(words) == 1 and any(gz.is_people_of(words[0], word) for word in entity.words):
            return True
        return are_variants(words, entity.words) or (entity.type != "person" and _differ_in_number(words, entity.words))

    def _index(self) -> dict[str, set[int]]:
        keys: defaultdict[str, set[int]] = defaultdict(set)
        for index, entity in enumerate(self.inventory.entities):
            for form in (*entity.forms, entity.last):
                for bone in bones(form):
                    keys["bones:" + bone].add(index)
                if is_acronym(form):
                    keys["initials:" + fold(form)].add(index)
            for first in self.forms.firsts.get(index, ()):
                keys["first:" + first].add(index)
            if entity.type != "person" and len(entity.words) > 1:
                for word in entity.words:
                    keys["word:" + fold(word)].add(index)
            for office, body in entity.roles:
                keys[f"office:{office}:{body}"].add(index)
        return dict(keys)

    def _look_up(self, form: Form) -> set[int]:
        words = self.forms.members[form][0].words
        joined = fold("".join(words))
        found: set[int] = set()
        for query, choices in ((joined, self._wholes), (joined, self._lasts), (form[-1], self._lasts)):
            hits = process.extract(query, choices, scorer=JaroWinkler.similarity, limit=_MOST, score_cutoff=CLOSE)
            found.update(position for _, _, position in hits)
        keys = {"bones:" + b for b in bones("".join(words)) | bones(words[-1])}
        if len(words) > 1:
            keys |= {"first:" + form[0], "initials:" + initials(words), *("word:" + w for w in form)}
        for office, body in self.forms.roles.get(form, ()):
            keys |= {f"office:{office}:{fold(name)}" for name in self.inventory.entities[body].forms}
        return found.union(*(self._keys.get(key, ()) for key in keys))


def _differ_in_number(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two names differ in nothing but the singular and plural of an ordinary word ("Order of the Falcons") or
    of a people ("Nigerians")."""
    left, right = differing(ours, theirs)
    if len(left) != 1 or len(right) != 1 or len(ours) != len(theirs) or any(map(gz.is_first_name, ours)):
        return False
    short, long = sorted((left[0].lower(), right[0].lower()), key=len)
    return long == f"{short}s" and (is_common_noun(short) or gz.is_nationality(short))
