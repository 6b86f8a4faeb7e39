"""The network over words: its numbers against torch's own layers, and what its thresholds make of them."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as layers
from wording_cases import linked_case

from audit.detectors.features import BIASES, Reading
from audit.detectors.pairing import Pair, pairs
from audit.detectors.tagger import CLASSES, Limits, Tags, limits, stretches, tag, trained_on
from audit.records import Link


def pair_of(ours: str, theirs: str) -> Pair:
    link = Link((0,), (0,), 0.5, 0.9, "equivalent", "reference-0")
    ((pair, _),) = pairs(linked_case([ours], [theirs], links=(link,)))
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


def by_torch(pair: Pair, reading: Reading) -> tuple[Tensor, Tensor, Tensor]:
    """The network as it is described, in double precision: wrong (n,), classes (n, 5), missing (m,)."""
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
    out = linear(layers.gelu(linear(torch.cat([x, summary], dim=1), "hid"), approximate="tanh"), "out")
    classes = torch.cat([torch.zeros(n, 1, dtype=torch.float64), out[:n, 1 : len(CLASSES)]], dim=1)
    return out[:n, 0].sigmoid(), classes.softmax(dim=1), out[n:, len(CLASSES)].sigmoid()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The mayor never opened the old bridge, people said.", "The mayor opened the new bridge on Monday."),
        ("Rain.", "Heavy rain fell over the northern hills, and nobody had expected it."),
        ("They bought a large house for him in 1987.", "No."),
    ],
)
def test_the_network_is_what_its_weights_say(ours: str, theirs: str) -> None:
    pair = pair_of(ours, theirs)
    found = tag(pair)
    expected = by_torch(pair, found.reading)
    for part, other in zip((found.wrong, found.classes, found.missing), expected, strict=True):
        assert part == pytest.approx(other.numpy(), abs=2e-4)
        assert part.dtype == np.float32


BOUNDS = Limits(
    wrong=0.5,
    classes=(0.5, 0.25, 0.8, 0.5),
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
        (0.1, (0.2, 0.0, 0.0, 0.2, 0.6), 1.2, "addition"),
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
        ([0.5, 1.0, 0.5], [(0, 3)]),  # neighbours that come half as far
        ([1.0, 0.0, 0.6, 0.0, 0.0, 0.7], [(0, 3)]),  # one word between
        ([1.0, 0.0, 0.0, 1.2], [(0, 1), (3, 4)]),  # two between
        ([0.6, 0.0, 0.0, 1.2, 1.1], [(3, 5)]),
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
