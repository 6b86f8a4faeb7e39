"""Errors put into translations, so that a network can learn what they look like.

Each kind imitates what goes wrong in machine translation: a statement turned round, a word replaced by its opposite, by
another word (of its kind, used like it, or any) or by a word for another of its senses, a word added, a word lost.
Nothing here looks at DEMETR.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
from build_relations import PARTS, synsets
from lemminflect import getAllInflections, getAllLemmas, getInflection

from audit.detectors.relations import RELATIONS, lemmas, relate
from audit.detectors.words import spans
from audit.embeddings import Encoder
from audit.entities.gazetteers import zipf

__all__ = ["KINDS", "Damaged", "Injector"]

KINDS = ("clean", "negation", "opposite", "substitution", "sense", "addition", "removal")

_AUXILIARIES = frozenset("is are was were will would can could should must may might has had have".split())
_UNTOUCHED = frozenset("be is are was were been have has had do does did a the in to of i as at".split())
_SENSE_NUMBERS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_CONTENT, _KNOWN, _COMMON = 6.0, 2.8, 3.0
_COMMON_SENSES = 2
"""A word's first senses; a synonym in a later one is usually wrong in context."""
_OF_ITS_KIND, _USED_ALIKE = 0.35, 0.75
"""Of the words that are replaced by another: those of one kind in WordNet up to the first, used alike to the second."""
_NEAREST = 12


@dataclass(frozen=True, slots=True)
class Damaged:
    """A translation with one error. ``wrong``: indices of its wrong words; ``lost``: words that it lacks."""

    kind: str
    text: str
    wrong: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()


_Change = tuple[list[str], tuple[int, ...], tuple[str, ...]]


class Injector:
    """Puts errors into sentences.

    ``texts`` show which word stands before which and which words are common; ``encoder`` which are used alike.
    """

    def __init__(self, wordnet: Path, texts: Sequence[str], encoder: Encoder) -> None:
        self._opposites: dict[str, set[str]] = defaultdict(set)
        self._far: dict[str, set[str]] = defaultdict(set)
        self._synonyms: dict[str, set[str]] = defaultdict(set)
        self._above: dict[str, set[str]] = defaultdict(set)
        self._read(wordnet)
        self._parts = _parts_of_speech(wordnet)
        self._senses = _senses(wordnet)
        self._before: dict[str, list[str]] = {}
        self._vocabulary: dict[str, list[str]] = defaultdict(list)
        self._survey(texts)
        self._alike = self._used_alike(encoder)
        self._kinds: dict[str, Callable[[list[str], Random], _Change | None]] = {
            "negation": self._negate, "opposite": self._oppose, "substitution": self._substitute,
            "sense": self._mistake, "addition": self._add, "removal": self._remove,
        }  # fmt: skip

    def damage(self, text: str, kind: str, rng: Random) -> Damaged | None:
        """Return ``text`` with an error of ``kind``, or None where it has no place for one."""
        if kind == "clean":
            return Damaged(kind, text)
        places = spans(text).tolist()
        words = [text[a:b] for a, b in places]
        change = self._kinds[kind](words, rng)
        if change is None:
            return None
        changed, wrong, lost = change
        rebuilt = _rebuild(text, places, words, changed)
        if [rebuilt[a:b] for a, b in spans(rebuilt).tolist()] != changed:
            return None
        return Damaged(kind, rebuilt, wrong, lost)

    def _read(self, wordnet: Path) -> None:
        graph = synsets(wordnet)
        for words, pointers in graph.values():
            known = [w for w in words if w.isalpha() and zipf(w) >= _KNOWN]
            for word in known:
                self._synonyms[word].update(w for w in known if w != word)
            for symbol, part, offset, source, target in pointers:
                others = graph[part, offset][0]
                if symbol == "!":
                    self._opposites[words[source - 1]].add(others[target - 1])
                    self._far_opposites(words, others)
                if symbol in ("@", "&"):
                    for word in known:
                        self._above[word].update(w for w in others if w.isalpha() and w != word)
                    for word in others:
                        self._above[word].update(w for w in known if w != word)

    def _far_opposites(self, words: Sequence[str], others: Sequence[str]) -> None:
        for word in words:
            self._far[word].update(w for w in others if w.isalpha() and zipf(w) >= _KNOWN)

    def _survey(self, texts: Sequence[str]) -> None:
        before: dict[str, set[str]] = defaultdict(set)
        seen: set[str] = set()
        for text in texts:
            words = [text[a:b] for a, b in spans(text).tolist()]
            for left, right in pairwise(words):
                if left.islower() and left.isalpha() and right.isalpha() and len(left) > 2 and zipf(left) < 6.3:
                    before[right.lower()].add(left)
            seen.update(w for w in words if w.islower() and _content(w) and zipf(w) > _COMMON)
        for word, lefts in before.items():
            chosen = sorted(w for w in lefts if self._part(w) in ("a", "r", "n"))
            if len(chosen) >= 3:
                self._before[word] = chosen
        for word in sorted(seen):
            if part := self._part(word):
                self._vocabulary[part].append(word)

    def _used_alike(self, encoder: Encoder) -> dict[str, tuple[str, ...]]:
        """Return for each base form those with the nearest vectors that WordNet knows neither as synonyms nor as kin.

        Opposites and words for neighbouring things are used alike, whatever a dictionary says of them.
        """
        found: dict[str, tuple[str, ...]] = {}
        for part, words in sorted(self._vocabulary.items()):
            every = {lemmas(word)[-1] for word in words}
            bases = sorted(w for w in every if self._part(w) == part and zipf(w) >= _KNOWN)
            vectors = encoder.encode(bases).vectors
            order = np.argsort(-(vectors @ vectors.T), axis=1, kind="stable")[:, 1 : _NEAREST + 1]
            for word, nearest in zip(bases, order, strict=True):
                others = [bases[i] for i in nearest]
                related = relate([word], others)
                alike = related.same[0] | related.akin_form[0]
                alike |= related.lexical[[RELATIONS.index("synonym"), RELATIONS.index("kin")], 0].any(axis=0)
                found[word] = tuple(o for o, no in zip(others, alike, strict=True) if not no)
        return found

    def _part(self, word: str) -> str:
        """Return the part of speech that ``word`` most often is: n, v, a, r, or empty."""
        found = [self._parts[lemma] for lemma in lemmas(word.lower()) if lemma in self._parts]
        return found[0] if found else ""

    def _negate(self, words: list[str], rng: Random) -> _Change | None:
        low = [w.lower() for w in words]
        negators = [i for i, w in enumerate(low) if w in ("not", "never", "no") and len(words) > 1]
        auxiliaries = [i for i, w in enumerate(low) if w in _AUXILIARIES and low[i + 1 : i + 2] != ["not"]]
        verbs = [i for i, w in enumerate(low) if i and w not in _AUXILIARIES and self._part(w) == "v"]
        draw = rng.random()
        if negators and draw < 0.35:
            at = rng.choice(negators)
            return words[:at] + words[at + 1 :], (min(at, len(words) - 2),), ()
        if auxiliaries and (draw < 0.75 or not verbs):
            at = rng.choice(auxiliaries)
            if rng.random() < 0.2:
                short = {"can": "can't", "will": "won't"}.get(low[at], low[at] + "n't")
                return [*words[:at], _like(words[at], short), *words[at + 1 :]], (at,), ()
            added = rng.choice(["not", "not", "not", "not", "never", "no longer"]).split()
            return [*words[: at + 1], *added, *words[at + 1 :]], tuple(range(at + 1, at + 1 + len(added))), ()
        return self._deny(words, rng.choice(verbs)) if verbs else None

    def _deny(self, words: list[str], at: int) -> _Change | None:
        low = words[at].lower()
        stem = next(iter(getAllLemmas(low).get("VERB", ())), "")
        tags = {tag for tag, forms in getAllInflections(stem).items() if low in forms} if stem else set()
        if not tags or words[at - 1].lower() in _AUXILIARIES | {"to"} or "VBG" in tags:
            denied = ["not", words[at]]
        elif "VBD" in tags:
            denied = ["did", "not", stem]
        elif "VBZ" in tags:
            denied = ["does", "not", stem]
        else:
            denied = ["do", "not", stem]
        wrong = tuple(range(at, at + len(denied) - 1))
        return [*words[:at], *denied, *words[at + 1 :]], wrong, ()

    def _oppose(self, words: list[str], rng: Random) -> _Change | None:
        options: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for at, word in enumerate(words):
            if word.lower() in _UNTOUCHED:
                continue
            for lemma in lemmas(word.lower()):
                options[at] += [(lemma, o) for o in sorted(self._opposites.get(lemma, ()))] * 3
                if self._far.get(lemma):
                    options[at].append((lemma, rng.choice(sorted(self._far[lemma]))))
        return self._replace(words, options, rng)

    def _substitute(self, words: list[str], rng: Random) -> _Change | None:
        at = self._content_place(words, rng)
        if at is None:
            return None
        stems = [lemma for lemma in lemmas(words[at].lower()) if self._above.get(lemma)]
        used = [(lemma, w) for lemma in lemmas(words[at].lower()) for w in self._alike.get(lemma, ())]
        draw = rng.random()
        if used and _OF_ITS_KIND <= draw < _USED_ALIKE:
            options = used
        elif stems and draw < _OF_ITS_KIND:
            over = rng.choice(sorted(self._above[stems[-1]]))
            near = [w for w in self._above.get(over, ()) if w != stems[-1] and w not in self._synonyms[stems[-1]]]
            options = [(stems[-1], w) for w in sorted(near) if zipf(w) >= _KNOWN]
        else:
            options = [(words[at].lower(), rng.choice(self._vocabulary[self._part(words[at])]))]
        return self._replace(words, {at: options}, rng)

    def _mistake(self, words: list[str], rng: Random) -> _Change | None:
        options: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for at, word in enumerate(words):
            if _content(word) and word.islower():
                for lemma in lemmas(word):
                    options[at] += [(lemma, w) for w in self._senses.get(lemma, ()) if zipf(w) >= _KNOWN]
        return self._replace(words, options, rng)

    def _replace(self, words: list[str], options: dict[int, list[tuple[str, str]]], rng: Random) -> _Change | None:
        places = sorted(at for at, found in options.items() if found)
        if not places:
            return None
        at = rng.choice(places)
        lemma, other = rng.choice(options[at])
        new = _like(words[at], _inflect(words[at].lower(), lemma, other)).replace("_", " ").split()
        if [w.lower() for w in new] == [words[at].lower()]:
            return None
        return [*words[:at], *new, *words[at + 1 :]], tuple(range(at, at + len(new))), ()

    def _add(self, words: list[str], rng: Random) -> _Change | None:
        places = [i for i in range(1, len(words)) if words[i].lower() in self._before and words[i - 1].isalpha()]
        if not places:
            return None
        at = rng.choice(places)
        word = rng.choice(self._before[words[at].lower()])
        return None if word == words[at - 1].lower() else ([*words[:at], word, *words[at:]], (at,), ())

    def _remove(self, words: list[str], rng: Random) -> _Change | None:
        places = [i for i, w in enumerate(words) if i and len(w) > 2 and (w[0].isupper() or self._is_noun(w))]
        if not places:
            return None
        start = rng.choice(places)
        end = start + 1
        if words[start][0].isupper():
            while start > 1 and words[start - 1][0].isupper():
                start -= 1
            while end < len(words) and words[end][0].isupper():
                end += 1
        elif rng.random() < 0.2 and start > 1 and self._part(words[start - 1]) in ("n", "a"):
            start -= 1
        return None if end - start > 4 else (words[:start] + words[end:], (), tuple(words[start:end]))

    def _is_noun(self, word: str) -> bool:
        return word[0].isalpha() and zipf(word.lower()) < 5.8 and self._part(word) == "n"

    def _content_place(self, words: list[str], rng: Random) -> int | None:
        places = [i for i, w in enumerate(words) if _content(w) and w.islower() and self._vocabulary.get(self._part(w))]
        return rng.choice(places) if places else None


def _content(word: str) -> bool:
    return len(word) > 2 and word[0].isalpha() and zipf(word.lower()) < _CONTENT


def _like(model: str, word: str) -> str:
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


@lru_cache(maxsize=65536)
def _inflect(form: str, lemma: str, other: str) -> str:
    """Give ``other`` the ending that ``form`` has over ``lemma``."""
    if form == lemma:
        return other
    for tag, forms in getAllInflections(lemma).items():
        if form in forms and (found := getInflection(other, tag=tag)):
            return str(found[0])
    return other


def _parts_of_speech(wordnet: Path) -> dict[str, str]:
    """Return the part of speech of most of each word's uses, as WordNet's tagged texts count them."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (wordnet / "cntlist.rev").read_text("utf-8").splitlines():
        key, _, number = line.split()
        word, _, sense = key.partition("%")
        counts[word][_SENSE_NUMBERS[sense[0]]] += int(number)
    found = {word: count.most_common(1)[0][0] for word, count in counts.items()}
    for letter, part in sorted(PARTS.items()):
        if letter != "s":
            for line in (wordnet / f"index.{part}").read_text("utf-8").splitlines():
                if not line.startswith(" "):
                    found.setdefault(line.split()[0], letter)
    return found


def _senses(wordnet: Path) -> dict[str, tuple[str, ...]]:
    """Return for each word the synonyms that it has in none of its common senses."""
    graph = synsets(wordnet)
    order: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for part in sorted(set(PARTS.values())):
        for line in (wordnet / f"index.{part}").read_text("utf-8").splitlines():
            if not line.startswith(" "):
                fields = line.split()
                order[fields[0]].extend((part, offset) for offset in fields[-int(fields[2]) :])
    found: dict[str, tuple[str, ...]] = {}
    for word, places in order.items():
        by_part: dict[str, list[str]] = defaultdict(list)
        for part, offset in places:
            by_part[part].append(offset)
        common = {w for p, offsets in by_part.items() for o in offsets[:_COMMON_SENSES] for w in graph[p, o][0]}
        rare = {w for p, offsets in by_part.items() for o in offsets[_COMMON_SENSES:] for w in graph[p, o][0]}
        chosen = sorted(w for w in rare - common if w.isalpha() and w != word)
        if chosen and word.isalpha():
            found[word] = tuple(chosen)
    return found


def _rebuild(text: str, places: list[list[int]], words: list[str], changed: list[str]) -> str:
    """Return ``text`` with ``changed`` in place of ``words``, spaced as it was where both agree."""
    before = 0
    while before < min(len(words), len(changed)) and words[before] == changed[before]:
        before += 1
    after = 0
    while after < min(len(words), len(changed)) - before and words[-1 - after] == changed[-1 - after]:
        after += 1
    head = text[: places[before - 1][1]] if before else ""
    tail = text[places[len(words) - after][0] :] if after else ""
    middle = " ".join(changed[before : len(changed) - after])
    pieces = [head, middle, tail]
    glued = " ".join(p for p in pieces if p)
    # A mark after what was taken out or put in stands close to the word before it.
    return re.sub(r" (?=[,.;:!?)])", "", glued) if tail[:1] in ",.;:!?)" else glued
