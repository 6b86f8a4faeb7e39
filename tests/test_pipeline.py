"""The order of the steps: sentences are embedded again with resolved names only where that can change their links."""

from __future__ import annotations

from collections.abc import Sequence

from audit import pipeline
from audit.embeddings import Embeddings, Encoder, EncoderAround
from audit.records import Audit, Document
from audit.settings import Settings

REFERENCE = (
    "Mayor Ottilie Brandauer opened the new bridge over the Leine on Monday. "
    "Brandauer said that the bridge cost 40 million euros and took six years. "
    "Critics doubt that the tolls will ever pay for it. "
    "A ferry carried cars across the river before."
)
SURE = (
    "Mayor Ottilie Brandauar opened the new bridge over the Leine on Monday. "
    "Brandauar said that the bridge cost 40 million euros and took six years. "
    "Critics doubt that the tolls will ever pay for it."
)
UNSURE = (
    "Mayor Ottilie Brandauer opened the new bridge. Mayor Brandauar admires beekeepers. Rain fell on the cattle market."
)


class Recorder(EncoderAround):
    """An encoder that notes what it is asked for."""

    def __init__(self, inner: Encoder) -> None:
        super().__init__(inner)
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        self.asked.append(list(texts))
        return self._inner.encode(texts, tokens=tokens)


def embedded_again(encoder: Encoder, hypothesis: str, *references: str, realign: bool = True) -> tuple[set[str], Audit]:
    """What is embedded after the texts themselves, and the audit."""
    recorder = Recorder(encoder)
    settings = Settings(scores=False, wording=False, realign=realign)
    others = [Document(f"r{number}", text) for number, text in enumerate(references)]
    audit = pipeline.audit(Document("h", hypothesis), others, settings, recorder)
    return {text for asked in recorder.asked[1 + len(others) :] for text in asked}, audit


def test_sentences_whose_counterpart_is_sure_are_not_embedded_again(encoder: Encoder) -> None:
    again, audit = embedded_again(encoder, SURE, REFERENCE)
    assert {f.suggestion for f in audit.findings} == {"Brandauer", "Ottilie Brandauer"}
    assert again == set()


def test_a_sentence_without_a_sure_counterpart_is_embedded_with_its_right_names(encoder: Encoder) -> None:
    again, audit = embedded_again(encoder, UNSURE, REFERENCE)
    assert [f.suggestion for f in audit.findings] == ["Brandauer"]
    assert again == {"Mayor Brandauer admires beekeepers."}
    assert embedded_again(encoder, UNSURE, REFERENCE, realign=False)[0] == set()


def test_a_counterpart_has_to_be_sure_in_every_reference(encoder: Encoder) -> None:
    again, _ = embedded_again(
        encoder, SURE, REFERENCE, "A ferry once carried cars. Ottilie Brandauer was born in Graz."
    )
    assert "Mayor Ottilie Brandauer opened the new bridge over the Leine on Monday." in again
