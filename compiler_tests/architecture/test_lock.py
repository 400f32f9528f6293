"""The lock holds what pyproject.toml asks for: a new or narrower requirement is locked in the same change."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
RENEW = "run `bash .ci/lock` and commit .ci/locked"
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]


def asked(extra: str) -> list[Requirement]:
    """The requirements of an extra, with those of the extras of ours that it names, and the base ones."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [Requirement(text) for text in project["dependencies"]]
    todo, seen = [extra], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for each in map(Requirement, project["optional-dependencies"][name]):
            todo.extend(each.extras if each.name == "flowdsl" else ())
            found.extend(() if each.name == "flowdsl" else (each,))
    return found


def locked(extra: str) -> list[Requirement]:
    """What a lock file pins."""
    text = (ROOT / ".ci" / "locked" / f"{extra}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if "--hash=sha256:" not in line] == []
    return [Requirement(re.split(r"\s+--hash=", line)[0]) for line in lines]


def pins(extra: str, python: str) -> dict[str, str]:
    """The version of each package for one Python on Linux."""
    where = {**default_environment(), "python_version": python, "python_full_version": f"{python}.9"}
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in locked(extra)
        if each.marker is None or each.marker.evaluate(where)
    }


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("extra", ["dev", "docs", "uv"])
def test_what_is_asked_for_is_locked(extra: str, python: str) -> None:
    where = {"python_version": python, "python_full_version": f"{python}.9"}
    have = pins(extra, python)
    wrong = [
        f"{each}: locked is {have.get(canonicalize_name(each.name), 'none')}"
        for each in asked(extra)
        if each.marker is None or each.marker.evaluate(where)
        if not each.specifier.contains(have.get(canonicalize_name(each.name), "0"), prereleases=True)
    ]
    assert wrong == [], RENEW
