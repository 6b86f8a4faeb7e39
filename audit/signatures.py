"""The one line that travels with every figure: whatever changes a number is in it (after sacreBLEU's signatures)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from audit.embeddings import Encoder
from audit.settings import Settings

__all__ = ["signature"]

_DIGITS = 8


def signature(settings: Settings, encoder: Encoder, components: Mapping[str, str], version: str) -> str:
    """Return ``key:value|key:value…``.

    ``components`` names what did the work and its version (``splitter``, ``aligner`` …). Settings that differ from the
    default are listed by name; long values (lists of forms, files) by a digest of their content as given.
    """
    parts = {"model": f"{encoder.name}@{encoder.digest[:_DIGITS]}", **components}
    defaults = Settings().result_fields()
    for name, value in settings.result_fields().items():
        if name == "model" or (value == defaults[name] and name not in ("mode", "seed")):
            continue
        plain = isinstance(value, (str, int)) and not isinstance(value, bool)
        parts[name] = str(value) if plain else _brief(value)
    return "|".join(f"{key}:{value}" for key, value in (parts | {"version": version}).items())


def _brief(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return hashlib.sha256(json.dumps(value, ensure_ascii=True).encode()).hexdigest()[:_DIGITS]
