"""What is said of words: both networks against torch's own layers, and what thresholds make of their mean."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as layers
from wording_cases import case

from audit.detectors import network, reader
from audit.detectors.features import BIASES, Reading, read
from audit.detectors.pairing import Pair, pairs
from audit.detectors.tagger import CLASSES, Limits, Tags, artefact, limits, stretches, tag, trained_on
from audit.detectors.words import spans
from audit.embeddings import Encoder
from audit.encoders import cross
from audit.records import Link


def pair_of(encoder: Encoder, ours: str, theirs: str) -> Pair:
    made = case(encoder, ours, theirs)
    link = Link((0,), (0,), 0.5, 0.9, "equivalent", "reference-0")
    ((pair, _),) = pairs(replace(made, links=(link,)))
    return pair


def stored() -> dict[str, Tensor]:
    with (files("audit.detectors") / "data" / "tagger.npz").open("rb") as stream:
        arrays = np.load(stream, allow_pickle=False)
        return {name: torch.tensor(arrays[name].astype(np.float64)) for name in arrays.files if name != "about"}


def relation(a: int, b: int, n: int, cosine: float, reading: Reading) -> list[float]:
    """How word a is related to word b, where the words from n on are those of the reference."""
    across = (a < n) != (b < n)
    within = not across
    step = b - a
    figures = [
        across, cosine * across, max(cosine, 0) ** 4 * across, cosine * within, within and step == 1,
        within and step == -1, within and abs(step) == 2, step == 0, within * np.exp(-abs(step) / 4),
    ]  # fmt: skip
    ours, theirs = min(a, b), max(a, b) - n
    return [float(f) for f in figures] + [
        float(reading.relations[k, ours, theirs]) if across else 0 for k in range(BIASES)
    ]


def words_by_torch(pair: Pair, reading: Reading) -> Tensor:
    """The network over words as it is described, in double precision: (n + m, 6)."""
    weights = stored()

    def linear(x: Tensor, name: str) -> Tensor:
        return layers.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(x: Tensor, name: str) -> Tensor:
        return layers.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

    n, m = len(pair.hypothesis), len(pair.reference)
    vectors = torch.tensor(np.concatenate([pair.hypothesis.vectors, pair.reference.vectors]), dtype=torch.float64)
    figures = torch.tensor(np.concatenate([reading.hypothesis, reading.reference]), dtype=torch.float64)
    scaled = (figures - weights["fmean"]) / weights["fstd"]
    side = torch.tensor([[0.0]] * n + [[1.0]] * m, dtype=torch.float64)
    x = linear(torch.cat([linear(vectors, "v"), scaled, side], dim=1), "inp")
    cosine = vectors @ vectors.T
    table = [[relation(a, b, n, float(cosine[a, b]), reading) for b in range(n + m)] for a in range(n + m)]
    related = torch.tensor(table, dtype=torch.float64)
    for layer in range(sum(name.endswith(".qkv.weight") for name in weights)):
        at = f"layers.{layer}"
        bias = linear(related, f"{at}.bias").permute(2, 0, 1)
        heads = [
            part.unflatten(1, (len(bias), -1)).transpose(0, 1)
            for part in linear(norm(x, f"{at}.n1"), f"{at}.qkv").chunk(3, dim=1)
        ]
        mixed = layers.scaled_dot_product_attention(*heads, attn_mask=bias)
        x = x + linear(mixed.transpose(0, 1).flatten(1), f"{at}.o")
        x = x + linear(layers.gelu(linear(norm(x, f"{at}.n2"), f"{at}.f1"), approximate="tanh"), f"{at}.f2")
    x = norm(x, "n")
    summary = x[:n].mean(dim=0).expand_as(x)
    return linear(layers.gelu(linear(torch.cat([x, summary], dim=1), "hid"), approximate="tanh"), "out")


def read_by_torch(pair: Pair) -> Tensor:
    """The head of the cross-encoder as it is described, in double precision: (n + m, 6)."""
    head = {name: torch.tensor(value, dtype=torch.float64) for name, value in cross.word_head().items()}
    sides = [side.tokens[0] for side in (pair.hypothesis, pair.reference)]
    (seen,) = cross.read([tuple(cross.Tokens(cross.token_ids(text), t.vectors) for text, t in sides)])
    rows = []
    for (text, tokens), vectors in zip(sides, (seen.hypothesis, seen.reference), strict=True):
        for start, end in spans(text).tolist():
            inside = [v for v, (a, b) in zip(vectors, tokens.offsets.tolist(), strict=True) if start <= a < b <= end]
            rows.append(torch.tensor(np.concatenate([np.mean(np.array(inside, np.float64), axis=0), seen.whole])))
    inner = layers.linear(torch.stack(rows), head["first.weight"], head["first.bias"])
    return layers.linear(layers.gelu(inner, approximate="tanh"), head["last.weight"], head["last.bias"])


PAIRS = [
    ("The mayor never opened the old bridge, people said.", "The mayor opened the new bridge on Monday."),
    ("Rain.", "Heavy rain fell over the northern hills, and nobody had expected it."),
    ("They bought a large house for him in 1987.", "No."),
]
NOUNS = "oil wheat salt cloth silver timber wool honey".split()


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_the_networks_are_what_their_weights_say(encoder: Encoder, ours: str, theirs: str) -> None:
    pair = pair_of(encoder, ours, theirs)
    reading = read(pair)
    assert network.judge(pair, reading, artefact()[0]) == pytest.approx(words_by_torch(pair, reading).numpy(), abs=2e-3)
    (by_reader,) = reader.judge([pair])
    assert by_reader == pytest.approx(read_by_torch(pair).numpy(), abs=2e-3)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_words_are_judged_by_the_mean_of_both(encoder: Encoder, ours: str, theirs: str) -> None:
    pair = pair_of(encoder, ours, theirs)
    (found,) = tag([pair])
    n = len(pair.hypothesis)
    out = 0.7 * words_by_torch(pair, found.reading) + 0.3 * read_by_torch(pair)
    classes = torch.cat([torch.zeros(n, 1, dtype=torch.float64), out[:n, 1 : len(CLASSES)]], dim=1)
    expected = out[:n, 0].sigmoid(), classes.softmax(dim=1), out[n:, len(CLASSES)].sigmoid()
    for part, other in zip((found.wrong, found.classes, found.missing), expected, strict=True):
        assert part == pytest.approx(other.numpy(), abs=5e-4)
        assert part.dtype == np.float32


def test_what_is_said_of_a_pair_does_not_depend_on_the_others(encoder: Encoder) -> None:
    couples = [pair_of(encoder, *texts) for texts in PAIRS]
    for pair, found in zip(couples, tag(couples), strict=True):
        (alone,) = tag([pair])
        assert (alone.wrong == found.wrong).all()
        assert (alone.classes == found.classes).all()
        assert (alone.missing == found.missing).all()


def test_words_beyond_what_is_read_are_judged_by_the_other_network(encoder: Encoder) -> None:
    # Two sentences of one link have more tokens together than are read of a side.
    long = " ".join(
        f"The {word} was sold in twelve ramshackle villages near the northwesterly riverbank," for word in NOUNS
    )
    made = case(encoder, f"{long} they said. {long} we heard.", "Nothing of the kind was ever said by anybody.")
    link = Link((0, 1), (0,), 0.5, 0.9, "equivalent", "reference-0")
    ((pair, _),) = pairs(replace(made, links=(link,)))
    (found,), (by_reader,) = tag([pair]), reader.judge([pair])
    sizes = [len(tokens.offsets) for _, tokens in pair.hypothesis.tokens]
    assert sizes[0] < cross.LONGEST < sum(sizes)
    last = len(pair.hypothesis) - 1
    assert np.isnan(by_reader[last]).all()
    assert not np.isnan(by_reader[0]).any()
    alone = network.judge(pair, found.reading, artefact()[0])[last, 0]
    assert found.wrong[last] == pytest.approx(1 / (1 + np.exp(-alone)), abs=1e-5)


BOUNDS = Limits(
    wrong=0.5,
    classes=(0.5, 0.25, 0.8, 0.5),
    named=1.0,
    missing=0.5,
    wrong_curve=((0.0, 1.0), (0.0, 0.8)),
    classes_curve=((0.0, 0.5, 1.0), (0.1, 0.2, 1.0)),
    missing_curve=((0.2, 0.4), (0.1, 0.6)),
)


def tags(*words: tuple[float, tuple[float, ...]]) -> Tags:
    wrong, classes = zip(*words, strict=True)
    return Tags(np.array(wrong, np.float32), np.array(classes, np.float32), np.zeros(1, np.float32), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "classes", "score", "cause"),
    [
        (0.2, (1.0, 0, 0, 0, 0), 0.4, "right"),  # what an expert would say, and not enough of it
        (0.6, (1.0, 0, 0, 0, 0), 1.2, "right"),
        (0.1, (0.5, 0.5, 0, 0, 0), 1.0, "negation"),  # a threshold that is reached counts
        (0.9, (0.5, 0.5, 0, 0, 0), 1.0, "negation"),  # … more than what an expert would say
        (0.3, (0.6, 0.4, 0, 0, 0), 0.6, "right"),
        (0.1, (0.3, 0.2, 0.5, 0, 0), 2.0, "opposite"),
        (0.1, (0.0, 0.0, 0.2, 0.8, 0), 1.0, "substitution"),
        (0.1, (0.2, 0.0, 0.1, 0.05, 0.65), 1.3, "addition"),
        (0.1, (0.1, 0.0, 0.1, 0.25, 0.55), 1.1, "addition"),
        (0.1, (0.0, 0.0, 0.2, 0.3, 0.5), 1.0, "substitution"),  # as likely it stands in the place of another
        (0.1, (0.0, 0.07, 0.24, 0.23, 0.46), 1.0, "opposite"),
        (0.1, (0.0, 0.1, 0.2, 0.5, 0.2), 1.0, "substitution"),  # which of them is not sure
    ],
)
def test_a_word_is_judged_by_its_class_or_else_by_the_expert(
    wrong: float, classes: tuple[float, ...], score: float, cause: str
) -> None:
    scores, causes = BOUNDS.judge(tags((0.0, (1.0, 0, 0, 0, 0)), (wrong, classes)))
    assert scores == pytest.approx([0.0, score])
    assert scores.dtype == np.float32
    assert [CLASSES[c] for c in causes] == ["right", cause]


def test_confidence_is_what_was_right_at_that_probability() -> None:
    assert BOUNDS.confidence(0.5, 0.0) == pytest.approx(0.4)
    assert BOUNDS.confidence(0.1, 0.75) == pytest.approx(0.6)
    assert BOUNDS.confidence(0.0, 0.25) == pytest.approx(0.15)
    assert BOUNDS.omission_confidence(0.3) == pytest.approx(0.35)
    assert BOUNDS.omission_confidence(0.9) == pytest.approx(0.6)
    assert isinstance(BOUNDS.confidence(0.5, 0.5), float)
    assert isinstance(BOUNDS.omission_confidence(0.5), float)


@pytest.mark.parametrize(
    ("shares", "runs"),
    [
        ([], []),
        ([0.9, 0.9], []),
        ([1.0], [(0, 1)]),
        ([0.2, 1.0, 0.4], [(1, 2)]),
        ([0.75, 1.0, 0.75], [(0, 3)]),  # neighbours that come nearly as far
        ([1.0, 0.0, 0.8, 0.0, 0.0, 0.7], [(0, 3)]),  # one word between
        ([1.0, 0.0, 0.0, 1.2], [(0, 1), (3, 4)]),  # two between
        ([0.8, 0.0, 0.0, 1.2, 1.1], [(3, 5)]),
    ],
)
def test_words_that_are_marked_together(shares: list[float], runs: list[tuple[int, int]]) -> None:
    assert stretches(np.array(shares, np.float32)) == runs


def test_the_thresholds_are_those_of_the_file() -> None:
    with (files("audit.detectors") / "data" / "tagger.npz").open("rb") as stream:
        about = json.loads(bytes(np.load(stream, allow_pickle=False)["about"]).decode())
    bounds = limits()
    assert bounds.wrong == about["limits"]["wrong"]
    assert len(bounds.classes) == len(CLASSES) - 1
    assert trained_on() == about["provenance"]["encoder"]["sha256"]
    assert len(trained_on()) == 64
