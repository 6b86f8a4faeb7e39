"""Wrong wording of a translation: what it shows beside a translation of the same text.

Words that the network holds for wrong become mistranslations, additions, and statements turned round (``negation``,
found by rule too); words of the reference that nothing stands for become omissions. A word that any reference supports
is not marked. Other accounts choose their words freely; what they can show is in ``accounts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

import numpy as np

from audit.detectors import omission
from audit.detectors.case import Case
from audit.detectors.features import is_negator
from audit.detectors.marks import ReferencePlace, mark
from audit.detectors.negation import turned
from audit.detectors.pairing import Pair, pairs
from audit.detectors.relations import RELATIONS
from audit.detectors.tagger import CLASSES, Limits, Tags, limits, stretches, tag
from audit.entities.gazetteers import FUNCTION_WORD, zipf
from audit.records import Finding, FindingKind, Severity, Text

__all__ = ["detect"]

_LOOSER = 2
"""A suggestion may have this many words more than what it replaces."""
_CLOSE = 0.35
_NEIGHBOURED = 1.0
_AT_ONCE = 256
_RULED = 0.9
"""How sure a negation by rule is: of 500 good translations of DEMETR four have one, of 500 with one put in over 300."""
_DO = frozenset("do does did".split())
_RIGHT, _NEGATION, _OPPOSITE, _SUBSTITUTION, _ADDITION = range(len(CLASSES))
_KINDS: dict[int, FindingKind] = {
    _RIGHT: "mistranslation", _NEGATION: "negation", _OPPOSITE: "mistranslation", _SUBSTITUTION: "mistranslation",
    _ADDITION: "addition",
}  # fmt: skip
_OPPOSITES = {RELATIONS.index("antonym"), RELATIONS.index("contrast")}
_LEXICAL = 2
"""Where WordNet's relations begin among a reading's."""
_MATCHING = [0, 1, _LEXICAL + RELATIONS.index("synonym")]
"""The relations of a reading by which two words can mean the same."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the hypothesis, judged by the reference that supports it best.

    Marked from a ``score`` of 1 on, for ``cause``: one of ``CLASSES``, or ``_RIGHT`` for what only an expert would
    dislike. ``turned``: a negation that one side has alone, by rule.
    """

    score: float
    cause: int
    turned: bool
    pair: Pair
    tags: Tags
    index: int

    @property
    def text(self) -> str:
        return self.pair.hypothesis.words[self.index]

    @property
    def sentence(self) -> int:
        return int(self.pair.hypothesis.sentences[self.index])

    @property
    def span(self) -> tuple[int, int]:
        start, end = self.pair.hypothesis.spans[self.index].tolist()
        return start, end

    @property
    def wrong(self) -> float:
        return float(self.tags.wrong[self.index])

    @property
    def classes(self) -> list[float]:
        """Probabilities of ``CLASSES``."""
        found: list[float] = self.tags.classes[self.index].tolist()
        return found

    @property
    def partner(self) -> int | None:
        """The word of the reference that stands in its place, where it is clear."""
        reading = self.tags.reading
        other = int(reading.partner[self.index])
        clear = reading.cosine[self.index, other] >= _CLOSE or reading.relations[-1, self.index, other] >= _NEIGHBOURED
        return other if clear else None

    @property
    def replaces(self) -> bool:
        """Whether a word of the reference that nothing else stands for stands in its place."""
        other = self.partner
        return other is not None and not self.tags.reading.relations[_MATCHING, :, other].any()


@dataclass(frozen=True, slots=True)
class _Counterpart:
    """What the reference says instead."""

    surface: str
    place: ReferencePlace
    opposite: bool


def detect(case: Case) -> list[Finding]:
    """Return the wording errors that the links of ``case`` show; none where the references are other accounts."""
    if case.mode != "parallel":
        return []
    bounds = limits()
    words: dict[tuple[int, int], _Word] = {}
    found: list[Finding] = []
    for pair, tags in _tagged(case):
        scores, causes = bounds.judge(tags)
        alone = {t.index for t in turned(pair, tags.reading)}
        for index, (score, cause) in enumerate(zip(scores.tolist(), causes.tolist(), strict=True)):
            ruled = index in alone
            if ruled:
                score, cause = max(score, 1.0), _NEGATION
            word = _Word(score, cause, ruled, pair, tags, index)
            if word.span not in words or score < words[word.span].score:
                words[word.span] = word
        found.extend(omission.find(case.hypothesis, case.references, pair, tags, bounds))
    ordered = [words[span] for span in sorted(words)]
    for _, sentence in groupby(ordered, key=lambda w: w.sentence):
        row = list(sentence)
        found.extend(_finding(case, row, run, bounds) for run in _runs(row))
    return found


def _tagged(case: Case) -> Iterator[tuple[Pair, Tags]]:
    """Yield all pairs with what is said of them; so many are read together as are soon done and light to hold."""
    found = (pair for pair, _ in pairs(case))
    while part := list(islice(found, _AT_ONCE)):
        yield from zip(part, tag(part), strict=True)


def _runs(row: Sequence[_Word]) -> list[tuple[int, int]]:
    """Return the stretches of words of a sentence that are marked for one cause, half-open."""
    spoken = np.array([any(c.isalnum() for c in word.text) for word in row])
    causes = np.array([word.cause for word in row])
    scores = np.array([word.score for word in row], np.float32)
    runs = (stretches(np.where(spoken & (causes == cause), scores, 0)) for cause in range(len(CLASSES)))
    return sorted(run for found in runs for run in found)


def _finding(case: Case, row: Sequence[_Word], run: tuple[int, int], bounds: Limits) -> Finding:
    first = row[run[0]]
    kind = _KINDS[first.cause]
    if kind == "addition" and run[1] - run[0] == 1 and first.replaces:
        kind = "mistranslation"
    run = _whole(row, run, kind)
    words = row[slice(*run)]
    sentence = case.hypothesis.sentences[words[0].sentence]
    start, end = words[0].span[0] - sentence.start, words[-1].span[1] - sentence.start
    # Of "did not come" it is "come" that the reference has, where it is a correction.
    denied = kind == "negation" and _denies(words)
    meant, own = (words[-1:], set()) if denied else (words, {w.text.lower() for w in words})
    counterpart = _counterpart(meant, own, case.references)
    suggestion = counterpart.surface if counterpart else words[-1].text if kind == "addition" and len(words) > 1 else ""
    return mark(
        sentence,
        start,
        end,
        kind,
        _reason(kind, sentence.text[start:end], counterpart),
        confidence=_confidence(words, kind, bounds),
        severity=_severity(words),
        suggestion=suggestion,
        supported=counterpart is not None,
        place=counterpart.place if counterpart else None,
    )


def _whole(row: Sequence[_Word], run: tuple[int, int], kind: FindingKind) -> tuple[int, int]:
    """Take in what an added or negating word belongs to: the word after it, and the "did" before a "not"."""
    start, end = run
    if kind == "mistranslation":
        return run
    if kind == "negation" and start and row[start - 1].text.lower() in _DO and is_negator(row[start].text):
        start -= 1
    last = row[end - 1].text.lower()
    contracted = is_negator(last) and last[:-3] not in _DO and last.endswith("t") and last != "not"
    if end < len(row) and row[end].text.isalpha() and not contracted and (kind == "addition" or is_negator(last)):
        end += 1
    return start, end


def _denies(words: Sequence[_Word]) -> bool:
    """Whether ``words`` are a negation and, last, what it denies."""
    return any(is_negator(w.text) for w in words[:-1]) and not is_negator(words[-1].text)


def _counterpart(words: Sequence[_Word], own: set[str], references: Sequence[Text]) -> _Counterpart | None:
    """Return the stretch of the reference in the place of ``words``, if it has other words than ``own``."""
    first = words[0]
    partners = [p for w in words if w.pair is first.pair and (p := w.partner) is not None]
    if not partners:
        return None
    low, high = min(partners), max(partners) + 1
    theirs = first.pair.reference
    scattered = high - low > len(words) + _LOOSER
    if scattered or theirs.sentences[low] != theirs.sentences[high - 1] or theirs.texts[low] != theirs.texts[high - 1]:
        low, high = partners[0], partners[0] + 1
    instead = theirs.words[low:high]
    if {w.lower() for w in instead} <= own or not any(w[0].isalnum() for w in instead):
        return None
    start, end = int(theirs.spans[low, 0]), int(theirs.spans[high - 1, 1])
    opposite = any(
        p is not None and any(w.tags.reading.relations[_LEXICAL + k, w.index, p] for k in _OPPOSITES)
        for w in words
        if (p := w.partner) is not None
    )
    document = references[int(theirs.texts[low])].document
    return _Counterpart(document.text[start:end], (document.name, start, end), opposite)


def _reason(kind: FindingKind, surface: str, counterpart: _Counterpart | None) -> str:
    theirs = f"the reference ({counterpart.place[0]}) has “{counterpart.surface}”" if counterpart else ""
    if kind == "negation":
        return f"“{surface}” turns the statement round: {theirs or 'the reference says the reverse'}."
    if kind == "addition":
        return f"Nothing in the reference corresponds to “{surface}”" + (f"; {theirs}." if theirs else " in full.")
    if counterpart is None:
        return f"“{surface}” does not fit here, and the reference has nothing like it."
    if counterpart.opposite:
        return f"“{surface}” is the opposite: {theirs} in its place."
    return f"“{surface}” is not what is meant: {theirs} in its place."


def _confidence(words: Sequence[_Word], kind: FindingKind, bounds: Limits) -> float:
    learned = bounds.confidence(max(w.wrong for w in words), max(1 - w.classes[_RIGHT] for w in words))
    return max(learned, _RULED if kind == "negation" and any(w.turned for w in words) else 0.0)


def _severity(words: Sequence[_Word]) -> Severity:
    """Words that carry little meaning make a minor error unless they turn the statement round."""
    light = all(zipf(w.text.lower()) >= FUNCTION_WORD for w in words)
    sure = any(w.turned or w.classes[_NEGATION] + w.classes[_OPPOSITE] >= 0.5 for w in words)
    return "minor" if light and not sure else "major"
