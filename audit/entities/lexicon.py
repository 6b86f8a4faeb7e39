"""Which words English writes in lower case: the case of a dictionary's own entries.

The dictionary is Hunspell's en_US (SCOWL) as the package ``spylls`` carries it. Its entries keep their case
("London", "trump" and "Trump"), which no frequency list does. Only the list is read; regular endings are taken off
here, because expanding all of Hunspell's rules costs a hundred times as long and adds little.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from audit.errors import ModelError

__all__ = ["is_common_noun", "is_proper", "same_word"]

_PACKAGE = "spylls"
_LIST = Path("hunspell", "data", "en", "en_US.dic")
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""),
            ("er", "e"), ("est", ""), ("est", "e"), ("ier", "y"), ("iest", "y"), ("ily", "y"), ("iness", "y"),
            ("ness", ""), ("d", ""), ("ment", ""), ("ied", "y"), ("able", ""), ("able", "e"), ("ion", "e"),
            ("ive", "e"))  # fmt: skip
_BRITISH = (("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("ised", "ized"), ("our", "or"),
            ("ours", "ors"), ("tre", "ter"), ("tres", "ters"), ("ogue", "og"), ("isations", "izations"),
            ("amme", "am"), ("ammes", "ams"),
            ("efence", "efense"), ("ffence", "ffense"), ("icence", "icense"))  # fmt: skip
_PREFIXES = {"A": "re", "I": "in", "U": "un", "C": "de", "E": "dis", "F": "con", "K": "pro"}
"""The flags of en_US.aff for prefixes: "report" stands in the list as "port" with an A."""
_FLAGGED = re.compile(r"^([a-z]+)/([A-Z]*[AIUCEFKY][A-Z]*)$", re.MULTILINE)
_LONGEST = 40
_STEM = 3


@lru_cache(maxsize=65536)
def is_common_noun(word: str) -> bool:
    """Whether the dictionary has ``word``, or the stem of a regular form of it, in lower case."""
    return any(stem in _entries() for stem in _stems(word.lower()))


def is_proper(word: str) -> bool:
    """Whether the dictionary has ``word`` with a capital (Germany, Paris)."""
    return word[:1].upper() + word[1:].lower() in _entries()


def same_word(word: str, other: str) -> bool:
    """Whether two words of the dictionary differ by British and American spelling only."""
    a, b = word.lower(), other.lower()
    return a != b and is_common_noun(a) and not _american(a).isdisjoint(_american(b))


def _american(word: str) -> set[str]:
    return {word, *(word[: -len(ours)] + theirs for ours, theirs in _BRITISH if word.endswith(ours))}


def _stems(word: str) -> Iterator[str]:
    if len(word) > _LONGEST:
        return
    for base in sorted(_american(word)):
        yield from _bases(base)


def _bases(word: str) -> Iterator[str]:
    yield word
    for ending, rest in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            stem = word[: -len(ending)] + rest
            if ending == "es" and not stem.endswith(("s", "x", "z", "ch", "sh", "o")):
                continue
            yield stem
            if ending in ("ed", "ing", "er", "est") and not rest and stem[-1] == stem[-2]:
                yield stem[:-1]
    # Short stems with -ly or -al are too often names (Parly, Nepal).
    if word.endswith("ly") and len(word) > 2 * _STEM:
        yield from (word[:-2], word[:-2] + "le", word[:-4] if word.endswith("ally") else word[:-2])


@cache
def _entries() -> frozenset[str]:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.origin:
        raise ModelError(f"the package {_PACKAGE} is missing; install it with: pip install {_PACKAGE}")
    path = Path(spec.origin).parent / _LIST
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ModelError(f"the dictionary of {_PACKAGE} can't be read ({error}); install {_PACKAGE} anew") from error
    derived = (form for word, flags in _FLAGGED.findall(text) for form in _derived(word, flags))
    return frozenset(line.partition("/")[0] for line in text.splitlines()[1:]).union(derived)


def _derived(word: str, flags: str) -> Iterator[str]:
    """Yield what the dictionary means by the flags of prefixes and of -ly."""
    for flag in flags:
        if flag in _PREFIXES:
            yield _PREFIXES[flag] + word
        elif flag == "Y":
            yield word + "ly"
