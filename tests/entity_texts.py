"""Texts of our own for the tests of entities: small newsrooms with people that exist nowhere else."""

from __future__ import annotations

import re

from audit.entities.confusions import load
from audit.entities.linking import resolve
from audit.entities.readings import Reading, Resolution
from audit.records import Document, Link, Sentence, Text

CLEAN = """Harald Wendrik, the chief executive of NordKraft, met Lena Osterfeld in Port Mallow on Tuesday.
Wendrik said that NordKraft would build three turbines near Port Mallow.
Lena Osterfeld, the mayor of Port Mallow, called the plan a gift.
The International Wind Registry, known as IWR, has counted the turbines for years.
Mr. Wendrik thanked the IWR and President Amadou Kessani for their patience.
The Palace of Weights was closed. Osterfeld and Kessani spoke for an hour.
Tobias Rain, an adviser to Wendrik, declined to comment. Mr. Rain left early."""


def as_text(content: str, name: str = "hypothesis") -> Text:
    """Split at line ends and full stops before a capital; good enough for texts written for it."""
    sentences = []
    for line in re.finditer(r"[^\n]+", content):
        for match in re.finditer(r".+?(?:(?<!Mr)(?<!MR)[.!?](?=\s|$)|$)", line.group()):
            piece = match.group()
            start = line.start() + match.start() + len(piece) - len(piece.lstrip())
            end = line.start() + match.end()
            if start < end:
                sentences.append(Sentence(name, len(sentences), start, end, content[start:end]))
    return Text(Document(name, content), tuple(sentences))


def read(hypothesis: str, *references: str, links: tuple[Link, ...] = (), allow: tuple[str, ...] = ()) -> Resolution:
    others = [as_text(r, f"reference-{i}") for i, r in enumerate(references)]
    return resolve(as_text(hypothesis), others, links, load(), allow)


def errors(resolution: Resolution) -> dict[str, tuple[str, str | None]]:
    """Surface → (suggestion, kind) of all readings that are errors."""
    return {r.name.surface: (r.suggestion, r.kind) for r in resolution.readings if r.kind}


def reading(resolution: Resolution, surface: str) -> Reading:
    return next(r for r in resolution.readings if r.name.surface == surface)
