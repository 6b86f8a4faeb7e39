"""Which words of other languages are no English ones: frequency tables of languages in Latin script, and scripts."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from audit.detectors.relations import lemmas, vocabulary
from audit.entities.gazetteers import zipf
from audit.entities.lexicon import is_common_noun, is_proper
from audit.frequencies import ForeignWords, foreign

__all__ = ["EVERYDAY", "abroad", "is_english", "language", "script"]

LANGUAGES = {
    "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "es": "Spanish", "fi": "Finnish", "fr": "French",
    "hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "lt": "Lithuanian", "lv": "Latvian",
    "nb": "Norwegian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "sh": "Croatian",
    "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish", "tr": "Turkish",
}  # fmt: skip
SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "ARABIC": "Arabic",
    "CYRILLIC": "Cyrillic", "HEBREW": "Hebrew", "DEVANAGARI": "Devanagari", "GREEK": "Greek", "THAI": "Thai",
}  # fmt: skip

_PREFIXES = (
    "re", "un", "in", "dis", "de", "pre", "mis", "non", "over", "under", "co", "anti", "semi", "super", "sub", "inter",
    "multi", "micro", "macro", "trans", "hyper", "out", "fore", "counter", "post", "bio",
)  # fmt: skip
_SUFFIXES = ("ization", "isation", "izations", "able", "ability", "less", "like", "ness", "ward", "wards", "wise",
             "ship", "hood", "ling", "lings", "ers")  # fmt: skip
_STEM = 5
"""Letters that must be left when a prefix or suffix is taken off."""

_FOREIGN = 3.0
_MARGIN = 1.5
_COMMON = 4.2
"""A word this frequent in English texts is at home there, whatever it is elsewhere."""
EVERYDAY = 6.3
"""From this frequency on (zipf) a word is one of the hundred or so that every text of its language has."""
_FUNCTION_MARGIN = 2.5
_UNHEARD = 3.8
"""Dictionaries list "que" and "das"; English texts hardly have them."""


def script(letter: str) -> str:
    """Return the script of a letter as people call it, empty for Latin and for what is no letter."""
    if letter < "ʰ" or not letter.isalpha():
        return ""
    family = unicodedata.name(letter, "").split(" ")[0]
    if family in ("LATIN", "MODIFIER", "FULLWIDTH", "MICRO", ""):
        return ""
    return SCRIPTS.get(family, family.capitalize())


@lru_cache(maxsize=65536)
def is_english(word: str) -> bool:
    """Whether a dictionary of English has ``word`` (lower case), a regular form of it, or what it is derived from."""
    return _listed(word) or any(
        word.startswith(prefix) and len(word) - len(prefix) >= _STEM and _listed(word[len(prefix) :])
        for prefix in _PREFIXES
    ) or any(
        word.endswith(suffix) and len(word) - len(suffix) >= _STEM
        and (_listed(word[: -len(suffix)]) or _listed(word[: -len(suffix)] + "e"))
        for suffix in _SUFFIXES
    )  # fmt: skip


def _listed(word: str) -> bool:
    return is_common_noun(word) or is_proper(word) or any(lemma in vocabulary() for lemma in lemmas(word))


@lru_cache(maxsize=65536)
def language(word: str, floor: float = _FOREIGN) -> str:
    """Return the language in Latin script that has ``word`` while English doesn't know it; empty when there is none.

    ``floor``: how frequent (zipf) the word must be in that language.
    """
    lowered = word.lower()
    own = zipf(lowered)
    if own >= _COMMON:
        return ""
    value, code = _words().find(lowered) or (0.0, "")
    if (value >= EVERYDAY and value - own >= _FUNCTION_MARGIN) or (not own and value >= max(_UNHEARD, floor)):
        return LANGUAGES[code]
    return "" if is_english(lowered) else abroad(lowered, floor)


def abroad(word: str, floor: float) -> str:
    """Return the language in which ``word`` (lower case) is far more frequent than in English, from ``floor`` on.

    English dictionaries list such words too: "donna" is a name there, in Italian a woman.
    """
    value, code = _words().find(word) or (0.0, "")
    return LANGUAGES[code] if value >= floor and value - max(zipf(word), 1.0) >= _MARGIN else ""


@cache
def _words() -> ForeignWords:
    return foreign(tuple(LANGUAGES))
