"""Names glued to a neighbouring word: "WashingtonA", "fundAltman"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.entities import gazetteers as gz
from audit.entities.inventory import Inventory
from audit.entities.lexicon import is_common_noun
from audit.entities.spelling import fold
from audit.entities.tokens import Token, tokenize
from audit.records import Text

__all__ = ["Glued", "find_glued"]

_JOINT = re.compile(r"(?<=[^\W_A-Z])(?=[A-Z])")
_SHORTEST = 3
_WITHIN = frozenset((" ", "-"))
_SENTENCE_STARTS = frozenset(
    "a an the and but so or he she it they we you i his her its their this that these those in on at after before "
    "when while as if for since then there however also".split()
)


@dataclass(frozen=True, slots=True)
class Glued:
    """A token that swallowed a name, or the first or last word of one. ``written`` is the name's part of it,
    ``entity`` its number in the inventory (None where it is known without references), ``apart`` the words as they
    should stand, with ``{}`` for the name."""

    token: Token
    written: str
    entity: int | None
    apart: str


def find_glued(text: Text, inventory: Inventory) -> Iterator[Glued]:
    """Yield the words of ``text`` that are a name and another word without a space between them.

    A form that the references have, or that the text uses more than once, is a name of its own (OpenAI, YouTube).
    """
    sentences = [tokenize(s) for s in text.sentences if s.audited]
    uses = Counter(t.text for tokens in sentences for t in tokens)
    for tokens in sentences:
        for at, token in enumerate(tokens):
            word = token.text
            if not _JOINT.search(word) or uses[word] > 1 or inventory.knows(word) or fold(word) in inventory.by_fold:
                continue
            if gz.zipf(word.lower()) >= gz.WORD_ZIPF:
                continue
            before, after = _beside(tokens, at, text.document.text)
            for joint in _JOINT.finditer(word):
                found = _read(token, word[: joint.start()], word[joint.start() :], before, after, inventory)
                if found is not None:
                    yield found
                    break


def _beside(tokens: Sequence[Token], at: int, text: str) -> tuple[str, str]:
    """Return the capitalised words directly before and behind a word: the rest of a name that it may be a part of."""
    first, last = at, at
    while first and tokens[first - 1].capital and text[tokens[first - 1].end : tokens[first].start] in _WITHIN:
        first -= 1
    while (
        last + 1 < len(tokens) and tokens[last + 1].capital and text[tokens[last].end : tokens[last + 1].start] == " "
    ):
        last += 1
    return text[tokens[first].start : tokens[at].start], text[tokens[at].end : tokens[last].end]


def _read(token: Token, left: str, right: str, before: str, after: str, inventory: Inventory) -> Glued | None:
    if left.isdigit():
        # "COVID-19On": the number of a name, and the next sentence.
        named = before.endswith("-") and fold(before) in inventory.by_fold
        opens = right.lower() in _SENTENCE_STARTS or inventory.knows(right)
        return Glued(token, left, None, f"{{}}. {right}") if named and opens else None
    for name, other, name_first in ((left, right, True), (right, left, False)):
        low = other.lower()
        acronym = name.isupper() and len(name) == _SHORTEST - 1 and name in inventory.by_form
        glued = other.islower() and len(other) > _SHORTEST and acronym and not name_first
        short = len(name) < _SHORTEST or (not name_first and other[:1].isupper() and name.isupper())
        if (short and not glued) or not (is_common_noun(low) or low in _SENTENCE_STARTS):
            continue
        entity = inventory.by_fold.get(fold(name))
        if entity is None:
            whole = fold(before + name) if name_first else fold(name + after)
            entity = inventory.by_fold.get(whole, inventory.by_part.get(whole))
        if entity is None and not gz.is_place(name):
            continue
        if name_first:
            return Glued(token, name, entity, f"{{}}. {other}" if low in _SENTENCE_STARTS else f"{{}} {other}")
        return Glued(token, name, entity, f"{other} {{}}")
    return None
