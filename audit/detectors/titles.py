"""Offices that were translated literally: "Trade Minister" where the accounts say Commerce Secretary.

Which titles are taken for which is a table (``entities/data/confusions.csv``); that a form stands there is no verdict,
because other countries do have trade ministers. A finding asks that the references use the right title and never the
wrong one, or that the text itself also has the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from audit.detectors.case import Case
from audit.entities.confusions import Confusions, Entry
from audit.entities.gazetteers import fold
from audit.records import Finding, Sentence

__all__ = ["detect"]

_LINKED = 0.9
_ELSEWHERE = 0.65
_OWN = 0.55
_SMALL = frozenset({"of", "the", "for", "and", "in"})


def detect(case: Case, confusions: Confusions) -> list[Finding]:
    """Return a finding of kind title for each literal title that the references, or the text itself, contradict."""
    titles = {e.wrong.casefold(): e for e in confusions.entries if e.kind == "title" and not _same_words(e)}
    if not titles:
        return []
    pattern = re.compile(
        r"\b(?:" + "|".join(re.escape(t) for t in sorted(titles, key=len, reverse=True)) + r")\b", re.IGNORECASE
    )
    theirs = [r.document.text.casefold() for r in case.references]
    own = case.hypothesis.document.text.casefold()
    linked = _linked_texts(case)
    findings: list[Finding] = []
    for sentence in case.hypothesis.sentences:
        if not sentence.audited:
            continue
        for match in pattern.finditer(sentence.text):
            entry = titles[match.group().casefold()]
            sure = _confidence(entry, theirs, own, linked.get(sentence.index, ""))
            if sure:
                findings.extend(_finding(case, sentence, match, entry, sure))
    return findings


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


def _confidence(entry: Entry, theirs: Sequence[str], own: str, linked: str) -> float:
    wrong, right = entry.wrong.casefold(), entry.right.casefold()
    if any(wrong in text for text in theirs):
        return 0.0
    if right in linked:
        return _LINKED
    if any(right in text for text in theirs):
        return _ELSEWHERE
    return _OWN if right in own else 0.0


def _finding(case: Case, sentence: Sentence, match: re.Match[str], entry: Entry, sure: float) -> Iterator[Finding]:
    surface = match.group()
    right = entry.right if surface[:1].isupper() else entry.right[:1].lower() + entry.right[1:]
    place = _place(case, entry.right)
    where = f" as {place[0]} does" if place else " as this text does elsewhere"
    yield Finding(
        "", sentence.document, sentence.index, sentence.start + match.start(), sentence.start + match.end(), surface,
        right, entry.right, "title", "major", sure, place is not None,
        f"“{surface}” is a literal translation of the office; say “{right}”{where}.",
        *(place or (None, None, None)),
    )  # fmt: skip


def _place(case: Case, right: str) -> tuple[str, int, int] | None:
    for reference in case.references:
        match = re.search(re.escape(right), reference.document.text, re.IGNORECASE)
        if match:
            return reference.document.name, match.start(), match.end()
    return None
