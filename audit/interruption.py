"""SIGINT and SIGTERM end a run with exit code 130 or 143, once what it had begun is tidied up."""

from __future__ import annotations

import signal
import sys
from types import FrameType

__all__ = ["Interruption"]


class Interruption:
    """Turns the first of these signals into ``SystemExit``, so that every ``finally`` is heard; a second one kills."""

    def __init__(self) -> None:
        self._code: int | None = None

    def install(self) -> None:
        """Take over the handling of both signals; for the main thread of a program only."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        report = sys.unraisablehook

        def hear(lost: sys.UnraisableHookArgs) -> None:
            # A signal that came within a destructor: ``check`` will tell of it.
            if self._code is None or lost.exc_type is not SystemExit:
                report(lost)

        sys.unraisablehook = hear

    def check(self) -> None:
        """Raise ``SystemExit`` if a signal came.

        An exception that a handler raises is lost where Python cannot pass it on (a destructor, a callback of a
        library); between two steps nothing is lost.
        """
        if self._code is not None:
            raise SystemExit(self._code)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._code = 128 + number
        for handled in (signal.SIGINT, signal.SIGTERM):
            signal.signal(handled, signal.SIG_DFL)
        raise SystemExit(self._code)
