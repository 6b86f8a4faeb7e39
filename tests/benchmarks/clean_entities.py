"""Find the entities of clean English text by plain heuristics and hand-made lists, for the mangler to garble."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale
from wordfreq import zipf_frequency

__all__ = ["BODY_WORDS", "CITIES", "COUNTRIES", "DEMONYMS", "TABLES", "Named", "find_entities", "is_name"]

TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("mangler.toml").read_text(encoding="utf-8"))
HONORIFICS, FIRST_NAMES, BODY_WORDS, DEMONYMS = (
    frozenset(TABLES[name].split()) for name in ("honorifics", "first_names", "organisation_words", "demonyms")
)
CITIES: list[str] = TABLES["cities"]
COUNTRIES = sorted(
    name
    for code, name in Locale("en").territories.items()
    if re.fullmatch("(?!EU|EZ|QO|UN|XA|XB|ZZ)[A-Z]{2}", code) and name.istitle()
)
MONTHS = "January February March April May June July August September October November December".split()
CALENDAR = frozenset([*MONTHS, *"Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()])

_WORD = re.compile(r"[A-Z]\w*(?:[’'][A-Z]\w+)?(?:-\w+)*")
_RUN = re.compile(rf"(?<![\w-]){_WORD.pattern}(?:(?: (?:of(?: the)?|de|van|von|bin|al)(?= [A-Z]))? {_WORD.pattern})*")
_UNIT = r"(?:\s?%|\s(?:million|billion|trillion|thousand|percent))?"
_AMOUNT = re.compile(
    rf"(?<![\w.,:/-])(?:US)?(?:[$€£¥]\s?)?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?{_UNIT}(?![\w:/]|[.,]\d|-\w)"
)
_DATE = re.compile(
    rf"\b(?:{'|'.join(MONTHS)})\s\d{{1,2}}(?:st|nd|rd|th)?(?![\w:])|\b\d{{1,2}}\s(?:{'|'.join(MONTHS)})\b"
)
_TITLE = re.compile(
    rf"\b(?:{'|'.join(re.escape(t) for t in sorted(TABLES['titles'], key=len, reverse=True))})\b", re.IGNORECASE
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:][\"”’')]?\s+|\n\s*|[\"“‘(]|—\s?|–\s)\W*$")


@dataclass(frozen=True, slots=True)
class Named:
    """An entity. ``type``: person, organisation, place, demonym, other, acronym, number, title."""

    start: int
    end: int
    surface: str
    type: str


def find_entities(text: str) -> list[Named]:
    """Find what can be garbled: titles, dates, amounts and names, in this order of precedence."""
    found: list[Named] = []
    patterns = (("title", _TITLE), ("number", _DATE), ("number", _AMOUNT))
    candidates = [Named(m.start(), m.end(), m.group(), type_) for type_, p in patterns for m in p.finditer(text)]
    for entity in [*candidates, *_names(text)]:
        if not any(entity.start < e.end and e.start < entity.end for e in found):
            found.append(entity)
    return sorted(found, key=lambda e: e.start)


def _is_known_word(word: str) -> bool:
    """Whether it is a frequent word or name in small letters, and no city."""
    return zipf_frequency(word.lower(), "en") >= 4.5 and word not in CITIES


def is_name(word: str) -> bool:
    """Whether a word of a longer name is a name itself: a machine translates the others, and rightly."""
    return word in CITIES or word in FIRST_NAMES or zipf_frequency(word.lower(), "en") < 3.5


def _names(text: str) -> list[Named]:
    lower = Counter(re.findall(r"(?<![\w’'-])[a-z][a-z]+", text))
    inner = Counter(m.group() for m in _WORD.finditer(text) if not _starts_sentence(text, m.start()))
    found = list(_runs(text, lower, inner))
    alone = {e.surface for e in found if " " not in e.surface}
    people = {e.surface.split()[-1] for e in found if e.type == "person"}
    return [
        Named(e.start, e.end, e.surface, "person") if e.type == "other" and _is_person(e.surface, alone, people) else e
        for e in found
    ]


def _is_person(name: str, alone: set[str], people: set[str]) -> bool:
    """A surname of somebody named in full, or two names the second of which stands alone too."""
    words = name.split()
    return name in people or (len(words) == 2 and words[1] in alone and all(map(is_name, words)))


def _runs(text: str, lower: Mapping[str, int], inner: Mapping[str, int]) -> Iterator[Named]:
    for run in _RUN.finditer(text):
        words = list(re.compile(r"\S+").finditer(text, run.start(), run.end()))
        honorific = bool(re.search(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.? $", text[max(0, run.start() - 6) : run.start()]))
        while words and _is_prefix(text, words, lower, inner):
            honorific |= words[0].group() in HONORIFICS
            words = words[1:]
        words = words[_before_person([w.group() for w in words]) :]
        while words and (words[-1].group() in CALENDAR or words[-1].group() in ("of", "the", "I", "A", "The")):
            words = words[:-1]
        names = [w.group() for w in words]
        if not names or names[0] in CALENDAR or "I" in names or names[-1] == "St":
            continue
        type_ = _type(names, honorific)
        if len(names) == 1 and (names[0] in BODY_WORDS or (type_ == "other" and _is_doubtful(names[0], lower))):
            continue
        start, end = words[0].start(), words[-1].end()
        yield Named(start, end, text[start:end], type_)


def _is_prefix(text: str, words: Sequence[re.Match[str]], lower: Mapping[str, int], inner: Mapping[str, int]) -> bool:
    """Whether the first word is no part of the name: an honorific, or a capital only because a sentence begins."""
    word = words[0].group()
    if word in HONORIFICS or not word[0].isupper():
        return True
    if not _starts_sentence(text, words[0].start()) or (len(words) > 1 and word in FIRST_NAMES):
        return False
    if (word.isupper() and len(word) > 1) or word in DEMONYMS or word in CITIES:
        return False
    return not inner[word] or lower[word.lower()] > 0


def _is_doubtful(word: str, lower: Mapping[str, int]) -> bool:
    return bool(lower[word.lower()]) or len(word) < 4 or _is_known_word(word)


def _before_person(words: Sequence[str]) -> int:
    """How many words stand before the first name of a person: offices, bodies and nationalities run into names."""
    for i, word in enumerate(words[1:-1], start=1):
        if word in FIRST_NAMES and words[i - 1] not in FIRST_NAMES and words[i - 1] not in ("St", "San"):
            return i
    return int(len(words) > 1 and words[0] in DEMONYMS and is_name(words[-1]))


def _starts_sentence(text: str, start: int) -> bool:
    return bool(_SENTENCE_START.search(text[max(0, start - 12) : start]))


def _type(words: Sequence[str], honorific: bool) -> str:
    name = " ".join(words)
    if re.fullmatch(r"[A-Z]{2,5}s?", name):
        shouted = zipf_frequency(name.lower(), "en") >= 5 and not any(name in t for t in TABLES["acronyms"].values())
        return "other" if shouted else "acronym"
    if name in DEMONYMS:
        return "demonym"
    if name in CITIES or name in COUNTRIES:
        return "place"
    if BODY_WORDS.intersection(words) or name in TABLES["organisations"]:
        return "organisation"
    if honorific or (words[0] in FIRST_NAMES and 1 < len(words) < 4):
        return "person"
    return "other"
