"""No regular expression of the package backtracks: on strings made to hurt it, each takes time linear in their length.

Every pattern that the package hands to ``re``, at import or while it audits, is caught there. It is tried on long
repetitions of what it is made of. The limit is on the processor's time, hundreds of times what linear work takes; a
quadratic search would exceed it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent

PROBE = r"""
import importlib, itertools, json, pkgutil, re, signal, sys, tempfile

LENGTH, SECONDS = 40_000, 4
found = set()
compile_ = re._compile

def caught(pattern, flags):
    # The caller is a function of re; its caller is who asked.
    asked = sys._getframe(2).f_globals.get("__name__", "")
    compiled = compile_(pattern, flags)
    if asked.split(".")[0] == "audit":
        found.add((asked, compiled))
    return compiled

re._compile = caught
import audit
for module in pkgutil.walk_packages(audit.__path__, "audit."):
    if module.name != "audit.__main__":
        importlib.import_module(module.name)
sys.path.insert(0, sys.argv[1])
import hostile
from audit.auditor import AuditResult
text = "\n".join(hostile.PROSE)
for mode in ("comparable", "parallel"):
    whole = hostile.audited(text, [text.replace("Altman", "Altmann"), text.replace("$", "€")], mode=mode)
with tempfile.TemporaryDirectory() as folder:
    AuditResult.of(whole).write(folder)
re._compile = compile_

parser, SAMPLES = re._parser, {"CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " "}

def letters(parsed):
    for operator, argument in parsed:
        name = str(operator)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "RANGE":
            yield chr(argument[0])
        elif name == "CATEGORY":
            yield SAMPLES.get(str(argument), "!")
        elif name in ("NOT_LITERAL", "ANY", "NEGATE"):
            yield "a"
        elif name == "IN":
            yield from letters(argument)
        elif name == "SUBPATTERN":
            yield from letters(argument[-1])
        elif name == "BRANCH":
            yield from itertools.chain.from_iterable(map(letters, argument[1]))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield from letters(argument[2])
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from letters(argument[1])

class Slow(Exception):
    pass

def stop(number, frame):
    raise Slow

anchored = json.loads(sys.argv[2])
signal.signal(signal.SIGPROF, stop)
slow = []
for module, pattern in sorted(found, key=lambda f: (f[0], str(f[1].pattern))):
    shown = [module, str(pattern.pattern)]
    known = list(dict.fromkeys(letters(parser.parse(pattern.pattern, pattern.flags))))
    kinds = list(dict.fromkeys([*[c for c in known if not c.isalnum()][:3], *known[:3], "a", " "]))[:6]
    for unit in [*kinds, *map("".join, itertools.permutations(kinds, 2))]:
        for head, tail in (("", ""), ("", "\x01a"), ("a", "a")):
            trial = head + unit * (LENGTH // len(unit)) + tail
            trial = trial.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else trial
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                if str(pattern.pattern) in anchored:
                    pattern.match(trial)
                else:
                    sum(1 for _ in pattern.finditer(trial))
            except Slow:
                slow.append([*shown, head, unit, tail])
                break
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        if slow and slow[-1][:2] == shown:
            break
print(json.dumps({"patterns": len(found), "slow": slow}))
"""

NEVER_LONG = {r"[^\W\d_]+$"}
"""What damage and rewriting look for in the 40 letters, or fewer, before a place."""

ANCHORED = [
    "'*[=+\\-@\t\r\n＝＋－＠]",
    "'+[=+\\-@\t\r\n＝＋－＠]",
    r"\s*(?:-|–|to|and|until|till)\s*",
    r"[\s-]*[^\W\d_]+",
    r"\d+[.,]\d{1,2}|0[.,]\d+",
    r"\s*(?:of|at|for|in)\b",
    r"\s*[a-z]",
]
"""What is only ever matched at one place, never searched for."""


def test_no_pattern_backtracks() -> None:
    command = [sys.executable, "-c", PROBE, str(TESTS), json.dumps(ANCHORED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["patterns"] >= 70
    assert [slow for slow in found["slow"] if slow[1] not in NEVER_LONG] == []


def test_a_pattern_that_backtracks_is_seen() -> None:
    planted = "import audit.cells, re\n" + PROBE.replace(
        "re._compile = compile_\n\nparser", 'found.add(("audit.planted", compile_(r"(a|a)*b", 0)))\n'
        "found = {f for f in found if f[0] == 'audit.planted'}\nre._compile = compile_\n\nparser"
    ).replace("LENGTH, SECONDS = 40_000, 4", "LENGTH, SECONDS = 40, 1")  # fmt: skip
    command = [sys.executable, "-c", planted, str(TESTS), "[]"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert [slow[1] for slow in json.loads(done.stdout.splitlines()[-1])["slow"]] == ["(a|a)*b"]
