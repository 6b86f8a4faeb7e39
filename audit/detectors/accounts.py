"""Wrong wording of a retold story: what other accounts of the same events show.

Accounts choose their words freely, so that another word proves nothing. A word is doubtful where its sentence has an
equivalent in an account, no account uses it, a form of it or a synonym, and either nothing in the equivalent is near it
in context, or its neighbours frame another word there. In two annotated articles about half of such words were wrong,
hence severity minor. A negation counts only where the network is sure of it and the aligner of the link, and the
account has the word that is denied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

import numpy as np

from audit.detectors.case import Case
from audit.detectors.features import compare, is_negator
from audit.detectors.marks import mark
from audit.detectors.pairing import Pair, pairs
from audit.detectors.relations import lemmas
from audit.detectors.tagger import CLASSES, tag
from audit.detectors.words import words
from audit.entities.gazetteers import FUNCTION_WORD, zipf
from audit.entities.quantities.words import SMALL
from audit.records import Finding, Link, Text

__all__ = ["detect"]

_SHORTEST = 3
# English has no open list of these, so they stand here; they join what is said and hardly say anything.
_RELATIONAL = frozenset(
    "about above across after against ago ahead along alongside although amid among apart around aside away because "
    "before behind below beneath beside besides between beyond despite during either else except hence however inside "
    "instead into like near neither nor onto opposite outside over past per plus rather regarding since than though "
    "through throughout thus till toward towards under underneath unless unlike until unto upon versus via whereas "
    "whether while within without yet".split()
)
_FAR = 0.4
"""Cosine of contextual vectors below which nothing in the equivalent sentence is near a word."""
_CONFIDENCE = 0.5
_CLEAR_SLOT, _FRAMED = 1.0, 1.25
_SURE_LINK, _SURE_NEGATION = 0.8, 0.8


def detect(case: Case) -> list[Finding]:
    """Return the wording errors that equivalent sentences of other accounts show; none of parallel texts."""
    if case.mode != "comparable":
        return []
    known = _vocabulary(case.references)
    sentences = case.hypothesis.sentences
    asked = {
        s.index for s in sentences if any(is_negator(w) or _doubtful(w, known) for w, _, _ in words(s.text))
    }  # words have vectors to be compared by only where there is something to compare
    by_sentence: dict[tuple[int, ...], list[tuple[Pair, Link]]] = defaultdict(list)
    for pair, link in pairs(case, lambda link: not asked.isdisjoint(link.hypothesis)):
        by_sentence[link.hypothesis].append((pair, link))
    found: dict[tuple[int, int], Finding] = {}
    for compared in by_sentence.values():
        for finding in (*_unheard(case, compared, known), *_turned(case, compared)):
            found.setdefault((finding.start, finding.end), finding)
    return [found[span] for span in sorted(found)]


def _vocabulary(references: Sequence[Text]) -> set[str]:
    """Return all base forms that the words of the references can have."""
    said = {w.lower() for t in references for s in t.sentences if s.audited for w, _, _ in words(s.text)}
    return {lemma for word in said for lemma in lemmas(word)}


def _unheard(case: Case, compared: Sequence[tuple[Pair, Link]], known: AbstractSet[str]) -> list[Finding]:
    """Return the doubtful words of one sentence, which all its equivalents leave doubtful."""
    ours = compared[0][0].hypothesis
    doubtful = [i for i, word in enumerate(ours.words) if _doubtful(word, known)]
    if not doubtful:
        return []
    found_there = [compare(pair) for pair, _ in compared]
    near = np.max([c.cosine.max(axis=1) for c in found_there], axis=0)
    related = np.any([c.matched.any(axis=1) for c in found_there], axis=0)
    framed = np.max([c.slot.max(axis=1) for c in found_there], axis=0)
    partners = [c.partners() for c in found_there]
    found = []
    for i in doubtful:
        if related[i] or (near[i] >= _FAR and framed[i] < _FRAMED):
            continue
        slots = [float(c.slot[i, p[i]]) for c, p in zip(found_there, partners, strict=True)]
        best = int(np.argmax(slots))
        partner = int(partners[best][i])
        theirs, link = compared[best][0].reference, compared[best][1]
        clear = slots[best] >= _CLEAR_SLOT and _plain(theirs.words[partner])
        sentence = case.hypothesis.sentences[int(ours.sentences[i])]
        start, end = (int(place) for place in theirs.spans[partner])
        instead = f" has “{theirs.words[partner]}” in its place" if clear else " has nothing like it"
        found.append(
            mark(
                sentence,
                int(ours.spans[i, 0]) - sentence.start,
                int(ours.spans[i, 1]) - sentence.start,
                "mistranslation",
                f"No reference uses “{ours.words[i]}”; the sentence that tells the same ({link.document}){instead}.",
                confidence=_CONFIDENCE * link.confidence,
                severity="minor",
                suggestion=theirs.words[partner] if clear else "",
                supported=bool(clear),
                place=(link.document, start, end) if clear else None,
            )
        )
    return found


def _doubtful(word: str, known: AbstractSet[str]) -> bool:
    return _plain(word) and known.isdisjoint(lemmas(word))


@lru_cache(maxsize=65536)
def _plain(word: str) -> bool:
    """Whether ``word`` carries meaning and is no name or number: those have detectors of their own."""
    if len(word) < _SHORTEST or not (word.isalpha() and word.islower()):
        return False
    return zipf(word) < FUNCTION_WORD and word not in _RELATIONAL and word not in SMALL


def _turned(case: Case, compared: Sequence[tuple[Pair, Link]]) -> list[Finding]:
    """Return the negators of one sentence against which the surest equivalent speaks."""
    pair, link = max(compared, key=lambda c: c[1].confidence)
    ours = pair.hypothesis
    alone = [is_negator(w) for w in ours.words]
    if link.confidence < _SURE_LINK or not any(alone) or any(is_negator(w) for w in pair.reference.words):
        return []
    (tags,) = tag([pair])
    likely, said = tags.classes[:, CLASSES.index("negation")], tags.reading.relations[0].any(axis=1)
    found = []
    for i, (start, end) in enumerate(ours.spans.tolist()[:-1]):
        if alone[i] and likely[i] >= _SURE_NEGATION and said[i + 1]:
            sentence = case.hypothesis.sentences[int(ours.sentences[i])]
            same = f"the sentence that tells the same ({link.document})"
            reason = f"“{ours.words[i]}” turns the statement round: {same} has no negation."
            found.append(
                mark(sentence, start - sentence.start, end - sentence.start, "negation", reason,
                     confidence=float(likely[i]) * link.confidence)
            )  # fmt: skip
    return found
