"""Documents to sentences with offsets.

A line break always ends a sentence. Within a line sentencex finds the ends, on a copy in which quotation marks and
parentheses are blanks: it keeps what they enclose in one piece, while quoted speech of several sentences has to be
compared sentence by sentence. So is the hyphen before an abbreviation ("pro-U.S."), which it does not know with one,
and the stop of titles that its list lacks. The offsets are those of the text itself, which nothing here changes.
``tests/benchmarks/splitters.md`` holds the comparison with other splitters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version

import sentencex

from audit.records import Document, Sentence

__all__ = ["SPLITTER", "split"]

SPLITTER = f"sentencex-{version('sentencex')}+2"
"""Identifies what finds the sentences, for the signature: the library, its version, the rules of this module."""

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_ENCLOSING = frozenset('"“”„«»()（）「」')
_MASK = str.maketrans(dict.fromkeys(_ENCLOSING, " "))
_HIDING = re.compile(
    r"\b(?:Ms|Mx|Amb|Atty|Cllr|Dra|Pte|Sra|Srta|Ste)\.(?=\s+[A-Z])"
    r"|[-‐‑–—/,](?<=[\w.].)(?=(?:[A-Z]\.){2}|[A-Z][a-z]{1,4}\.\s)|[-‐‑](?<=\b[A-Z]\..)(?=[A-Z]\.)"
)
"""What hides an abbreviation from sentencex, at its end: the stop of a title that it does not know, before a name; what
joins initials or a short word with a stop to the word before."""
_CLOSING = frozenset("\"”»)）」'’")
_GOES_ON = re.compile(r"\s*[a-z]")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w")

# sentencex searches back from every end, which only long lines make felt.
_WINDOW = 20_000

_MARKUP_START = ("!", "[", "<", "&", "*", "-", "#", "|", "(", "http://", "https://", "www.")
_MARKUP = re.compile(
    r"!\[[^\[\]]{0,1000}\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,500}\")?\)"
    r"|\[[^\[\]]{0,1000}\](?:\([^()\s]{0,2000}(?:\s\"[^\"]{0,500}\")?\)|:(?=\s*\S*$))"
    r"|<[a-zA-Z/!][^<>]{0,2000}>"
    r"|&#?\w{2,10};"
    r"|(?:https?://|www\.)\S{1,2000}"
)
_LONGEST_MARKUP = 10_000


def split(document: Document) -> tuple[Sentence, ...]:
    """Return the sentences of ``document`` in order; what lies between them is white space.

    Lines that are nothing but page markup (images, links, addresses, tags, rules) are one sentence each, with
    ``audited`` false. Linear in the length of the text, whatever it holds.
    """
    text = document.text
    sentences: list[Sentence] = []
    for line in _LINE.finditer(text):
        markup = _is_markup(line[0])
        for start, end in [(0, len(line[0]))] if markup else _spans(line[0]):
            start, end = _trim(text, line.start() + start, line.start() + end)
            if start < end:
                sentences.append(Sentence(document.name, len(sentences), start, end, text[start:end], not markup))
    return tuple(sentences)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    start = end - len(part.lstrip())
    return start, max(start, end - len(part) + len(part.rstrip()))


def _is_markup(line: str) -> bool:
    line = line.strip()
    if line.startswith(_MARKUP_START) and len(line) <= _LONGEST_MARKUP:
        # Images first: a link may enclose one.
        line = _MARKUP.sub("", _MARKUP.sub("", line))
    return not _WORD.search(line)


def _spans(line: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of one line; together they cover it."""
    ends = [*_whole(line, _ends(line)), len(line)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _ends(line: str) -> Iterator[int]:
    """Yield where sentences end, the last one excepted; closing marks belong to the sentence they close."""
    masked = _HIDING.sub(lambda m: f"{m[0][:-1]} ", line.translate(_MASK))
    start = 0
    while start < len(line):
        window = masked[start : start + _WINDOW]
        ends = [boundary["end_index"] for boundary in sentencex.get_sentence_boundaries("en", window)][:-1]
        for end in ends:
            closed = _behind_closing(line, start + end)
            if closed is not None:
                yield closed
        # The last sentence of a window may go on in the next, which therefore begins with it.
        start += ends[-1] if ends and len(window) == _WINDOW else _WINDOW


def _behind_closing(line: str, end: int) -> int | None:
    """Move an end behind the marks that close the sentence; None where "…!” he said" goes on."""
    while line[end - 1].isspace() or line[end - 1] in _ENCLOSING:
        end -= 1
    last = end
    while end < len(line) and line[end] in _CLOSING:
        end += 1
    return None if end > last and _GOES_ON.match(line, end) else end


def _whole(line: str, ends: Iterator[int]) -> list[int]:
    """Leave out ends that would make a sentence without letters: a list's number goes with what follows, a stray
    mark with what precedes it."""
    kept: list[int] = []
    start = 0
    numbered = False
    for end in ends:
        if _LETTER.search(line, start, end):
            kept.append(end)
            numbered = False
        elif kept and not numbered and not _DIGIT.search(line, start, end):
            kept[-1] = end
        else:
            numbered = True
        start = end
    if kept and not _LETTER.search(line, start):
        kept.pop()
    return kept
