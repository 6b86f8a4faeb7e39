"""An auditor of machine translation: mangled names, wrong words, quality, and the evidence for each.

    >>> import audit
    >>> result = audit.audit_text("Mr. German spoke.", ["Sam Altman spoke."])
    >>> result.entities, result.write("reports/mine")

Importing the package loads nothing heavy; each name is fetched from its module when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from audit.version import VERSION as __version__

if TYPE_CHECKING:
    from audit.auditor import Auditor, AuditResult, align, audit_files, audit_text, score_pairs
    from audit.errors import AuditError, InputError, MissingExtraError, ModelError, OutputError, SettingsError
    from audit.records import Audit, Conflict, Document, Finding, Link, Mention, Score, Sentence, SentenceResult
    from audit.reporting.tables import read_table
    from audit.settings import Settings

__all__ = [
    "Audit",
    "AuditError",
    "AuditResult",
    "Auditor",
    "Conflict",
    "Document",
    "Finding",
    "InputError",
    "Link",
    "Mention",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "Score",
    "Sentence",
    "SentenceResult",
    "Settings",
    "SettingsError",
    "__version__",
    "align",
    "audit_files",
    "audit_text",
    "read_table",
    "score_pairs",
]

_HOMES = {
    "audit.auditor": ("AuditResult", "Auditor", "align", "audit_files", "audit_text", "score_pairs"),
    "audit.errors": ("AuditError", "InputError", "MissingExtraError", "ModelError", "OutputError", "SettingsError"),
    "audit.records": (
        "Audit", "Conflict", "Document", "Finding", "Link", "Mention", "Score", "Sentence", "SentenceResult",
    ),
    "audit.reporting.tables": ("read_table",),
    "audit.settings": ("Settings",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
