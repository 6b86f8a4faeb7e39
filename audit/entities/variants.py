"""Which words good accounts write in more than one way, nobody being wrong: "U.S." and American, Kyiv and Kiev."""

from __future__ import annotations

from collections.abc import Sequence

from audit.entities import gazetteers as gz
from audit.entities.lexicon import same_word
from audit.entities.spelling import fold, initials, skeleton

__all__ = ["are_variants", "differing"]


def differing(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words of each name that the other lacks."""
    mine, others = {fold(w) for w in ours}, {fold(w) for w in theirs}
    return [w for w in ours if fold(w) not in others], [w for w in theirs if fold(w) not in mine]


def are_variants(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two names differ in nothing but the way of writing what both say.

    A land stands for its people and the other way round, an acronym for its words, British for American spelling; a
    known place or first name for another spelling of it with the same consonants.
    """
    left, right = differing(ours, theirs)
    if not left or not right:
        return False
    a, b = " ".join(left), " ".join(right)
    if gz.is_people_of(b, a) or gz.is_people_of(a, b):
        return True
    # An acronym and its words: as a part only, since what a whole name was spelt out to may be wrong.
    if len(left) < len(ours) and (_short_for(left, right) or _short_for(right, left)):
        return True
    if len(left) == len(right) and all(same_word(x, y) for x, y in zip(left, right, strict=True)):
        return True
    known = gz.is_place(" ".join(ours)) or all(gz.is_first_name(w) for w in left)
    return known and skeleton("".join(left)) == skeleton("".join(right))


def _short_for(short: Sequence[str], words: Sequence[str]) -> bool:
    return len(short) == 1 and len(words) > 1 and fold(short[0]) == initials(words)
