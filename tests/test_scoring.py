"""Scores of sentence pairs: sacreBLEU's figures as sacreBLEU gives them, and the behaviour of the learned ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF, TER

from audit.embeddings import Embeddings, Encoder
from audit.errors import InputError
from audit.records import Score
from audit.scoring import SCORER, heads, score, surface
from audit.scoring.features import PAIR_FEATURES, describe

MARGIN = 0.01
"""How far quality and mqm may move with the batch."""

REFERENCES = (
    "The ministry said on Tuesday that 240 people were still missing after the flood in the northern province.",
    "She refused to sign the contract because the bank had not answered her letter.",
    "The new line will carry 12 million passengers a year.",
    "Prices rose by 3.5 per cent in March.",
)
TRANSLATIONS = (
    "The ministry said Tuesday that 240 people are still missing after the floods in the northern province.",
    "She refused to sign the contract because the bank did not answer her letter.",
    "The new line will transport 12 million passengers per year.",
    "In March, prices increased by 3.5 per cent.",
)
DAMAGED = (
    "The ministry said Tuesday that 24 people are still missing after the floods in the northern province.",
    "She refused to sign the contract because the bank did answer her letter.",
    "The new line will transport 12 million Passagiere per year.",
    "In March, prices increased by 8.5 per cent.",
)
OTHER_LANGUAGES = (
    "Das Ministerium teilte am Dienstag mit, dass nach der Flut noch immer 240 Menschen vermisst werden.",
    "Elle a refusé de signer le contrat parce que la banque n'avait pas répondu à sa lettre.",
    "新线路每年将运送一千二百万名乘客。",
    "В марте цены выросли на 3,5 процента.",
)
UNRELATED = (
    "He planted two apple trees behind the school.",
    "Our cat sleeps on the warm roof all afternoon.",
    "The orchestra tuned its instruments before the concert.",
    "Whales migrate along the coast every winter.",
)

texts = st.text(alphabet=st.sampled_from("ab cdeé,.!-5 0'&中\n\u2028"), max_size=40)


def scores(encoder: Encoder, hypotheses: Sequence[str], references: Sequence[str], **options: bool) -> list[Score]:
    vectors, others = (encoder.encode(side, tokens=True) for side in (hypotheses, references))
    return score(hypotheses, references, vectors, others, **options)


def qualities(encoder: Encoder, hypotheses: Sequence[str], references: Sequence[str], **options: bool) -> list[float]:
    found = [s.quality for s in scores(encoder, hypotheses, references, **options)]
    assert all(value is not None and np.isfinite(value) for value in found)
    return [value for value in found if value is not None]


@settings(max_examples=200)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=6))
def test_surface_figures_equal_sacrebleus(pairs: list[tuple[str, str]]) -> None:
    hypotheses, references = ([pair[side] for pair in pairs] for side in (0, 1))
    bleu, chrf, ter = BLEU(effective_order=True), CHRF(), TER()
    assert surface.bleu(hypotheses, references).tolist() == [bleu.sentence_score(h, [r]).score for h, r in pairs]
    assert surface.chrf(hypotheses, references).tolist() == [chrf.sentence_score(h, [r]).score for h, r in pairs]
    assert surface.ter(hypotheses, references).tolist() == [ter.sentence_score(h, [r]).score for h, r in pairs]


def test_surface_figures_of_many_symbols_equal_sacrebleus() -> None:
    many = "".join(chr(0x4E00 + k) for k in range(6000))
    hypotheses, references = [many, "a b"] * 300, [many[::-1] + many[:50], "a b c"] * 300
    chrf = [CHRF().sentence_score(h, [r]).score for h, r in zip(hypotheses[:2], references[:2], strict=True)]
    assert surface.chrf(hypotheses, references).tolist() == chrf * 300


def test_the_signature_names_sacrebleu_and_the_heads() -> None:
    content = (files("audit.scoring") / "data" / "heads.json").read_bytes()
    assert hashlib.sha256(content).hexdigest() == heads.DIGEST
    assert heads.DIGEST[:8] in SCORER
    assert "sacrebleu" in SCORER
    assert not set("|\n") & set(SCORER), "the signature of a run is parted by bars"


def test_weights_stand_for_each_feature() -> None:
    for head in heads.load().values():
        assert len(head.mean) == len(head.quality_weights) == len(head.penalty_weights) == len(PAIR_FEATURES)
        assert (np.diff(head.penalty_curve) >= 0).all()


def test_identical_pairs_are_faultless(encoder: Encoder) -> None:
    for found in scores(encoder, REFERENCES, REFERENCES):
        assert found.quality is not None
        assert found.quality >= 99
        assert found.mqm == 0
        assert found.bleu == pytest.approx(100)
        assert found.chrf == pytest.approx(100)


@pytest.mark.parametrize("account", [False, True])
def test_one_wrong_word_costs(encoder: Encoder, account: bool) -> None:
    good = qualities(encoder, TRANSLATIONS, REFERENCES, account=account)
    bad = qualities(encoder, DAMAGED, REFERENCES, account=account)
    assert all(right > wrong for right, wrong in zip(good, bad, strict=True))


@pytest.mark.parametrize("account", [False, True])
@pytest.mark.parametrize("hypotheses", [OTHER_LANGUAGES, UNRELATED])
def test_what_is_no_translation_is_near_nought(encoder: Encoder, hypotheses: Sequence[str], account: bool) -> None:
    assert max(qualities(encoder, hypotheses, REFERENCES, account=account)) < 10


@pytest.mark.parametrize(
    ("hypothesis", "reference"),
    [
        ("Oslo: It’s cold", "Oslo: A cold place."),
        ("They said they would stay out until Friday.", "The strike goes on."),
        ("Ferry strike ends - thequayharbourpost.com", "Ferry Strike Ends - The Quay Harbour Post"),
    ],
)
def test_a_rare_word_or_a_free_translation_is_not_taken_for_none(
    encoder: Encoder, hypothesis: str, reference: str
) -> None:
    assert qualities(encoder, [hypothesis], [reference])[0] > 50


def test_typographic_apostrophes_make_no_rare_words(encoder: Encoder) -> None:
    written = ["It’s what the mayor’s office didn’t say.", "It's what the mayor's office didn't say."]
    vectors = encoder.encode(written, tokens=True)
    surface_figures = np.zeros(2), np.zeros(2)
    rows = describe(written, written[::-1], vectors, encoder.encode(written[::-1], tokens=True), surface_figures)
    columns = [PAIR_FEATURES.index(f"{name}_{side}") for name in ("words", "unknown") for side in ("added", "missing")]
    assert (rows[:, columns] == 0).all()


def test_a_possessive_is_known_where_its_word_is(encoder: Encoder) -> None:
    texts = ["The glassblower's house.", "The glassblower house."]
    vectors = encoder.encode(texts, tokens=True)
    others = encoder.encode(texts[::-1], tokens=True)
    rows = describe(texts, texts[::-1], vectors, others, (np.zeros(2), np.zeros(2)))
    assert (rows[:, PAIR_FEATURES.index("words_added")] > 0).all()
    assert (rows[:, PAIR_FEATURES.index("unknown_added")] == 0).all()


def test_translations_are_clearly_better_than_nothing(encoder: Encoder) -> None:
    assert min(qualities(encoder, TRANSLATIONS, REFERENCES)) > 50


def test_empty_sides(encoder: Encoder) -> None:
    nothing, blank, unjudged, full = scores(
        encoder, ["", " \n", TRANSLATIONS[0], TRANSLATIONS[0]], [REFERENCES[0], REFERENCES[0], "", REFERENCES[0]]
    )
    assert nothing.quality == blank.quality == 0
    assert nothing.mqm == heads.NON_TRANSLATION
    assert unjudged == scores(encoder, [""], [""])[0] == Score()
    assert full.quality is not None
    assert full.quality > 0


def test_strange_texts_are_judged(encoder: Encoder) -> None:
    strange = ["\u200b", "…", "😀😀", "1", "\ufffd" * 3, "a" * 3000]
    for found in scores(encoder, strange, ["A plain sentence."] * len(strange)):
        assert found.quality is not None
        assert 0 <= found.quality <= 100
        assert found.mqm is not None
        assert 0 <= found.mqm <= heads.NON_TRANSLATION


def test_scores_do_not_depend_on_the_company(encoder: Encoder) -> None:
    hypotheses = [*TRANSLATIONS, *DAMAGED, *UNRELATED]
    references = [*REFERENCES] * 3
    together = scores(encoder, hypotheses, references)
    backwards = scores(encoder, hypotheses[::-1], references[::-1])[::-1]
    alone = [scores(encoder, [h], [r])[0] for h, r in zip(hypotheses, references, strict=True)]
    for other in (backwards, alone):
        for first, second in zip(together, other, strict=True):
            assert first.bleu == second.bleu
            assert first.chrf == second.chrf
            assert first.quality == pytest.approx(second.quality, abs=MARGIN)
            assert first.mqm == pytest.approx(second.mqm, abs=MARGIN)
            assert first.similarity == pytest.approx(second.similarity, abs=1e-4)


def test_figures_that_are_not_asked_for_stay_empty(encoder: Encoder) -> None:
    (bare,) = scores(encoder, TRANSLATIONS[:1], REFERENCES[:1], surface=False)
    (whole,) = scores(encoder, TRANSLATIONS[:1], REFERENCES[:1], ter=True)
    assert bare.bleu is bare.chrf is bare.ter is None
    assert None not in astuple(whole)
    assert bare.quality == whole.quality


def test_no_pairs_no_scores(encoder: Encoder) -> None:
    assert scores(encoder, [], []) == []


def test_pairs_that_do_not_match_are_refused(encoder: Encoder) -> None:
    with pytest.raises(InputError, match=r"4 hypotheses .4 encoded. and 3 references .3 encoded."):
        scores(encoder, TRANSLATIONS, REFERENCES[:3])
    vectors = encoder.encode(TRANSLATIONS)
    with pytest.raises(InputError, match="0 encoded"):
        score(TRANSLATIONS, REFERENCES, Embeddings(vectors.vectors, vectors.truncated), vectors)
