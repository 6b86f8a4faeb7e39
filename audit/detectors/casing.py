"""Letter case that English does not allow: a people's or month's name in lower case, an honorific in capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from audit.detectors.case import Case
from audit.entities.lexicon import is_common_noun, is_proper
from audit.entities.tokens import CaseProfile, tokenize
from audit.records import Finding, Sentence

__all__ = ["detect"]

_HONORIFIC = re.compile(r"\b(MR|MRS|MS|DR|PROF)(\.?) (?=[A-Z][a-z])")
_PRONOUN = re.compile(r"\b[Tt]he (us|it|who)(?= [a-z])")
_SHORTEST = 4
_SUPPORTED = 0.9
_UNSUPPORTED = 0.6
_LOWER_HONORIFIC = 0.8


def detect(case: Case) -> list[Finding]:
    """Return a finding of kind casing for each word whose case is wrong whatever it names."""
    profile = CaseProfile.of(case.references)
    findings: list[Finding] = []
    for sentence in case.hypothesis.sentences:
        if sentence.audited:
            findings.extend(_lowered(sentence, profile))
            findings.extend(_raised(sentence, profile))
            findings.extend(_pronouns(sentence, profile))
    return findings


def _lowered(sentence: Sentence, profile: CaseProfile) -> Iterator[Finding]:
    for token in tokenize(sentence):
        word = token.text
        if len(word) < _SHORTEST or not word.islower() or not word.isalpha() or profile.lower[word]:
            continue
        right = word.capitalize()
        proper = is_proper(word) or (word.endswith("s") and is_proper(word[:-1])) or profile.capital[word] > 0
        if proper and not is_common_noun(word):
            supported = profile.capital[word] > 0
            sure = _SUPPORTED if supported else _UNSUPPORTED
            reason = f"“{word}” names a people, a time or a place and is written {right}."
            yield _finding(sentence, token.start, word, right, sure, supported, reason)


def _raised(sentence: Sentence, profile: CaseProfile) -> Iterator[Finding]:
    for match in _HONORIFIC.finditer(sentence.text):
        written = match.group(1) + match.group(2)
        right = match.group(1).capitalize() + match.group(2)
        reason = f"The honorific before a name is written {right}, not {written}."
        start = sentence.start + match.start()
        yield _finding(
            sentence, start, written, right, _LOWER_HONORIFIC, profile.capital[match.group(1).lower()] > 0, reason
        )


def _pronouns(sentence: Sentence, profile: CaseProfile) -> Iterator[Finding]:
    """Yield acronyms read as pronouns: no pronoun follows an article ("the us ambassador")."""
    for match in _PRONOUN.finditer(sentence.text):
        word = match.group(1)
        if profile.capital[word]:
            start = sentence.start + match.start(1)
            reason = f"“{word}” after an article is no pronoun; the references have {word.upper()}."
            found = _finding(sentence, start, word, word.upper(), _SUPPORTED, True, reason)
            yield replace(found, kind="acronym", severity="major")


def _finding(
    sentence: Sentence, start: int, surface: str, right: str, sure: float, supported: bool, reason: str
) -> Finding:
    return Finding(
        "", sentence.document, sentence.index, start, start + len(surface), surface, right, right, "casing", "minor",
        sure, supported, reason,
    )  # fmt: skip
