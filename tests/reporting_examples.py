"""Audits to render: a small one with every kind of finding, a hostile one, and one of any size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from random import Random

from audit.records import (
    ENTITY_KINDS,
    FINDING_KINDS,
    Audit,
    Conflict,
    Document,
    Finding,
    FindingKind,
    Link,
    Mention,
    Score,
    Sentence,
    SentenceResult,
    Signal,
    Statement,
    Text,
)

PARAGRAPHS = (
    "Mr. Orchard opened the new ferry line on Tuesday. The chief of Nordsee Lines said that Orchard had waited for "
    "eight hundred days. ![A picture](https://example.org/a.png)",
    "“We shall never sail again,” Ms. Berry told the councilors. Linda Berri did not name the ship. "
    "The city pays $4 million, Mr. Garden said.",
    "Nordsea lines employs 120 people in Port Hallen. BerryAnd her partner come from Hallen. "
    "The press spokesman Mr. Apfelgarten was not to be reached. The the the weather stays fine.",
    "Das Schiff is white. A second ship follows in spring.",
)
"""The garbled text; the right names are Boomgaard, Linda Berry, Nordsee Lines and Port Hallen."""

REFERENCES = {
    "harbour.txt": (
        "The new ferry line opened on Tuesday with Pieter Boomgaard on the bridge. "
        "“We will sail again,” Linda Berry told the council. "
        "Boomgaard, head of Nordsee Lines, said the company had waited 800 days for it. "
        "The town contributes $40 million, Boomgaard said. "
        "Nordsee Lines has 120 employees in Port Hallen."
    ),
    "evening.txt": (
        "Nordsee Lines opened its ferry service on Tuesday. "
        "Ms. Berry did not say what the ship will be called. A second one is to follow next spring, at $35 million."
    ),
}

KINDS: tuple[tuple[FindingKind, str, str, str], ...] = (
    ("name_as_word", "Orchard", "Boomgaard", "Pieter Boomgaard"),
    ("name_as_word", "Garden", "Boomgaard", "Pieter Boomgaard"),
    ("name_variant", "Linda Berri", "Linda Berry", "Linda Berry"),
    ("name_variant", "Apfelgarten", "Boomgaard", "Pieter Boomgaard"),
    ("casing", "Nordsea lines", "Nordsee Lines", "Nordsee Lines"),
    ("merged", "BerryAnd", "Berry and", "Linda Berry"),
    ("number", "$4 million", "$40 million", "$40 million"),
    ("title", "press spokesman", "head", ""),
    ("wrong_entity", "Hallen", "Port Hallen", "Port Hallen"),
    ("acronym", "Ms", "MS", ""),
    ("mistranslation", "councilors", "council", ""),
    ("untranslated", "Das Schiff", "The ship", ""),
    ("negation", "never sail again", "sail again", ""),
    ("quotation", "“We shall never sail again,”", "“We will sail again,”", ""),
    ("addition", "The press spokesman Mr. Apfelgarten was not to be reached.", "", ""),
    ("omission", "", "at $35 million", ""),
    ("damage", "The the the", "The", ""),
)
"""Kind, surface, suggestion, entity; an omission is put at the end of the last sentence."""


def sentences(document: Document) -> tuple[Sentence, ...]:
    """Split at full stops; a markup line is not audited."""
    spans = re.finditer(
        r"!\[.*?\)|[^\s].*?(?:[.?!][”]?(?=\s|$)(?<!Mr\.)(?<!Ms\.)|,”(?= [a-z]{9})|$)", document.text, re.M
    )
    return tuple(
        Sentence(document.name, i, m.start(), m.end(), m[0], not m[0].startswith("!["))
        for i, m in enumerate(m for m in spans if m[0])
    )


def example(name: str = "ferry.txt") -> Audit:
    """Every kind of finding, two references, links of one and of two sentences, a conflict, a note."""
    document = Document(name, "\n\n".join(PARAGRAPHS))
    references = tuple(Text(d, sentences(d)) for d in (Document(n, t) for n, t in REFERENCES.items()))
    split = sentences(document)
    findings = tuple(_finding(document, split, references, *row, number) for number, row in enumerate(KINDS))
    links = (
        Link((0,), (0,), 0.81, 0.97, "equivalent", "harbour.txt"),
        Link((0,), (0,), 0.78, 0.93, "equivalent", "evening.txt"),
        Link((1,), (2,), 0.74, 0.9, "equivalent", "harbour.txt"),
        Link((3, 4), (1,), 0.55, 0.61, "partial", "harbour.txt"),
        Link((4,), (1,), 0.52, 0.7, "partial", "evening.txt"),
        Link((6,), (4,), 0.88, 0.98, "equivalent", "harbour.txt"),
        Link((11,), (2,), 0.66, 0.8, "partial", "evening.txt"),
    )
    aligned = {index for link in links for index in link.hypothesis}
    results = tuple(
        SentenceResult(
            s,
            "not_audited" if not s.audited else "aligned" if s.index in aligned else "unaligned",
            Score(97.0 - 11 * s.index % 70, 0.4 * s.index, 0.7, 21.5, 44.0) if s.index in aligned else Score(),
            sum(f.sentence == s.index for f in findings),
        )
        for s in split
    )
    mentions = tuple(
        Mention(name, f.sentence, f.start, f.end, f.surface, f.entity, "person", "mangled")
        for f in findings
        if f.entity and f.kind != "number"
    ) + _right_mentions(document, split, findings)
    return Audit(
        document,
        references,
        results,
        links,
        mentions,
        findings,
        (_conflict(references),),
        "model:bundled|mode:comparable|version:0.1.0",
        {"mode": "comparable", "model": "bundled"},
        _summary(results, findings),
        ("evening.txt was decoded as windows-1252",),
    )


def _finding(
    document: Document,
    split: Sequence[Sentence],
    references: Sequence[Text],
    kind: FindingKind,
    surface: str,
    suggestion: str,
    entity: str,
    number: int,
) -> Finding:
    start = document.text.index(surface) if surface else split[-1].end
    end = start + len(surface)
    sentence = next(s.index for s in split if s.start <= start <= s.end and end <= s.end)
    place = next(
        ((r.document.name, r.document.text.find(suggestion)) for r in references if suggestion in r.document.text), None
    )
    supported = bool(suggestion) and place is not None
    where = (place[0], place[1], place[1] + len(suggestion)) if place and supported else (None, None, None)
    said = f"“{suggestion}” stands in {where[0]}" if supported else "no reference says so"
    return Finding(
        f"{kind}-{number}",
        document.name,
        sentence,
        start,
        end,
        surface,
        suggestion,
        entity,
        kind,
        "minor" if kind in ("casing", "merged", "acronym", "damage") else "major",
        0.5 + (number * 7 % 50) / 100,
        supported,
        f"“{surface}” cannot be right here: {said}.",
        *where,
        (Signal("spelling", 1.25, "spelt alike"), Signal("role", 2.0, "head of Nordsee Lines")),
        ("Orchard", "Garden", "Apfelgarten") if entity == "Pieter Boomgaard" else (),
    )


def _right_mentions(document: Document, split: Sequence[Sentence], findings: Sequence[Finding]) -> tuple[Mention, ...]:
    taken = [(f.start, f.end) for f in findings if f.entity]
    names = {"Nordsee Lines": "organisation", "Berry": "person", "Port Hallen": "place", "Orchard": "person"}
    spans = [(m.start(), m.end(), n) for n in names for m in re.finditer(n, document.text)]
    return tuple(
        Mention(
            document.name,
            next(s.index for s in split if s.start <= start < s.end),
            start,
            end,
            document.text[start:end],
            {"Berry": "Linda Berry", "Orchard": "Pieter Boomgaard"}.get(surface, surface),
            "person",
            "right" if surface != "Orchard" else "unknown",
        )
        for start, end, surface in sorted(spans)
        if all(end <= a or b <= start for a, b in taken)
    )


def _conflict(references: Sequence[Text]) -> Conflict:
    said = []
    for reference, figure in zip(references, ("$40 million", "$35 million"), strict=True):
        start = reference.document.text.index(figure)
        sentence = next(s.index for s in reference.sentences if s.start <= start < s.end)
        said.append(Statement(reference.document.name, sentence, start, start + len(figure), figure))
    return Conflict("number", "what the line costs", *said)


def _summary(results: Sequence[SentenceResult], findings: Sequence[Finding]) -> dict[str, object]:
    kinds = {
        kind: {s: sum((f.kind, f.severity) == (kind, s) for f in findings) for s in ("minor", "major")}
        for kind in FINDING_KINDS
        if any(f.kind == kind for f in findings)
    }
    return {
        "sentences": len(results),
        "audited": sum(r.status != "not_audited" for r in results),
        "aligned": sum(r.status == "aligned" for r in results),
        "mean_quality": 71.5,
        "findings": len(findings),
        "by_kind": kinds,
        "worst_entities": [
            {
                "entity": "Pieter Boomgaard",
                "type": "person",
                "findings": 3,
                "forms": {"Orchard": 1, "Garden": 1, "Apfelgarten": 1},
            },
            {"entity": "Nordsee Lines", "type": "organisation", "findings": 1, "forms": {"Nordsea lines": 1}},
        ],
        "pivot": {"language": "German", "evidence": "Names were read as German words: Orchard for Boomgaard."},
        "verdict": "Do not publish this text as it stands: 13 of its 17 errors change what it says.",
    }


HOSTILE = (
    "=1+1</script><script>window.taken=1</script><img src=x onerror=window.taken=1>\"'`{{7*7}}{% raise %}${7}"
    "<style>*{display:none}</style>--><!--]]>&lt;\u202edlrow\u2066\x00\x07\u2028$x^2$ javascript:taken() مرحبا 渡し船"
)
"""Everything that a template, a script, a spreadsheet or the eye could take for something else than text."""


def hostile() -> Audit:
    """The same in every field that holds a text."""
    text = f"{HOSTILE} One.\n{HOSTILE} Two.\n"
    document, reference = Document(f"{HOSTILE}.txt", text), Document(f"{HOSTILE}-source.txt", text)
    cut = text.index("\n") + 1
    ours, theirs = (
        tuple(Sentence(d.name, i, a, b, text[a:b]) for i, (a, b) in enumerate(((0, cut - 1), (cut, len(text) - 1))))
        for d in (document, reference)
    )
    findings = tuple(
        Finding(
            f"{HOSTILE}{kind}", document.name, number % 2, number % 2 * cut, number % 2 * cut + len(HOSTILE), HOSTILE,
            HOSTILE, HOSTILE, kind, "major", 0.9, True, HOSTILE, reference.name, 0, len(HOSTILE),
            (Signal(HOSTILE, 1.0, HOSTILE),), (HOSTILE,),
        )
        for number, kind in enumerate(FINDING_KINDS)
    )  # fmt: skip
    said = Statement(reference.name, 0, 0, len(HOSTILE), HOSTILE)
    return Audit(
        document,
        (Text(reference, theirs),),
        tuple(SentenceResult(s, "aligned", Score(50.0, 1.0, 0.5), 8, truncated=True) for s in ours),
        (
            Link((0,), (0, 1), 0.5, 0.5, "equivalent", reference.name),
            Link((1,), (1,), 0.5, 0.5, "partial", reference.name),
        ),
        (Mention(document.name, 0, 0, len(HOSTILE), HOSTILE, HOSTILE, "person", "mangled"),),
        findings,
        (Conflict("other", HOSTILE, said, said),),
        HOSTILE,
        {HOSTILE: HOSTILE},
        {
            "verdict": HOSTILE,
            "worst_entities": [{"entity": HOSTILE, "type": "person", "findings": 1, "forms": {HOSTILE: 2}}],
            "pivot": {"language": HOSTILE, "evidence": HOSTILE},
        },
        (HOSTILE,),
    )


WORDS = (
    "harbour ferry council Tuesday ship captain line money village spring winter the of and to with for on said told "
    "Boomgaard Nordsee Berry opened closed waited sailed paid 120 4,000 million people houses because after before"
).split()


def large(size: int, errors: int) -> Audit:
    """A text of ``size`` sentences with ``errors`` findings, two of three sentences aligned."""
    random = Random(1)
    lines = [" ".join(random.choices(WORDS, k=random.randint(12, 28))).capitalize() + "." for _ in range(size)]
    sources = [" ".join(w for w in line.split() if random.random() > 0.3) + " and more." for line in lines]
    document, reference = _lines("large.txt", lines), _lines("source.txt", sources)
    places = sorted(random.sample(range(size), errors) if errors <= size else random.choices(range(size), k=errors))
    findings = []
    for number, index in enumerate(places):
        sentence = document.sentences[index]
        word = sentence.text.split()[1 + number % 8]
        start = sentence.start + sentence.text.index(f" {word}") + 1
        kind = FINDING_KINDS[number % len(FINDING_KINDS)]
        name = f"Name {number % 400}"
        source = reference.sentences[index]
        findings.append(
            Finding(
                f"{number:06x}", "large.txt", index, start, start + len(word), word, f"right{number % 40}", name, kind,
                ("minor", "major")[number % 2], 0.5 + number % 50 / 100, number % 3 > 0,
                f"“{word}” stands where the source has “right{number % 40}”, which is said of the same event.",
                "source.txt", source.start, source.start + 4, (Signal("role", 2.0, "the same role in both texts"),),
            )
        )  # fmt: skip
    counted = Counter(places)
    results = tuple(
        SentenceResult(s, "aligned", Score(50 + s.index % 50), counted[s.index])
        if s.index % 3
        else SentenceResult(s, "unaligned", Score(), counted[s.index])
        for s in document.sentences
    )
    return Audit(
        document.document,
        (reference,),
        results,
        tuple(Link((i,), (i,), 0.7, 0.8, "equivalent", "source.txt") for i in range(size) if i % 3),
        tuple(
            Mention("large.txt", f.sentence, f.start, f.end, f.surface, f.entity, "person", "mangled")
            for f in findings
            if f.kind in ENTITY_KINDS
        ),
        tuple(findings),
        (),
        "made",
        {},
        {**_summary(results, findings), "worst_entities": []},
    )


def _lines(name: str, lines: Sequence[str]) -> Text:
    """A text of paragraphs of four sentences."""
    parts, found, start = [], [], 0
    for index, line in enumerate(lines):
        found.append(Sentence(name, index, start, start + len(line), line))
        parts.append(line + ("\n\n" if index % 4 == 3 else " "))
        start += len(parts[-1])
    return Text(Document(name, "".join(parts)), tuple(found))
