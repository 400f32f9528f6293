"""Which rules are told: by name, code or its beginning (`FLOW3`), everywhere or in some files."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

import attrs

from flowdsl.diagnostics.rule import Rule
from flowdsl.linter.rules import RULES, length

# `integration-tests`, `compiler_tests`, `tekton.examples`.
_LAST_WORD = re.compile(r".*[-_.]")


@attrs.frozen
class Selection:
    """`select` names the rules to tell ("ALL" for those of taste too), `extend` adds to them, `ignore` removes.

    `per_file` maps a glob pattern to rules that are not told in the files it matches. A longer prefix wins over a
    shorter one, and `ignore` over `select` where they are equally long.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def has(self, code: str, file: str = "") -> bool:
        """Whether a finding of this code in this file is told."""
        wanted = max((length(code, each) for each in (*self.select, *self.extend)), default=-1)
        rule = RULES.get(code)
        if not self.select and (rule is None or not (rule.opt_in or _is_quiet(rule, file))):
            wanted = max(wanted, 0)
        unwanted = max((length(code, each) for each in self.ignore), default=-1)
        if wanted < 0 or unwanted >= wanted:
            return False
        path = PurePath(file)
        return not any(
            path.match(pattern) and any(length(code, each) >= 0 for each in codes) for pattern, codes in self.per_file
        )


def _is_quiet(rule: Rule, file: str) -> bool:
    """Whether a rule is not for a file of this kind, as the names of the folders it is in say."""
    if not file or not rule.quiet:
        return False
    folders = frozenset().union(*(folder.value for folder in rule.quiet))
    return any(name in folders or _LAST_WORD.sub("", name) in folders for name in _parts(file))


def _parts(file: str) -> tuple[str, ...]:
    """The folders of a file below where we are: those above say nothing of the project."""
    path = PurePath(file)
    if path.is_absolute():
        here = Path.cwd()
        path = path.relative_to(here) if path.is_relative_to(here) else PurePath(path.name)
    return path.parts[:-1]
