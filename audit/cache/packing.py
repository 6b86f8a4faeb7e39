"""Vectors to bytes and back, with a checksum in front."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import Floats, TokenVectors

__all__ = ["pack", "read_sentence", "read_tokens", "sentence_bytes", "token_bytes", "unpack"]

_STEPS = np.float32(32767)
_CHECKSUM_BYTES = 4


def pack(vectors: Floats) -> NDArray[np.int16]:
    """Return unit vectors as multiples of 1/32767: an error of at most 1.6e-5 a component, half the space."""
    return np.asarray(np.rint(vectors * _STEPS), np.int16)


def unpack(packed: NDArray[np.int16]) -> Floats:
    """Undo `pack`; packing the result again gives the same."""
    return np.asarray(packed / _STEPS, np.float32)


def sentence_bytes(vector: Floats, truncated: bool) -> bytes:
    """Return a sentence's vector, to the bit, and whether it covers only the beginning."""
    return _sealed(bytes([truncated]) + vector.astype("<f4").tobytes())


def read_sentence(data: bytes) -> tuple[Floats, bool] | None:
    """Return what `sentence_bytes` was given, or None when it is damaged."""
    content = _opened(data)
    if content is None:
        return None
    return np.frombuffer(content, "<f4", offset=1).astype(np.float32), bool(content[0])


def token_bytes(tokens: TokenVectors) -> bytes:
    """Return a text's token vectors, rounded by `pack`, with their offsets."""
    number, dimension = tokens.vectors.shape
    shape = np.array([number, dimension], "<i4").tobytes()
    return _sealed(shape + tokens.offsets.astype("<i4").tobytes() + pack(tokens.vectors).astype("<i2").tobytes())


def read_tokens(data: bytes) -> TokenVectors | None:
    """Return what `token_bytes` was given, or None when it is damaged."""
    content = _opened(data)
    if content is None:
        return None
    number, dimension = np.frombuffer(content, "<i4", 2).tolist()
    offsets = np.frombuffer(content, "<i4", 2 * number, offset=8).astype(np.int32).reshape(number, 2)
    packed = np.frombuffer(content, "<i2", offset=8 * (1 + number)).astype(np.int16)
    return TokenVectors(unpack(packed).reshape(number, dimension), offsets)


def _sealed(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECKSUM_BYTES, "little") + content


def _opened(data: bytes) -> bytes | None:
    content = data[_CHECKSUM_BYTES:]
    sound = data[:_CHECKSUM_BYTES] == zlib.crc32(content).to_bytes(_CHECKSUM_BYTES, "little")
    return content if sound else None
