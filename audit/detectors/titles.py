"""Offices that were translated literally: "Trade Minister" where the accounts say Commerce Secretary.

Which titles are taken for which is a table (``entities/data/confusions.csv``); that a form stands there is no verdict,
because other countries do have trade ministers. A finding asks that the references use the right title and never the
wrong one, or that the text itself also has the right one. Without any table, words that stand between the same words
as an office, and are none that could stand for it, are a finding too ("gate guard" for a goalkeeper).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from audit.detectors.case import Case
from audit.entities.confusions import Confusions, Entry
from audit.entities.exchanges import Exchange
from audit.entities.gazetteers import fold, offices_like
from audit.letters import lowered
from audit.records import Finding, Sentence, Text

__all__ = ["detect"]

_LINKED = 0.9
_ELSEWHERE = 0.65
_OWN = 0.55
_LEAST_FIT = 0.5
_STEM = 5
_WORD = re.compile(r"\w+")
_JOINING = frozenset("a an the of and or but in on at by from with as for to who which that this".split())
_ANYONE = frozenset(
    """he she it they we you i him her them us his their these those one man woman person people men women mr mrs ms
    official leader head chief boss""".split()
)
"""What stands for an office by way of style."""
_SMALL = frozenset({"of", "the", "for", "and", "in"})
_SAYING_NOTHING = frozenset(
    """acting city club company country deputy district firm former government group local national new
    opposition party police region senior state team then top town vice""".split()
)
"""What says nothing of an office but whose it is."""
_ARTICLE = re.compile(r"(?:an?|the) ", re.IGNORECASE)
_BEHIND = re.compile(r" (\w+)")
_BEFORE = re.compile(r"(?<!\w)(\w+(?: of(?: the)?)?) $")
_RANKS = frozenset({"general", "head", "chief", "prime", "vice", "deputy"})
"""What stands before an office by way of rank, and is none behind "of" ("coach of the head")."""


def detect(case: Case, confusions: Confusions, exchanges: Sequence[Exchange]) -> list[Finding]:
    """Return a finding of kind title for each literal title that the references, or the text itself, contradict.

    ``exchanges``: what matching sentences have in each other's place.
    """
    stated = _Stated(case)
    return [*_tabled(case, confusions, stated), *_exchanged(case, exchanges, stated)]


def _tabled(case: Case, confusions: Confusions, stated: _Stated) -> Iterator[Finding]:
    titles, first_words, pattern = _table(confusions)
    linked = _linked_texts(case)
    for sentence in case.hypothesis.sentences:
        # Most sentences have none of the words, and the pattern, one of hundreds of titles, is slow to say so.
        if not sentence.audited or first_words.isdisjoint(_WORD.findall(lowered(sentence.text))):
            continue
        for match in pattern.finditer(sentence.text):
            entry = titles[lowered(match.group())]
            if sure := _confidence(entry, stated, linked.get(sentence.index, "")):
                yield _finding(stated, sentence, match, entry, sure)


@lru_cache(maxsize=1)
def _table(confusions: Confusions) -> tuple[dict[str, Entry], set[str], re.Pattern[str]]:
    """Return the titles that are wrong for others, lower-case, their first words, and what finds them."""
    titles = {lowered(e.wrong): e for e in confusions.entries if e.kind == "title" and not _same_words(e)}
    written = "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True))
    first_words = {match.group() for title in titles if (match := _WORD.search(title))}
    return titles, first_words, re.compile(rf"\b(?:{written})\b", re.IGNORECASE)


class _Stated:
    """Which titles the texts have; each is looked for once, however often the hypothesis has it."""

    def __init__(self, case: Case) -> None:
        self._references = case.references
        self._theirs = [r.document.text.casefold() for r in case.references]
        self._own = case.hypothesis.document.text.casefold()
        self.by_references = cache(lambda title: any(title.casefold() in text for text in self._theirs))
        self.by_hypothesis = cache(lambda title: title.casefold() in self._own)
        self.word_of_references = cache(self._is_word)
        self.place = cache(self._place)

    def _is_word(self, title: str) -> bool:
        whole = re.compile(rf"\b{re.escape(title.casefold())}\b")
        return any(whole.search(text) for text in self._theirs)

    def _place(self, title: str) -> tuple[str, int, int] | None:
        for reference in self._references:
            match = re.search(re.escape(title), reference.document.text, re.IGNORECASE)
            if match:
                return reference.document.name, match.start(), match.end()
        return None


def _exchanged(case: Case, exchanges: Sequence[Exchange], stated: _Stated) -> Iterator[Finding]:
    """Yield words that stand in the place of an office and cannot stand for it; then the same words elsewhere."""
    rights: dict[str, Finding] = {}
    found: set[int] = set()
    for exchange in exchanges:
        if exchange.fit < _LEAST_FIT:
            continue
        reference = case.references[exchange.reference]
        for start, end, their_start, their_end in _widened(exchange, case.hypothesis, reference):
            right, surface = reference.document.text[their_start:their_end], case.hypothesis.document.text[start:end]
            alike = offices_like(right)
            if not alike:
                continue
            known = frozenset(fold(reference.sentences[exchange.their_sentence].text).split())
            if _other_calling(fold(surface), alike, fold(right), known) and not stated.word_of_references(surface):
                finding = Finding(
                    "", case.hypothesis.document.name, exchange.sentence, start, end, surface, _cased(right, surface),
                    right, "title", "major", round(exchange.fit, 4), True,
                    f"“{surface}” stands where {reference.document.name} has the office “{right}”.",
                    reference.document.name, their_start, their_end,
                )  # fmt: skip
                found.add(start)
                rights.setdefault(lowered(surface), finding)
                yield finding
            break
    yield from _again(case, rights, found)


def _widened(exchange: Exchange, text: Text, reference: Text) -> Iterator[tuple[int, int, int, int]]:
    """Yield the spans of an exchange on both sides, first with a word that both share behind or before it: offices
    have several ("head of justice" for the chief justice)."""
    ours, theirs = text.sentences[exchange.sentence], reference.sentences[exchange.their_sentence]
    for beside, at in ((_BEHIND, 1), (_BEFORE, 0)):
        edges = (exchange.end, exchange.their_end) if at else (exchange.start, exchange.their_start)
        found = [
            beside.search(t.document.text, s.start, e) if beside is _BEFORE else beside.match(t.document.text, e, s.end)
            for t, s, e in ((text, ours, edges[0]), (reference, theirs, edges[1]))
        ]
        mine, other = found
        if mine is None or other is None or lowered(mine.group(1)) != lowered(other.group(1)):
            continue
        if at:
            yield exchange.start, mine.end(1), exchange.their_start, other.end(1)
        else:
            yield mine.start(1), exchange.end, other.start(1), exchange.their_end
    yield exchange.start, exchange.end, exchange.their_start, exchange.their_end
    article = _ARTICLE.match(reference.document.text, exchange.their_start, exchange.their_end)
    if article is not None:
        yield exchange.start, exchange.end, article.end(), exchange.their_end


def _again(case: Case, rights: Mapping[str, Finding], found: Collection[int]) -> Iterator[Finding]:
    """Yield the other places of words of which one was found to stand for an office; a single word may be right."""
    several = {written: first for written, first in rights.items() if " " in written}
    sentences = [(s, lowered(s.text)) for s in case.hypothesis.sentences if s.audited and several]
    for written, first in several.items():
        pattern = re.compile(rf"\b{re.escape(written)}\b", re.IGNORECASE)
        for sentence in (s for s, low in sentences if written in low):
            for match in pattern.finditer(sentence.text):
                start = sentence.start + match.start()
                if start not in found:
                    yield replace(
                        first, sentence=sentence.index, start=start, end=sentence.start + match.end(),
                        surface=match.group(), suggestion=_cased(first.suggestion, match.group()),
                        confidence=min(first.confidence, _ELSEWHERE),
                    )  # fmt: skip


def _other_calling(said: str, alike: Collection[str], right: str, known: Collection[str]) -> bool:
    """Whether words name a calling, and none of those that may stand for the office ``right``; a word that stands for
    many ("head", "leader") does so only with words that are ``known`` of it or say nothing."""
    words = said.split()
    if not all(w.isalpha() for w in words) or words[0] in _JOINING or words[-1] in _JOINING:
        return False
    head = said.split(" of ")[0].split()[-1]
    if " of " in said and words[-1] in _RANKS and words[-1] in right.split():
        return True
    kin = {w[:_STEM] for other in alike for w in other.split()}
    added = {w for w in words if w != head} - _SMALL - _ANYONE - _SAYING_NOTHING - set(known)
    vague = head in _ANYONE and head not in right.split() and bool(added)
    if said in alike or (head in alike and not vague) or (len(words) == 1 and head[:_STEM] in kin):
        return False
    return not set(words) <= _ANYONE | _SMALL


def _cased(right: str, surface: str) -> str:
    if right.isupper():
        return right
    return right[:1].upper() + right[1:] if surface[:1].isupper() else right[:1].lower() + right[1:]


def _same_words(entry: Entry) -> bool:
    """Whether both titles are the same words in another order, which is style and no error."""
    wrong, right = ({w for w in fold(t).split() if w not in _SMALL} for t in (entry.wrong, entry.right))
    return {w[:5] for w in wrong} == {w[:5] for w in right}


def _linked_texts(case: Case) -> dict[int, str]:
    by_name = {r.document.name: r for r in case.references}
    out: dict[int, str] = {}
    for link in case.links:
        said = " ".join(by_name[link.document].sentences[i].text for i in link.reference)
        for index in link.hypothesis:
            out[index] = f"{out.get(index, '')} {said}".casefold()
    return out


def _confidence(entry: Entry, stated: _Stated, linked: str) -> float:
    if stated.by_references(entry.wrong):
        return 0.0
    if entry.right.casefold() in linked:
        return _LINKED
    if stated.by_references(entry.right):
        return _ELSEWHERE
    return _OWN if stated.by_hypothesis(entry.right) else 0.0


def _finding(stated: _Stated, sentence: Sentence, match: re.Match[str], entry: Entry, sure: float) -> Finding:
    surface = match.group()
    right = entry.right if surface[:1].isupper() else _cased(entry.right, surface)
    place = stated.place(entry.right)
    where = f" as {place[0]} does" if place else " as this text does elsewhere"
    return Finding(
        "", sentence.document, sentence.index, sentence.start + match.start(), sentence.start + match.end(), surface,
        right, entry.right, "title", "major", sure, place is not None,
        f"“{surface}” is a literal translation of the office; say “{right}”{where}.",
        *(place or (None, None, None)),
    )  # fmt: skip
