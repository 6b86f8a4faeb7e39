"""Pairs that are no translations of each other: what the gates of ``train_quality.py`` must keep out.

- references of other sources;
- texts in other languages: words drawn by their frequency there, beside names and figures of the reference, which
  stay in a text that was not translated, and words that look like the reference's, as kindred languages have them.
"""

from __future__ import annotations

import random
from itertools import accumulate

import pandas as pd
import wordfreq

__all__ = ["in_other_languages", "of_other_sources"]

LANGUAGES = ("ar bg ca cs da de el es fi fr he hi hu id it ja ko lt lv mk ms nb nl pl pt ro ru sh sk sl sv tr uk vi "
             "zh").split()  # fmt: skip
UNSPACED = {"ja", "zh"}
LEAST_FREQUENCY = 1e-5
SHORTEST, LONGEST = 0.6, 1.3
"""Words drawn, as a share of those of the reference."""
NAMES_KEPT, MOST_KINDRED, KINDRED_LETTERS, CUT = 0.5, 0.5, 6, 3
"""Share of names and figures that stay; the largest share of long words that have a likeness, how long these are, and
how many of their letters other endings may take the place of."""
ENDINGS = ("e", "o", "en", "y", "isch", "a", "os", "i", "ska", "um", "ung", "iya")


def of_other_sources(table: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Return translations of ``table`` beside references of other sources."""
    drawn = table.sample(count, random_state=seed)
    others = table.sample(count, random_state=seed + 1)
    apart = drawn.source.to_numpy() != others.source.to_numpy()
    return drawn.assign(ref=others.ref.to_numpy(), source=range(count))[apart].reset_index(drop=True)


def in_other_languages(table: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Return references of ``table`` beside texts in other languages."""
    rng = random.Random(seed)
    words = {language: _words(language) for language in LANGUAGES}
    references = table.ref.drop_duplicates().sample(count, random_state=seed).tolist()
    texts = [_text(reference, rng.choice(LANGUAGES), words, rng) for reference in references]
    return pd.DataFrame({"hyp": texts, "ref": references, "source": range(count)})


def _words(language: str) -> tuple[list[str], list[float]]:
    """Return the words of a language and their frequencies, added up."""
    frequencies = wordfreq.get_frequency_dict(language, "small")
    known = [(word, frequency) for word, frequency in frequencies.items() if frequency >= LEAST_FREQUENCY]
    return [word for word, _ in known], list(accumulate(frequency for _, frequency in known))


def _text(reference: str, language: str, words: dict[str, tuple[list[str], list[float]]], rng: random.Random) -> str:
    theirs = reference.split()
    population, weights = words[language]
    count = max(2, int(len(theirs) * rng.uniform(SHORTEST, LONGEST)))
    drawn = rng.choices(population, cum_weights=weights, k=count)
    kindred = rng.uniform(0, MOST_KINDRED)
    for word in theirs:
        if word[:1].isupper() or word[:1].isdigit():
            if rng.random() < NAMES_KEPT:
                _insert(drawn, word, rng)
        elif len(word) >= KINDRED_LETTERS and rng.random() < kindred:
            _insert(drawn, _kindred(word, rng), rng)
    text = ("" if language in UNSPACED else " ").join(drawn)
    return f"{text[:1].upper()}{text[1:]}."


def _insert(words: list[str], word: str, rng: random.Random) -> None:
    words.insert(rng.randrange(len(words) + 1), word)


def _kindred(word: str, rng: random.Random) -> str:
    """Return ``word`` as another language might write it."""
    bare = word.strip(".,;:!?").lower()
    return bare[: max(CUT, len(bare) - rng.randrange(CUT))] + rng.choice(ENDINGS)
