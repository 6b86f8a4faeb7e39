"""The tokens of a text as the readers of quantities see them: digits, words, marks, and the spaces between."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, cast

from audit.entities.quantities import words as m

__all__ = ["Token", "Tokens"]

TokenKind = Literal["number", "word", "mark"]

_BRACKETS = frozenset('()[]{}"“”‘,;:.!?')
_NAME_LENGTH = 16
_TOKEN = re.compile(r"(?P<number>\d+(?:[.,/]\d+|:\d{2}(?!\d))*)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<mark>[^\s])")


class Token(NamedTuple):
    """A number, word or mark; ``text[start:end]``, as it is and in lower case."""

    kind: TokenKind
    text: str
    lower: str
    start: int
    end: int


class Tokens:
    """The tokens of one text. Positions may lie outside; there is nothing there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [_token(match) for match in _TOKEN.finditer(text)]

    def name_around(self, i: int) -> tuple[int, int]:
        """Return the first and last of the tokens glued to token i (a bounded number on either side)."""
        first = last = i
        while first > max(0, i - _NAME_LENGTH) and self._glued(first) and self.tokens[first - 1].text not in _BRACKETS:
            first -= 1
        stop = min(len(self.tokens) - 1, i + _NAME_LENGTH)
        while last < stop and self._glued(last + 1) and self.tokens[last + 1].kind != "mark":
            last += 1
        return first, last

    def _lower(self, i: int) -> str:
        return self.tokens[i].lower if 0 <= i < len(self.tokens) else ""

    def _is(self, i: int, kind: str) -> bool:
        return 0 <= i < len(self.tokens) and self.tokens[i].kind == kind

    def _glued(self, i: int) -> bool:
        """Whether token i follows the one before it without a space."""
        return 0 < i < len(self.tokens) and self.tokens[i - 1].end == self.tokens[i].start

    def _near(self, i: int) -> bool:
        """Whether at most two spaces and no line end lie between token i and the one before it."""
        if not 0 < i < len(self.tokens):
            return False
        gap = self.text[self.tokens[i - 1].end : self.tokens[i].start]
        return len(gap) <= 2 and not set(gap) & {"\n", "\r"}

    def _skip_hyphen(self, i: int) -> int:
        """Return the token after a hyphen at i that joins two words ("25-minute", damaged "25 -minute"), else i."""
        return i + 1 if self._lower(i) in m.DASHES and self._near(i) and self._glued(i + 1) else i

    def _in_name(self, i: int) -> bool:
        """Whether the digits at token i continue a name: "G42", "F-35", "COVID-19", "Kukiz'15", "Web 3.0"."""
        token = self.tokens[i]
        if token.text.endswith(".0") and self._is(i - 1, "word") and self.tokens[i - 1].text[0].isupper():
            return not self._glued(i) or self._lower(i - 1) not in m.CURRENCY_CODES
        if not self._glued(i):
            return False
        before = self._lower(i - 1)
        if self._is(i - 1, "word"):
            dollars = before in m.DOLLARS and self._lower(i - 2) == "$" and self._glued(i - 1)
            return not dollars and not (self.tokens[i - 1].text.isupper() and before in m.CURRENCY_CODES)
        if before in {"-", "‑", "'", "’", "#"} and self._glued(i - 1):
            word = self._lower(i - 2)
            joins = word in m.JOINED_BEFORE or word in m.SMALL or word in m.MONTH_NUMBERS or word in m.UNITS
            return self._is(i - 2, "word") and not joins
        return before == "#"


def _token(match: re.Match[str]) -> Token:
    text, (start, end) = match[0], match.span()
    return Token(cast(TokenKind, match.lastgroup), text, text.lower(), start, end)
