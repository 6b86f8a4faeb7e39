"""Sentences: offsets that hold for any text, and ends where a reader would put them."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.records import Document, Sentence
from audit.sentences import SPLITTER, split
from audit.texts import read_document

ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)))
PIECES = [
    "Mr.",
    "Stop.",
    "Go!",
    "now",
    "“",
    "”",
    '"',
    "(",
    ")",
    " ",
    "\n",
    "\r\n",
    "3.",
    "。",
    "U.S.",
    "\u2028",
    "’",
    "![a](b)",
    "…",
]
PROSE = st.lists(st.sampled_from(PIECES)).map("".join)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split(Document("a.txt", text))]


def assert_sound(text: str, sentences: tuple[Sentence, ...]) -> None:
    covered = [False] * len(text)
    for number, sentence in enumerate(sentences):
        assert sentence.index == number
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert "\n" not in sentence.text
        assert "\r" not in sentence.text
        for place in range(sentence.start, sentence.end):
            assert not covered[place]
            covered[place] = True
    assert all(done or character.isspace() for done, character in zip(covered, text, strict=True))
    assert [s.start for s in sentences] == sorted(s.start for s in sentences)


@given(st.one_of(ANY_TEXT, PROSE))
def test_offsets_hold_and_nothing_is_lost(text: str) -> None:
    assert_sound(text, split(Document("a.txt", text)))


@given(PROSE, st.integers(1, 40))
def test_long_lines_are_split_as_short_ones(text: str, repeat: int) -> None:
    """Sentences far from the edges of a window do not depend on where windows begin."""
    plain = "One two three. " * 1400
    long = (plain + text.replace("\n", " ").replace("\r", " ").replace("\u2028", " ") + " ") * (repeat % 3 + 1)
    assert_sound(long, split(Document("a.txt", long)))
    assert texts(plain * 3) == ["One two three."] * 4200


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Smith met MR. Jones and Dr. Brown of the U.S. Senate on Jan. 30.", "They talked."],
        ["The U.S. President spoke.", "J. K. Rowling wrote it."],
        ["He went to Washington D.C.", "She left."],
        ["The Finland-U.S. trade row went on.", "A pro-E.U. party won."],
        ["She met Ms. Hill and Cllr. Lake.", "The Hon. Ms. Woods spoke to Mx. Brook."],
        ["The ex-Sen. Hill met then-Gov. Lake and Maj.-Gen. Woods.", "He drank Coca-Cola.", "They left."],
        ["They met the ex-U.S. Senator Hill.", "The U.K.-U.S. deal is off."],
        ["J.-P. Lake signed it in Salem,D.C. and left.", "The answer is plan-C.", "Nobody asked."],
        ["It cost $1.5bn and 3.5 per cent.", "Nobody paid $US1m."],
        ["“Stop.”", "He left."],
        ["“It is good.", "Really,” he said.", "“We like it.”", "She agreed."],
        ["He wrote: “Go now!” and left.", "Then rain fell."],
        ["“Will it end?” she asked.", "Nobody knew."],
        ["He left (they stayed.", "All of them.)", "It was late."],
        ["Wait...", "What?", "Yes!!", "No?!"],
        ["1. First item.", "2. Second item."],
        ["政府提出了计划。", "他说好。"],
        ["He was sad.[1]", "She was not."],
        ["The plan failed. “"],
    ],
)
def test_ends_where_a_reader_puts_them(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


def test_a_missing_space_does_not_join_sentences() -> None:
    assert texts("They ended the meeting.Smith left early.") == ["They ended the meeting.", "Smith left early."]
    assert texts("他说好。然后走了。") == ["他说好。", "然后走了。"]
    assert texts("The Node.js library of example.com is v3.5.") == ["The Node.js library of example.com is v3.5."]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\u2028", "\u2029", "\x85", "\x0c"])
def test_a_line_break_ends_a_sentence(end: str) -> None:
    assert texts(f"A headline without a stop{end}the text") == ["A headline without a stop", "the text"]


@pytest.mark.parametrize(
    "line",
    [
        "![A man at a desk. He smiles](https://example.org/a,b/c.jpg?w=780&ssl=1)",
        '![alt](a.png "A title")  ![](b.png)',
        "[![alt](a.png)](https://example.org)",
        "[Read more](https://example.org/story)",
        "- [Home](/) | [News](/news)",
        "https://example.org/story?id=1",
        "<https://example.org>",
        "[1]: https://example.org",
        '<div class="ad"><img src="a.png"/></div>',
        "<!-- comment -->",
        "&nbsp;",
        "***",
        "|---|---|",
    ],
)
def test_lines_of_markup_are_kept_but_not_audited(line: str) -> None:
    sentences = split(Document("a.txt", f"Before it.\n{line}\nAfter it. And more."))
    assert [(s.text, s.audited) for s in sentences] == [
        ("Before it.", True),
        (line, False),
        ("After it.", True),
        ("And more.", True),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "He saw ![a picture](a.png) there.",
        "[Read more](https://example.org) about it.",
        "<p>The plan failed.</p>",
        "[He] left.",
        "! Stop",
        "- A point",
        "& Sons closed.",
    ],
)
def test_lines_with_words_are_audited(line: str) -> None:
    assert all(sentence.audited for sentence in split(Document("a.txt", line)))


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "1",
        "Hi. ",
        "“",
        '"Hi." ',
        "“Hi. ” ",
        "1. ",
        ". ",
        "![[",
        "<a ",
        " ",
        "(",
        "Mr. ",
        "[](",
        "hi\n",
        "?!",
        "' ",
    ],
)
def test_hostile_text_costs_linear_time(text: str) -> None:
    begun = time.process_time()
    split(Document("a.txt", text * (200_000 // len(text))))
    assert time.process_time() - begun < 20


def test_the_splitter_is_named_with_its_version() -> None:
    assert SPLITTER.startswith("sentencex-1.")


def test_the_real_documents(shared: Path) -> None:
    """Of the annotators' sentences at least 98 % are found with both ends."""
    with (shared / "gold" / "alignment.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    gold = {("000", int(row["hyp_start"]), int(row["hyp_end"])) for row in rows}
    gold |= {(row["ref_doc"], int(row["ref_start"]), int(row["ref_end"])) for row in rows if row["ref_doc"]}
    found: set[tuple[str, int, int]] = set()
    for path in sorted((shared / "seeds").glob("*.txt")):
        document = read_document(path)
        sentences = split(document)
        assert_sound(document.text, sentences)
        assert [s.text[:2] for s in sentences if not s.audited] == ["!["] * document.text.count("![")
        found |= {(path.name[:3], s.start, s.end) for s in sentences}
    assert len(gold & found) >= 0.98 * len(gold)
