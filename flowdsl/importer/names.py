"""Python names for Tekton's: readable, the same each time, and never two alike in one scope."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

import attrs

from flowdsl.importer.fence import IMPORTS
from flowdsl.kinds.table import PIPELINE, SERVICE_ACCOUNT, TASK

_CODE = frozenset(
    {
        *(name for names in IMPORTS.values() for name in names),
        *(TASK.name, PIPELINE.name, SERVICE_ACCOUNT.name, "Body", "Directory", "File", "Literal", "Manifest"),
        "documents",
    }
)
RESERVED = _CODE | set(dir(builtins))
"""What a generated module uses by itself."""
STARTING = frozenset(
    {"body", "bucket", "commit_status", "event", "header", "pull_request", "push", "schedule", "tag", "webhook"}
)
"""Those of them that only `on=[...]` uses: elsewhere a task `push` and a param `tag` keep their names."""
# `x.after`, `x.status`, ... of a task's handle, and what a NamedTuple has of its own.
RESULTS = frozenset({"after", "count", "index", "is_in", "not_in", "reason", "status"})


def python_name(name: str) -> str:
    """A Tekton name as a Python identifier: `git-url` → `git_url`, `2fa` → `n2fa`, `class` → `class_`."""
    found = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_") or "x"
    if found[0].isdigit():
        found = f"n{found}"
    return f"{found}_" if keyword.iskeyword(found) else found


def lower_name(name: str) -> str:
    """A name as functions have it."""
    return python_name(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def class_name(name: str) -> str:
    """A name as classes have it: `git-clone` → `GitClone`."""
    words = re.split(r"[^A-Za-z0-9]+", name)
    return python_name("".join(word[:1].upper() + word[1:] for word in words))


def dashed(name: str) -> str:
    """The name that flowdsl gives the object of a function of this name."""
    return name.strip("_").replace("_", "-")


@attrs.define
class Names:
    """The names taken in one scope."""

    taken: set[str] = attrs.field(factory=set)

    def free(self, wanted: str, other: str = "") -> str:
        """The name itself, else `other`, else numbered from 2; it is taken from now on."""
        found, number = wanted, 2
        if found in self.taken and other:
            found = wanted = other
        while found in self.taken:
            found, number = f"{wanted.rstrip('_')}_{number}", number + 1
        self.taken.add(found)
        return found


def local_names(
    params: Iterable[str], spaces: Iterable[str], taken: Iterable[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """Python names for params and for workspaces, by Tekton's. The two may have names alike: a workspace gives way."""
    scope = Names(set(taken))
    # What is a Python name already stays as it is, whatever comes before it.
    ordered = sorted(params, key=lambda name: python_name(name) != name)
    found = {name: scope.free(_not(python_name(name), scope.taken)) for name in ordered}
    return found, {name: scope.free(_not(_space(name, found), scope.taken)) for name in spaces}


def _space(name: str, params: Iterable[str]) -> str:
    return f"{python_name(name)}_workspace" if name in params else python_name(name)


def _not(name: str, taken: set[str]) -> str:
    return f"{name}_" if name in taken and f"{name}_" not in taken else name
