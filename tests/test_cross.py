"""The cross-encoder: its numbers against a model written with torch's own layers, and what it may be given."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as layers

from audit.detectors import tagger
from audit.embeddings import Encoder
from audit.encoders import cross
from audit.encoders.minilm import bundled_folder
from audit.encoders.weights import POSITIONS, SEGMENTS, bert_weights
from audit.errors import ModelError

PAIRS = [
    ("The mayor never opened the old bridge, people said.", "The mayor opened the new bridge on Monday."),
    ("Rain.", "Heavy rain fell over the northern hills, and nobody had expected it."),
    ("They bought a large house for him in 1987.", "No."),
]


def side(encoder: Encoder, text: str) -> cross.Tokens:
    return cross.Tokens(cross.token_ids(text), encoder.encode([text], tokens=True).tokens[0].vectors)


def stored() -> dict[str, Tensor]:
    """The weights as the file has them, and those of the encoder that it takes over."""
    found = {name: torch.tensor(value) for name, value in bert_weights(bundled_folder()).items()}
    found = {name: value for name, value in found.items() if not name.startswith("encoder.")}
    with (files("audit.encoders") / "data" / "cross.npz").open("rb") as stream:
        arrays = np.load(stream, allow_pickle=False)
        for name in arrays.files:
            if name != "about" and not name.endswith(".scale"):
                value = arrays[name].astype(np.float32)
                if f"{name}.scale" in arrays.files:
                    value *= arrays[f"{name}.scale"].astype(np.float32)[:, None]
                found[name] = torch.tensor(value)
    return found


def by_torch(ours: cross.Tokens, theirs: cross.Tokens) -> Tensor:
    """The last layer, token by token: both sides in one row, what stands before, between and behind them included."""
    w = stored()
    ids = torch.tensor([101, *ours.ids.tolist(), 102, *theirs.ids.tolist(), 102])
    n, m, size = len(ours.ids), len(theirs.ids), len(ids)
    sides = torch.tensor([0] * (n + 2) + [1] * (m + 1))
    vectors = torch.zeros(size, 384)
    vectors[1 : n + 1], vectors[n + 2 : n + 2 + m] = torch.tensor(ours.vectors), torch.tensor(theirs.vectors)
    near, same = torch.zeros(size, size), torch.zeros(size, size)
    traits = torch.zeros(size, 7)
    inner = [*range(1, n + 1)], [*range(n + 2, n + 2 + m)]
    for a in range(size):
        best, equal = 0.0, False
        for own, other in (inner, inner[::-1]):
            for b in other if a in own else ():
                cosine = float(vectors[a] @ vectors[b])
                best = cosine if b == other[0] else max(best, cosine)
                near[a, b], same[a, b] = max(cosine, 0.0) ** 4, ids[a] == ids[b]
                equal |= bool(ids[a] == ids[b])
        traits[a] = torch.tensor([best, best**2, equal, best < 0.5, best < 0.6, sides[a] == 0, sides[a] == 1])

    def norm(x: Tensor, name: str) -> Tensor:
        return layers.layer_norm(x, (384,), w[f"{name}.weight"], w[f"{name}.bias"], eps=1e-12)

    def linear(x: Tensor, name: str) -> Tensor:
        return layers.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    x = w["embeddings.word_embeddings.weight"][ids] + w[POSITIONS][:size] + w[SEGMENTS][sides]
    x = norm(x, "embeddings.LayerNorm") + vectors @ w["cross.vectors"] + traits @ w["cross.traits"]
    for number in range(6):
        at = f"encoder.layer.{number}"
        bias = torch.einsum("hr,rab->hab", w[f"cross.relations.{number}"][:, :, 0, 0], torch.stack([near, same]))
        heads = [linear(x, f"{at}.attention.self.{part}") for part in ("query", "key", "value")]
        split = [part.unflatten(1, (12, -1)).transpose(0, 1) for part in heads]
        mixed = layers.scaled_dot_product_attention(*split, attn_mask=bias).transpose(0, 1).flatten(1)
        x = norm(x + linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        inner_layer = linear(layers.gelu(linear(x, f"{at}.intermediate.dense")), f"{at}.output.dense")
        x = norm(x + inner_layer, f"{at}.output.LayerNorm")
    return x


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_it_is_what_its_weights_say(encoder: Encoder, ours: str, theirs: str) -> None:
    left, right = side(encoder, ours), side(encoder, theirs)
    (found,) = cross.read([(left, right)])
    expected = by_torch(left, right).numpy()
    n, m = len(left.ids), len(right.ids)
    assert found.whole == pytest.approx(expected[0], abs=1e-3)
    assert found.hypothesis == pytest.approx(expected[1 : n + 1], abs=1e-3)
    assert found.reference == pytest.approx(expected[n + 2 : n + 2 + m], abs=1e-3)


def test_pairs_read_together_are_read_as_alone(encoder: Encoder) -> None:
    pairs = [(side(encoder, ours), side(encoder, theirs)) for ours, theirs in PAIRS * 3]
    together = cross.read(pairs)
    for pair, found in zip(pairs, together, strict=True):
        (alone,) = cross.read([pair])
        assert (alone.whole == found.whole).all()
        assert (alone.hypothesis == found.hypothesis).all()
        assert (alone.reference == found.reference).all()


def test_of_a_long_side_the_beginning_is_read(encoder: Encoder) -> None:
    word = side(encoder, "bridge")
    long = cross.Tokens(np.tile(word.ids, 400), np.tile(word.vectors, (400, 1)))
    (found,) = cross.read([(long, word)])
    assert found.hypothesis.shape == (cross.LONGEST, 384)
    assert np.isfinite(found.hypothesis).all()


def test_an_empty_side_is_read_as_nothing(encoder: Encoder) -> None:
    nothing = cross.Tokens(np.zeros(0, np.int32), np.zeros((0, 384), np.float32))
    (found,) = cross.read([(nothing, side(encoder, "A bridge."))])
    assert found.hypothesis.shape == (0, 384)
    assert np.isfinite(found.whole).all()
    assert cross.read([]) == []


def test_tokens_are_those_that_have_vectors(encoder: Encoder) -> None:
    for text in (*PAIRS[0], "Ünïcödé 東京 – «naïve»", "word " * 400, ""):
        assert len(cross.token_ids(text)) == len(encoder.encode([text], tokens=True).tokens[0].offsets)


def test_the_file_is_the_one_that_was_fitted_to_this_encoder(encoder: Encoder) -> None:
    content = (files("audit.encoders") / "data" / "cross.npz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == cross.DIGEST
    about = json.loads(bytes(np.load(files("audit.encoders") / "data" / "cross.npz")["about"]).decode())
    assert about["provenance"]["encoder"]["sha256"] == encoder.digest == tagger.trained_on()
    assert len(content) < 25_000_000


def test_another_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    cross._weights.cache_clear()
    monkeypatch.setattr(cross, "DIGEST", "0" * 64)
    with pytest.raises(ModelError, match="install it again"):
        cross.word_head()
    monkeypatch.undo()
    cross._weights.cache_clear()
    assert cross.word_head()
