"""Sentences of a translation that are each other's although their vectors do not say so."""

from __future__ import annotations

from entity_texts import as_text, errors

from audit.entities.confusions import load
from audit.entities.counterparts import unlinked_counterparts
from audit.entities.linking import resolve
from audit.records import Link

OURS = "The river rose again.\nTwo weeks ago Sandvik Union left the clinic near the lake.\nNobody was hurt."
THEIRS = "Again the river rose.\nTwo weeks ago Mirelle Oste left the clinic near the lake.\nNobody was hurt."
EDGES = [Link((i,), (i,), 0.9, 0.9, "equivalent", "r") for i in (0, 2)]


def found(ours: str, theirs: str, links: list[Link]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    assumed = unlinked_counterparts(as_text(ours), [as_text(theirs, "r")], links)
    return [(link.hypothesis, link.reference) for link in assumed]


def test_what_shares_its_wording_between_the_same_neighbours_is_linked() -> None:
    assert found(OURS, THEIRS, EDGES) == [((1,), (1,))]


def test_a_sentence_that_shares_no_wording_stays_alone() -> None:
    assert (
        found(OURS, THEIRS.replace("Two weeks ago Mirelle Oste left the clinic near the lake", "Rain fell"), EDGES)
        == []
    )


def test_nothing_is_linked_across_a_link() -> None:
    moved = "Two weeks ago Mirelle Oste left the clinic near the lake.\nAgain the river rose.\nNobody was hurt."
    links = [Link((0,), (1,), 0.9, 0.9, "equivalent", "r"), Link((2,), (2,), 0.9, 0.9, "equivalent", "r")]
    assert found(OURS, moved, links) == []


def test_of_several_each_gets_the_one_that_is_most_like_it() -> None:
    ours = "Ana Lind sold the old mill by the sea.\nThe ferry to Norrby was late on Friday."
    theirs = "The ferry to Sundby was late on Friday.\nTom Berg sold the old mill by the sea."
    assert sorted(found(ours, theirs, [])) == [((0,), (1,)), ((1,), (0,))]


def test_a_long_stretch_without_links_is_no_gap() -> None:
    line = "The ferry to Norrby was late on Friday."
    assert found("\n".join([line] * 6), line, []) == []


def test_a_name_in_such_a_sentence_is_found_in_a_translation_and_left_alone_in_an_account() -> None:
    ours, theirs = as_text(OURS), as_text(THEIRS, "r")
    parallel = resolve(ours, [theirs], EDGES, load(), mode="parallel")
    assert errors(parallel)["Sandvik Union"][0] == "Mirelle Oste"
    assert errors(resolve(ours, [theirs], EDGES, load())) == {}
