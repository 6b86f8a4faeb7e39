"""The demonstration case: one garbled account and two clean ones of the same events, written for this package.

The texts have one home, ``seeds/`` and ``reference/`` of the repository; the wheel carries copies of them in this
folder.
"""

from __future__ import annotations

from pathlib import Path

from audit.errors import InputError

__all__ = ["demonstration"]

_PACKAGED = Path(__file__).resolve().parent
_CLONE = _PACKAGED.parent.parent


def demonstration() -> tuple[Path, tuple[Path, ...]]:
    """Return the garbled text and its two references, from the installed package or else from the clone.

    Raises:
        InputError: neither place has them, which means a damaged installation.
    """
    for seeds, reference in ((_PACKAGED, _PACKAGED), (_CLONE / "seeds", _CLONE / "reference")):
        hypothesis = seeds / "demo.txt"
        references = (reference / "demo-wire.txt", reference / "demo-weekly.txt")
        if all(path.is_file() for path in (hypothesis, *references)):
            return hypothesis, references
    raise InputError(f"the demonstration texts are not in {_PACKAGED}; install the package again")
