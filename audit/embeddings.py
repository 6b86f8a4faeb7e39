"""What an encoder gives, and what one must do: the types that scoring, alignment and detectors work on.

No model is loaded here; ``encoders`` holds the implementations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embeddings", "Encoder", "EncoderAround", "TokenVectors"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The contextual vectors of one text's tokens, special tokens left out.

    ``vectors``: float32 (t, d), rows of unit length. ``offsets``: int32 (t, 2), code points into the text as it was
    given, half-open.
    """

    vectors: Floats
    offsets: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The vectors of n texts, in order.

    ``vectors``: float32 (n, d), rows of unit length. ``truncated``: bool (n,), true where a text is longer than the
    model reads, so that its vector covers only its beginning. ``tokens``: one entry a text, or empty unless asked for.
    """

    vectors: Floats
    truncated: NDArray[np.bool_]
    tokens: tuple[TokenVectors, ...] = ()

    def part(self, start: int, stop: int) -> Embeddings:
        """Return those of the texts from ``start`` to ``stop``, half-open."""
        return Embeddings(self.vectors[start:stop], self.truncated[start:stop], self.tokens[start:stop])


class Encoder(Protocol):
    """Turns texts into unit vectors. The same texts give the same vectors within 1e-4, whatever the batches.

    ``name`` and ``digest`` (sha256 of the weights, hex) identify the model; ``max_tokens`` is the longest input it
    reads; ``dimension`` the length of its vectors.
    """

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        """Embed ``texts``; with ``tokens`` from the same forward pass also the vectors of their tokens."""
        ...


class EncoderAround:
    """An encoder around another one: it is called as that is; how it embeds is for the classes made of it to say."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """The model's name."""
        return self._inner.name

    @property
    def digest(self) -> str:
        """The sha256 of its weights."""
        return self._inner.digest

    @property
    def dimension(self) -> int:
        """The length of its vectors."""
        return self._inner.dimension

    @property
    def max_tokens(self) -> int:
        """The longest input it reads."""
        return self._inner.max_tokens
