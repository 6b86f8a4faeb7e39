"""audit.json: an audit as plain values and back, and the schema that both follow.

The dataclasses of ``records`` are the one definition of the layout: msgspec derives the schema, the reading and the
writing from their annotations. What a schema cannot say (offsets that hold, indices that exist) is checked here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from audit.errors import InputError
from audit.records import SCHEMA_VERSION, Audit, Document, Sentence
from audit.reporting import summaries
from audit.untrusted import parse_json, read_bytes

__all__ = ["dumps", "from_dict", "loads", "read", "schema", "to_dict"]

_MEND = "Make it again with `audit run`."
_MAX_BYTES = 1 << 30


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of audit.json."""
    _, definitions = msgspec.json.schema_components([Audit], ref_template="#/$defs/{name}")
    layout = definitions.pop("Audit")
    version = {"const": SCHEMA_VERSION, "description": "Version of this layout."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **layout,
        "properties": {"schema_version": version, **layout["properties"]},
        "required": ["schema_version", *layout["required"]],
        "$defs": definitions,
    }


def to_dict(audit: Audit) -> dict[str, Any]:
    """Return ``audit`` as dicts, lists, strings, finite numbers, booleans and ``None``."""
    values: dict[str, Any] = _plain(msgspec.to_builtins(audit))
    return {"schema_version": SCHEMA_VERSION, **values}


def from_dict(values: Mapping[str, Any]) -> Audit:
    """Return the audit that ``to_dict`` was given.

    Raises:
        InputError: another layout, a missing or wrong value, or places that do not exist.
    """
    version = values.get("schema_version") if isinstance(values, Mapping) else None
    if version != SCHEMA_VERSION:
        said = "has no schema_version" if version is None else f"has schema_version {version!r}"
        raise InputError(f"this is not an audit.json of this version: it {said}, {SCHEMA_VERSION} is read. {_MEND}")
    try:
        audit = msgspec.convert(values, Audit)
        summaries.check(audit.summary)
    except msgspec.ValidationError as error:
        raise InputError(f"this audit.json is damaged: {error}. {_MEND}") from error
    for fault in _faults(audit):
        raise InputError(f"this audit.json is damaged: {fault}. {_MEND}")
    return audit


def dumps(audit: Audit) -> str:
    """Return ``audit`` as the text of audit.json."""
    return json.dumps(to_dict(audit), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def loads(text: str | bytes) -> Audit:
    """Read the text of an audit.json; raises as ``from_dict`` does, also where it is no JSON at all."""
    try:
        values = parse_json(text, number=_finite)
    except ValueError as error:
        raise InputError(f"this is not an audit.json: {error}. {_MEND}") from error
    return from_dict(values)


def read(path: str | Path) -> Audit:
    """Read an audit.json; raises ``InputError`` with the path in the message."""
    try:
        content = read_bytes(Path(path), _MAX_BYTES)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    try:
        return loads(content)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _plain(value: Any) -> Any:
    match value:
        case float():
            return value if math.isfinite(value) else None
        case str():
            # A lone surrogate has no UTF-8; a question mark in its place keeps every offset.
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_plain(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value


def _finite(figure: str) -> float:
    value = float(figure)
    if not math.isfinite(value):
        raise ValueError(f"{figure} is no figure")
    return value


def _faults(audit: Audit) -> Iterator[str]:
    """Name the places in ``audit`` that do not exist."""
    texts = {reference.document.name: reference for reference in audit.references}
    if len(texts) < len(audit.references):
        yield "two references have one name"
    yield from _misplaced(audit.document, [result.sentence for result in audit.sentences])
    for reference in audit.references:
        yield from _misplaced(reference.document, reference.sentences)

    count = len(audit.sentences)
    for link in audit.links:
        size = len(texts[link.document].sentences) if link.document in texts else 0
        if not (_within(link.reference, size) and _within(link.hypothesis, count)):
            yield f"a link joins {link.hypothesis} to {link.reference} of {link.document!r}, which do not exist"
    for confidence in (*(link.confidence for link in audit.links), *(finding.confidence for finding in audit.findings)):
        if not 0 <= confidence <= 1:
            yield f"a confidence of {confidence}; it lies between 0 and 1"
    for finding in audit.findings:
        name, start, end = finding.reference_document, finding.reference_start, finding.reference_end
        length = len(texts[name].document.text) if name in texts else -1
        if start is None or end is None:
            exists = start is end and name in (None, *texts)
        else:
            exists = 0 <= start <= end <= length
        if not exists:
            yield f"finding {finding.id!r} points to {start}–{end} of {name!r}, which has no such place"
    own = [(f.sentence, f.start, f.end, f.surface) for f in audit.findings]
    own += [(m.sentence, m.start, m.end, m.surface) for m in audit.mentions]
    for sentence, begin, stop, surface in own:
        if not 0 <= sentence < count or not _stands(audit.document, begin, stop, surface):
            yield f"{surface!r} does not stand at {begin}–{stop} of the document"
    documents = {audit.document.name: audit.document, **{name: text.document for name, text in texts.items()}}
    for conflict in audit.conflicts:
        for said in (conflict.first, conflict.second):
            if said.document not in documents or not _stands(
                documents[said.document], said.start, said.end, said.surface
            ):
                yield f"{said.surface!r} does not stand at {said.start}–{said.end} of {said.document!r}"


def _misplaced(document: Document, sentences: Sequence[Sentence]) -> Iterator[str]:
    after = 0
    for index, s in enumerate(sentences):
        if s.index != index or s.start < after or not _stands(document, s.start, s.end, s.text):
            yield f"sentence {index} of {document.name!r} does not stand at {s.start}–{s.end}"
        after = s.end


def _stands(document: Document, start: int, end: int, text: str) -> bool:
    return 0 <= start <= end and document.text[start:end] == text


def _within(indices: Sequence[int], size: int) -> bool:
    return bool(indices) and all(0 <= index < size for index in indices)
