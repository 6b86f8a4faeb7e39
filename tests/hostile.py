"""Texts such as strangers send, an encoder that costs nothing, and what holds of every audit whatever the text."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html.parser import HTMLParser

import jsonschema
import numpy as np
from hypothesis import strategies as st

from audit import fixing, pipeline
from audit.cells import unguard
from audit.embeddings import Embeddings, TokenVectors
from audit.records import Audit, Document, Sentence
from audit.reporting import console, html, interchange, tables
from audit.settings import Settings

DIMENSION = 32
_MAX_TOKENS = 254
_TOKEN = re.compile(r"\S{1,40}")

PROSE = (
    "Mr. German told reporters on Monday that Openai would spend $100 billion by 2029.",
    "Sam Altman, the chief executive of OpenAI, met Masayoshi Son in Palm Beach.",
    "Humanity, which competes with Openai, raised $4 billion from Amnesty International.",
    "“We will never sell,” said Ms. O'Neill-Ørsted — and left.",
    "The Minister of Trade, Jean-Luc d’Arcy, resigned on 3/4/2024 at 10:30 p.m.",
    "Al -Taman's company -Xai- employs 1,234.5 people; that is 12 % more than in '98.",
    "He said he said that that was was not true?! …",
    "President Obama and PRESIDENT BIDEN met the U.S. Senate's Sen. J. R. Smith.",
    "The the company paid €3.5bn, ₹40 crore and half a million yen.",
    "Das Unternehmen sagte nichts. Il ne dit rien. Он ничего не сказал.",
    "Hozon(Nezha)cars were built in ten tens of thousand units, [see](http://a.b/c).",
    "artificial intelligence (AI), machine translation (MT), (ACLU)",
)
"""Sentences that wake every detector."""

SCRIPTS = "aZéßłøЖщΩאבعرहिन्दी漢字かなカナ한글ไทยგӔ𝔘𐍈🙂👩‍👩‍👧ﬁŉǅİı"
MARKS = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f"
COMBINING = "\u0301\u0308\u0327\u0338\u20dd\u0e31\u064b\u093f\ufe0f\U000e0100"
BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x85\u00a0\u2003\u2028\u2029\u3000"
SYMBOLS = "\"'“”‘’«»()[]{}<>&;:,.!?…-–—_*#|/\\=+@$€£%^~`0123456789½²٣"

CONTROLS = "\x00\x01\x07\x1b\x7f\x80\x9f\ufffd\uffff\U0010ffff"

_ALPHABETS = (SCRIPTS, MARKS, COMBINING, BLANKS, SYMBOLS, CONTROLS, "ABCabc")

_runs = st.builds(
    lambda unit, times: unit * times,
    st.one_of(st.sampled_from([*"aA1.-'’\" (“é漢\u202e\u0301", "a ", "A. ", "1,", "Mr. ", "x-", "a'", ".a", "<b>"])),
    st.integers(1, 60),
)
_pieces = st.one_of(
    st.sampled_from(PROSE),
    st.sampled_from([word for sentence in PROSE for word in sentence.split()]),
    st.sampled_from(_ALPHABETS).flatmap(lambda alphabet: st.text(alphabet, min_size=1, max_size=8)),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    _runs,
)


def texts(max_pieces: int = 24) -> st.SearchStrategy[str]:
    """Prose with anything in between: other scripts, marks nobody sees, long runs of one thing."""
    joints = st.sampled_from([" ", " ", " ", "", "\n", ". ", "\u2029", "-"])
    parts = st.lists(st.tuples(_pieces, joints), min_size=1, max_size=max_pieces)
    made = parts.map(lambda chosen: "".join(piece + joint for piece, joint in chosen))
    return made.filter(lambda text: bool(text) and not text.isspace())


ADVERSARIAL: Mapping[str, Callable[[int], str]] = {
    "one letter": lambda n: "a" * n,
    "capitals": lambda n: "A" * n,
    "digits": lambda n: "1" * n,
    "grouped digits": lambda n: "1," * (n // 2),
    "digits with slashes": lambda n: "1/1:" * (n // 4),
    "words of one line": lambda n: "word " * (n // 5),
    "name of one line": lambda n: "Smith " * (n // 6),
    "names of one line": lambda n: " ".join(f"Smith{_letters(i)}" for i in range(n // 9)),
    "names": lambda n: " ".join(f"Mr. Smith{_letters(i)} left." for i in range(n // 19)),
    "names that are alike": lambda n: "Mr. Smithan left. Mr. Smethon left. Mr. Smathin left. " * (n // 55),
    "one name": lambda n: "Mr. Smith left. " * (n // 16),
    "words that are unknown": lambda n: " ".join(f"zxq{_letters(i)}" for i in range(n // 8)),
    "hyphens": lambda n: "a-" * (n // 2),
    "spaced hyphens": lambda n: "ab -" * (n // 4),
    "dots": lambda n: "." * n,
    "dotted letters": lambda n: "a." * (n // 2),
    "dotted capitals": lambda n: "A." * (n // 2),
    "apostrophes": lambda n: "a'" * (n // 2),
    "alone apostrophes": lambda n: "'" * n,
    "quotes": lambda n: '"' * n,
    "opening quotes": lambda n: "“" * n,
    "brackets": lambda n: "(" * n,
    "nested brackets": lambda n: "(" * (n // 2) + ")" * (n // 2),
    "square brackets": lambda n: "[" * n,
    "links": lambda n: "[a](" * (n // 4),
    "tags": lambda n: "<a " * (n // 3),
    "entities": lambda n: "&a" * (n // 2),
    "addresses": lambda n: "http://a." * (n // 9),
    "spaces": lambda n: "a" + " " * n + "b",
    "line ends": lambda n: "a" + "\n" * n + "b",
    "one-word sentences": lambda n: "Go. " * (n // 4),
    "one-word lines": lambda n: "go\n" * (n // 3),
    "questions": lambda n: "?!" * (n // 2),
    "commas": lambda n: "a, " * (n // 3),
    "the same words": lambda n: "the the " * (n // 8),
    "camels": lambda n: "OpenAi" * (n // 6),
    "of of": lambda n: "Bank of " * (n // 8),
    "titles": lambda n: "Prime Minister " * (n // 15),
    "honorifics": lambda n: "Mr. " * (n // 4),
    "dates": lambda n: "May 3, 2024 and " * (n // 16),
    "figures": lambda n: " ".join(f"It cost ${i} million." for i in range(n // 22)),
    "number words": lambda n: "hundred thousand " * (n // 17),
    "numbers with signs": lambda n: "$1 billion -" * (n // 12),
    "acronyms": lambda n: "(AI) " * (n // 5),
    "glosses": lambda n: "слово a (1) " * (n // 12),
    "combining marks": lambda n: "a" + "\u0301" * n,
    "bidi": lambda n: "\u202ea\u202c" * (n // 3),
    "zero width": lambda n: "a\u200b" * (n // 2),
    "Chinese": lambda n: "漢" * n,
    "Chinese sentences": lambda n: "漢字。" * (n // 3),
    "emoji": lambda n: "👩‍👩‍👧" * (n // 5),
    "broken characters": lambda n: "â€™" * (n // 3),
    "replacement characters": lambda n: "\ufffd" * n,
    "carriage returns": lambda n: "a\r" * (n // 2),
    "underscores": lambda n: "_" * n,
    "foreign words": lambda n: "das Unternehmen sagte " * (n // 22),
}  # fmt: skip
"""Name → a text of about n characters that is one thing over and over."""


def _letters(number: int) -> str:
    """A word of lower-case letters for each number."""
    word = ""
    while True:
        number, digit = divmod(number, 26)
        word += chr(ord("a") + digit)
        if not number:
            return word


class Bag:
    """An encoder without a model: a vector is the sum of its words' own, so that like sentences are near."""

    name, digest, dimension, max_tokens = "bag", "0" * 64, DIMENSION, _MAX_TOKENS + 2

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        found = [self._tokens(text) for text in texts]
        rows = np.array([_unit(t.vectors.sum(axis=0)) for t in found], np.float32).reshape(-1, DIMENSION)
        cut = np.array([len(text) > 10 * _MAX_TOKENS for text in texts], np.bool_)
        return Embeddings(rows, cut, tuple(found) if tokens else ())

    @staticmethod
    def _tokens(text: str) -> TokenVectors:
        spans = [m.span() for m in _TOKEN.finditer(text[: 10 * _MAX_TOKENS])][:_MAX_TOKENS]
        rows = np.array([_word(text[a:b].lower()) for a, b in spans], np.float32).reshape(-1, DIMENSION)
        return TokenVectors(rows, np.array(spans, np.int32).reshape(-1, 2))


@cache
def _word(word: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    seed = zlib.crc32(word.encode("utf-8", "surrogatepass"))
    return _unit(np.random.default_rng(seed).normal(size=DIMENSION))


def _unit(vector: np.ndarray[tuple[int], np.dtype[np.float32]]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    first = np.eye(1, DIMENSION, dtype=np.float32)[0]
    length = np.linalg.norm(vector)
    return (vector / length if length > 1e-6 else first).astype(np.float32)


def audited(text: str, references: Sequence[str] = (), *, mode: str = "comparable") -> Audit:
    """Audit with ``Bag``."""
    settings = Settings(mode=mode, any_language=True)  # type: ignore[arg-type]
    others = [Document(f"reference-{i}", reference) for i, reference in enumerate(references)]
    return pipeline.audit(Document("<b>&'.txt", text), others, settings, Bag())


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(interchange.schema())


class _Balanced(HTMLParser):
    """Fails where an element is not closed as it was opened."""

    _VOID = frozenset("meta link input br hr img wbr".split())
    _KNOWN = frozenset(
        """html head body title style script header footer main nav section article aside p h1 h2 h3 h4 div span a b i
        em strong small ruby rt rp bdi bdo ins del dl dt dd ul ol li table thead tbody tr th td caption form fieldset
        legend label input select option button output details summary code svg g path defs use text rect clippath
        meta link br hr img q blockquote dialog kbd template figure figcaption title circle line polyline polygon mark
        col colgroup abbr sup sub time cite pattern clippath metadata""".split()
    )

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.data: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self._KNOWN, tag
        assert not [name for name, _ in attrs if name.startswith("on")], attrs
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self._KNOWN, tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.data.append(data)


def check_page(page: str) -> None:
    """Fail unless ``page`` is HTML whose elements are those of the template, each closed."""
    parser = _Balanced()
    parser.feed(page)
    parser.close()
    assert parser.open == []


def check_places(audit: Audit) -> None:
    """Fail where an offset or an index does not hold."""
    text = audit.document.text
    _check_sentences(text, [result.sentence for result in audit.sentences])
    for reference in audit.references:
        _check_sentences(reference.document.text, reference.sentences)
    sources = {reference.document.name: reference.document.text for reference in audit.references}
    assert len({finding.id for finding in audit.findings}) == len(audit.findings)
    for f in audit.findings:
        sentence = audit.sentences[f.sentence].sentence
        assert text[f.start : f.end] == f.surface
        assert sentence.start <= f.start <= f.end <= sentence.end, f
        assert f.surface or f.kind == "omission"
        assert 0 <= f.confidence <= 1
        if f.reference_start is not None:
            assert f.reference_document is not None
            assert f.reference_end is not None
            assert 0 <= f.reference_start <= f.reference_end <= len(sources[f.reference_document])
    for m in audit.mentions:
        sentence = audit.sentences[m.sentence].sentence
        assert text[m.start : m.end] == m.surface != ""
        assert sentence.start <= m.start < m.end <= sentence.end, m
    everything = {audit.document.name: text, **sources}
    for conflict in audit.conflicts:
        for said in (conflict.first, conflict.second):
            assert everything[said.document][said.start : said.end] == said.surface
    numbers = {reference.document.name: len(reference.sentences) for reference in audit.references}
    for link in audit.links:
        assert list(link.hypothesis) == sorted(set(link.hypothesis))
        assert 0 <= link.hypothesis[0] <= link.hypothesis[-1] < len(audit.sentences)
        assert 0 <= link.reference[0] <= link.reference[-1] < numbers[link.document]
        assert -1 <= link.similarity <= 1
        assert 0 <= link.confidence <= 1
    for result in audit.sentences:
        for figure in (result.score.quality, result.score.bleu, result.score.chrf):
            assert figure is None or 0 <= figure <= 100


def _check_sentences(text: str, sentences: Sequence[Sentence]) -> None:
    end = 0
    for index, sentence in enumerate(sentences):
        assert sentence.index == index
        assert end <= sentence.start < sentence.end
        assert text[sentence.start : sentence.end] == sentence.text
        assert not text[end : sentence.start].strip()
        end = sentence.end
    assert not text[end:].strip()


def check_outputs(audit: Audit) -> None:
    """Fail where what is written is not valid, or does not say what the audit does."""
    written = interchange.dumps(audit)
    _validator().validate(interchange.to_dict(audit))
    assert interchange.loads(written) == audit
    for name in tables.TABLES:
        header, rows = tables.table_rows(audit, name)
        read = list(csv.reader(io.StringIO(tables.table_csv(audit, name), newline="")))
        assert read[0] == list(header)
        shown = [["" if cell is None else str(cell) for cell in row] for row in rows]
        assert [[unguard(cell) for cell in row] for row in read[1:]] == shown
    check_page(html.render(audit, plots={}))
    assert all(c == "\n" or c.isprintable() for line in console.summary(audit) for c in line)
    chosen = fixing.corrections(audit.findings)
    fixing.apply(audit.document.text, chosen).encode()


def check(text: str, references: Sequence[str] = (), *, mode: str = "comparable") -> None:
    """Audit ``text`` twice and fail where anything is wrong."""
    audit = audited(text, references, mode=mode)
    check_places(audit)
    check_outputs(audit)
    assert interchange.dumps(audited(text, references, mode=mode)) == interchange.dumps(audit)
