"""Compare sentence splitters on the real documents and on constructed hard cases; splitters.md holds the record.

    python tests/benchmarks/splitters.py ../shared [--differences]

Splitters that are not installed are left out. Each gets one line of a document at a time: line breaks end sentences
whatever it says. Agreement: the share of the annotators' sentences that it gives with both ends.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from audit.records import Document
from audit.sentences import split
from audit.texts import read_document

Spans = list[tuple[int, int]]
Splitter = Callable[[str], Spans]

# Sentences as a reader would cut them; written for this comparison.
HARD = {
    "titles": ["Mr. Hill met MR. Woods and Dr. Lake of the U.S. Senate on Jan. 30.", "They talked."],
    "abbreviation at the end": ["She moved to Washington D.C.", "He stayed at home."],
    "initials": ["J. K. Hill wrote it.", "A. Woods read it."],
    "U.S. before a name": ["The U.S. President spoke for an hour.", "Nobody left."],
    "amounts": ["It cost $1.5bn and 3.5 per cent more.", "Nobody paid $US1m."],
    "speech of one sentence": ["“We will stop it.”", "He left the hall."],
    "speech of several": ["“We will stop it.", "It is late.", "Go home,” he told them."],
    "straight quotes": ['"We will stop it.', 'It is late," he told them.', '"Go home."'],
    "speech with a question": ["“Will it ever end?” she asked the board.", "Nobody knew."],
    "parentheses": ["He left (they stayed.", "All of them did.)", "It was late."],
    "missing space": ["They closed the meeting.", "Woods left early."],
    "missing space after a year": ["They met in 2024.", "Woods left early."],
    "ideographic stop": ["The minister said no。", "Then he left the hall."],
    "stop and ideographic stop": ["The meeting was his idea.。", "Then he left the hall."],
    "ellipsis": ["He waited...", "Nobody came."],
    "numbered list": ["1. Open the door.", "2. Close the door."],
    "citation marks": ["He was sad.[1]", "She was not.[2]"],
    "names with stops": ["The Node.js library of example.com is at v3.5.", "It works."],
    "stray mark": ["The plan will fail. “"],
    "spaced stops": ["He left .", "She came ."],
}


def by_line(cut: Splitter) -> Splitter:
    """Return a splitter that cuts each line for itself and trims what it gives."""

    def spans(text: str) -> Spans:
        found = []
        start = 0
        for line in text.splitlines(keepends=True):
            for first, last in cut(line):
                part = line[first:last]
                first, last = first + len(part) - len(part.lstrip()), first + len(part.rstrip())
                if first < last:
                    found.append((start + first, start + last))
            start += len(line)
        return found

    return spans


def splitters() -> Iterable[tuple[str, Splitter]]:
    """Yield the installed splitters by name."""
    yield "audit", lambda text: [(s.start, s.end) for s in split(Document("text", text))]
    import sentencex

    yield (
        "sentencex",
        by_line(
            lambda line: [(b["start_index"], b["end_index"]) for b in sentencex.get_sentence_boundaries("en", line)]
        ),
    )
    if find_spec("pysbd"):
        import pysbd

        segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
        yield "pysbd", by_line(lambda line: [(span.start, span.end) for span in segmenter.segment(line)])
    if find_spec("syntok"):
        from syntok.segmenter import analyze

        yield (
            "syntok",
            by_line(
                lambda line: [
                    (tokens[0].offset, tokens[-1].offset + len(tokens[-1].value))
                    for paragraph in analyze(line)
                    for tokens in map(list, paragraph)
                ]
            ),
        )
    if find_spec("spacy"):
        import spacy

        language = spacy.blank("en")
        language.add_pipe("sentencizer")
        yield "spaCy sentencizer", by_line(lambda line: [(s.start_char, s.end_char) for s in language(line).sents])
    if find_spec("blingfire"):
        import blingfire

        yield "blingfire", by_line(lambda line: blingfire.text_to_sentences_and_offsets(line)[1])


def annotated(shared: Path) -> dict[str, set[tuple[int, int]]]:
    """Return the annotators' sentences by document."""
    found: dict[str, set[tuple[int, int]]] = {}
    with (shared / "gold" / "alignment.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault("000", set()).add((int(row["hyp_start"]), int(row["hyp_end"])))
            if row["ref_doc"]:
                found.setdefault(row["ref_doc"], set()).add((int(row["ref_start"]), int(row["ref_end"])))
    return found


def hard_cases(cut: Splitter) -> list[str]:
    """Return the hard cases that a splitter cuts otherwise."""
    failed = []
    for name, sentences in HARD.items():
        separator = "" if name.startswith(("missing", "ideographic", "stop and")) else " "
        text = separator.join(sentences)
        if [text[start:end] for start, end in cut(text)] != sentences:
            failed.append(name)
    return failed


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="the folder with seeds/ and gold/")
    parser.add_argument("--differences", action="store_true", help="show where the splitters disagree")
    arguments = parser.parse_args()
    documents = {path.name[:3]: read_document(path).text for path in sorted((arguments.shared / "seeds").glob("*.txt"))}
    gold = annotated(arguments.shared)
    total = sum(map(len, gold.values()))
    print(f"| splitter | {' | '.join(documents)} | agreement | hard cases | CPU s, 10 times |")
    print("|---" * (len(documents) + 4) + "|")
    ends: dict[str, dict[str, set[int]]] = {}
    failures = {}
    for name, cut in splitters():
        found = {document: cut(text) for document, text in documents.items()}
        begun = time.process_time()
        for text in documents.values():
            cut("\n".join([text] * 10))
        seconds = time.process_time() - begun
        hits = sum(len(gold[document] & set(spans)) for document, spans in found.items())
        failures[name] = hard_cases(cut)
        counts = " | ".join(str(len(spans)) for spans in found.values())
        passed = len(HARD) - len(failures[name])
        print(f"| {name} | {counts} | {hits}/{total} = {hits / total:.3f} | {passed}/{len(HARD)} | {seconds:.2f} |")
        ends[name] = {document: {end for _, end in spans} for document, spans in found.items()}
    print()
    for name, failed in failures.items():
        print(f"- {name} misses: {', '.join(failed) or 'none'}")
    if arguments.differences:
        for document, text in documents.items():
            for end in sorted(set().union(*(found[document] for found in ends.values()))):
                those = [name for name in ends if end in ends[name][document]]
                if len(those) < len(ends):
                    print(f"{document}:{end} {text[max(0, end - 25) : end]!r} | {text[end : end + 25]!r} by {those}")


if __name__ == "__main__":
    main()
