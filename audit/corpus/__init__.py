"""Audits of whole corpora: a manifest in, a Parquet dataset out; on one machine's processes or on a Ray cluster."""

from audit.corpus.driver import ENGINES, TIMEOUT, CorpusResult, TooManyRejectedError, audit_document, run_corpus

__all__ = ["ENGINES", "TIMEOUT", "CorpusResult", "TooManyRejectedError", "audit_document", "run_corpus"]
