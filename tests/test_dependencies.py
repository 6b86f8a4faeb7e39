"""What the package depends on: each with its reason and its licence, bounds that the tested versions keep."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = {name: [Requirement(r) for r in lines] for name, lines in PROJECT["optional-dependencies"].items()}
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
OPTIONAL = [r for extra in ("bfloat16", "corpus", "pool", "ray") for r in EXTRAS[extra]]
SHIPPED = sorted({canonicalize_name(r.name) for r in (*NEEDED, *OPTIONAL)})
PINNED = {
    canonicalize_name(name): Version(version)
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for name, version in [line.split("==")]
}


def rows(path: str, section: str = "") -> dict[str, list[str]]:
    """The rows of the tables of a document by each name in their first cell."""
    text = (ROOT / path).read_text("utf-8")
    text = text[text.index(section) :] if section else text
    found = {}
    for line in re.findall(r"^\|(.*)\|$", text, re.M):
        first, *cells = (cell.strip() for cell in line.split("|"))
        for name in re.sub(r"\(.*?\)", "", first).split(","):
            found[canonicalize_name(name.strip())] = cells
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_every_dependency_has_its_reason_and_its_licence(name: str) -> None:
    _, why = rows("CONTRIBUTING.md", "## Dependencies")[name]
    assert len(why) > 5
    licence, *_ = rows("docs/licences.md")[name]
    assert licence


@pytest.mark.parametrize("requirement", [*NEEDED, *(r for extra in EXTRAS.values() for r in extra)], ids=str)
def test_the_tested_version_is_allowed_and_lower_bounds_are_named(requirement: Requirement) -> None:
    assert PINNED[canonicalize_name(requirement.name)] in requirement.specifier
    assert [s.operator for s in requirement.specifier] == [">="], "an upper bound needs a known break"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_licence_is_the_one_that_the_package_states(name: str) -> None:
    """One word of the licence listed stands in what the installed package says of itself."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    stated = " ".join(
        [about.get("License-Expression") or "", about.get("License") or "", *(about.get_all("Classifier") or [])]
    )
    if not stated.strip():
        pytest.skip(f"{name} states no licence")
    family = rows("docs/licences.md")[name][0].split("-")[0].split()[0]
    assert family.casefold() in stated.casefold()
