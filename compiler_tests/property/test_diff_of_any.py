"""For any pipeline: it differs in nothing from itself in another order, and in something from an edited one."""

from __future__ import annotations

import copy
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.differ import compare
from flowdsl.differ.render import as_json, as_markdown, as_text
from flowdsl.kinds.defaults import with_defaults
from flowdsl.yamlread.reader import read

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "admission" / "cases.jsonl.gz"
FILES = sorted([*(ROOT / "pipelines").rglob("*.yaml"), *(ROOT / "compiler_tests" / "golden").glob("*.yaml")])
SETS = ("params", "results", "workspaces", "volumes", "tasks", "finally", "runAfter", "when", "sidecars")


def documents(path: Path) -> list[dict[str, Any]]:
    return [found.root.value for found in read(path.read_text(encoding="utf-8")) if isinstance(found.root.value, dict)]


def shuffled(value: Any, rng: random.Random) -> Any:
    """The same with the order of every set and mapping another."""
    if isinstance(value, dict):
        items = [(name, shuffled(each, rng)) for name, each in value.items()]
        rng.shuffle(items)
        found = dict(items)
        for name in SETS:
            if isinstance(found.get(name), list):
                rng.shuffle(found[name])
        return found
    return [shuffled(each, rng) for each in value] if isinstance(value, list) else value


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, each in value.items() for leaf in leaves(each, (*path, name))]
    if isinstance(value, list):
        return [leaf for index, each in enumerate(value) for leaf in leaves(each, (*path, index))]
    return [path] if isinstance(value, str) else []


@settings(max_examples=30)
@given(path=st.sampled_from(FILES), seed=st.integers(0, 2**32))
def test_order_and_defaults_are_no_difference(path: Path, seed: int) -> None:
    found = documents(path)
    rng = random.Random(seed)
    other = [shuffled(with_defaults(each) if rng.random() < 0.5 else each, rng) for each in copy.deepcopy(found)]
    rng.shuffle(other)
    assert [(each.subject, each.document) for each in compare(found, other)] == []


@settings(max_examples=60)
@given(path=st.sampled_from(FILES), seed=st.integers(0, 2**32))
def test_any_edit_is_a_difference(path: Path, seed: int) -> None:
    rng = random.Random(seed)
    found = documents(path)
    number = rng.randrange(len(found))
    places = [leaf for leaf in leaves(found[number]) if leaf[0] != "apiVersion"]
    place = rng.choice(places)
    other = copy.deepcopy(found)
    holder: Any = other[number]
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] += "x"
    told = compare(found, other)
    assert told, f"{path.name}: {place}"
    for text in (as_text(told), as_markdown(told), as_json(told)):
        assert text


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/admission is not there")
def test_over_the_shared_documents() -> None:
    originals: dict[str, dict[str, Any]] = {}
    missed = []
    with gzip.open(SHARED, "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if not case["edit"]:
                originals[case["id"]] = case["doc"]
                assert compare([case["doc"]], [copy.deepcopy(case["doc"])]) == [], case["id"]
                continue
            before = originals.get(case["id"].rpartition("~")[0])
            if before is None or not case["accepted"] or with_defaults(before) == with_defaults(case["doc"]):
                continue
            if not compare([before], [case["doc"]]):
                missed.append((case["id"], case["edit"]))
    assert len(originals) > 200
    # What is left says the same in another way: an order of no meaning, an edge drawn twice, a duration.
    assert len(missed) <= 60, missed
