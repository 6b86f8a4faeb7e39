"""Files of weights: their hashes, and their arrays without a copy."""

from __future__ import annotations

import hashlib
import json
import math
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audit.cache.files import cache_folder, write_atomically

__all__ = ["POSITIONS", "SEGMENTS", "bert_weights", "file_digest", "known_digest", "map_safetensors"]

POSITIONS = "positions"
"""A weight that a model's file does not hold under its name: position vectors plus that of segment 0."""

SEGMENTS = "segments"
"""Another: what segments 0 (nothing) and 1 add to that."""

_LEDGER = "digests.json"


def file_digest(path: Path) -> str:
    """Return the sha256 of a file, hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def known_digest(path: Path) -> str:
    """Return the sha256 of a file that seldom changes: computed once for its place, size and time of change."""
    status = path.stat()
    key = f"{path.resolve()}:{status.st_size}:{status.st_mtime_ns}"
    ledger = cache_folder() / _LEDGER
    known: dict[str, str] = {}
    with suppress(OSError, ValueError):
        found = json.loads(ledger.read_text("utf-8"))
        known = found if isinstance(found, dict) else {}
    digest = known.get(key)
    if digest is None:
        digest = file_digest(path)
        write_atomically(ledger, json.dumps({**known, key: digest}, indent=0).encode())
    return digest


def map_safetensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the float32 tensors of a safetensors file by name, mapped into memory rather than read.

    The format: the length of the header (8 bytes, little-endian), the header (JSON: dtype, shape and data_offsets of
    each tensor), the data. See https://huggingface.co/docs/safetensors.
    """
    mapped = np.memmap(path, np.uint8, "r")
    begin = 8 + int(mapped[:8].view("<u8")[0])
    header = json.loads(mapped[8:begin].tobytes())
    arrays: dict[str, NDArray[np.float32]] = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        first, last = entry["data_offsets"]
        if last - first != 4 * math.prod(entry["shape"]):
            raise ValueError(f"{name} has {last - first} bytes, which is not the size of its shape {entry['shape']}")
        arrays[name] = mapped[begin + first : begin + last].view("<f4").reshape(entry["shape"])
    return arrays


def bert_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Return the weights of the BERT encoder in ``folder`` by name; the pooler is no part of it."""
    arrays = map_safetensors(folder / "model.safetensors")
    positions = arrays.pop("embeddings.position_embeddings.weight")
    segments = arrays.pop("embeddings.token_type_embeddings.weight")
    kept = {name: array for name, array in arrays.items() if not name.startswith("pooler.")}
    return {**kept, POSITIONS: positions + segments[0], SEGMENTS: segments - segments[0]}
