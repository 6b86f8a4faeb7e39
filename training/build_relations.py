"""Make ``audit/detectors/data/relations.npz``: which English words mean the same, nearly the same, or the opposite.

usage: build_relations.py FOLDER [-o FILE]

FOLDER holds WordNet 3.0's data files (Debian: package wordnet-base, folder /usr/share/wordnet). Kept are single words
that wordfreq knows as common enough for news (Zipf 2 and more); multi-word entries and definitions are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from wordfreq import zipf_frequency

DATE = "2026-11-21"
SEED = None
PARTS = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
FILES = ("noun", "verb", "adj", "adv")
COMMON = 2.0
FAMILIAR = 2.8
"""WordNet gives many opposites only by way of a similar word; both words must be more common than this."""
# Function words, of which WordNet has hardly any.
OPPOSITES = (
    "above below", "after before", "against for", "all none", "always never", "both neither", "down up",
    "everybody nobody", "everyone nobody", "everything nothing", "few many", "inside outside", "less more", "off on",
    "over under", "with without", "within outside", "into from", "towards from", "since until", "either neither",
    "anything nothing", "first last", "together apart",
)  # fmt: skip
NEGATING, LEAST_STEM = ("un", "non"), 4
"""Prefixes that nearly always deny what follows, where that has so many letters."""
Synset = tuple[tuple[str, ...], tuple[tuple[str, str, str, int, int], ...]]


def synsets(folder: Path) -> dict[tuple[str, str], Synset]:
    """Return the words and pointers (symbol, part of speech, offset, source word, target word) of every synset."""
    found: dict[tuple[str, str], Synset] = {}
    for part in FILES:
        for line in (folder / f"data.{part}").read_text("utf-8").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split("|")[0].split()
            count = int(fields[3], 16)
            words = tuple(re.sub(r"\(.*\)", "", fields[4 + 2 * i]).lower() for i in range(count))
            base = 4 + 2 * count
            pointers = []
            for i in range(int(fields[base])):
                symbol, offset, kind, ends = fields[base + 1 + 4 * i : base + 5 + 4 * i]
                pointers.append((symbol, PARTS[kind], offset, int(ends[:2], 16), int(ends[2:], 16)))
            found[part, fields[0]] = (words, tuple(pointers))
    return found


def pairs(graph: dict[tuple[str, str], Synset]) -> dict[str, set[tuple[str, str]]]:
    """Return the word pairs of each relation, every pair in the order of the alphabet."""
    found: dict[str, set[tuple[str, str]]] = {"antonym": set(), "contrast": set(), "synonym": set(), "kin": set()}

    def add(relation: str, left: Iterable[str], right: Iterable[str]) -> None:
        theirs = list(right)
        found[relation].update((min(a, b), max(a, b)) for a in left for b in theirs if a != b)

    def near(words: tuple[str, ...], pointers: Iterable[tuple[str, str, str, int, int]]) -> set[str]:
        return set(words).union(*(graph[part, offset][0] for symbol, part, offset, _, _ in pointers if symbol == "&"))

    for words, pointers in graph.values():
        add("synonym", words, words)
        for symbol, part, offset, source, target in pointers:
            others, their_pointers = graph[part, offset]
            if symbol in ("@", "&"):
                add("kin", words, others)
            if symbol == "!":
                add("antonym", [words[source - 1]], [others[target - 1]])
                add("contrast", near(words, pointers), near(others, their_pointers))
    for pair in denied({word for words, _ in graph.values() for word in words}):
        add("antonym", *([word] for word in pair))
    for pair in OPPOSITES:
        left, right = pair.split()
        add("antonym", [left], [right])
    return found


def denied(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield words with what a negating prefix makes of them (harmed, unharmed)."""
    known = {word for word in words if len(word) >= LEAST_STEM}
    yield from ((word, prefix + word) for word in known for prefix in NEGATING if prefix + word in known)


def frequent(found: dict[str, set[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    """Keep pairs of common single words, and each pair only under its strongest relation."""
    kept: dict[str, list[tuple[str, str]]] = {}
    taken: set[tuple[str, str]] = set()
    for relation in ("antonym", "synonym", "contrast", "kin"):
        limit = FAMILIAR if relation == "contrast" else COMMON
        chosen = sorted(p for p in found[relation] - taken if all(_common(w, limit) for w in p))
        taken.update(chosen)
        kept[relation] = chosen
    return kept


def _common(word: str, limit: float) -> bool:
    return word.isalpha() and zipf_frequency(word, "en") >= limit


def exceptions(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the irregular forms with their base forms."""
    for part in FILES:
        for line in (folder / f"{part}.exc").read_text("utf-8").splitlines():
            form, *bases = line.split()
            yield from ((form, base) for base in bases if _common(form, COMMON) and _common(base, COMMON))


def lemmas(folder: Path) -> set[str]:
    """Return the common single words that have an entry."""
    entries = (line.split()[0] for part in FILES for line in (folder / f"index.{part}").read_text("utf-8").splitlines()
               if not line.startswith(" "))  # fmt: skip
    return {word for word in entries if _common(word, COMMON)}


def main() -> None:
    """Write the artefact."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    default = Path(__file__).parent.parent / "audit" / "detectors" / "data" / "relations.npz"
    parser.add_argument("-o", "--output", type=Path, default=default)
    arguments = parser.parse_args()
    kept = frequent(pairs(synsets(arguments.folder)))
    irregular = sorted(set(exceptions(arguments.folder)))
    words = lemmas(arguments.folder).union(*(p for pairs_ in kept.values() for p in pairs_), *irregular)
    vocabulary = sorted(words)
    number = {word: i for i, word in enumerate(vocabulary)}
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(arguments.folder.glob("data.*"))}
    provenance = {
        "source": "WordNet 3.0, Princeton University (relations of single words; definitions left out)",
        "terms": "WordNet 3.0 licence: use, copy, modify and distribute for any purpose, with its notice kept",
        "notice": "WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. Provided \"as is\" without "
        "warranties of any kind.",
        "made_by": "training/build_relations.py",
        "date": DATE,
        "seed": SEED,
        "sha256": digests,
        "counts": {relation: len(p) for relation, p in kept.items()},
    }  # fmt: skip
    np.savez_compressed(
        arguments.output,
        vocabulary=np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        exceptions=np.array([(number[a], number[b]) for a, b in irregular], np.uint16),
        provenance=np.frombuffer(json.dumps(provenance, sort_keys=True).encode(), np.uint8),
        **{r: np.array([(number[a], number[b]) for a, b in p], np.uint16) for r, p in kept.items()},
    )
    print(f"{arguments.output}: {len(vocabulary)} words, {provenance['counts']}")


if __name__ == "__main__":
    main()
