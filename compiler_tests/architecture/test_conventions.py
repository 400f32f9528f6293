"""A name or a place that documents carry is written in flowdsl.kube.conventions, and nowhere else."""

from __future__ import annotations

import re
from functools import cache

import pytest
from source import Module, modules

HOME = "flowdsl.kube.conventions"
# Distinct enough that no other text of ours holds them.
TEXTS = {
    "our labels and annotations": re.compile(r"flowdsl\.dev/"),
    "the label of what made an object": re.compile(r"app\.kubernetes\.io/managed-by"),
    "the folder of workspaces": re.compile(r"^/workspace\b"),
    "Tekton's folder": re.compile(r"^/tekton\b"),
}
NUMBERS = {"etcd's limit of an object": 1_572_864, "the user of images without one": 65532}
# The public signatures show their defaults as they are; a test holds them to the options.
SHOWN = {"flowdsl.api"}
# Their text runs by itself: within a step's script, or in the process that steps start from. Nothing of ours is there.
ALONE = (
    "flowdsl.frontend.script.runtime",
    "flowdsl.runner.equivalents.programs",
    "flowdsl.runner.taskrun.namespace",
    "flowdsl.events.programs",
)


@cache
def elsewhere() -> dict[str, Module]:
    return {
        name: module
        for name, module in modules().items()
        if name != HOME and name not in SHOWN and not name.startswith(ALONE)
    }


@pytest.mark.parametrize("what", TEXTS)
def test_a_text_stands_among_the_conventions_alone(what: str) -> None:
    found = [
        f"{name}:{node.lineno} writes {node.value!r}: import it from {HOME}"
        for name, module in elsewhere().items()
        for node in module.constants
        if isinstance(node.value, str) and TEXTS[what].search(node.value)
    ]
    assert found == []


@pytest.mark.parametrize("what", NUMBERS)
def test_a_number_stands_among_the_conventions_alone(what: str) -> None:
    found = [
        f"{name}:{node.lineno} writes {node.value!r}: import it from {HOME}"
        for name, module in elsewhere().items()
        for node in module.constants
        if type(node.value) is int and node.value == NUMBERS[what]
    ]
    assert found == []


def test_the_conventions_have_what_is_looked_for() -> None:
    here = modules()[HOME].constants
    texts = [node.value for node in here if isinstance(node.value, str)]
    assert all(any(pattern.search(text) for text in texts) for pattern in TEXTS.values())
    assert set(NUMBERS.values()) <= {node.value for node in here}
