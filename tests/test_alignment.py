"""Links: right on texts whose counterparts are known, silent where there is none, and refused where input is odd."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.alignment import align
from audit.auditor import Auditor
from audit.embeddings import Encoder
from audit.errors import SettingsError

STORY = [
    "The harbour of Port Mallow was closed on Tuesday after a crane fell into the water.",
    "Nobody was hurt, but three ships had to wait outside the bay for nine hours.",
    "Lena Osterfeld, the mayor, called for new rules for old machines.",
    "The crane was built in 1961 and had last been inspected two years ago.",
    "Fishermen said that they had lost about 40,000 dollars.",
    "A choir of schoolchildren sang at the reopening the next morning.",
]
ACCOUNT = [
    "Old machines need new rules, said Lena Osterfeld, who is mayor of the town.",
    "Three ships waited nine hours outside the bay; there were no injuries.",
    "The weather will stay mild for the rest of the week.",
    "Port Mallow closed its harbour on Tuesday when a crane toppled into the water.",
    "It was put up in 1961; the last inspection of the crane was two years ago.",
]
TRUE = {(0, 3), (1, 1), (2, 0), (3, 4)}


def pairs(encoder: Encoder, hypothesis: list[str], reference: list[str], **options: object) -> set[tuple[int, int]]:
    ours, theirs = encoder.encode(hypothesis, tokens=True), encoder.encode(reference, tokens=True)
    links = align(
        hypothesis,
        reference,
        ours.vectors,
        theirs.vectors,
        hypothesis_tokens=ours.tokens,
        reference_tokens=theirs.tokens,
        **options,  # type: ignore[arg-type]
    )
    assert all(0 <= k.confidence <= 1 and k.relation in ("equivalent", "partial") for k in links)
    return {(i, j) for k in links for i in k.hypothesis for j in k.reference}


def test_counterparts_are_found_in_any_order_and_the_rest_is_left_alone(encoder: Encoder) -> None:
    found = pairs(encoder, STORY, ACCOUNT)
    assert len(found & TRUE) >= 3
    assert not {(4, 2), (5, 2)} & found


def test_identical_texts_align_one_to_one(encoder: Encoder) -> None:
    for mode in ("comparable", "parallel"):
        assert pairs(encoder, STORY, STORY, mode=mode) == {(i, i) for i in range(len(STORY))}


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(STORY))), st.integers(0, 99))
def test_a_text_and_the_same_in_another_order_align_completely(order: list[int], seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(STORY), 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    links = align(STORY, [STORY[i] for i in order], vectors, vectors[order])
    assert {(k.hypothesis, k.reference) for k in links} == {((i,), (j,)) for j, i in enumerate(order)}
    assert all(k.confidence > 0.99 and k.relation == "equivalent" for k in links)


UNRELATED = {
    "cooking": ["Whisk the eggs with the sugar.", "Fold in the flour and bake for half an hour."],
    "football": [
        "The home side took the lead after nine minutes through their captain.",
        "A late penalty gave the visitors a draw that they hardly deserved.",
        "Both coaches were sent off after the whistle.",
    ],
    "medicine": [
        "Patients who slept less than six hours had higher blood pressure in the study.",
        "The authors followed 1,961 adults for two years.",
    ],
    "another language": ["Der Kuchen wird bei mittlerer Hitze gebacken.", "Danach muss er zwei Stunden ruhen."],
    "another script": ["Сегодня вечером ожидается сильный снег.", "本日は晴天なり。"],
}


@pytest.mark.parametrize("topic", sorted(UNRELATED))
@pytest.mark.parametrize("mode", ["comparable", "parallel"])
def test_an_unrelated_text_gets_no_link(encoder: Encoder, topic: str, mode: str) -> None:
    assert pairs(encoder, STORY, UNRELATED[topic], mode=mode) == set()
    assert pairs(encoder, UNRELATED[topic], STORY, mode=mode) == set()


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_foreign_sentence_changes_no_confident_link(encoder: Encoder, place: int) -> None:
    foreign = "Whisk the eggs with the sugar until the mixture is pale."

    def confident(reference: list[str]) -> set[tuple[tuple[int, ...], tuple[str, ...]]]:
        ours, theirs = encoder.encode(STORY, tokens=True), encoder.encode(reference, tokens=True)
        links = align(
            STORY,
            reference,
            ours.vectors,
            theirs.vectors,
            hypothesis_tokens=ours.tokens,
            reference_tokens=theirs.tokens,
        )
        return {(k.hypothesis, tuple(reference[j] for j in k.reference)) for k in links if k.confidence > 0.8}

    plain = confident(ACCOUNT)
    assert plain
    assert confident([*ACCOUNT[:place], foreign, *ACCOUNT[place:]]) == plain


def test_permuting_the_reference_permutes_the_links_without_evidence_of_neighbours(encoder: Encoder) -> None:
    order = [3, 0, 4, 1, 2]
    plain = pairs(encoder, STORY, ACCOUNT, neighbours=False)
    permuted = pairs(encoder, STORY, [ACCOUNT[i] for i in order], neighbours=False)
    assert {(i, order[j]) for i, j in permuted} == plain


def test_what_neighbours_say_counts_unless_it_is_declined(encoder: Encoder) -> None:
    hypothesis, reference = encoder.encode(STORY), encoder.encode(ACCOUNT)
    told = align(STORY, ACCOUNT, hypothesis.vectors, reference.vectors)
    assert told == align(STORY, ACCOUNT, hypothesis.vectors, reference.vectors, neighbours=True)
    assert told != align(STORY, ACCOUNT, hypothesis.vectors, reference.vectors, neighbours=False)


def test_parallel_sentences_that_were_joined_are_linked_to_both_parts(encoder: Encoder) -> None:
    joined = [STORY[0], f"{STORY[1]} {STORY[2]}", *STORY[3:]]
    found = pairs(encoder, STORY, joined, mode="parallel")
    assert {(0, 0), (1, 1), (2, 1), (3, 2), (4, 3), (5, 4)} <= found


def test_the_same_input_gives_the_same_links(encoder: Encoder) -> None:
    assert pairs(encoder, STORY, ACCOUNT) == pairs(encoder, STORY, ACCOUNT)


@pytest.mark.parametrize("mode", ["comparable", "parallel"])
def test_nothing_on_one_side_links_nothing(mode: str) -> None:
    empty = np.zeros((0, 4), np.float32)
    one = np.array([[1, 0, 0, 0]], np.float32)
    assert align([], ["a"], empty, one, mode=mode) == []  # type: ignore[arg-type]
    assert align(["a"], [], one, empty, mode=mode) == []  # type: ignore[arg-type]


def test_zero_vectors_are_never_aligned() -> None:
    vectors = np.array([[1, 0, 0], [0, 0, 0]], np.float32)
    links = align(["The mayor spoke."] * 2, ["The mayor spoke."] * 2, vectors, vectors)
    assert all(1 not in k.hypothesis and 1 not in k.reference for k in links)


def test_odd_input_is_refused_with_both_numbers() -> None:
    vectors = np.eye(3, dtype=np.float32)
    with pytest.raises(SettingsError, match=r"2 hypothesis .*3"):
        align(["a", "b"], ["a", "b", "c"], vectors, vectors)
    with pytest.raises(SettingsError, match=r"2 reference .*3"):
        align(["a", "b", "c"], ["a", "b"], vectors, vectors)
    with pytest.raises(SettingsError, match="unknown mode 'both'; choose one of: comparable, parallel"):
        align(["a"], ["a"], vectors[:1], vectors[:1], mode="both")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["comparable", "parallel"])
def test_one_sentence_against_one(encoder: Encoder, mode: str) -> None:
    told = "Port Mallow closed its harbour when a crane fell into the water."
    assert pairs(encoder, STORY[:1], [told], mode=mode) == {(0, 0)}
    assert pairs(encoder, STORY[:1], ["The weather will stay mild."], mode=mode) == set()


@pytest.mark.parametrize("mode", ["comparable", "parallel"])
def test_thousands_of_identical_lines_are_linked_one_to_one_as_far_as_they_go(mode: str) -> None:
    line = np.array([[0.6, 0.8]], np.float32)
    links = align(["Go!"] * 3000, ["Go!"] * 2000, line.repeat(3000, 0), line.repeat(2000, 0), mode=mode)  # type: ignore[arg-type]
    assert {i for k in links for i in k.hypothesis} == set(range(2000))
    assert {j for k in links for j in k.reference} == set(range(2000))


def test_a_sentence_of_five_thousand_words_is_cut_and_that_is_said_and_counted(auditor: Auditor) -> None:
    endless = " ".join(["The harbour and the bay and the crane"] * 700)
    result = auditor.audit_text(f"{endless}.\n{STORY[1]}", {"account": f"{ACCOUNT[0]}\n{endless}."})
    assert [s.truncated for s in result.sentences] == [True, False]
    said = " ".join(result.notes)
    assert "1 sentence is longer than the model reads" in said
    assert "1 sentence of the references is longer" in said


def test_other_scripts_align_as_well(encoder: Encoder) -> None:
    mixed = ["Мэр Осповат открыл порт 3 мая 1961 года.", *STORY[:2], "港は三日間閉鎖された。"]
    assert pairs(encoder, mixed, list(reversed(mixed))) == {(i, 3 - i) for i in range(4)}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 99), st.sampled_from(["comparable", "parallel"]))
def test_links_stay_within_both_texts(n: int, m: int, seed: int, mode: str) -> None:
    random = np.random.default_rng(seed)
    ours, theirs = (random.normal(size=(k, 16)).astype(np.float32) for k in (n, m))
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    words = [f"word{i} stands here" for i in range(12)]
    for link in align(words[:n], words[:m], ours, theirs, mode=mode):  # type: ignore[arg-type]
        assert list(link.hypothesis) == sorted(set(link.hypothesis))
        assert 0 <= min(link.hypothesis) <= max(link.hypothesis) < n
        assert 0 <= min(link.reference) <= max(link.reference) < m
