"""What a run was told, and the signature that says it in one line.

Every field says where it is declared whether it changes results. Those that do are in the signature and in
audit.json; the others (caching, progress) change only how a run is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from audit.errors import SettingsError
from audit.records import Mode

__all__ = ["BUNDLED", "MAX_CHARS", "Precision", "Settings"]

Precision = Literal["float32", "bfloat16"]

BUNDLED = "bundled"
"""The name of the embedding model that comes with the installation (all-MiniLM-L6-v2)."""

MAX_CHARS = 20_000_000
"""Default limit on the length of one text, in code points."""

_EXECUTION = {"changes_results": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of an audit; the defaults are the recommended ones.

    Attributes:
        mode: ``comparable`` (other accounts of the same events) or ``parallel`` (a translation of the same text).
        model: ``bundled``, or the folder or name of any sentence-transformers model.
        precision: what the bundled model multiplies matrices in; ``bfloat16`` is faster on processors made for it.
        any_language: audit texts that do not look English too.
        ter: compute TER for every aligned sentence (slow).
        realign: align again once names are resolved, until nothing changes.
        scores: compute BLEU, chrF, quality and mqm.
        wording: look for errors that are no names (mistranslations, omissions …).
        allow: forms that are right for this user and are never flagged.
        confusions: files of known confusions beside those that come with the package.
        decisions: the file of a reviewer's decisions; what was rejected does not come back.
        max_chars: longest text accepted, in code points.
        seed: of everything random (at present nothing is).
        download: a model that is not on this machine may be fetched.
        cache: keep embeddings on disk between runs.
        progress: show progress on standard error.
    """

    mode: Mode = "comparable"
    model: str = BUNDLED
    precision: Precision = "float32"
    any_language: bool = False
    ter: bool = False
    realign: bool = True
    scores: bool = True
    wording: bool = True
    allow: tuple[str, ...] = ()
    confusions: tuple[str, ...] = ()
    decisions: str | None = None
    max_chars: int = MAX_CHARS
    seed: int = 0
    download: bool = field(default=False, metadata=_EXECUTION)
    cache: bool = field(default=True, metadata=_EXECUTION)
    progress: bool = field(default=False, metadata=_EXECUTION)

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise SettingsError(f"unknown mode {self.mode!r}; choose one of: {', '.join(get_args(Mode))}")
        if not self.model:
            raise SettingsError(f"the model's name is empty; leave it out to use the {BUNDLED} one")
        if self.precision not in get_args(Precision):
            raise SettingsError(
                f"unknown precision {self.precision!r}; choose one of: {', '.join(get_args(Precision))}"
            )
        if self.precision != "float32" and self.model != BUNDLED:
            raise SettingsError(f"precision {self.precision} is for the {BUNDLED} model; leave out one of the two")
        if self.max_chars < 1:
            raise SettingsError(f"max_chars is {self.max_chars}; it must be at least 1")

    def result_fields(self) -> dict[str, Any]:
        """Return the settings that change results, as plain JSON values, in order of their declaration."""
        kept = (f.name for f in fields(self) if f.metadata.get("changes_results", True))
        values = {name: getattr(self, name) for name in kept}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}
