"""How a report speaks of kinds, severities and figures: plain words, one letter, one family (with its colour) each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.records import FindingKind

__all__ = ["FAMILIES", "KINDS", "KindWords", "confidence_words", "entity_type_words", "quality_words"]


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind of finding for people: its name, the letter that marks it, its family, what it means in one clause."""

    label: str
    letter: str
    family: str
    meaning: str


KINDS: Mapping[FindingKind, KindWords] = {
    "name_variant": KindWords("Misspelt name", "V", "names", "a name that drifted in spelling"),
    "name_as_word": KindWords(
        "Name turned into a word", "W", "names", "a name that was translated as if it were a word"
    ),
    "wrong_entity": KindWords("Another name", "E", "names", "the name of someone or something else"),
    "acronym": KindWords("Acronym", "A", "names", "an acronym that was expanded wrongly or read as a word"),
    "casing": KindWords("Capital letters", "C", "names", "a name with wrong capital letters"),
    "title": KindWords("Title or office", "T", "names", "a wrong title or office"),
    "merged": KindWords("Spacing", "S", "names", "words that ran together or apart"),
    "number": KindWords("Number or date", "#", "numbers", "a wrong number, amount or date"),
    "mistranslation": KindWords("Wrong word", "M", "wording", "a word that says something else than it should"),
    "untranslated": KindWords("Not translated", "U", "wording", "words left in another language"),
    "negation": KindWords("Negation", "N", "wording", "yes and no are swapped"),
    "quotation": KindWords("Quotation", "Q", "wording", "a quotation that was never said so"),
    "omission": KindWords("Left out", "O", "content", "something is missing"),
    "addition": KindWords("Added", "P", "content", "something that no source says"),
    "damage": KindWords("Damaged text", "D", "damage", "broken or repeated text"),
}
"""Every kind, in the order in which reports list them."""

FAMILIES: Mapping[str, str] = {
    "names": "#a8320a",
    "numbers": "#6b3fa0",
    "wording": "#005f8c",
    "content": "#1b6b4a",
    "damage": "#6a5900",
}
"""The families of kinds with their colours on paper; all have a contrast of 5:1 or more on white and on their tints."""

_TYPES = {
    "person": "person",
    "organisation": "organisation",
    "place": "place",
    "product": "product",
    "title": "title",
    "number": "number",
    "date": "date",
    "other": "other",
}


def entity_type_words(kind: str) -> str:
    """Return the word for a type of entity."""
    return _TYPES.get(kind, kind)


def quality_words(quality: float) -> str:
    """Return what a quality (0–100, higher is better) means."""
    if quality >= 80:
        return "good"
    if quality >= 60:
        return "fair: check names and figures"
    return "weak: the meaning suffers" if quality >= 40 else "poor: do not rely on it"


def confidence_words(confidence: float) -> str:
    """Return what a confidence (0–1) means."""
    if confidence >= 0.9:
        return "almost certain"
    if confidence >= 0.7:
        return "likely"
    return "rather likely" if confidence >= 0.5 else "a suspicion"
