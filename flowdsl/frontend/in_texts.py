"""What stands in a text for the value of the branch that ran, until the text is given to a task."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from flowdsl.diagnostics import Location
from flowdsl.frontend.trace import Trace

MARK = "$(either."
"""What it begins with: no reference of Tekton's does."""
IN_TEXT = re.compile(r"\$\(either\.[0-9]+\)")


def left_in_texts(trace: Trace) -> Iterator[tuple[str, str, Location]]:
    """Values of the branch that ran inside texts that no task takes as an argument: the node, its words, its place."""
    for node in trace.nodes.values() if trace.texts else ():
        said = repr(attrs.evolve(node, task=attrs.evolve(node.task, function=None, script="")))
        for mark in dict.fromkeys(IN_TEXT.findall(said)):
            choice = trace.texts.get(mark)
            if choice is not None:
                yield node.name, choice._words(), node.location
