"""Words that are one word in another language: an announcement that went through Arabic comes back as an advertisement.

``data/senses.csv`` lists words of pivot languages whose English senses writers hardly exchange; ``|`` parts the senses.
Each row must be true of its language, since findings say so: words that only look alike in both do not belong there.
Such a pair is no evidence by itself. A word is in doubt where a sentence that is linked to its own has its other sense
and none has the word; once one is, so are others of that language: words in the same company as their other sense in an
account, where no account has the word, and further uses of a word in doubt. Accounts only: what translations of the
same text have in each other's place is seen without a table.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from audit.detectors.case import Case
from audit.detectors.marks import mark
from audit.detectors.relations import RELATIONS, lemmas, relate
from audit.detectors.words import words
from audit.entities.gazetteers import FUNCTION_WORD, zipf
from audit.entities.pivots import LANGUAGES
from audit.records import Finding, Sentence, Severity, Text

__all__ = ["SENSES", "detect", "shared"]

SENSES = "senses-2"
"""Identifies the table and the rules in the signature."""

_EQUIVALENT, _PARTIAL, _COMPANY = 0.6, 0.5, 0.45
"""How sure a finding is by what speaks for it; judged by eye on two annotated articles and 350 translated documents."""
_ALONE, _AGAIN = 0.6, 0.8
"""Shares of that for the only one of its language, and for further uses of a word."""
_WINDOW = 4
"""Words to either side that keep a word company."""
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class _Word:
    """A word at ``start`` to ``end`` of its sentence, with the base forms it can have."""

    text: str
    start: int
    end: int
    bases: tuple[str, ...]

    def is_form_of(self, base: str) -> bool:
        """Whether it is ``base`` or a regular form of it; irregular forms are often of another part of speech."""
        return base in self.bases and self.text.lower().startswith(base[:-1])


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence of an account. ``places``: where it has the words of the table, by base form, the first of each."""

    document: str
    sentence: Sentence
    words: Sequence[_Word]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Doubt:
    """``word`` of ``sentence`` and the ``other`` word of ``told`` that is one with it in ``pivot``."""

    sentence: Sentence
    word: _Word
    base: str
    other: _Word
    told: _Told
    pivot: tuple[str, str]
    confidence: float
    reason: str
    severity: Severity = "minor"


def detect(case: Case, pivot: str = "") -> list[Finding]:
    """Return the words of the hypothesis for which another sense of a word in a pivot language was meant.

    ``pivot``: the language that the names show ("Arabic"), where they do.
    """
    if case.mode != "comparable":
        return []
    accounts = _Accounts(case.references)
    linked = _linked(case, accounts)
    read = [(s, _read(s)) for s in case.hypothesis.sentences if s.audited]
    clear = [d for sentence, said in read for d in _against(sentence, said, linked.get(sentence.index, ()))]
    languages = {d.pivot[0] for d in clear} | {pivot} - {""}
    if not languages:
        return []
    doubts = [*clear, *(d for sentence, said in read for d in _in_company(sentence, said, accounts, languages))]
    kinds = Counter(language for language, _ in {(d.pivot[0], d.base) for d in doubts})
    doubts = [
        d
        if kinds[d.pivot[0]] > 1 or d.pivot[0] == pivot
        else replace(d, confidence=d.confidence * _ALONE, severity="minor")
        for d in doubts
    ]
    known = {(d.base, d.pivot): d for d in reversed(doubts)}
    doubts += [d for sentence, said in read for d in _again(sentence, said, accounts, known)]
    # What speaks louder comes first.
    return [_finding(d) for d in {(d.sentence.index, d.word.start): d for d in reversed(doubts)}.values()]


@cache
def shared() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return for each English base form those that share a word of a pivot language with it: the language, the word."""
    found: defaultdict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    lines = (files("audit.detectors") / "data" / "senses.csv").read_text("utf-8").splitlines()
    for row in csv.DictReader(lines):
        senses = [sense.split() for sense in row["senses"].split(" | ")]
        for i, sense in enumerate(senses):
            others = [word for other in (*senses[:i], *senses[i + 1 :]) for word in other]
            for word in sense:
                for other in others:
                    found[word].setdefault(other, (LANGUAGES[row["pivot"]], row["word"]))
    return {word: _but_synonyms(word, others) for word, others in found.items()}


def _but_synonyms(word: str, others: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    related = relate([word], list(others))
    same = related.same[0] | related.lexical[RELATIONS.index("synonym"), 0]
    return {other: pivot for (other, pivot), is_same in zip(others.items(), same, strict=True) if not is_same}


class _Accounts:
    """The sentences of all references, what they say, and which words keep which others company."""

    def __init__(self, references: Sequence[Text]) -> None:
        self.told: dict[tuple[str, int], _Told] = {}
        self.said: set[str] = set()
        self._beside: dict[tuple[str, str], tuple[_Told, int]] = {}
        for text in references:
            for sentence in text.sentences:
                if sentence.audited:
                    self._survey(text.document.name, sentence)

    def _survey(self, document: str, sentence: Sentence) -> None:
        read, places = _read(sentence), dict[str, int]()
        told = self.told[document, sentence.index] = _Told(document, sentence, read, places)
        for place, word in enumerate(read):
            self.said.update(word.bases)
            for base in word.bases:
                if base in shared() and word.is_form_of(base):
                    places.setdefault(base, place)
                    for companion in _company(read, place):
                        self._beside.setdefault((base, companion), (told, place))

    def in_company(self, base: str, company: Set[str]) -> tuple[_Told, _Word, str] | None:
        """Return where ``base`` stands with most of ``company``, and one of these; None where it never does."""
        found = [self._beside[base, companion] for companion in sorted(company) if (base, companion) in self._beside]
        if not found:
            return None
        counts = Counter((told.document, told.sentence.index, place) for told, place in found)
        told, place = max(found, key=lambda f: counts[f[0].document, f[0].sentence.index, f[1]])
        around = _around(told.words, place)
        beside = next(w for w in around if any(not company.isdisjoint(lemmas(part)) for part in _parts(w)))
        return told, told.words[place], beside.text


def _linked(case: Case, accounts: _Accounts) -> dict[int, list[tuple[_Told, bool]]]:
    """Return the sentences linked to each of the hypothesis, the surest first, and whether they tell the same."""
    found: defaultdict[int, list[tuple[_Told, bool]]] = defaultdict(list)
    for link in sorted(case.links, key=lambda k: (k.relation != "equivalent", -k.confidence)):
        for i in link.hypothesis:
            for j in link.reference:
                if (link.document, j) in accounts.told:
                    found[i].append((accounts.told[link.document, j], link.relation == "equivalent"))
    return found


def _read(sentence: Sentence) -> list[_Word]:
    return [_Word(w, start, end, lemmas(w.lower())) for w, start, end in words(sentence.text)]


def _company(said: Sequence[_Word], place: int) -> set[str]:
    """Return the base forms of what stands around a word and says something, the parts of compounds apart."""
    return {base for word in _around(said, place) for part in _parts(word) for base in lemmas(part)}


def _around(said: Sequence[_Word], place: int) -> tuple[_Word, ...]:
    return (*said[max(0, place - _WINDOW) : place], *said[place + 1 : place + 1 + _WINDOW])


def _parts(word: _Word) -> list[str]:
    """Return the parts of a word that say something, in lower case."""
    return [part for part in word.text.lower().split("-") if part[:1].isdigit() or _is_telling(part)]


def _is_telling(part: str) -> bool:
    return len(part) >= _SHORTEST and part[0].isalpha() and zipf(part) < FUNCTION_WORD


def _options(said: Sequence[_Word]) -> Iterator[tuple[int, _Word, str, dict[str, tuple[str, str]]]]:
    """Yield each word that has other senses in a pivot language, its base form, and those the sentence hasn't."""
    here = {base for word in said for base in word.bases}
    for place, word in enumerate(said):
        if place and not word.text.islower():
            continue  # part of a name
        for base in filter(word.is_form_of, word.bases):
            others = {other: pivot for other, pivot in shared().get(base, {}).items() if other not in here}
            if others:
                yield place, word, base, others


def _against(sentence: Sentence, said: Sequence[_Word], linked: Sequence[tuple[_Told, bool]]) -> Iterator[_Doubt]:
    """Yield the words against which a linked sentence speaks."""
    there = {base for told, _ in linked for word in told.words for base in word.bases}
    done = -1
    for place, word, base, others in _options(said) if linked else ():
        if place == done or not there.isdisjoint(word.bases):
            continue
        for told, same in linked:
            other = min((o for o in others if o in told.places), key=told.places.__getitem__, default=None)
            if other is not None:
                done, meant = place, told.words[told.places[other]]
                confidence = _EQUIVALENT if same else _PARTIAL
                where = "the sentence that tells the same" if same else "a sentence that tells of it"
                reason = f"{where} ({told.document}) has “{meant.text}”"
                yield _Doubt(sentence, word, base, meant, told, others[other], confidence, reason, "major")
                break


def _in_company(
    sentence: Sentence, said: Sequence[_Word], accounts: _Accounts, languages: Collection[str]
) -> Iterator[_Doubt]:
    """Yield the words that no account has, whose other sense stands in an account among the same words."""
    done = -1
    for place, word, base, others in _options(said):
        if place == done or not accounts.said.isdisjoint(word.bases):
            continue
        company = _company(said, place)
        for other, pivot in others.items():
            found = accounts.in_company(other, company) if pivot[0] in languages else None
            if found is not None:
                done = place
                told, meant, beside = found
                reason = f"no reference has it, and {told.document} has “{meant.text}” near “{beside}” too"
                yield _Doubt(sentence, word, base, meant, told, pivot, _COMPANY, reason)
                break


def _again(
    sentence: Sentence,
    said: Sequence[_Word],
    accounts: _Accounts,
    known: Mapping[tuple[str, tuple[str, str]], _Doubt],
) -> Iterator[_Doubt]:
    """Yield the further uses of words that are in doubt elsewhere and that no account has."""
    for _, word, base, others in _options(said):
        for pivot in dict.fromkeys(others.values()):
            first = known.get((base, pivot))
            if first is not None and base not in accounts.said:
                reason = f"elsewhere {first.told.document} has “{first.other.text}” for it"
                sure = _AGAIN * first.confidence
                yield _Doubt(sentence, word, base, first.other, first.told, pivot, sure, reason)
                break


def _finding(doubt: _Doubt) -> Finding:
    language, pivot = doubt.pivot
    start = doubt.told.sentence.start
    return mark(
        doubt.sentence, doubt.word.start, doubt.word.end, "mistranslation",
        f"“{doubt.word.text}” and “{doubt.other.text}” are one word in {language} ({pivot}); {doubt.reason}.",
        confidence=doubt.confidence, severity=doubt.severity, suggestion=doubt.other.text, supported=True,
        place=(doubt.told.document, start + doubt.other.start, start + doubt.other.end),
    )  # fmt: skip
