"""Nothing is sent or fetched: a whole run opens no connection, neither in Python nor in the libraries beneath."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audit.demo import demonstration

HYPOTHESIS, REFERENCES = demonstration()

# Python itself reports these events, whoever causes them, before they happen.
GUARDED = """
import sys
def guard(event, details):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("NETWORK", event, details[-1], file=sys.stderr)
        raise PermissionError("no network here")
sys.addaudithook(guard)
sys.argv[1:] = {arguments!r}
from audit.__main__ import main
main()
"""


def guarded(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = GUARDED.format(arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_guard_sees_a_connection() -> None:
    code = GUARDED.format(arguments=[]).replace("from audit.__main__ import main\nmain()", "")
    code += "import socket; socket.create_connection(('localhost', 9))"
    assert "NETWORK" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr


# The kernel ends a process that asks for a socket to the internet: what native code does, Python does not report.
KILLED = """
import ctypes, platform, struct, sys
number = {{"x86_64": 41, "aarch64": 198}}[platform.machine()]
LOAD, EQUAL, RETURN, ALLOW, KILL = 0x20, 0x15, 0x06, 0x7FFF0000, 0x80000000
steps = [(LOAD, 0, 0, 0), (EQUAL, 0, 4, number), (LOAD, 0, 0, 16), (EQUAL, 1, 0, 2), (EQUAL, 0, 1, 10),
         (RETURN, 0, 0, KILL), (RETURN, 0, 0, ALLOW)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
described = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program)))
if libc.prctl(22, 2, ctypes.addressof(described), 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    sys.exit(99)
sys.argv[1:] = {arguments!r}
{then}
"""


def killed_if_it_connects(then: str, *arguments: str, temporary: Path) -> subprocess.CompletedProcess[str]:
    code = KILLED.format(arguments=list(arguments), then=then)
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "ORT_DISABLE_TELEMETRY")}
    environment |= {"TMPDIR": str(temporary), "AUDIT_CACHE": str(temporary / "cache")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    if done.returncode == 99:
        pytest.skip("this kernel filters no system calls")
    return done


@pytest.mark.skipif(sys.platform != "linux", reason="a filter of Linux")
def test_the_kernel_sees_a_connection(tmp_path: Path) -> None:
    done = killed_if_it_connects("import socket; socket.socket()", temporary=tmp_path)
    assert done.returncode == -signal.SIGSYS


@pytest.mark.skipif(sys.platform != "linux", reason="a filter of Linux")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_native_code_opens_no_connection_either(tmp_path: Path, precision: str) -> None:
    references = [part for path in REFERENCES for part in ("-r", str(path))]
    arguments = (
        "run",
        str(HYPOTHESIS),
        *references,
        "-o",
        str(tmp_path / "out"),
        "--precision",
        precision,
        "--no-cache",
    )
    done = killed_if_it_connects("from audit.__main__ import main\nmain()", *arguments, temporary=tmp_path)
    if done.returncode == 2 and precision == "bfloat16":
        assert "this processor does not compute in bfloat16" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "out"]  # nor is anything kept to be sent later


@pytest.mark.skipif(sys.platform != "linux", reason="a filter of Linux")
def test_a_loaded_model_stays_silent(tmp_path: Path) -> None:
    """Telemetry of ONNX Runtime is sent some nine seconds after a model was loaded."""
    then = "import time; from audit.encoders.minilm import MiniLM; MiniLM().encode(['a']); time.sleep(15)"
    done = killed_if_it_connects(then, temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_a_whole_run_opens_no_connection(tmp_path: Path) -> None:
    references = [part for path in REFERENCES for part in ("-r", str(path))]
    done = guarded("run", str(HYPOTHESIS), *references, "-o", str(tmp_path / "out"), "--no-cache")
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stderr


@pytest.mark.parametrize("name", ["no-such/model", "all-MiniLM-L6-v2"])
def test_a_model_that_is_not_here_is_not_looked_for_elsewhere(name: str, tmp_path: Path) -> None:
    done = guarded("run", str(HYPOTHESIS), "--model", name, "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "NETWORK" not in done.stderr
    assert name in done.stderr
    assert "--download" in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert not (tmp_path / "out").exists()
