"""Offices that were translated literally: "Trade Minister" where the accounts say Commerce Secretary.

Which titles are taken for which is a table (``entities/data/confusions.csv``); that a form stands there is no verdict,
because other countries do have trade ministers. A finding asks that the references use the right title and never the
wrong one, or that the text itself also has the right one.
"""

from __future__ import annotations

import re
from functools import cache

from audit.detectors.case import Case
from audit.entities.confusions import Confusions, Entry
from audit.entities.gazetteers import fold
from audit.letters import lowered
from audit.records import Finding, Sentence

__all__ = ["detect"]

_LINKED = 0.9
_ELSEWHERE = 0.65
_OWN = 0.55
_SMALL = frozenset({"of", "the", "for", "and", "in"})


def detect(case: Case, confusions: Confusions) -> list[Finding]:
    """Return a finding of kind title for each literal title that the references, or the text itself, contradict."""
    titles = {lowered(e.wrong): e for e in confusions.entries if e.kind == "title" and not _same_words(e)}
    if not titles:
        return []
    pattern = re.compile(
        r"\b(?:" + "|".join(re.escape(t) for t in sorted(titles, key=len, reverse=True)) + r")\b", re.IGNORECASE
    )
    stated = _Stated(case)
    linked = _linked_texts(case)
    findings: list[Finding] = []
    for sentence in case.hypothesis.sentences:
        if not sentence.audited:
            continue
        for match in pattern.finditer(sentence.text):
            entry = titles[lowered(match.group())]
            if sure := _confidence(entry, stated, linked.get(sentence.index, "")):
                findings.append(_finding(stated, sentence, match, entry, sure))
    return findings


class _Stated:
    """Which titles the texts have; each is looked for once, however often the hypothesis has it."""

    def __init__(self, case: Case) -> None:
        self._references = case.references
        self._theirs = [r.document.text.casefold() for r in case.references]
        self._own = case.hypothesis.document.text.casefold()
        self.by_references = cache(lambda title: any(title.casefold() in text for text in self._theirs))
        self.by_hypothesis = cache(lambda title: title.casefold() in self._own)
        self.place = cache(self._place)

    def _place(self, title: str) -> tuple[str, int, int] | None:
        for reference in self._references:
            match = re.search(re.escape(title), reference.document.text, re.IGNORECASE)
            if match:
                return reference.document.name, match.start(), match.end()
        return None


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
    right = entry.right if surface[:1].isupper() else entry.right[:1].lower() + entry.right[1:]
    place = stated.place(entry.right)
    where = f" as {place[0]} does" if place else " as this text does elsewhere"
    return Finding(
        "", sentence.document, sentence.index, sentence.start + match.start(), sentence.start + match.end(), surface,
        right, entry.right, "title", "major", sure, place is not None,
        f"“{surface}” is a literal translation of the office; say “{right}”{where}.",
        *(place or (None, None, None)),
    )  # fmt: skip
