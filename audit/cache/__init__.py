"""Embeddings kept on disk between runs: what `audit cache` shows and empties."""

from __future__ import annotations

from audit.cache.encoder import LIMIT_BYTES, CachedEncoder, default_store
from audit.cache.files import CACHE_VARIABLE, cache_folder

__all__ = ["CACHE_VARIABLE", "LIMIT_BYTES", "CachedEncoder", "cache_folder", "clear", "info"]


def info() -> list[str]:
    """Return lines for people: where the cache is, how many texts it holds and how large it is."""
    store = default_store()
    number = store.count()
    size = store.path.stat().st_size if store.path.exists() else 0
    return [f"file: {store.path}", f"texts: {number}", f"size: {size / 2**20:.1f} of at most {LIMIT_BYTES >> 20} MiB"]


def clear() -> None:
    """Remove the embeddings; the prepared model stays."""
    default_store().remove()
