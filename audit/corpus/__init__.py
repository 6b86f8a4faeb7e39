"""Audits of whole corpora: a manifest in, a Parquet dataset out; on one machine's processes or on a Ray cluster."""

from audit.corpus.driver import ENGINES, CorpusResult, run_corpus

__all__ = ["ENGINES", "CorpusResult", "run_corpus"]
