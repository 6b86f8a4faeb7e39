"""An encoder that remembers what it embedded last, up to a number of bytes and of texts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from audit.embeddings import Embeddings, Encoder, EncoderAround, Floats, TokenVectors

__all__ = ["MemoEncoder"]

_LIMIT_BYTES = 256 << 20
# Without the vectors of tokens a worker would go on growing for thousands of documents before it had the bytes.
_LIMIT_TEXTS = 16_384

_Entry = tuple[Floats, bool, TokenVectors | None]


class MemoEncoder(EncoderAround):
    """Gives again what it gave before, without the model. Implements `audit.embeddings.Encoder`.

    Args:
        inner: computes what is not remembered.
        limit: bytes of vectors held after a call; what was not used for longest goes first.
        texts: held after a call at most, however small their vectors are.
    """

    def __init__(self, inner: Encoder, *, limit: int = _LIMIT_BYTES, texts: int = _LIMIT_TEXTS) -> None:
        super().__init__(inner)
        self._limit = limit
        self._texts = texts
        self._held = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        """Embed ``texts``; see `audit.embeddings.Encoder`."""
        if not texts:
            return self._inner.encode([])
        missing = [text for text in dict.fromkeys(texts) if not self._knows(text, tokens)]
        if missing:
            self._add(missing, self._inner.encode(missing, tokens=tokens))
        found = [self._entries[text] for text in texts]
        for text in texts:
            self._entries.move_to_end(text)
        self._shrink()
        return Embeddings(
            np.stack([vector for vector, _, _ in found]),
            np.array([truncated for _, truncated, _ in found], np.bool_),
            tuple(kept for _, _, kept in found if kept is not None) if tokens else (),
        )

    def _knows(self, text: str, tokens: bool) -> bool:
        entry = self._entries.get(text)
        return entry is not None and (entry[2] is not None or not tokens)

    def _add(self, texts: Sequence[str], found: Embeddings) -> None:
        kept: Sequence[TokenVectors | None] = found.tokens or [None] * len(texts)
        for text, vector, truncated, tokens in zip(texts, found.vectors, found.truncated, kept, strict=True):
            self._held -= _size(self._entries.pop(text, None))
            # A copy: a row of the batch would keep all of it in memory.
            self._entries[text] = entry = (vector.copy(), bool(truncated), tokens)
            self._held += _size(entry)

    def _shrink(self) -> None:
        while self._held > self._limit or len(self._entries) > self._texts:
            self._held -= _size(self._entries.popitem(last=False)[1])


def _size(entry: _Entry | None) -> int:
    if entry is None:
        return 0
    tokens = 0 if entry[2] is None else entry[2].vectors.nbytes + entry[2].offsets.nbytes
    return entry[0].nbytes + tokens
