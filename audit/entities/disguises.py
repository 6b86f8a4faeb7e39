"""Names that came back as ordinary words in lower case: "his son" for a Mr. Son, "the head of humanity" for a company.

Such a word alone says nothing. It is read as a name only where an aligned reference sentence has a name that this
sentence lacks, and the word is known to be what translation makes of that name, or stands between the same words and
is like it in letters or consonants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.entities.candidates import entities_in
from audit.entities.confusions import Confusions
from audit.entities.exchanges import Exchange
from audit.entities.forms import Forms, form_of, is_acronym
from audit.entities.inventory import Entity, Inventory, Place
from audit.entities.lexicon import is_common_noun
from audit.entities.mentions import Name
from audit.entities.spelling import bones, fold, word_similarity
from audit.entities.tokens import Token, tokenize
from audit.records import EntityKind, Link, Text

__all__ = ["Disguise", "find_disguises", "named"]

_KNOWN = 0.75
_TRUSTED_LINK = 0.5
_SHORTEST = 3
_STEM = 5
_ALIKE = 0.55
_LEAST_FIT = 0.35
_LETTERS_SAY = 0.5
"""How far letters alike, beside the frame, take the confidence from the fit towards certainty."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A lower-case word that stands for an entity of the references, where a reference has it, and why."""

    token: Token
    entity: int
    place: Place
    confidence: float
    reason: str
    kind: EntityKind = "name_as_word"


def find_disguises(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    exchanges: Sequence[Exchange],
    names: Sequence[Name],
    meant: Mapping[int, set[int]],
    inventory: Inventory,
    confusions: Confusions,
) -> Iterator[Disguise]:
    """Yield lower-case words that stand for names; ``meant`` holds the entities that each sentence names already."""
    taken = {(n.sentence, w.lower()) for n in names for w in n.words}
    found: set[tuple[int, int]] = set()
    everything = (
        *_between(text, exchanges, meant, inventory),
        *_known(text, references, links, meant, inventory, confusions),
    )
    for disguise in everything:
        sentence, word = disguise.token.sentence, disguise.token.text
        if (sentence, word) not in taken and (sentence, disguise.entity) not in found:
            found.add((sentence, disguise.entity))
            taken.add((sentence, word))
            yield disguise


def _between(
    text: Text, exchanges: Sequence[Exchange], meant: Mapping[int, set[int]], inventory: Inventory
) -> Iterator[Disguise]:
    """Yield words that stand between the same words as a name that is like them."""
    for exchange in exchanges:
        tokens = [t for t in tokenize(text.sentences[exchange.sentence]) if exchange.start <= t.start < exchange.end]
        places = entities_in(exchange, inventory)
        if exchange.fit < _LEAST_FIT or len(tokens) != 1 or len(places) != 1:
            continue
        if not tokens[0].text.islower() and not tokens[0].opening:
            continue
        (token,), ((index, place),) = tokens, places.items()
        entity = inventory.entities[index]
        if index in meant.get(exchange.sentence, ()):
            continue
        sure = exchange.fit + (1 - exchange.fit) * _LETTERS_SAY
        if any(is_acronym(f) and fold(f) == fold(token.text) for f in entity.forms):
            yield Disguise(token, index, place, sure, f"the references write it {entity.canonical}", "casing")
        elif not inventory.knows(token.text) and len(token.text) >= _SHORTEST and _like(token.text, entity):
            reason = f"it is like {entity.canonical}, which the matching sentence has between the same words"
            yield Disguise(token, index, place, sure, reason)


def _like(word: str, entity: Entity) -> bool:
    """Whether a word is like a part of a name and not derived from it ("southwestern" for Southwest China)."""
    if any(is_common_noun(w) and word[:_STEM].lower() == w[:_STEM].lower() for w in entity.words):
        return False
    return any(word_similarity(word, w) >= _ALIKE or bones(word) & bones(w) for w in (*entity.words, *entity.forms))


def _known(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    meant: Mapping[int, set[int]],
    inventory: Inventory,
    confusions: Confusions,
) -> Iterator[Disguise]:
    """Yield words that a table knows as what becomes of a name that the matching sentence has."""
    numbers = {r.document.name: i for i, r in enumerate(references)}
    by_sentence: defaultdict[int, list[tuple[Link, int, Place]]] = defaultdict(list)
    for link in links:
        if link.confidence < _TRUSTED_LINK:
            continue
        number = numbers.get(link.document, 0)
        for ours in link.hypothesis:
            for i in link.reference:
                for index, place in inventory.in_sentence.get((number, i), ()):
                    if index not in meant.get(ours, ()):
                        by_sentence[ours].append((link, index, place))
    for sentence in sorted(by_sentence):
        for token in tokenize(text.sentences[sentence]):
            word = token.text
            if not word.islower() or len(word) < _SHORTEST or inventory.knows(word) or not is_common_noun(word):
                continue
            rights = {fold(e.right) for e in confusions.lookup(word)}
            for link, index, place in by_sentence[sentence] if rights else ():
                entity = inventory.entities[index]
                sure = _KNOWN * link.confidence
                if sure >= _TRUSTED_LINK and rights & {fold(f) for f in (*entity.forms, entity.last)}:
                    yield Disguise(token, index, place, sure, f"{entity.canonical} is known to be translated so")


def named(forms: Forms, names: Sequence[Name], chosen: Mapping[tuple[str, ...], int]) -> dict[int, set[int]]:
    """Return the entities that each sentence names, by right forms or by those in ``chosen``."""
    out: defaultdict[int, set[int]] = defaultdict(set)
    for name in names:
        form = form_of(name)
        index = forms.known[form]
        index = chosen.get(form) if index is None else index
        if index is not None:
            out[name.sentence].add(index)
    return dict(out)
