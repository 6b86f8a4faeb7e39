"""Embedding models: the bundled one on a light path, any other through sentence-transformers."""

from __future__ import annotations

from audit.embeddings import Encoder
from audit.settings import BUNDLED, Settings

__all__ = ["load_encoder"]


def load_encoder(settings: Settings) -> Encoder:
    """Return the encoder that ``settings.model`` names. Its weights are read when it first has to embed.

    Nothing is fetched from anywhere unless ``settings.download`` is set, no code that comes with a model is run, and
    weights are read from safetensors files only.

    Raises:
        ModelError: there is no such model on this machine, or it is damaged or unsafe.
    """
    if settings.model == BUNDLED:
        from audit.encoders.minilm import MiniLM

        return MiniLM(precision=settings.precision)
    from audit.encoders.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder(settings.model, download=settings.download)
