"""The cross-encoder of ``audit/encoders/cross.py`` in torch: the same sums, trainable."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from cross_data import Corpus, Group
from numpy.typing import NDArray
from span_items import IGNORED, Labels
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from audit.encoders.cross import lay_out
from audit.encoders.minilm import bundled_folder

__all__ = ["Network", "Stage", "load", "save", "train", "weights"]


WIDTH, HEADS, HINTS, RELATIONS, INNER, OUTPUTS = 384, 12, 7, 2, 128, 6
BATCH_TOKENS = 4608
"""Tokens of a batch. Lengths are padded to full eighths and batches to a number of rows that the length gives, so that
few shapes occur: torch prepares each shape anew."""
PAD_TO = 8
VECTOR_SCALE = 8.0
"""What unit vectors are multiplied by, to be of the size of what they are added to."""
WARM_UP, NEW_RATE, DECAY, CLIP, LAST = 150, 3.0, 0.01, 1.0, 0.02
AVERAGED = 0.998
CLASS_WEIGHT = 2.0


@dataclass(frozen=True)
class Stage:
    """One run over groups: ``steps`` batches, the rate at its height, the weight of what is known of words.

    ``planned``: the steps after which the rate would have fallen to its end.
    """

    steps: int
    planned: int
    rate: float
    words: float


class Network(nn.Module):
    """All but the embedding of words is trained."""

    def __init__(self) -> None:
        super().__init__()
        base = AutoModel.from_pretrained(str(bundled_folder()), attn_implementation="eager").eval()
        self.embeddings = base.embeddings.requires_grad_(False)
        self.layers = nn.ModuleList(base.encoder.layer)
        self.traits = nn.Linear(HINTS, WIDTH)
        self.vectors = nn.Linear(WIDTH, WIDTH)
        self.relations = nn.Parameter(torch.zeros(len(self.layers), RELATIONS, HEADS))
        self.pair = _head(3 * WIDTH, 2)
        self.words = _head(2 * WIDTH, OUTPUTS)
        with torch.no_grad():
            self.traits.weight.normal_(std=0.05)
            self.traits.bias.zero_()
            self.vectors.weight.zero_()
            self.vectors.bias.zero_()
            self.relations[:, :, ::2] = 2.0

    def forward(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return what is said of each pair, (b, 2), and the last layer, (b, s, d)."""
        ids, sides, mask = batch["ids"].long(), batch["sides"].long(), batch["mask"].bool()
        x = self.embeddings(input_ids=ids, token_type_ids=sides)
        x = x + self.traits(batch["traits"]) + self.vectors(batch["vectors"] * VECTOR_SCALE)
        absent = (~mask[:, None, None, :]).to(x.dtype) * -1e4
        for layer, weights in zip(self.layers, self.relations, strict=True):
            related = torch.einsum("brij,rh->bhij", batch["relations"], weights)
            x = layer(x, (absent + related).to(x.dtype))
            x = x[0] if isinstance(x, tuple) else x
        x = x.float()
        inner = mask & (ids != 101) & (ids != 102)
        means = []
        for side in (0, 1):
            chosen = (inner & (sides == side)).float()
            means.append((x * chosen[..., None]).sum(1) / chosen.sum(1, keepdim=True).clamp(min=1))
        return self.pair(torch.cat([x[:, 0], *means], -1)), x


def _head(width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, INNER), nn.GELU(approximate="tanh"), nn.Linear(INNER, outputs))


def weights(network: Network) -> dict[str, NDArray[np.float32]]:
    """Return the weights by the names that ``audit.encoders.cross`` knows them by."""
    found: dict[str, NDArray[np.float32]] = {}
    state = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    for name, value in state.items():
        if name.startswith("layers."):
            found[f"encoder.layer.{name.removeprefix('layers.')}"] = value
    # The order of translations only helps to learn: it adds too little to ``quality`` for what it costs.
    for number, part in (("0", "first"), ("2", "last")):
        for kind in ("weight", "bias"):
            found[f"words.{part}.{kind}"] = state[f"words.{number}.{kind}"]
    found["cross.vectors"] = state["vectors.weight"].T * np.float32(VECTOR_SCALE)
    # A token has one side, so that what all tokens get can be added by the two sides' figures.
    traits = state["traits.weight"].T.copy()
    traits[-2:] += state["traits.bias"] + state["vectors.bias"]
    found["cross.traits"] = traits
    for number, value in enumerate(state["relations"]):
        found[f"cross.relations.{number}"] = value.T[:, :, None, None]
    return found


def _rows(length: int) -> int:
    return BATCH_TOKENS // length


def _padded(length: int) -> int:
    return -(-length // PAD_TO) * PAD_TO


def _tensors(corpus: Corpus, pairs: Sequence[tuple[int, int]], *, full: bool) -> tuple[dict[str, Tensor], Tensor]:
    """Return a batch and the place of each of its tokens among all words of it, -1 for none.

    Words are numbered (2 * row + side) * 1024 + place in the text. ``full``: rows are added up to a usual number.
    """
    read = [(corpus.tokens(h), corpus.tokens(r)) for h, r in pairs]
    length = _padded(max(len(a.ids) + len(b.ids) + 3 for a, b in read))
    rows = max(len(pairs), _rows(length)) if full else len(pairs)
    laid_out, spans = lay_out(read, rows, length)
    words = np.full((rows, length), -1)
    for row, ((h, r), places) in enumerate(zip(pairs, spans, strict=True)):
        for side, (number, place) in enumerate(zip((h, r), places, strict=True)):
            owner = corpus.owners(number)
            words[row, place] = np.where(owner < 0, -1, (2 * row + side) * 1024 + owner)
    laid_out["mask"][len(pairs) :, 0] = 1  # attention needs something to look at
    return {name: torch.from_numpy(value) for name, value in laid_out.items()}, torch.from_numpy(words)


def _word_outputs(network: Network, hidden: Tensor, words: Tensor) -> tuple[NDArray[np.int64], Tensor]:
    """Return the numbers of the words and what the head says of each."""
    known = words >= 0
    numbers, inverse = torch.unique(words[known], return_inverse=True)
    sums = torch.zeros(len(numbers), WIDTH).index_add(0, inverse, hidden[known])
    counts = torch.bincount(inverse, minlength=len(numbers))[:, None]
    whole = hidden[:, 0][numbers // 2048]
    return numbers.numpy(), network.words(torch.cat([sums / counts, whole], -1)).float()


def train(network: Network, groups: Sequence[Group], corpus: Corpus, stage: Stage, seed: int) -> Network:
    """Train ``network`` and return it with the averaged weights of its last steps."""
    torch.manual_seed(seed)
    old = list(network.layers.parameters())
    new = [p for n, p in network.named_parameters() if p.requires_grad and not n.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [{"params": old, "height": stage.rate}, {"params": new, "height": stage.rate * NEW_RATE}],
        lr=stage.rate, weight_decay=DECAY, foreach=True,
    )  # fmt: skip
    average = {name: p.detach().clone() for name, p in network.named_parameters() if p.requires_grad}
    run: list[tuple[float, float, float]] = []
    for step, batch in zip(range(stage.steps), _endless(groups, corpus, random.Random(seed)), strict=False):
        share = min(1.0, (step + 1) / WARM_UP) * max(LAST, 0.5 * (1 + np.cos(np.pi * step / stage.planned)))
        for part in optimiser.param_groups:
            part["lr"] = part["height"] * share
        loss, parts = _loss(network, batch, corpus, stage)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([*old, *new], CLIP)
        optimiser.step()
        kept = min(AVERAGED, 1 - 10 / (step + 11))
        with torch.no_grad():
            for name, value in network.named_parameters():
                if name in average:
                    average[name].lerp_(value, 1 - kept)
        run.append(parts)
        if (step + 1) % 100 == 0:
            left, spread, said = np.mean(run[-100:], 0)
            print(f"step {step + 1}: order explained {1 - left / spread:.3f}, words {said:.3f}", flush=True)
    network.load_state_dict(average, strict=False)
    return network.eval()


def _endless(groups: Sequence[Group], corpus: Corpus, rng: random.Random) -> Iterator[list[Group]]:
    """Yield batches of groups of like length, over and over, each time in another order."""
    sizes = [max(corpus.size(h) + corpus.size(r) + 3 for h, r in group.pairs) for group in groups]
    while True:
        found: list[list[Group]] = []
        current: list[Group] = []
        count = longest = 0
        for i in sorted(range(len(groups)), key=lambda i: sizes[i] + rng.gauss(0, 6)):
            longest = max(longest, sizes[i])
            if current and count + len(groups[i].pairs) > _rows(_padded(longest)):
                found.append(current)
                current, count, longest = [], 0, sizes[i]
            current.append(groups[i])
            count += len(groups[i].pairs)
        found.append(current)
        rng.shuffle(found)
        yield from found


def _loss(
    network: Network, groups: Sequence[Group], corpus: Corpus, stage: Stage
) -> tuple[Tensor, tuple[float, float, float]]:
    pairs = [pair for group in groups for pair in group.pairs]
    batch, words = _tensors(corpus, pairs, full=True)
    with torch.autocast("cpu", torch.bfloat16):
        out, hidden = network(batch)
    said = out.float()[: len(pairs), 0]
    target = torch.from_numpy(np.concatenate([group.target for group in groups]))
    weight = torch.from_numpy(np.concatenate([group.weight for group in groups]))
    owner = torch.tensor([k for k, group in enumerate(groups) for _ in group.pairs])
    means = torch.zeros(len(groups)).index_add(0, owner, said) / torch.bincount(owner)
    total = weight.sum().clamp(min=1)
    order = (weight * (said - means[owner] - target) ** 2).sum() / total
    labels = {row: known for row, known in enumerate(known for g in groups for known in g.labels) if known is not None}
    about_words = torch.zeros(())
    if labels:
        chosen = torch.isin(words // 2048, torch.tensor(list(labels))) & (words >= 0)
        numbers, outputs = _word_outputs(network, hidden, torch.where(chosen, words, -1))
        about_words = _word_loss(numbers, outputs, labels)
    loss = order + stage.words * about_words * len(labels) / len(pairs)
    return loss, (order.item(), float((weight * target**2).sum() / total), float(about_words.detach()))


def _word_loss(numbers: NDArray[np.int64], outputs: Tensor, labels: Mapping[int, Labels]) -> Tensor:
    wrong, missing = np.full(len(numbers), np.nan, np.float32), np.full(len(numbers), np.nan, np.float32)
    classes, weight = np.full(len(numbers), IGNORED), np.ones(len(numbers), np.float32)
    for row, known in labels.items():
        for side in (0, 1):
            start, stop = np.searchsorted(numbers, [(2 * row + side) * 1024, (2 * row + side + 1) * 1024])
            places = numbers[start:stop] % 1024
            if side == 0 and known.wrong is not None:
                wrong[start:stop], weight[start:stop] = known.wrong[places], known.weight
            if side == 0 and known.classes is not None:
                classes[start:stop] = known.classes[places]
            if side == 1 and known.missing is not None:
                missing[start:stop] = known.missing[places]
    loss = torch.zeros(())
    if (seen := ~np.isnan(wrong)).any():
        losses = functional.binary_cross_entropy_with_logits(
            outputs[seen, 0], torch.from_numpy(wrong[seen]), reduction="none"
        )
        weights = torch.from_numpy(weight[seen])
        loss = loss + (losses * weights).sum() / weights.sum() * min(1.0, 2 * float(seen.mean()))
    if (seen := classes != IGNORED).any():
        right = torch.zeros(int(seen.sum()), 1)
        logits = torch.cat([right, outputs[seen, 1 : OUTPUTS - 1]], -1)
        loss = loss + CLASS_WEIGHT * functional.cross_entropy(logits, torch.from_numpy(classes[seen]))
    if (seen := ~np.isnan(missing)).any():
        loss = loss + functional.binary_cross_entropy_with_logits(
            outputs[seen, OUTPUTS - 1], torch.from_numpy(missing[seen])
        )
    return loss


def save(network: Network, path: Path) -> None:
    """Keep what is trained of ``network``."""
    torch.save({n: v for n, v in network.state_dict().items() if not n.startswith("embeddings.")}, path)


def load(path: Path) -> Network:
    """Return the network that `save` kept."""
    network = Network()
    network.load_state_dict(torch.load(path, weights_only=True), strict=False)
    return network
