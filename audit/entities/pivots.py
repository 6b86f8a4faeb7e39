"""Which language a text probably went through: told by the letters that changed and by known confusions.

Each distinct mangled form votes with what changed in it. A consonant that became another is likely under a pivot whose
script or sound system confuses the two (``data/drifts.csv``); an article al- that a name gained points to Arabic; a
known confusion points to its pivot. The votes are added as log-likelihoods; nothing is said without a clear margin.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from audit.entities.confusions import PIVOTS, Confusions
from audit.entities.readings import Pivot, Reading
from audit.entities.spelling import fold

__all__ = ["LANGUAGES", "guess_pivot"]

LANGUAGES = {
    "ar": "Arabic", "de": "German", "es": "Spanish", "fa": "Persian", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "ja": "Japanese", "ko": "Korean", "ru": "Russian", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
}  # fmt: skip
_ARTICLE_FORM = re.compile(r"\bal\s?-", re.IGNORECASE)
_VOWELS = frozenset("aeiouy")
_DRIFT_SHARE = 0.8
_ALL_PAIRS = 400
_ARTICLE = 2.5
_CONFUSION = 1.2
_LEAST_VOTES = 3
_LEAST_PROBABILITY = 0.8
_SHOWN = 3


def guess_pivot(readings: Iterable[Reading], confusions: Confusions) -> Pivot | None:
    """Return the likely pivot language with its evidence, or None where the text does not tell."""
    scores: defaultdict[str, float] = defaultdict(float)
    votes = 0
    shown: defaultdict[str, Counter[str]] = defaultdict(Counter)
    seen: set[tuple[str, str]] = set()
    for reading in readings:
        pair = (fold(reading.name.surface), fold(reading.suggestion))
        if reading.kind is None or not reading.supported or not all(pair) or pair in seen:
            continue
        seen.add(pair)
        for pivot, value, reason in _votes(reading, confusions):
            scores[pivot] += value
            if value > 0:
                shown[pivot][reason] += 1
        votes += 1
    if votes < _LEAST_VOTES or not scores:
        return None
    best = max(PIVOTS, key=lambda p: (scores[p], p))
    total = sum(math.exp(scores[p] - scores[best]) for p in PIVOTS)
    if 1 / total < _LEAST_PROBABILITY or len(shown[best]) < _LEAST_VOTES:
        return None
    reasons = [reason for reason, _ in shown[best].most_common(_SHOWN)]
    return Pivot(LANGUAGES[best], "; ".join(reasons))


def _votes(reading: Reading, confusions: Confusions) -> Iterable[tuple[str, float, str]]:
    surface, right = reading.name.surface, reading.suggestion
    for entry in confusions.lookup(surface):
        if entry.pivot and fold(entry.right) == fold(right):
            yield entry.pivot, _CONFUSION, f"{right} is known to come back as {surface}"
    if reading.kind != "name_variant":
        return
    if _ARTICLE_FORM.search(surface) and not _ARTICLE_FORM.search(right):
        yield "ar", _ARTICLE, f"{right} gained an article ({surface})"
    a, b = fold(right), fold(surface)
    for edit in Levenshtein.editops(a, b):
        if edit.tag != "replace":
            continue
        x, y = a[edit.src_pos], b[edit.dest_pos]
        if x in _VOWELS or y in _VOWELS:
            continue
        for pivot in PIVOTS:
            known = confusions.drift_cost(pivot)
            likely = (x, y) in known
            chance = _DRIFT_SHARE / max(1, len(known)) if likely else (1 - _DRIFT_SHARE) / _ALL_PAIRS
            yield pivot, math.log(chance * _ALL_PAIRS), f"{x} became {y} ({right}, {surface})" if likely else ""
