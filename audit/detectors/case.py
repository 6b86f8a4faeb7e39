"""What every detector gets to see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from audit.detectors.marks import ReferencePlace, reference_words
from audit.detectors.spelling import Speller
from audit.embeddings import Embeddings
from audit.records import Link, Mode, Text

__all__ = ["Case"]


@dataclass(frozen=True)
class Case:
    """A hypothesis with its references, their links and their vectors.

    ``hypothesis_embeddings`` holds one row a sentence of ``hypothesis``; ``reference_embeddings`` one entry a
    reference, in order. Sentences that are not audited have zero vectors. ``links`` carry the name of their reference.
    """

    hypothesis: Text
    references: tuple[Text, ...]
    links: tuple[Link, ...]
    mode: Mode
    hypothesis_embeddings: Embeddings
    reference_embeddings: tuple[Embeddings, ...]

    @cached_property
    def reference_words(self) -> dict[str, ReferencePlace]:
        """The words of the references in lower case, each with its first place."""
        return reference_words(self.references)

    @cached_property
    def speller(self) -> Speller:
        """Tells misspellings from words; prefers those of the references."""
        return Speller(self.reference_words)
