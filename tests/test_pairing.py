"""What wording is compared on: which links, which words, and their vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from wording_cases import linked_case

from audit.detectors.case import Case
from audit.detectors.pairing import Side, pairs, take
from audit.embeddings import Embeddings, TokenVectors
from audit.records import Link

OURS = ["Rain fell.", "The old mill, closed.", "..."]
THEIRS = ["Snow fell on Monday.", "The mill closed."]


def link(ours: tuple[int, ...], theirs: tuple[int, ...], relation: str = "equivalent", document: int = 0) -> Link:
    return Link(ours, theirs, 0.5, 0.9, relation, f"reference-{document}")  # type: ignore[arg-type]


def test_a_side_has_its_words_with_their_places_in_the_document() -> None:
    case = linked_case(OURS, THEIRS, THEIRS, links=())
    side = take(case, [(-1, 1), (1, 0)])
    assert isinstance(side, Side)
    assert side.words == ("The", "old", "mill", ",", "closed", ".", "Snow", "fell", "on", "Monday", ".")
    assert len(side) == 11
    ours, theirs = "\n".join(OURS), "\n".join(THEIRS)
    content = [ours] * 6 + [theirs] * 5
    assert [c[a:b] for c, (a, b) in zip(content, side.spans.tolist(), strict=True)] == list(side.words)
    assert side.texts.tolist() == [-1] * 6 + [1] * 5
    assert side.sentences.tolist() == [1] * 6 + [0] * 5
    assert np.linalg.norm(side.vectors, axis=1) == pytest.approx(np.ones(11), abs=1e-5)
    assert side.vectors[6] @ case.reference_embeddings[1].tokens[0].vectors[0] == pytest.approx(1, abs=1e-5)


def test_a_first_sentence_has_the_places_of_its_own_document() -> None:
    case = linked_case(OURS, THEIRS, links=())
    side = take(case, [(0, 1), (-1, 0)])
    assert side is not None
    assert side.texts.tolist() == [0] * 4 + [-1] * 3
    assert side.spans[0].tolist() == [21, 24]
    assert side.spans[4].tolist() == [0, 4]


def test_what_has_no_words_or_no_vectors_gives_no_side() -> None:
    case = linked_case(["", *OURS], THEIRS, links=())
    assert take(case, []) is None
    assert take(case, [(-1, 0)]) is None
    skipping = take(case, [(-1, 0), (-1, 1)])
    assert skipping is not None
    assert skipping.words == ("Rain", "fell", ".")
    bare = replace(case, hypothesis_embeddings=Embeddings(case.hypothesis_embeddings.vectors, np.zeros(4, bool)))
    assert take(bare, [(-1, 1)]) is None
    unread = TokenVectors(np.zeros((0, 384), np.float32), np.zeros((0, 2), np.int32))
    first = replace(case.hypothesis_embeddings, tokens=(unread,) * 4)
    assert take(replace(case, hypothesis_embeddings=first), [(-1, 1)]) is None


@pytest.mark.parametrize(("count", "taken"), [(250, True), (251, False)])
def test_what_is_too_long_is_no_sentence(count: int, taken: bool) -> None:
    case = linked_case(["word " * count], THEIRS, links=())
    assert (take(case, [(-1, 0)]) is not None) is taken


def compared(case: Case) -> list[tuple[tuple[str, ...], tuple[str, ...], Link]]:
    return [(pair.hypothesis.words, pair.reference.words, which) for pair, which in pairs(case)]


def test_of_accounts_only_equivalent_sentences_are_compared() -> None:
    links = (link((0,), (0,), "partial"), link((1,), (1,)), link((0,), (0,), document=1))
    case = linked_case(OURS, THEIRS, [THEIRS[1]], links=links)
    closed = ("The", "mill", "closed", ".")
    assert [found[1:] for found in compared(case)] == [(closed, links[1]), (closed, links[2])]
    every = compared(replace(case, mode="parallel"))
    assert [found[2] for found in every] == list(links)
    assert every[0][:2] == (("Rain", "fell", "."), ("Snow", "fell", "on", "Monday", "."))


def test_a_link_without_words_on_a_side_is_left_out() -> None:
    links = (link((0,), (0,)), link((1,), (1,)), link((1,), (2,)))
    case = linked_case(["", OURS[1]], [*THEIRS, ""], links=links)
    assert [which for _, which in pairs(case)] == [links[1]]


def test_similarity_is_the_cosine_of_the_mean_vectors() -> None:
    case = linked_case(OURS, THEIRS, links=(link((0, 1), (0, 1)), link((0,), (1,))))
    ours, theirs = case.hypothesis_embeddings.vectors, case.reference_embeddings[0].vectors

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    both, one = pairs(case)
    assert both[0].similarity == pytest.approx(cosine(ours[0] + ours[1], theirs[0] + theirs[1]), abs=1e-6)
    assert one[0].similarity == pytest.approx(cosine(ours[0], theirs[1]), abs=1e-6)
    nothing = replace(case.hypothesis_embeddings, vectors=np.zeros_like(ours))
    assert [pair.similarity for pair, _ in pairs(replace(case, hypothesis_embeddings=nothing))] == [0.0, 0.0]
