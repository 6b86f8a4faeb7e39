"""Lower case as regular expressions see it."""

from __future__ import annotations

__all__ = ["lowered"]

# What re.IGNORECASE takes for i, s and k beside their own capitals (documentation of the module re, IGNORECASE).
_ALIKE = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})


def lowered(text: str) -> str:
    """Return ``text`` in lower case such that what a pattern in lower case matches without regard to case is equal.

    ``str.lower`` alone leaves the dotless i of "Mınıster" and the long s of "preſident" as they are, ``re.IGNORECASE``
    does not.
    """
    return text.translate(_ALIKE).lower()
