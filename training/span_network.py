"""The network of ``audit/detectors/network.py`` in torch: the same sums, trainable."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from span_items import IGNORED
from torch import Tensor, nn
from torch.nn import functional

from audit.detectors.features import BIASES, FEATURES
from audit.detectors.tagger import CLASSES

__all__ = ["Example", "Network", "fit", "load", "weights"]

WIDTH, HEADS, LAYERS, VECTOR, REDUCED = 96, 4, 2, 384, 64
FIXED_BIASES = 9
TOKENS = 2600
"""Words of both sides in one batch."""
CLASS_WEIGHT, MISSING_WEIGHT = 4.0, 2.0


@dataclass(slots=True)
class Example:
    """A pair of n and m words with what is known of it.

    ``wrong``: float (n,), what experts marked, or None. ``classes``: int (n,), as ``CLASSES``, ``IGNORED`` where
    nothing is known, or None. ``missing``: float (m,), or None. ``weight``: of the expert's judgement.
    """

    words: tuple[str, ...]
    hypothesis: NDArray[np.float16]
    reference: NDArray[np.float16]
    hypothesis_figures: NDArray[np.float16]
    reference_figures: NDArray[np.float16]
    relations: NDArray[np.float16]
    wrong: NDArray[np.float32] | None = None
    classes: NDArray[np.int64] | None = None
    missing: NDArray[np.float32] | None = None
    weight: float = 1.0

    @property
    def size(self) -> int:
        """Words of both sides."""
        return len(self.hypothesis) + len(self.reference)


class Layer(nn.Module):
    """Self-attention with relations between words, then a feed-forward step."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.n1, self.n2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.f1, self.f2 = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.bias = nn.Linear(FIXED_BIASES + BIASES, HEADS)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        """Return x, (batch, words, WIDTH), anew. ``bias``: (batch, words, words, relations)."""
        batch, size, width = x.shape
        queries, keys, values = self.qkv(self.n1(x)).view(batch, size, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        scores = queries @ keys.transpose(-1, -2) / math.sqrt(width // HEADS) + self.bias(bias).permute(0, 3, 1, 2)
        scores = scores.masked_fill(~mask[:, None, None, :], -1e4).softmax(-1)
        x = x + self.drop(self.o((scores @ values).transpose(1, 2).reshape(batch, size, width)))
        return x + self.drop(self.f2(functional.gelu(self.f1(self.n2(x)), approximate="tanh")))


class Network(nn.Module):
    """Words of both sides to: wrong, the classes but the first, missing."""

    def __init__(self) -> None:
        super().__init__()
        self.v = nn.Linear(VECTOR, REDUCED)
        self.fmean = nn.Parameter(torch.zeros(FEATURES), requires_grad=False)
        self.fstd = nn.Parameter(torch.ones(FEATURES), requires_grad=False)
        self.inp = nn.Linear(REDUCED + FEATURES + 1, WIDTH)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.n = nn.LayerNorm(WIDTH)
        self.hid, self.out = nn.Linear(2 * WIDTH, WIDTH), nn.Linear(WIDTH, len(CLASSES) + 1)
        self.drop_vectors, self.drop = nn.Dropout(0.2), nn.Dropout(0.1)

    def forward(self, vectors: Tensor, figures: Tensor, side: Tensor, mask: Tensor, relations: Tensor) -> Tensor:
        """Return logits (batch, words, len(CLASSES) + 1). ``relations``: (batch, BIASES, words, words)."""
        bias = _biases(vectors, side, relations)
        scaled = (figures - self.fmean) / self.fstd
        x = self.drop(self.inp(torch.cat([self.drop_vectors(self.v(vectors)), scaled, side[..., None]], -1)))
        for layer in self.layers:
            x = layer(x, bias, mask)
        x = self.n(x)
        ours = mask[..., None].float() * (1 - side[..., None])
        summary = (x * ours).sum(1) / ours.sum(1)
        joined = torch.cat([x, summary[:, None].expand_as(x)], -1)
        return self.out(self.drop(functional.gelu(self.hid(joined), approximate="tanh")))


def _biases(vectors: Tensor, side: Tensor, relations: Tensor) -> Tensor:
    cosine = vectors @ vectors.transpose(1, 2)
    cross = (side[:, :, None] != side[:, None, :]).float()
    within = 1 - cross
    places = torch.arange(vectors.shape[1])
    distance = (places[None, :] - places[:, None]).float()[None]
    near = distance.abs()
    fixed = (
        cross, cosine * cross, (cosine * cross).clamp(min=0) ** 4, cosine * within, (distance == 1) * within,
        (distance == -1) * within, (near == 2) * within, (near == 0).float().expand_as(within),
        torch.exp(-near / 4) * within,
    )  # fmt: skip
    return torch.cat([torch.stack(fixed, -1), relations.permute(0, 2, 3, 1)], -1)


def fit(
    train: Sequence[Example],
    epochs: int,
    seed: int,
    *,
    rate: float,
    network: Network | None = None,
) -> Network:
    """Train ``network``, or a new one, on ``train``."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    if network is None:
        network = Network()
        figures = np.concatenate([f for e in train[::7] for f in (e.hypothesis_figures, e.reference_figures)])
        network.fmean.data = torch.from_numpy(figures.astype(np.float32).mean(0))
        network.fstd.data = torch.from_numpy(figures.astype(np.float32).std(0) + 0.05)
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=rate, weight_decay=0.02)

    steps = epochs * (len(_batches(train, rng)) + 20)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    for epoch in range(epochs):
        network.train()
        total, count = 0.0, 0
        for batch in _batches(train, rng):
            loss = _loss(network, batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + float(loss.detach()), count + 1
        print(f"  epoch {epoch + 1} of {epochs}: loss {total / count:.4f}", flush=True)
    return network.eval()


def weights(network: Network) -> dict[str, NDArray[np.float32]]:
    """Return the weights of ``network``, fixed scales included, by name."""
    return {name: value.numpy() for name, value in network.state_dict().items()}


def load(found: Mapping[str, NDArray[np.float32]]) -> Network:
    """Return the network that has the weights ``found``."""
    network = Network()
    network.load_state_dict({name: torch.from_numpy(value) for name, value in found.items()})
    return network


def _stack(batch: Sequence[Example]) -> tuple[Tensor, ...]:
    count, size = len(batch), max(e.size for e in batch)
    vectors, figures = np.zeros((count, size, VECTOR), np.float32), np.zeros((count, size, FEATURES), np.float32)
    side, mask = np.zeros((count, size), np.float32), np.zeros((count, size), bool)
    relations = np.zeros((count, BIASES, size, size), np.float32)
    for row, e in enumerate(batch):
        n = len(e.hypothesis)
        vectors[row, :n], vectors[row, n : e.size] = e.hypothesis, e.reference
        figures[row, :n], figures[row, n : e.size] = e.hypothesis_figures, e.reference_figures
        side[row, n : e.size], mask[row, : e.size] = 1, True
        kinds, ours, theirs, values = e.relations.T
        k, i, j = kinds.astype(int), ours.astype(int), theirs.astype(int) + n
        relations[row, k, i, j] = relations[row, k, j, i] = values
    return tuple(torch.from_numpy(a) for a in (vectors, figures, side, mask, relations))


def _loss(network: Network, batch: Sequence[Example]) -> Tensor:
    stacked = _stack(batch)
    out = network(*stacked)
    shape = out.shape[:2]
    wrong, weight = torch.zeros(shape), torch.zeros(shape)
    classes = torch.full(shape, IGNORED)
    missing, judged = torch.zeros(shape), torch.zeros(shape)
    for row, e in enumerate(batch):
        n = len(e.hypothesis)
        if e.wrong is not None:
            wrong[row, :n] = torch.from_numpy(e.wrong)
            # The measure is a share of characters, so long words count more.
            weight[row, :n] = torch.tensor([len(w) + 1 for w in e.words]) * (e.weight / 6)
        if e.classes is not None:
            classes[row, :n] = torch.from_numpy(e.classes)
        if e.missing is not None:
            missing[row, n : e.size] = torch.from_numpy(e.missing)
            judged[row, n : e.size] = 1
    expert = functional.binary_cross_entropy_with_logits(out[..., 0], wrong, reduction="none")
    omitted = functional.binary_cross_entropy_with_logits(out[..., -1], missing, reduction="none")
    known = classes != IGNORED
    logits = torch.cat([torch.zeros_like(out[..., :1]), out[..., 1 : len(CLASSES)]], -1)
    sorted_out = functional.cross_entropy(logits[known], classes[known]) if known.any() else torch.zeros(())
    shares = [(a.sum(1) > 0).float().mean() for a in (weight, known.float(), judged)]
    return (
        shares[0] * (expert * weight).sum() / weight.sum().clamp(min=1)
        + shares[1] * CLASS_WEIGHT * sorted_out
        + shares[2] * MISSING_WEIGHT * (omitted * judged).sum() / judged.sum().clamp(min=1)
    )


def _batches(examples: Sequence[Example], rng: random.Random) -> list[list[Example]]:
    """Return batches of examples of like size, in random order."""
    found: list[list[Example]] = []
    current: list[Example] = []
    for index in sorted(range(len(examples)), key=lambda i: examples[i].size + rng.random() * 8):
        current.append(examples[index])
        if len(current) * examples[index].size > TOKENS:
            found.append(current)
            current = []
    rng.shuffle(found)
    return [*found, current] if current else found
