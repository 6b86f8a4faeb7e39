"""The command ``audit`` and ``python -m audit``."""

import sys

from audit.interruption import Interruption

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code."""
    # Before anything else is imported: a signal in the first second counts as one in the last.
    interruption = Interruption()
    interruption.install()
    from audit.cli import run

    sys.exit(run(sys.argv[1:], interruption))


if __name__ == "__main__":
    main()
