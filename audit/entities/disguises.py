"""Names that came back as ordinary words in lower case: "his son" for a Mr. Son, "the head of humanity" for a company.

Such a word alone says nothing. It is read as a name only where an aligned reference sentence has a name that this
sentence lacks, and the word is known to be what translation makes of that name, stands between the same words, or is
the body whose office a known person holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.entities.confusions import Confusions
from audit.entities.forms import Forms, form_of
from audit.entities.inventory import Inventory, Place
from audit.entities.lexicon import is_common_noun
from audit.entities.mentions import Name
from audit.entities.spelling import fold
from audit.entities.tokens import Token, tokenize
from audit.records import Link, Text

__all__ = ["Disguise", "find_disguises", "named"]

_KNOWN = 0.75
_FRAMED = 0.6
_TRUSTED_LINK = 0.5
_SHORTEST = 3
_FRAME = 4
"""Letters that the words on both sides must have together for the frame to say something."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A lower-case word that stands for an entity of the references, where a reference has it, and why."""

    token: Token
    entity: int
    place: Place
    confidence: float
    reason: str


def find_disguises(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    names: Sequence[Name],
    meant: dict[int, set[int]],
    inventory: Inventory,
    confusions: Confusions,
) -> Iterator[Disguise]:
    """Yield lower-case words that stand for names; ``meant`` holds the entities that each sentence names already."""
    numbers = {r.document.name: i for i, r in enumerate(references)}
    taken = {(n.sentence, w.lower()) for n in names for w in n.words}
    by_sentence: defaultdict[int, list[tuple[Link, int, Place]]] = defaultdict(list)
    for link in links:
        if link.confidence < _TRUSTED_LINK:
            continue
        number = numbers.get(link.document, 0)
        present = {index for i in link.hypothesis for index in meant.get(i, ())}
        for i in link.reference:
            for index, place in inventory.in_sentence.get((number, i), ()):
                if index not in present:
                    for ours in link.hypothesis:
                        by_sentence[ours].append((link, index, place))
    for sentence_index in sorted(by_sentence):
        tokens = tokenize(text.sentences[sentence_index])
        used: set[int] = set()
        for at, token in enumerate(tokens):
            if not token.text.islower() or len(token.text) < _SHORTEST or (sentence_index, token.text) in taken:
                continue
            if inventory.knows(token.text) or not is_common_noun(token.text):
                continue
            for link, index, place in by_sentence[sentence_index]:
                sure, reason = _reading(tokens, at, index, place, link, references, inventory, confusions)
                if sure >= 0.5 and index not in used:
                    used.add(index)
                    yield Disguise(token, index, place, sure, reason)
                    break


def _reading(
    tokens: Sequence[Token],
    at: int,
    index: int,
    place: Place,
    link: Link,
    references: Sequence[Text],
    inventory: Inventory,
    confusions: Confusions,
) -> tuple[float, str]:
    entity = inventory.entities[index]
    letters = {fold(f) for f in (*entity.forms, entity.last)}
    if any(fold(e.right) in letters for e in confusions.lookup(tokens[at].text)):
        return _KNOWN * link.confidence, f"{entity.canonical} is known to be translated so"
    ours = (tokens[at - 1].text.lower() if at else "", tokens[at + 1].text.lower() if at + 1 < len(tokens) else "")
    there = references[place.reference].document.text
    before = re.findall(r"\w+", there[max(0, place.start - 30) : place.start].lower())
    after = re.findall(r"\w+", there[place.end : place.end + 30].lower())
    frame = (before[-1] if before else "", after[0] if after else "")
    if ours == frame and all(ours) and len("".join(ours)) >= 2 * _FRAME and link.relation == "equivalent":
        return _FRAMED / _TRUSTED_LINK * min(link.confidence, _TRUSTED_LINK), (
            f"the matching sentence has {entity.canonical} between the same words"
        )
    return 0.0, ""


def named(forms: Forms, names: Sequence[Name], chosen: dict[tuple[str, ...], int]) -> dict[int, set[int]]:
    """Return the entities that each sentence names, by right forms or by those in ``chosen``."""
    out: defaultdict[int, set[int]] = defaultdict(set)
    for name in names:
        form = form_of(name)
        index = forms.known[form]
        index = chosen.get(form) if index is None else index
        if index is not None:
            out[name.sentence].add(index)
    return dict(out)
