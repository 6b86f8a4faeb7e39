"""Words left in another language: other scripts, common words of other languages, words that nobody knows."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz.distance import Indel

from audit.detectors.case import Case
from audit.detectors.foreign import EVERYDAY, abroad, is_english, language, script
from audit.detectors.marks import ReferencePlace, mark, part_of_address
from audit.detectors.relations import vocabulary
from audit.detectors.spelling import Speller
from audit.entities.exchanges import Exchange
from audit.entities.gazetteers import FUNCTION_WORD, is_first_name, is_place, zipf
from audit.entities.lexicon import is_common_noun
from audit.records import Finding, Sentence, Text

__all__ = ["claim", "corrected", "detect"]

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GLOSS = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|all|dell|nell|sull|un)['’](?=\w{3})", re.IGNORECASE)
_ITALIAN = re.compile(r"^(?:all|dell|nell|sull)['’]", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_HOME_SHARE = 0.5
"""A text with this share of letters in another script is not an English one with words left over."""
_SHORTEST = 2
_RARE = 2.5
_CAPITALISED = 4.3
"""How frequent (zipf) a capitalised word must be in its language: German nouns are more common than names."""
_TAKEN_FOR_NAMES = frozenset({"name_variant", "wrong_entity", "title"})
_KNOWN = 3.0
"""How frequent a word must be in its language: in small letters, or where a common word stands in its place."""
_UNLIKE = 0.6
"""Likeness of letters up to which a word that nobody knows is no misspelling of what stands in its place."""
_COGNATE = 4.7
"""How frequent in English a word must be that resembles the one left over ("States" for "Estados"): rarer ones are
names as well, which were garbled."""
_SAME_AROUND, _SURELY_THERE, _FEW = 0.2, 0.5, 3
"""How well two sentences must agree around words for one to correct the other, how well around words that mean little
by themselves, and how many words may."""
_NOBODYS = "in no English dictionary"
_SCRIPT, _COMMON, _UNKNOWN, _CAPITAL = 0.98, 0.9, 0.75, 0.6


def detect(case: Case) -> list[Finding]:
    """Return a finding for every run of words that are in no way English and that no reference has."""
    known, speller = case.reference_words, case.speller
    parallel = case.mode == "parallel"
    found: list[Finding] = []
    letters = Counter(case.hypothesis.document.text)
    foreign = sum(count for letter, count in letters.items() if script(letter))
    at_home = foreign > _HOME_SHARE * sum(count for letter, count in letters.items() if letter.isalpha())
    for sentence in case.hypothesis.sentences:
        if sentence.audited and not at_home:
            found.extend(_scripts(sentence, known))
            found.extend(_latin(sentence, known, speller, capitals=parallel))
    return found


def claim(findings: Iterable[Finding], case: Case) -> Iterator[Finding]:
    """Yield ``findings``; a word of another language that was taken for a name or a part of one, and that stands where
    a reference has common words or nothing, is no name but was not translated."""
    openings = {(text.document.name, sentence.start) for text in case.references for sentence in text.sentences}
    for finding in findings:
        part = _unknown_word(finding, case)
        opening = (part.reference_document, part.reference_start) in openings
        if tongue := _taken_for_a_name(part, case, opening=opening):
            yield _left_over(part, tongue)
        elif found := _word_in_a_name(finding, case):
            yield _left_over(*found)
        else:
            yield finding


def _unknown_word(finding: Finding, case: Case) -> Finding:
    """Return ``finding`` without its correction where the sentence has that name already and it looks otherwise."""
    if finding.kind not in _TAKEN_FOR_NAMES or not finding.suggestion:
        return finding
    sentence = case.hypothesis.sentences[finding.sentence]
    before, after = finding.start - sentence.start, finding.end - sentence.start
    name = re.compile(rf"(?<!\w){re.escape(finding.suggestion)}(?!\w)")
    said = any(name.search(part) for part in (sentence.text[:before], sentence.text[after:]))
    if not said or not _unlike(finding.surface, finding.suggestion):
        return finding
    return replace(
        finding, suggestion="", supported=False, reference_document=None, reference_start=None, reference_end=None
    )


def _left_over(finding: Finding, tongue: str) -> Finding:
    """Return ``finding`` as one of an untranslated word; ``tongue``: what the word is."""
    instead = f"; {finding.reference_document} has “{finding.suggestion}”." if finding.supported else "."
    return replace(
        finding, kind="untranslated", suggestion=finding.suggestion if finding.supported else "", entity="", forms=(),
        severity="major", evidence=f"“{finding.surface}” is {tongue}{instead}",
    )  # fmt: skip


def corrected(
    findings: Sequence[Finding], exchanges: Iterable[Exchange], references: Sequence[Text]
) -> Iterator[Finding]:
    """Yield ``findings``; a word left in another language gets the few words that a reference has between the same
    words as it, or the correction that it has as a mistranslation, unless that says next to nothing ("of")."""
    wanted = {(f.start, f.end) for f in findings if _bare(f)}
    found = {
        (f.start, f.end): (f.suggestion, (f.reference_document, f.reference_start, f.reference_end))
        for f in findings
        if f.kind == "mistranslation" and f.supported and not _light(f.suggestion)
    }
    here = (e for e in exchanges if (e.start, e.end) in wanted)
    for exchange in sorted(here, key=lambda e: e.fit):
        document = references[exchange.reference].document
        words = document.text[exchange.their_start : exchange.their_end]
        least = _SURELY_THERE if _light(words) else _SAME_AROUND
        if exchange.fit >= least and 0 < len(words.split()) <= _FEW:
            known = document.name, exchange.their_start, exchange.their_end
            found[exchange.start, exchange.end] = words, known
    for finding in findings:
        place = finding.start, finding.end
        yield _put_right(finding, *found[place]) if _bare(finding) and place in found else finding


def _bare(finding: Finding) -> bool:
    return finding.kind == "untranslated" and not finding.suggestion


def _light(words: str) -> bool:
    return all(zipf(word) >= FUNCTION_WORD for word in words.lower().split())


def _put_right(finding: Finding, words: str, place: tuple[str | None, int | None, int | None]) -> Finding:
    """Return ``finding`` with ``words``, which a reference has at ``place``, as its correction."""
    document, start, end = place
    return replace(
        finding, suggestion=words, supported=True, reference_document=document, reference_start=start,
        reference_end=end, evidence=f"{finding.evidence.removesuffix('.')}; {document} has “{words}”.",
    )  # fmt: skip


def _taken_for_a_name(finding: Finding, case: Case, *, opening: bool) -> str:
    """Return what a word is that is no name ("German, not English"); empty where it may be one.

    ``opening``: what the reference has opens a sentence, so that its capital says nothing; nor does that of an office,
    or of a common word where the hypothesis has another script.
    """
    word = _ELIDED.sub("", _POSSESSIVE.sub("", finding.surface))
    lowered = word.lower()
    if lowered in case.reference_words or not _LETTERS.fullmatch(word):
        return ""
    if finding.kind in ("name_as_word", "casing"):
        return _in_small_letters(finding, word, case)
    written = script(word[0])
    first, *others = finding.suggestion.split() or [""]
    capital = first[:1].isupper() and not ((opening or written or finding.kind == "title") and _is_common(first))
    if finding.kind not in _TAKEN_FOR_NAMES or capital or any(not other.islower() for other in others):
        return ""
    if written:
        return f"{written}, not English"
    if is_first_name(word) or is_place(word):
        return ""
    if zipf(lowered) >= _RARE:
        tongue = language(lowered, EVERYDAY)
        return f"{tongue}, not English" if tongue else ""
    if tongue := language(lowered, _KNOWN):
        return f"{tongue}, not English"
    return _NOBODYS if _nobody_knows(lowered, finding.suggestion, case) else ""


def _word_in_a_name(finding: Finding, case: Case) -> tuple[Finding, str] | None:
    """Return the only word of a name that is of another language ("Estados" of "United Estados") and what it is.

    None unless the reference has common words in its place and else the same.
    """
    if finding.kind not in ("name_variant", "title") or finding.reference_start is None:
        return None
    ours, theirs = (list(_LETTERS.finditer(text)) for text in (finding.surface, finding.suggestion))
    both = {m.group().lower() for m in ours} & {m.group().lower() for m in theirs}
    # A first name that only one of the two has says nothing.
    left = [m for m in ours if m.group().lower() not in both and not is_first_name(m.group())]
    instead = [m for m in theirs if m.group().lower() not in both]
    alike = both or finding.kind == "title"
    if not alike or len(left) != 1 or not instead or not all(_is_common(m.group()) for m in instead):
        return None
    (word,), start, end = left, instead[0].start(), instead[-1].end()
    lowered, correction = word.group().lower(), finding.suggestion[start:end]
    if lowered in case.reference_words or is_place(word.group()):
        return None
    tongue = language(lowered, _CAPITALISED)
    if _unlike(lowered, correction):
        # A compound that nobody knows stands for several words, a garbled name for a name.
        foreign = bool(tongue) or (len(instead) > 1 and _nobody_knows(lowered, correction, case))
    else:
        foreign = bool(tongue) and min(zipf(m.group().lower()) for m in instead) >= _COGNATE
    if not foreign:
        return None
    part = replace(
        finding, start=finding.start + word.start(), end=finding.start + word.end(), surface=word.group(),
        suggestion=correction, reference_start=finding.reference_start + start,
        reference_end=finding.reference_start + end,
    )  # fmt: skip
    return part, f"{tongue}, not English" if tongue else _NOBODYS


def _nobody_knows(lowered: str, correction: str, case: Case) -> bool:
    """Whether a word is in no dictionary and no misspelling of ``correction`` or of another English word."""
    instead = correction.lower().replace(" ", "")
    if not instead or instead == lowered or zipf(lowered) or is_english(lowered):
        return False
    return _unlike(lowered, instead) or case.speller.correction(lowered) is None


def _unlike(word: str, other: str) -> bool:
    letters = other.lower().replace(" ", "")
    return float(Indel.normalized_similarity(word.lower(), letters)) <= _UNLIKE


def _in_small_letters(finding: Finding, word: str, case: Case) -> str:
    """Return what a word in small letters is that was read as a name in another form; empty where it may be one."""
    tongue = ""
    if finding.kind == "name_as_word" and word.islower():
        tongue = _tongue(finding.surface, word, _CAPITALISED)
    elif word.islower() and not finding.supported and case.mode == "parallel":
        # A translation of the same would have the name.
        tongue = abroad(word, _CAPITALISED)
    return f"{tongue}, not English" if tongue else ""


def _tongue(written: str, word: str, floor: float) -> str:
    """Return the language of ``word`` (see `language`), of which more may be known by how it was ``written``."""
    found = language(word, floor)
    return "Italian" if found and _ITALIAN.match(written) else found


def _is_common(written: str) -> bool:
    """Whether a word with a capital is no name."""
    lowered = written.lower()
    common = is_common_noun(lowered) or lowered in vocabulary()
    return common and not is_first_name(written) and not is_place(written)


def _scripts(sentence: Sentence, known: Mapping[str, ReferencePlace]) -> Iterator[Finding]:
    text = sentence.text
    if text.isascii():
        return
    scripts = [script(c) for c in text]
    glosses = [m.span() for m in _GLOSS.finditer(text) if not re.search("[A-Za-z]", m.group())]
    for start, end in _runs(text, scripts):
        surface = text[start:end]
        if surface.lower() in known or (end - start == 1 and scripts[start] == "Greek"):
            continue
        # Glosses do not overlap: only the last that begins before the word can hold it.
        before = bisect_left(glosses, (start,))
        if before and end <= glosses[before - 1][1]:
            continue
        name = scripts[start]
        yield mark(sentence, start, end, "untranslated", f"“{surface}” was left in {name} script.", confidence=_SCRIPT)


def _runs(text: str, scripts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield maximal stretches of words with foreign letters; what joins two of them belongs to the stretch."""
    start = end = -1
    for match in re.finditer(r"\S+", text):
        inside = [i for i in range(*match.span()) if scripts[i]]
        if not inside:
            if start >= 0:
                yield start, end
            start = -1
            continue
        if start < 0:
            start = inside[0]
        end = inside[-1] + 1
    if start >= 0:
        yield start, end


def _latin(
    sentence: Sentence, known: Mapping[str, ReferencePlace], speller: Speller, *, capitals: bool
) -> Iterator[Finding]:
    run: list[tuple[int, int, str, float]] = []
    for match in _LETTERS.finditer(sentence.text):
        reading = None
        if not part_of_address(sentence.text, *match.span()):
            reading = _read(match.group(), match.start() == 0, known, speller, capitals)
        if reading is None:
            if run:
                yield _finding(sentence, run)
            run = []
        else:
            run.append((*match.span(), *reading))
    if run:
        yield _finding(sentence, run)


def _read(
    written: str, initial: bool, known: Mapping[str, ReferencePlace], speller: Speller, capitals: bool
) -> tuple[str, float] | None:
    """Return the language of a word that is not English (empty when unknown) and how sure that is."""
    word = _ELIDED.sub("", _POSSESSIVE.sub("", written))
    lowered = word.lower()
    if len(word) < _SHORTEST or lowered in known or written.lower() in known:
        return None
    if word.islower():
        if foreign := _tongue(written, lowered, _KNOWN):
            return foreign, _COMMON
        unheard = not is_english(lowered) and not zipf(lowered)
        unheard = unheard and (not lowered.isascii() or speller.correction(lowered) is None)
        return ("", _UNKNOWN) if unheard else None
    if not (capitals or initial) or not word[1:].islower() or is_first_name(word) or is_place(word):
        return None
    if zipf(lowered) < _RARE:
        foreign = language(lowered, _CAPITALISED)
    else:
        foreign = language(lowered, EVERYDAY) if initial else ""
    return (foreign, _CAPITAL) if foreign else None


def _finding(sentence: Sentence, run: list[tuple[int, int, str, float]]) -> Finding:
    start, end = run[0][0], run[-1][1]
    surface = sentence.text[start:end]
    languages = sorted({r[2] for r in run if r[2]})
    sure = max(r[3] for r in run)
    reason = (
        f"“{surface}” is {' or '.join(languages)}, not English."
        if languages
        else f"“{surface}” is in no English dictionary and in no reference."
    )
    return mark(sentence, start, end, "untranslated", reason, confidence=sure)
