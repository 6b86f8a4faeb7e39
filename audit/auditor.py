"""The Python interface: an ``Auditor`` that holds the model, its result, and functions on a shared auditor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from audit.errors import InputError
from audit.records import Audit, Document, Link, Mode, Score
from audit.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from audit.embeddings import Encoder

__all__ = ["AuditResult", "Auditor", "Progress", "align", "audit_files", "audit_text", "score_pairs"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done and how much there is."""

FORMATS = ("csv", "json", "html", "png")
"""What a result writes unless told otherwise; ``svg`` is known too."""

_PAIRS_AT_ONCE = 128
"""Pairs that are embedded together while others are scored: about 25 MB for sentences of usual length."""


@dataclass(frozen=True, slots=True)
class AuditResult(Audit):
    """An audit with what one does with it: a table, a dictionary, files, a view in a notebook."""

    @classmethod
    def of(cls, audit: Audit) -> Self:
        """Wrap ``audit``."""
        return cls(**{f.name: getattr(audit, f.name) for f in fields(Audit)})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the result that ``to_dict`` (or audit.json) describes.

        Raises:
            InputError: the data do not follow the schema of audit.json.
        """
        from audit.reporting import interchange

        return cls.of(interchange.from_dict(data))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON values, as they stand in audit.json."""
        from audit.reporting import interchange

        return interchange.to_dict(self)

    @property
    def entities(self) -> pd.DataFrame:
        """The mangled mentions, one a row, with the columns of entities.csv; empty cells are missing values."""
        from audit.reporting import tables

        return tables.table_frame(self, "entities")

    def write(self, folder: str | Path, formats: Collection[str] = FORMATS, *, excerpts: bool = False) -> list[Path]:
        """Write report, tables, JSON and plots into ``folder``, whole or not at all, and return the files.

        Args:
            folder: made when it is missing; files of an earlier run are replaced, others stay.
            formats: any of ``csv``, ``json``, ``html``, ``png``, ``svg``; default: all but ``svg``.
            excerpts: the report shows references only as excerpts around the evidence.

        Raises:
            OutputError: the folder cannot be written; it is as it was.
            SettingsError: an unknown format.
        """
        from audit.reporting import writer

        return writer.write(self, folder, formats, excerpts=excerpts)

    def _repr_html_(self) -> str:
        from audit.reporting import html

        return html.notebook_html(self)


class Auditor:
    """Audits texts with one loaded model; safe to share between threads.

    Args:
        settings: what its methods use unless told otherwise; default: the recommended settings.

    The model is loaded when it is first needed. Settings that name another model load that one beside it.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._encoders: dict[tuple[str, bool, bool], Encoder] = {}
        self._lock = Lock()

    def encoder(self, settings: Settings | None = None) -> Encoder:
        """Return the model that ``settings`` name, loaded once.

        Raises:
            ModelError: the model is missing, damaged or unsafe.
        """
        from audit.cache import CachedEncoder
        from audit.encoders import load_encoder

        chosen = settings or self.settings
        key = (chosen.model, chosen.download, chosen.cache)
        with self._lock:
            if key not in self._encoders:
                encoder = load_encoder(chosen)
                self._encoders[key] = CachedEncoder(encoder) if chosen.cache else encoder
            return self._encoders[key]

    def audit_text(
        self,
        hypothesis: str,
        references: Sequence[str] | Mapping[str, str] = (),
        *,
        mode: Mode = "comparable",
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> AuditResult:
        """Audit a text against others.

        Args:
            hypothesis: the machine-translated text, English.
            references: clean accounts of the same events, or a mapping of their names to them; may be empty.
            mode: ``parallel`` when the references translate the same text; overrides the settings' default.
            settings: instead of the auditor's own.
            progress: told of each step.

        Raises:
            InputError: a text that is blank, too long or not English.
            ModelError: the model cannot be used.
        """
        from audit.texts import make_document

        chosen = self._settings(mode, settings)
        if isinstance(references, str):
            raise InputError("the references are one text; put it into a list: [text]")
        named = dict(references) if isinstance(references, Mapping) else _numbered(references)
        document = make_document(hypothesis, "hypothesis", max_chars=chosen.max_chars)
        others = [make_document(text, name, max_chars=chosen.max_chars) for name, text in named.items()]
        return self._audit(document, others, chosen, progress)

    def audit_files(
        self,
        hypothesis: str | Path,
        references: Iterable[str | Path] = (),
        *,
        mode: Mode = "comparable",
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> AuditResult:
        """Audit a file against others; ``-`` is standard input, a folder among the references all texts in it.

        Raises:
            InputError: a file that cannot be read, or a text that is blank, too long or not English.
            ModelError: the model cannot be used.
        """
        from audit.texts import expand_references, read_document, unique_names

        chosen = self._settings(mode, settings)
        if isinstance(references, (str, Path)):
            raise InputError(f"the references are one path; put it into a list: [{str(references)!r}]")
        paths = [hypothesis, *expand_references(references, exclude=hypothesis)]
        document, *others = (
            read_document(path, name=name, max_chars=chosen.max_chars)
            for path, name in zip(paths, unique_names(paths), strict=True)
        )
        return self._audit(document, others, chosen, progress)

    def align(
        self,
        hypothesis: Sequence[str],
        reference: Sequence[str],
        *,
        mode: Mode = "comparable",
        settings: Settings | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Link]:
        """Pair sentences that tell the same; a sentence without a counterpart is in no link.

        Raises:
            InputError: a text instead of a list of sentences.
            ModelError: the model cannot be used.
        """
        from audit import alignment

        chosen = self._settings(mode, settings)
        _refuse_text(hypothesis=hypothesis, reference=reference)
        encoder = self.encoder(chosen)
        ours, theirs = encoder.encode(hypothesis, tokens=True), encoder.encode(reference, tokens=True)
        return alignment.align(
            hypothesis,
            reference,
            ours.vectors,
            theirs.vectors,
            mode=chosen.mode,
            hypothesis_tokens=ours.tokens,
            reference_tokens=theirs.tokens,
            progress=progress,
        )

    def score_pairs(
        self,
        hypotheses: Sequence[str],
        references: Sequence[str],
        *,
        ter: bool = False,
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Score each hypothesis against the reference at the same place; one row a pair, in order.

        Columns: quality (0–100), mqm (predicted penalty, 0 = faultless), similarity (-1–1), bleu, chrf (0–100), ter
        (0 upwards; empty unless asked for). Higher is better but for mqm and ter. An empty hypothesis has quality 0;
        a pair that cannot be judged (no reference) has NaN throughout.

        Raises:
            InputError: other numbers of hypotheses and references.
            ModelError: the model cannot be used.
        """
        import pandas as pd

        scores = self.scores(hypotheses, references, ter=ter, settings=settings, progress=progress)
        columns = [f.name for f in fields(Score)]
        return pd.DataFrame([[getattr(s, c) for c in columns] for s in scores], columns=columns, dtype="float64")

    def scores(
        self,
        hypotheses: Sequence[str],
        references: Sequence[str],
        *,
        ter: bool = False,
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> list[Score]:
        """Score pairs as ``score_pairs`` does, as records."""
        from audit import scoring

        chosen = settings or self.settings
        _refuse_text(hypotheses=hypotheses, references=references)
        if len(hypotheses) != len(references):
            raise InputError(
                f"there are {len(hypotheses)} hypotheses but {len(references)} references; each needs its own"
            )
        encoder = self.encoder(chosen)
        found: dict[int, Score] = {}
        # Texts of like length fill batches best; translations of one reference stand together, which is embedded once.
        order = sorted(range(len(references)), key=lambda i: (-len(references[i]), references[i]))
        parts = [order[start : start + _PAIRS_AT_ONCE] for start in range(0, len(order), _PAIRS_AT_ONCE)]
        sides = [[[side[i] for i in part] for side in (hypotheses, references)] for part in parts]
        embedded = _ahead(lambda pair: encoder.encode(pair[0] + pair[1], tokens=True), sides)
        for part, (ours, theirs), vectors in zip(parts, sides, embedded, strict=True):
            if progress:
                progress("scoring", len(found), len(order))
            halves = vectors.part(0, len(part)), vectors.part(len(part), 2 * len(part))
            found.update(zip(part, scoring.score(ours, theirs, *halves, ter=ter or chosen.ter), strict=True))
        return [found[i] for i in range(len(order))]

    def _settings(self, mode: Mode, settings: Settings | None) -> Settings:
        chosen = settings or self.settings
        return chosen if mode == Settings().mode else replace(chosen, mode=mode)

    def _audit(
        self,
        hypothesis: Document,
        references: Sequence[Document],
        settings: Settings,
        progress: Progress | None,
    ) -> AuditResult:
        from audit import pipeline
        from audit.texts import encoding_note

        encoder = self.encoder(settings)
        notes = [note for note in map(encoding_note, (hypothesis, *references)) if note]
        return AuditResult.of(pipeline.audit(hypothesis, references, settings, encoder, notes=notes, progress=progress))


_SHARED = Auditor()
"""What the functions below use; its model is loaded when one of them first needs it."""

audit_text = _SHARED.audit_text
audit_files = _SHARED.audit_files
align = _SHARED.align
score_pairs = _SHARED.score_pairs


def _ahead(compute: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Yield ``compute`` of each item in their order; while the caller uses one, the next is computed."""
    with ThreadPoolExecutor(1) as pool:
        coming: deque[Future[_Result]] = deque()
        for item in items:
            coming.append(pool.submit(compute, item))
            if len(coming) > 1:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _numbered(references: Sequence[str]) -> dict[str, str]:
    return {f"reference-{number}": text for number, text in enumerate(references)}


def _refuse_text(**sides: Sequence[str]) -> None:
    for name, side in sides.items():
        if isinstance(side, str):
            raise InputError(f"{name} is one text; give a list of sentences")
