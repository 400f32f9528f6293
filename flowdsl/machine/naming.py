"""Names of what a run makes, as knative.dev/pkg/kmeta and k8s.io/apiserver make them."""

from __future__ import annotations

import hashlib

LONGEST = 63
_HEAD = LONGEST - 32


def child_name(parent: str, suffix: str) -> str:
    """The name of a child object: parent and suffix, hashed where that is too long (kmeta.ChildName)."""
    if len(parent) <= LONGEST - len(suffix):
        return parent + suffix
    if _HEAD - len(suffix) <= 0:
        name = parent[:_HEAD] + _md5(parent + suffix)
        return (name + suffix[: LONGEST - len(name)]).rstrip("-._")
    return parent[: _HEAD - len(suffix)] + _md5(parent) + suffix


def run_names(run: str, task: str, number: int, *, matrixed: bool) -> list[str]:
    """The names of a pipeline task's TaskRuns (getNewRunNames): one combination alone gets no number."""
    if not matrixed or number == 1:
        return [child_name(run, f"-{task}")]
    names = []
    for index in range(number):
        name = child_name(run, f"-{task}-{index}")
        if not name.endswith(f"-{index}"):
            name = child_name(run, f"-{task}")[: LONGEST - len(f"-{number}")] + f"-{index}"
        names.append(name)
    return names


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
