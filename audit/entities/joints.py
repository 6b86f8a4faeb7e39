"""Names glued to a neighbouring word: "WashingtonA", "fundAltman"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from audit.entities import gazetteers as gz
from audit.entities.inventory import Inventory
from audit.entities.lexicon import is_common_noun
from audit.entities.spelling import fold
from audit.entities.tokens import Token, tokenize
from audit.records import Text

__all__ = ["Glued", "find_glued"]

_JOINT = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_SHORTEST = 3
_SENTENCE_STARTS = frozenset(
    "a an the and but so or he she it they we you i his her its their this that these those in on at after before "
    "when while as if for since then there however also".split()
)


@dataclass(frozen=True, slots=True)
class Glued:
    """A token that swallowed a name. ``written`` is the name's part of it, ``entity`` its number in the inventory
    (None for a place known without references), ``apart`` the words as they should stand, with ``{}`` for the name."""

    token: Token
    written: str
    entity: int | None
    apart: str


def find_glued(text: Text, inventory: Inventory) -> Iterator[Glued]:
    """Yield the words of ``text`` that are a name and another word without a space between them.

    A form that the references have, or that the text uses more than once, is a name of its own (OpenAI, YouTube).
    """
    tokens = [t for s in text.sentences if s.audited for t in tokenize(s)]
    uses = Counter(t.text for t in tokens)
    for token in tokens:
        word = token.text
        if not _JOINT.search(word) or uses[word] > 1 or inventory.knows(word) or fold(word) in inventory.by_fold:
            continue
        if gz.zipf(word.lower()) >= gz.WORD_ZIPF:
            continue
        for joint in _JOINT.finditer(word):
            found = _read(token, word[: joint.start()], word[joint.start() :], inventory)
            if found is not None:
                yield found
                break


def _read(token: Token, left: str, right: str, inventory: Inventory) -> Glued | None:
    for name, other, name_first in ((left, right, True), (right, left, False)):
        low = other.lower()
        short = len(name) < _SHORTEST or (not name_first and other[:1].isupper() and name.isupper())
        if short or not (is_common_noun(low) or low in _SENTENCE_STARTS):
            continue
        entity = inventory.by_fold.get(fold(name))
        if entity is None and not gz.is_place(name):
            continue
        if name_first:
            return Glued(token, name, entity, f"{{}}. {other}" if low in _SENTENCE_STARTS else f"{{}} {other}")
        return Glued(token, name, entity, f"{other} {{}}")
    return None
