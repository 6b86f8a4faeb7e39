"""What a text shows by itself: misspellings, words run together, stray spaces, doubled words, broken characters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from audit.detectors.case import Case
from audit.detectors.foreign import is_english, language
from audit.detectors.marks import ReferencePlace, mark, part_of_address
from audit.detectors.spelling import Speller
from audit.entities.gazetteers import zipf
from audit.records import Finding, Sentence

__all__ = ["detect"]

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_JOINT = re.compile(r"(?<![\w@#/.\-])([a-z]{2,}|[A-Z][a-z]{2,})([A-Z][a-z]*)(?![\w/])")
_HYPHEN = re.compile(r"(?<=[^\W\d_])( -(?=[^\W\d_])|(?<=[^\W\d_]{2})- (?=[^\W\d_]))(?!(?:and|or|to)\b)")
_DOUBLED = re.compile(r"\b([^\W\d_]+(?:[ '’\-][^\W\d_]+){0,5}) +\1\b", re.IGNORECASE)
_MARKS = re.compile(r"(?<![.,;:!?])(?:,[,.;:]+|;[;,.]+|:[:,.]+|\?,|!,|\.,(?!\s?[a-z]))(?!\))")
_BROKEN = re.compile("�+|[ÂÃâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]{1,2}")
_CUT = re.compile(r"(?<![\w.])(?:an?|the)\s?(?:[,;:!?)]|\.(?!\w))(?![\w.])")
_BEFORE = re.compile(r"[^\W\d_]+$")
_AFTER = re.compile(r"[^\W\d_]+")
_LONGEST = 40
"""Letters of a word: what is longer is none."""
_REPEATABLE = frozenset(
    "had that very really so no yes far much many more long bye ha well now oh blah is do who you it her in on".split()
)
_JOINTS = frozenset("and or to by after on upon in for".split())
_JOINING_PREFIXES = frozenset(
    "re self co ex non pre post anti multi semi pro mid sub inter counter ultra vice well so far long high low".split()
)
# How sure each is: the share that experts marked too, where there were enough to count, else an estimate below it.
_MISSPELT = _JOINED = _TWICE = 0.9
_CHARACTERS = 0.95
_SPACED = _PUNCTUATION = _MISSING = 0.55
_FREQUENT = 3.5
_VERY_FREQUENT = 4.5


def detect(case: Case) -> list[Finding]:
    """Return a finding of kind damage for every place that is wrong whatever the references say."""
    known, speller = case.reference_words, case.speller
    wordings = " \n ".join(s.text for text in case.references for s in text.sentences if s.audited)
    found: list[Finding] = []
    for sentence in case.hypothesis.sentences:
        if not sentence.audited:
            continue
        for finding in _all(sentence, known, speller):
            # What a reference writes in the same way is a matter of style.
            if finding.surface not in wordings:
                found.append(finding)
    return found


def _all(sentence: Sentence, known: Mapping[str, ReferencePlace], speller: Speller) -> Iterator[Finding]:
    yield from _misspelt(sentence, known, speller)
    yield from _joined(sentence, known)
    yield from _doubled(sentence)
    yield from _broken(sentence)
    yield from _spaced(sentence, known)
    yield from _punctuation(sentence)


def _misspelt(sentence: Sentence, known: Mapping[str, ReferencePlace], speller: Speller) -> Iterator[Finding]:
    for match in _LETTERS.finditer(sentence.text):
        word = match.group()
        lowered = word.lower()
        opening = match.start() == 0 and word[1:].islower()
        if lowered in known or part_of_address(sentence.text, *match.span()):
            continue
        if language(lowered) or not lowered.isascii():
            continue
        right = speller.correction(lowered)
        # A capital may be a name's, which is not this detector's business: a plain word must explain it.
        if right is None or not (
            word.islower() or (opening and zipf(right) >= _VERY_FREQUENT) or (right in known and _plain(right))
        ):
            continue
        shown = right.capitalize() if word[0].isupper() else right
        reason = f"“{word}” is no word; “{shown}” is meant" + (", as the reference writes." if right in known else ".")
        yield mark(
            sentence, *match.span(), "damage", reason, confidence=_MISSPELT, severity="minor", suggestion=shown,
            supported=right in known, place=known.get(right),
        )  # fmt: skip


def _joined(sentence: Sentence, known: Collection[str]) -> Iterator[Finding]:
    for match in _JOINT.finditer(sentence.text):
        left, right = match.groups()
        whole = match.group().lower()
        if whole in known or zipf(whole) or not (_plain(left) and _plain(right)):
            continue
        reason = f"“{match.group()}” runs two sentences or words together: a space is missing."
        yield mark(
            sentence, *match.span(), "damage", reason, confidence=_JOINED, severity="minor",
            suggestion=f"{left}. {right}" if left.islower() else f"{left} {right}",
        )  # fmt: skip


def _plain(word: str) -> bool:
    lowered = word.lower()
    return zipf(lowered) >= _FREQUENT and is_english(lowered) and (len(lowered) > 1 or lowered in ("a", "i"))


def _doubled(sentence: Sentence) -> Iterator[Finding]:
    for match in _DOUBLED.finditer(sentence.text):
        first = match.group(1)
        parts = first.split()
        single = len(parts) == 1
        if single and (first.lower() in _REPEATABLE or first[0].isupper() or len(first) < 2):
            continue
        # "more and more", "face to face": the joint is inside, not between.
        if len(parts) == 2 and _JOINTS & {parts[0].lower(), parts[1].lower()}:
            continue
        reason = f"“{first}” stands twice in a row."
        yield mark(
            sentence, *match.span(), "damage", reason, confidence=_TWICE, severity="minor",
            suggestion=first,
        )  # fmt: skip


def _broken(sentence: Sentence) -> Iterator[Finding]:
    for match in _BROKEN.finditer(sentence.text):
        try:
            right = match.group().encode("cp1252").decode("utf-8")
        except UnicodeError:
            right = ""
        if right or "�" in match.group():
            reason = "These characters were decoded wrongly" + (f": “{right}” is meant." if right else ".")
            yield mark(
                sentence, *match.span(), "damage", reason, confidence=_CHARACTERS, severity="minor", suggestion=right
            )


def _spaced(sentence: Sentence, known: Collection[str]) -> Iterator[Finding]:
    for match in _HYPHEN.finditer(sentence.text):
        left = _BEFORE.search(sentence.text, max(0, match.start() - _LONGEST), match.start())
        right = _AFTER.match(sentence.text, match.end(), match.end() + _LONGEST)
        if left is None or right is None or not (left.group().islower() and right.group().islower()):
            continue
        start, end = match.start() - len(left.group()), match.end() + len(right.group())
        joined = f"{left.group()}-{right.group()}"
        # "insect -you" may be a dash set badly; only what is one word elsewhere is a split word.
        if not (joined in known or left.group() in _JOINING_PREFIXES or zipf(left.group() + right.group())):
            continue
        reason = f"A stray space splits “{joined}”."
        yield mark(sentence, start, end, "damage", reason, confidence=_SPACED, severity="minor", suggestion=joined)


def _punctuation(sentence: Sentence) -> Iterator[Finding]:
    for match in _MARKS.finditer(sentence.text):
        reason = f"The marks “{match.group()}” don't go together."
        yield mark(
            sentence, *match.span(), "damage", reason, confidence=_PUNCTUATION, severity="minor",
            suggestion=match.group()[-1],
        )  # fmt: skip
    for match in _CUT.finditer(sentence.text):
        reason = f"A word is missing after “{match.group()[:-1].strip()}”."
        yield mark(sentence, *match.span(), "damage", reason, confidence=_MISSING, severity="minor")
