"""Is a text garbled machine translation? Judged from the text alone, for corpora that have no references.

What is counted are signs that translation through another language leaves and writers do not: one name in several
forms, misspelt places, fallen capitals, words run together, stray hyphens, impossible figures, doubled and foreign
words. A logistic model (``data/verdict.json``, made by ``training/train_verdict.py``) makes a probability of them.
Fluent translation leaves none of them and is not told from human text; between two thresholds, and for short texts,
nothing is said.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import combinations
from math import exp, log, log1p
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA

from audit import sentences
from audit.detectors import registry
from audit.detectors.case import Case
from audit.detectors.findings import finish
from audit.embeddings import Embeddings
from audit.entities import linking
from audit.entities.confusions import Confusions, load
from audit.entities.doubts import unheard
from audit.entities.gazetteers import is_nationality, place_names, zipf
from audit.entities.lexicon import is_common_noun
from audit.entities.spelling import fold, skeleton, word_similarity
from audit.entities.tokens import tokenize
from audit.records import Document, Finding, Text
from audit.settings import Settings

__all__ = ["FEATURES", "SIGNS", "Verdict", "judge", "signs", "strengths"]

SIGNS: Mapping[str, str] = {
    "variants": "one name in several forms",
    "places": "a place misspelt",
    "capitals": "names without their capitals",
    "joints": "words run together",
    "hyphens": "stray hyphens",
    "figures": "impossible figures",
    "broken": "doubled, split or missing words",
    "foreign": "words of no or another language",
    "strange": "names that nobody has heard of",
}
"""The signs, each with what it says to people."""

FEATURES = (*SIGNS, "names", "length")
"""The features of the model: signs speak for garbling; names without one, and length, against it."""

_ENOUGH = 3
_PASSAGE = 250
_SHORTEST = 60
_EXAMPLES = 3
_SHORTEST_NAME, _SHORTEST_PLACE = 4, 5
_SAME_NAME = 0.93
_WELL_KNOWN = 3.5
_TYPO = 2
_STRAY = re.compile(r"(?<=[^\W\d_]) -[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``garbled``: probability 0 to 1, None where nothing can be said; ``because``: the signs, for people."""

    garbled: float | None
    because: str


def judge(document: Document, settings: Settings) -> Verdict:
    """Judge ``document`` from its text alone."""
    found, words, names = signs(document, settings)
    fitted = _fitted()
    because = _because(found)
    if words < _SHORTEST:
        return Verdict(None, f"fewer than {_SHORTEST} words")
    logit = fitted["bias"] + sum(fitted["weights"][k] * v for k, v in strengths(found, words, names).items())
    probability = 1 / (1 + exp(-logit))
    low, high = fitted["says_clean_below"], fitted["says_garbled_above"]
    return Verdict(None if low < probability < high else round(probability, 4), because)


def signs(document: Document, settings: Settings) -> tuple[dict[str, list[str]], int, int]:
    """Return the distinct surfaces that show each sign, the number of words and the number of distinct names."""
    text = Text(document, sentences.split(document))
    confusions = _confusions(settings.confusions)
    resolution = linking.resolve(text, (), (), confusions, settings.allow)
    none = Embeddings(np.zeros((len(text.sentences), 1), np.float32), np.zeros(len(text.sentences), np.bool_))
    case = Case(text, (), (), "comparable", none, ())
    findings, _ = registry.detect(case, resolution, confusions, wording=True)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for finding in finish(findings, document):
        found[_sign(finding)].add(finding.surface)
    capitalised = Counter({word: n for word, n in _capitalised(text).items() if word not in settings.allow})
    found["variants"].update(_variants(capitalised))
    found["places"].update(_misspelt_places(capitalised))
    audited = [s.text for s in text.sentences if s.audited]
    found["hyphens"].update(m[0].strip() for s in audited for m in _STRAY.finditer(s))
    words = sum(len(s.split()) for s in audited)
    return (
        {name: sorted(found[name]) for name in SIGNS},
        words,
        len({fold(r.name.surface) for r in resolution.readings}),
    )


def strengths(found: Mapping[str, Sequence[str]], words: int, names: int) -> dict[str, float]:
    """Return the features of the model: how often each sign shows, up to a limit, how many names, how long the text."""
    shown = {name: float(min(len(found[name]), _ENOUGH)) for name in SIGNS}
    return shown | {"names": log1p(names), "length": log(words / _PASSAGE)}


def _sign(finding: Finding) -> str:
    match finding.kind:
        case "name_variant" | "name_as_word" | "wrong_entity" | "acronym" | "title":
            return "variants" if any(s.name == "inconsistent" for s in finding.signals) else "strange"
        case "casing":
            return "capitals"
        case "merged":
            return "joints"
        case "number":
            return "figures"
        case "untranslated":
            return "foreign"
    if re.search(r"[a-z][A-Z]", finding.surface):
        return "joints"
    # Misspellings of plain words are as frequent in what people write.
    return "misspelt" if finding.surface.isalpha() else "broken"


def _capitalised(text: Text) -> Counter[str]:
    """Count the words that are written with a capital and are neither acronyms nor ordinary words."""
    return Counter(
        token.text
        for sentence in text.sentences
        if sentence.audited
        for token in tokenize(sentence)
        if token.capital and token.text.isalpha() and not token.text.isupper() and not is_common_noun(token.text)
        and not is_nationality(token.text)
    )  # fmt: skip


def _variants(words: Mapping[str, int]) -> set[str]:
    """Return the doubtful ones of the words that write one name in two ways."""
    shelves: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        folded = fold(word)
        if len(folded) >= _SHORTEST_NAME:
            for key in (f"={skeleton(word)}", f"{folded[:_SHORTEST_NAME]}-", f"-{folded[-_SHORTEST_NAME:]}"):
                shelves[key].add(word)
    pairs = {pair for shelf in shelves.values() for pair in combinations(sorted(shelf), 2)}
    return {min(pair, key=lambda w: (zipf(w), words[w], w)) for pair in pairs if _one_name(*pair)}


def _one_name(a: str, b: str) -> bool:
    x, y = sorted((fold(a), fold(b)), key=len)
    # An ending more is a case or a plural of the language that the name is from.
    if x == y or y.startswith(x) or not (unheard(a) or unheard(b)):
        return False
    return word_similarity(a, b) >= _SAME_NAME


def _misspelt_places(words: Iterable[str]) -> set[str]:
    """Return the unheard-of words that sound as a well-known place does and are all but written so."""
    found = set()
    for word in words:
        folded = fold(word)
        if len(folded) < _SHORTEST_PLACE or not unheard(word):
            continue
        for place in _places_by_sound().get(skeleton(word), ()):
            plural = folded == place + "s"
            if place[0] == folded[0] and not plural and OSA.distance(place, folded) <= _TYPO:
                found.add(word)
    return found


@cache
def _places_by_sound() -> Mapping[str, frozenset[str]]:
    sounds: defaultdict[str, set[str]] = defaultdict(set)
    for place in place_names():
        if place.isalpha() and len(place) >= _SHORTEST_PLACE and zipf(place) >= _WELL_KNOWN:
            sounds[skeleton(place)].add(place)
    return {sound: frozenset(places) for sound, places in sounds.items()}


@lru_cache(maxsize=4)
def _confusions(paths: tuple[str, ...]) -> Confusions:
    return load(paths)


def _because(found: Mapping[str, Sequence[str]]) -> str:
    weights = _fitted()["weights"]
    shown = sorted((name for name in SIGNS if found[name] and weights[name] > 0), key=lambda n: -weights[n])
    return "; ".join(f"{SIGNS[name]}: {', '.join(found[name][:_EXAMPLES])}" for name in shown)


@cache
def _fitted() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.files("audit.corpus").joinpath("data", "verdict.json").read_text())
    return read
