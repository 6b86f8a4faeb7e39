"""A limit on the time of one document."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["TimeIsUp", "time_limit"]

_GRACE = 60.0


class TimeIsUp(BaseException):
    """The document took longer than it may; not an Exception, so that nothing on the way takes it for its own."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[Callable[[], None]]:
    """Raise `TimeIsUp` in what runs within, once it takes longer than ``seconds``; yields a function that does so too.

    On POSIX systems a signal interrupts Python code wherever it is; elsewhere, and outside the main thread, what runs
    must call the function now and then. Compiled code that does not come back ends the process a while later, and
    whoever started it has to cope with that.
    """
    if seconds is None:
        yield lambda: None
        return
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise TimeIsUp

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeIsUp

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = signal.signal(signal.SIGALRM, ring)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device
        faulthandler.dump_traceback_later(2 * seconds + _GRACE, exit=True, file=nowhere)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield check
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
            signal.signal(signal.SIGALRM, before)
