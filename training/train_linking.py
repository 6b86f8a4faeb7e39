"""Fit the weights of ``audit/entities/data/linking.json``.

News texts and machine translations of them (``corpus.jsonl.gz``, in turn) are garbled by the mangler with a seed,
sentences of both sides are dropped and three documents are put together, so that hypothesis and reference are
comparable rather than parallel. Each pair of an unknown form and an entity that it could mean is an example; it is
right when the mangler made the form of that entity. What a system's own translation spells otherwise than the reference
is neither right nor wrong and left out. Only the test sets (year and language) that
``tests/benchmarks/entities_mangled.py`` calls ``tune`` have a part in it; the others measure generalisation there. The
five real documents have no part in it.

News has few offices and honorifics that go wrong, so that a free fit would unlearn what they say. The fit is therefore
the maximum a posteriori with a normal prior around weights that were set by judgement (``PRIOR``).

usage: python training/train_linking.py SHARED_FOLDER [--documents N]
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
from scipy.optimize import minimize

from audit import alignment
from audit.encoders import load_encoder
from audit.entities.candidates import Candidates
from audit.entities.confusions import load
from audit.entities.directory import Directory
from audit.entities.exchanges import find_exchanges
from audit.entities.forms import Forms, gather
from audit.entities.inventory import Inventory, take_inventory
from audit.entities.joints import find_glued
from audit.entities.mentions import find_names
from audit.entities.segments import segment
from audit.entities.spelling import fold
from audit.entities.tokens import CaseProfile
from audit.records import Document, Link, Text
from audit.sentences import split
from audit.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from benchmarks.entities_mangled import split_of  # noqa: E402
from benchmarks.mangler import GoldSpan, mangle  # noqa: E402

SEED = 20_261_121
TOGETHER = 3
KEPT = 0.7
WEIGHTS = ROOT / "audit" / "entities" / "data" / "linking.json"
OWN_VARIANT = 0.08
"""Above this likeness a form that the mangler did not touch may be the system's own mangling."""
BY_HAND = {"doubtful_reference": -1.5, "near_miss": 1.0}
"""Given, and not fitted: references are never garbled here, and spellings of a system's own, the only near misses that
may be right, are left out, so that nothing can be learned of either."""
PRIOR = {
    "bias": -4.0, "spelling": 14.0, "skeleton": 1.2, "honorific_word": 2.0, "shared_first": 2.5, "shared_word": 1.8,
    "role": 3.5, "slot": 2.0, "slot_alike": 1.0, "framed": 2.0, "acronym": 4.0, "confusion": 2.0, "namesake": 1.2,
}  # fmt: skip
FRAME = "framed"
"""Fitted last, upon what the others say of pairs without it: free accounts share no wording, and what the frame says
must not unlearn the rest."""
STRENGTH = 5.0
"""Precision of the prior: how many log-odds squared a weight pays for leaving its place. High, since the pairs of one
document are far from independent."""


def cases(shared: Path, limit: int) -> Iterator[tuple[str, list[GoldSpan], str]]:
    """Yield (garbled hypothesis, what was garbled, reference) of the test sets that may be fitted to."""
    with gzip.open(shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    references = {r["id"]: r["text"] for r in rows if r["type"] == "reference"}
    systems: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["type"] != "reference":
            systems[row["reference"]].append(row["text"])
    names = [n for n in sorted(references) if split_of(n.rsplit(".", 1)[0]) == "tune" and systems[n]]
    for number in range(min(limit, len(names) // TOGETHER)):
        rng = Random(SEED + number)
        group = names[number * TOGETHER : (number + 1) * TOGETHER]
        versions = [references[n] if number % 2 else rng.choice(systems[n]) for n in group]
        hypothesis = "\n".join(line for version in versions for line in thin(version, rng))
        reference = "\n".join(line for n in group for line in thin(references[n], rng))
        garbled, gold = mangle(hypothesis, seed=SEED + number)
        yield garbled, gold, reference


def thin(text: str, rng: Random) -> list[str]:
    """Return the lines of ``text`` that are kept."""
    return [line for line in text.split("\n") if rng.random() < KEPT]


def examples(
    garbled: str, gold: Sequence[GoldSpan], reference: str, encoder: object
) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield what ``judged`` says of a garbled text and its reference, with and without the frames of their words."""
    text, other = as_text("hypothesis", garbled), as_text("reference", reference)
    ours, theirs = [s.text for s in text.sentences], [s.text for s in other.sentences]
    left, right = encoder.encode(ours, tokens=True), encoder.encode(theirs, tokens=True)
    links = [
        Link(k.hypothesis, k.reference, k.similarity, k.confidence, k.relation, "reference")
        for k in alignment.align(
            ours, theirs, left.vectors, right.vectors, hypothesis_tokens=left.tokens, reference_tokens=right.tokens
        )
    ]
    reference_profile = CaseProfile.of([other])
    profile = reference_profile + CaseProfile.of([text])
    inventory = take_inventory([other], reference_profile)
    names = segment(find_names(text, profile), inventory, text, list(find_glued(text, inventory)))
    forms = gather(names, inventory, garbled)
    exchanges = list(find_exchanges(text, [other], links))
    directory = Directory(inventory, forms)
    framed = Candidates(text, [other], links, directory, load(), exchanges)
    # Free accounts share no wording: each pair is seen without its frame too.
    unframed = Candidates(text, [other], links, directory, load(), ())
    for candidates in (framed, unframed):
        yield from judged(candidates, forms, gold, inventory)


def judged(
    candidates: Candidates, forms: Forms, gold: Sequence[GoldSpan], inventory: Inventory
) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield the features of each unknown form and entity, and whether the form was made of that entity."""
    for form, options in candidates.weighed([f for f, known in forms.known.items() if known is None]).items():
        meant = {
            fold(g.correct.split()[-1])
            for g in gold
            for n in forms.members[form]
            if n.start < g.end and g.start < n.end
        }
        for index, features in options.items():
            entity = inventory.entities[index]
            right = bool(meant & {fold(w) for w in (*entity.forms, entity.last)})
            if right or meant or features["spelling"] < OWN_VARIANT:
                yield features, right


def as_text(name: str, content: str) -> Text:
    """Return ``content`` as a text in sentences."""
    document = Document(name, content)
    return Text(document, split(document))


def fit(table: np.ndarray, labels: np.ndarray, prior: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Return the weights (k,) that maximise the posterior of a logistic model; ``table`` is (n, k), ``fixed`` (n,) the
    log-odds that are not fitted."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = table @ weights + fixed
        away = weights - prior
        value = float(np.logaddexp(0, odds).sum() - odds[labels].sum() + STRENGTH / 2 * (away @ away))
        return value, table.T @ (1 / (1 + np.exp(-odds)) - labels) + STRENGTH * away

    return np.asarray(minimize(loss, prior, jac=True, method="L-BFGS-B").x)


def main() -> None:
    """Fit the weights, write and print them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("shared", type=Path)
    arguments.add_argument("--documents", type=int, default=150)
    options = arguments.parse_args()
    encoder = load_encoder(Settings())
    rows = [e for case in cases(options.shared, options.documents) for e in examples(*case, encoder)]
    names = [n for n in PRIOR if n not in ("bias", FRAME)]
    frame = np.array([features[FRAME] for features, _ in rows])
    table = np.array([[1.0, *(features.get(n, 0.0) for n in names)] for features, _ in rows])
    labels = np.array([label for _, label in rows])
    fixed = np.array([sum(w * features.get(n, 0.0) for n, w in BY_HAND.items()) for features, _ in rows])
    free, framed = frame == 0, frame > 0
    prior = np.array([PRIOR["bias"], *(PRIOR[n] for n in names)])
    fitted = fit(table[free], labels[free], prior, fixed[free])
    odds = table @ fitted + fixed
    added = fit(frame[framed, None], labels[framed], np.array([PRIOR[FRAME]]), odds[framed])
    weights = {n: round(float(w), 3) for n, w in zip(names, fitted[1:], strict=True)}
    weights[FRAME] = round(float(added[0]), 3)
    WEIGHTS.write_text(
        json.dumps(
            {
                "version": "3",
                "provenance": f"training/train_linking.py --documents {options.documents}, seed {SEED}: "
                f"{len(rows)} pairs, {int(labels.sum())} of them right; corpus.jsonl.gz garbled by the mangler",
                "bias": round(float(fitted[0]), 3),
                "features": {**weights, **BY_HAND},
            },
            indent=1,
        )
        + "\n",
        "utf-8",
    )
    print(WEIGHTS.read_text("utf-8"))


if __name__ == "__main__":
    main()
