"""Which codes are told: by prefix (`FLOW3`), everywhere or in some files."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

import attrs

OPT_IN = frozenset({"FLOW309", "FLOW323", "FLOW327", "FLOW334", "FLOW345", "FLOW346"})
"""Rules of taste: told only where they are selected."""

HARDENING = frozenset({"FLOW320", "FLOW322", "FLOW329"})
"""Rules for what others run: not told in tests, samples and examples unless they are selected."""
UNUSED = frozenset({"FLOW304", "FLOW305", "FLOW306", "FLOW316"})
"""Rules about what could go: not told in tests, unless they are selected."""
_TESTS = frozenset({"test", "tests", "e2e", "spec"})
_DATA = frozenset({"testdata", "test-data", "fixtures", "golden"})
TO_FILL_IN = frozenset({"FLOW120"})
"""Rules about what the reader of a sample is to put in: not told in samples, unless they are selected."""
# `integration-tests`, `compiler_tests`, `tekton.examples`.
_LAST_WORD = re.compile(r".*[-_.]")
_SAMPLES = frozenset({"sample", "samples", "example", "examples"})


@attrs.frozen
class Selection:
    """`select` names the codes to tell ("ALL" for those of taste too), `extend` adds to them, `ignore` removes.

    `per_file` maps a glob pattern to codes that are not told in the files it matches. A longer prefix wins over a
    shorter one, and `ignore` over `select` where they are equally long.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def has(self, code: str, file: str = "") -> bool:
        """Whether a finding of this code in this file is told."""
        wanted = max((_match(code, each) for each in (*self.select, *self.extend)), default=-1)
        if not self.select and code not in OPT_IN and not _is_spared(code, file):
            wanted = max(wanted, 0)
        unwanted = max((_match(code, each) for each in self.ignore), default=-1)
        if wanted < 0 or unwanted >= wanted:
            return False
        path = PurePath(file)
        return not any(
            path.match(pattern) and any(_match(code, each) >= 0 for each in codes) for pattern, codes in self.per_file
        )


def _is_spared(code: str, file: str) -> bool:
    """Whether a rule is not for a file of this kind, as the names of the folders it is in say. Secrets are for all."""
    if not file or code == "FLOW321" or not (code.startswith("FLOW3") or code in TO_FILL_IN):
        return False
    folders = _DATA
    if code in HARDENING or code in UNUSED:
        folders |= _TESTS
    if code in HARDENING or code in TO_FILL_IN:
        folders |= _SAMPLES
    return any(name in folders or _LAST_WORD.sub("", name) in folders for name in _parts(file))


def _parts(file: str) -> tuple[str, ...]:
    """The folders of a file below where we are: those above say nothing of the project."""
    path = PurePath(file)
    if path.is_absolute():
        here = Path.cwd()
        path = path.relative_to(here) if path.is_relative_to(here) else PurePath(path.name)
    return path.parts[:-1]


def _match(code: str, prefix: str) -> int:
    """How long the prefix is that matches; -1 for none."""
    if prefix.upper() == "ALL":
        return 0
    return len(prefix) if code.startswith(prefix.upper()) else -1
