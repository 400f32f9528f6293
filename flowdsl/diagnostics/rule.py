"""What is known of a code beside its page: one object, which stands where the code is raised."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType

import attrs

from flowdsl.diagnostics.model import Finding, Location, Severity
from flowdsl.diagnostics.paths import Path


class Folder(enum.Enum):
    """Folders whose YAML is not there to be run as it stands, by what they are called."""

    DATA = frozenset({"testdata", "test-data", "fixtures", "golden"})
    TESTS = frozenset({"test", "tests", "e2e", "spec"})
    SAMPLES = frozenset({"sample", "samples", "example", "examples"})


NOWHERE: frozenset[Folder] = frozenset()
DATA = frozenset({Folder.DATA})
"""What programs' tests read may be odd on purpose: no rule about good style is for it."""
UNUSED = frozenset({Folder.DATA, Folder.TESTS})
"""For rules about what could go: tests declare what they do not need."""
HARDENING = frozenset({Folder.DATA, Folder.TESTS, Folder.SAMPLES})
"""For rules about what others run: tests and samples are run by those who read them."""
TO_FILL_IN = frozenset({Folder.DATA, Folder.SAMPLES})
"""For rules about what the reader of a sample is to put in."""


@attrs.frozen(eq=False)
class Rule:
    """One thing that flowdsl finds: its code, a name in kebab-case, a title, and how bad it is.

    `opt_in`: told only where it is selected. `quiet`: folders for which it is not, unless it is selected. `fix`: what
    `lint --fix` does about it, in a few words; "" where nothing is certain. `refused`: a warning of what Kubernetes
    refuses although Tekton takes it, which is an error to whoever is about to make it: a compile, a run.
    """

    code: str
    name: str
    title: str
    severity: Severity = Severity.ERROR
    opt_in: bool = False
    quiet: frozenset[Folder] = NOWHERE
    fix: str = ""
    refused: bool = False

    @classmethod
    def pitfall(
        cls, code: str, name: str, title: str, *, opt_in: bool = False, quiet: frozenset[Folder] = DATA, fix: str = ""
    ) -> Rule:
        """What Tekton's admission takes and a run or its owner regrets: a warning."""
        return cls(code, name, title, Severity.WARNING, opt_in, quiet, fix)

    @property
    def headline(self) -> str:
        """The title as pages and reports have it."""
        return f"{self.title} (opt-in)" if self.opt_in else self.title

    def finding(
        self,
        message: str,
        location: Location | None = None,
        *,
        hint: str = "",
        path: Path = (),
        related: tuple[tuple[str, Location], ...] = (),
    ) -> Finding:
        """One case of it."""
        return Finding(self.code, self.severity, message, location, hint, path, related=related)


def registry(modules: Iterable[ModuleType]) -> Mapping[str, Rule]:
    """The rules that modules define, by code in order. Raises ValueError where two share a code or a name."""
    # A module that uses the rule of another has it too.
    found = {rule for module in modules for rule in vars(module).values() if isinstance(rule, Rule)}
    rules = {rule.code: rule for rule in sorted(found, key=lambda rule: rule.code)}
    for field in ("code", "name"):
        if len({getattr(rule, field) for rule in found}) < len(found):
            raise ValueError(f"two rules have the same {field}")
    return MappingProxyType(rules)
