"""How a report speaks of kinds and figures: in plain words; each kind has a letter and belongs to a family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.records import FindingKind

__all__ = ["KINDS", "KindWords", "confidence_words", "quality_words"]


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind of finding for people: its name, the letter that marks it, its family (it has a colour), its meaning."""

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


def quality_words(quality: float) -> str:
    """Return what a mean quality (0–100, higher is better) means.

    The bounds follow experts' penalties of 5,198 sentences of WMT21 zh-en (``tests/benchmarks/quality.py``): sentences
    without penalty have 80 on average, those under 5 (minor errors) 76, those of 5 to 9 (a major error) 72, those of 10
    to 14 (two) 65, worse ones 59. A text is weak below the mean of sentences with a major error each, poor below that
    of sentences with two.
    """
    if quality >= 76:
        return "good"
    if quality >= 72:
        return "fair: check names and figures"
    return "weak: the meaning suffers" if quality >= 65 else "poor: do not rely on it"


def confidence_words(confidence: float) -> str:
    """Return what a confidence (0–1) means."""
    if confidence >= 0.9:
        return "almost certain"
    if confidence >= 0.7:
        return "likely"
    return "rather likely" if confidence >= 0.5 else "a suspicion"
