"""What the reference says and the hypothesis lacks."""

from __future__ import annotations

from collections.abc import Sequence

from audit.detectors.marks import mark
from audit.detectors.pairing import Pair
from audit.detectors.tagger import Limits, Tags
from audit.entities.gazetteers import FUNCTION_WORD, zipf
from audit.records import Finding, Text

__all__ = ["find"]

_GAP = 1
_SHORTEST = 3


def find(text: Text, references: Sequence[Text], pair: Pair, tags: Tags, bounds: Limits) -> list[Finding]:
    """Return a finding at the end of the hypothesis sentence for every stretch of missing words of ``pair``."""
    theirs = pair.reference
    runs: list[tuple[int, int]] = []
    for place, probability in enumerate(tags.missing.tolist()):
        if probability < bounds.missing:
            continue
        if runs and place - runs[-1][1] <= _GAP and theirs.sentences[place] == theirs.sentences[runs[-1][0]]:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    sentence = text.sentences[int(pair.hypothesis.sentences[-1])]
    found = []
    for start, end in runs:
        words = theirs.words[start:end]
        content = [w for w in words if len(w) >= _SHORTEST and zipf(w.lower()) < FUNCTION_WORD]
        if not content:
            continue
        document = references[int(theirs.texts[start])].document
        begin, stop = int(theirs.spans[start, 0]), int(theirs.spans[end - 1, 1])
        surface = document.text[begin:stop]
        found.append(
            mark(
                sentence,
                len(sentence.text),
                len(sentence.text),
                "omission",
                f"The reference ({document.name}) also has “{surface}”, for which nothing stands here.",
                confidence=bounds.omission_confidence(float(tags.missing[start:end].max())),
                severity="major" if len(content) > 1 or any(w[0].isupper() for w in content) else "minor",
                suggestion=surface,
                supported=True,
                place=(document.name, begin, stop),
            )
        )
    return found
