"""An encoder that remembers."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from audit.cache.files import cache_folder
from audit.cache.packing import read_sentence, read_tokens, sentence_bytes, token_bytes
from audit.cache.store import Store, Value
from audit.embeddings import Embeddings, Encoder, EncoderAround, Floats, TokenVectors

__all__ = ["LIMIT_BYTES", "CachedEncoder", "default_store"]

LIMIT_BYTES = 1 << 30
"""What the file may grow to."""

# Raised when an entry changes its meaning, or the way to compute it its last bits.
_VERSION = 2
_FILE = f"embeddings-{_VERSION}.sqlite"


def default_store() -> Store:
    """Return the store in the user's cache."""
    return Store(cache_folder() / _FILE, LIMIT_BYTES)


class CachedEncoder(EncoderAround):
    """Keeps what another encoder computed on disk. Implements `audit.embeddings.Encoder`.

    The key of a text is its sha256 with the model's digest and name. With the bundled model, what comes from the cache
    is what would be computed, to the last bit. What is damaged on disk is computed again.

    Args:
        inner: computes what is not kept.
        path: the file; by default the one in the user's cache.
        limit: bytes that the file may grow to.
    """

    def __init__(self, inner: Encoder, path: Path | None = None, *, limit: int = LIMIT_BYTES) -> None:
        super().__init__(inner)
        self._store = default_store() if path is None else Store(path, limit)

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        """Embed ``texts``, those that are kept without the model; see `audit.embeddings.Encoder`."""
        if not texts:
            return self._inner.encode([])
        keys = {text: self._key(text) for text in texts}
        kept = self._store.read(list(keys.values()), long=tokens)
        known = {text: entry for text, key in keys.items() if (entry := _entry(kept.get(key), tokens)) is not None}
        missing = [text for text in keys if text not in known]
        if missing:
            fresh = self._inner.encode(missing, tokens=tokens)
            found: Sequence[TokenVectors | None] = fresh.tokens or [None] * len(missing)
            rows = zip(missing, fresh.vectors, fresh.truncated.tolist(), found, strict=True)
            computed = {text: (vector, truncated, vectors) for text, vector, truncated, vectors in rows}
            self._store.write({keys[text]: _value(entry) for text, entry in computed.items()})
            known.update(computed)
        entries = [known[text] for text in texts]
        return Embeddings(
            np.stack([vector for vector, _, _ in entries]),
            np.array([truncated for _, truncated, _ in entries]),
            tuple(vectors for _, _, vectors in entries if vectors is not None),
        )

    def _key(self, text: str) -> bytes:
        model = f"{self._inner.digest}\0{self._inner.name}\0"
        return sha256(model.encode() + text.encode("utf-8", "surrogatepass")).digest()


_Entry = tuple[Floats, bool, TokenVectors | None]


def _value(entry: _Entry) -> Value:
    vector, truncated, tokens = entry
    return sentence_bytes(vector, truncated), None if tokens is None else token_bytes(tokens)


def _entry(value: Value | None, tokens: bool) -> _Entry | None:
    """Return a sound entry, with its tokens where they are asked for."""
    short, long = value or (b"", None)
    sentence = read_sentence(short)
    vectors = read_tokens(long) if tokens and long is not None else None
    return None if sentence is None or (tokens and vectors is None) else (*sentence, vectors)
