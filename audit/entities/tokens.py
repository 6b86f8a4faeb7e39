"""Words with offsets, and how a word is written across a whole set of texts.

A token is a run of letters and digits; hyphens and spaces are left to the readers of tokens, because machine
translation damages exactly those ("Sam -German", "Mar Lago").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from audit.records import Sentence, Text

__all__ = ["CaseProfile", "Token", "bare", "tokenize"]

# An apostrophe belongs to a word only between letters (O'Neil, don't); dotted capitals are one word (U.S.).
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|\w+(?:[’'ʼ]\w+)*")
_POSSESSIVE = re.compile(r"[’'ʼ]s$", re.IGNORECASE)
_OPENS_QUOTE = '“"‘«„'
_ENDS_CLAUSE = ".!?:。！？…"
_TITLE_CASE_SHARE = 0.7
_LEADS_IN = frozenset(" \t-–—(")
_SMALL_WORD = 4
_LONGEST_WORD = 100
"""What is longer is neither a word nor a name."""
_REMEMBERED = 16384


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a document. ``opening``: it stands where a capital says nothing (start of a sentence, of a
    quotation, or in a headline in title case). ``capital``: it holds a capital letter, at its start or further
    inside (xAI)."""

    text: str
    start: int
    end: int
    sentence: int
    opening: bool
    capital: bool


def bare(word: str) -> str:
    """Return ``word`` without a possessive ending."""
    return _POSSESSIVE.sub("", word)


@lru_cache(maxsize=_REMEMBERED)
def tokenize(sentence: Sentence) -> tuple[Token, ...]:
    """Return the words of ``sentence``, possessive endings cut off, with offsets into its document."""
    found = [m for m in _WORD.finditer(sentence.text) if m.end() - m.start() <= _LONGEST_WORD]
    # A headline has no full stop; a list of names has as many capitals ("Kano 4; Lagos 3.").
    headline = not sentence.text.rstrip().endswith(".") and _title_case([m.group() for m in found])
    tokens = []
    for number, match in enumerate(found):
        word = bare(match.group())
        at = match.start()
        while at and sentence.text[at - 1] in _LEADS_IN:
            at -= 1
        before = sentence.text[max(0, at - 1) : at]
        opening = number == 0 or headline or not before or before in _OPENS_QUOTE or before in _ENDS_CLAUSE
        if before == "." and number and not headline:
            # "Mr. Trump", "Jan. 30", "J. Smith": an abbreviation's full stop opens nothing.
            previous = found[number - 1].group()
            opening = len(previous) > _SMALL_WORD and not previous.endswith(".")
        start = sentence.start + match.start()
        tokens.append(Token(word, start, start + len(word), sentence.index, opening, word != word.lower()))
    return tuple(tokens)


def _title_case(words: Sequence[str]) -> bool:
    long = [w for w in words if len(w) >= _SMALL_WORD and w[0].isalpha()]
    return len(long) >= _SMALL_WORD and sum(w[0].isupper() for w in long) >= _TITLE_CASE_SHARE * len(long)


@dataclass(frozen=True, slots=True)
class CaseProfile:
    """How often each word (key: lower case) stands in lower case, and with a capital that means something."""

    lower: Counter[str]
    capital: Counter[str]

    @classmethod
    def of(cls, texts: Iterable[Text]) -> CaseProfile:
        """Count over the audited sentences of ``texts``."""
        lower: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        for text in texts:
            for sentence in text.sentences:
                if not sentence.audited:
                    continue
                for token in tokenize(sentence):
                    if not token.capital:
                        lower[token.text] += 1
                    elif not token.opening:
                        capital[token.text.lower()] += 1
        return cls(lower, capital)

    def __add__(self, other: CaseProfile) -> CaseProfile:
        """Return the counts of both."""
        return CaseProfile(self.lower + other.lower, self.capital + other.capital)
