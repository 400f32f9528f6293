"""What Pipelines-as-Code evaluates: pkg/matcher/cel.go, pkg/cel/cel.go and pkg/customparams/standard.go of v0.43.0."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .evaluate import answer, check
from .functions import STANDARD, Table, method
from .globs import glob_regex
from .parser import MACROS, parse
from .tree import CelError, Node

VARIABLES = frozenset(
    {
        "event", "event_type", "headers", "body", "event_title", "target_branch", "source_branch", "target_url",
        "source_url", "files",
    }
)  # fmt: skip
"""What an annotation's CEL knows; a Repository may have more (spec.params)."""
PLACEHOLDERS = frozenset(
    {
        "revision", "repo_url", "repo_owner", "repo_name", "target_branch", "source_branch", "git_tag", "source_url",
        "sender", "target_namespace", "event_type", "trigger_comment", "pull_request_labels", "pull_request_number",
        "git_auth_secret",
    }
)  # fmt: skip
"""What stands in `{{ … }}` by its name alone; a Repository may have more."""
EXPRESSIONS = ("body", "headers", "files", "cel:")
"""What begins an expression there."""
IN_PLACEHOLDERS = VARIABLES | PLACEHOLDERS | {"pac"}
"""What an expression in `{{ cel: … }}` knows."""
FUNCTIONS = frozenset({name for name in STANDARD if name[0].isalpha()} | {*MACROS, "has", "pathChanged"})
_PLACEHOLDER = re.compile(r"\{\{([^}]{2,})\}\}")
_TABLE: Table = {**STANDARD, "pathChanged": (method("string", lambda _glob: False),)}


def placeholders(text: str) -> list[str]:
    """What stands between each `{{` and `}}`."""
    return [found[1].strip() for found in _PLACEHOLDER.finditer(text)] if "{{" in text else []


def is_known(name: str) -> bool:
    """Whether Pipelines-as-Code itself gives what a placeholder names."""
    return name in PLACEHOLDERS or name.startswith(EXPRESSIONS)


def filled(text: str, by: Callable[[str], str | None]) -> str:
    """A text with each placeholder replaced; one that stands for nothing (None) stays."""

    def one(found: re.Match[str]) -> str:
        value = by(found[1].strip())
        return found[0] if value is None else value

    return _PLACEHOLDER.sub(one, text)


@functools.lru_cache(maxsize=256)
def read(expression: str, variables: frozenset[str] = VARIABLES) -> Node:
    """The tree of an expression, its names and functions known. Raises CelSyntaxError."""
    tree = parse(expression)
    check(tree, variables, _TABLE)
    return tree


def value_of(
    expression: str, given: Mapping[str, Any], files: Sequence[str] | None = (), variables: frozenset[str] = VARIABLES
) -> Any:
    """What an expression gives; `files` are None where they are not known. Raises CelError, CelLimitError."""

    def changed(glob: str) -> bool:
        pattern = glob_regex(glob)
        if files is None:
            raise CelError("the provider is asked for the changed files")
        return any(pattern.fullmatch(each) for each in files)

    table = {**_TABLE, "pathChanged": (method("string", changed),)}
    return answer(read(expression, variables), given, table)
