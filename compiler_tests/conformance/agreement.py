"""How far our verdicts agree with Tekton's over labelled documents.

    python compiler_tests/conformance/agreement.py [CASES.jsonl[.gz]]

Prints both figures and the misses by rule: for what Tekton rejects and we accept by Tekton's message, for what it
accepts and we reject by our code. Without a file it takes ../shared/admission/cases.jsonl.gz.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.check.examine import examine

if TYPE_CHECKING:
    from oracle import Verdict

SHARED = Path(__file__).parents[3] / "shared" / "admission" / "cases.jsonl.gz"
TRIGGERS = SHARED.parents[1] / "triggers" / "cases.jsonl.gz"
REJECTED_AT_LEAST = 0.995
ACCEPTED_AT_LEAST = 0.998


@attrs.frozen
class Agreement:
    """What came out: how many of each kind there were, how many agreed, and who did not."""

    rejected: int
    rejected_here: int
    accepted: int
    accepted_here: int
    misses: tuple[tuple[str, str], ...]

    @property
    def rejected_share(self) -> float:
        """Of what Tekton rejects, the share rejected here."""
        return self.rejected_here / self.rejected if self.rejected else 1.0

    @property
    def accepted_share(self) -> float:
        """Of what Tekton accepts, the share accepted here."""
        return self.accepted_here / self.accepted if self.accepted else 1.0


def read_cases(path: Path) -> Iterator[dict[str, Any]]:
    """The cases of a file, compressed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:  # type: ignore[operator]
        for line in lines:
            yield json.loads(line)


def measure(cases: Iterable[dict[str, Any]]) -> Agreement:
    """Our verdict on each case beside its label."""
    counts: Counter[tuple[bool, bool]] = Counter()
    misses = []
    for case in cases:
        checked = examine(case["doc"], pitfalls=False)
        here, why = checked.accepted, ", ".join(sorted({f.code for f in checked.findings if f.severity == "error"}))
        counts[case["accepted"], here] += 1
        if case["accepted"] != here:
            rule = why if case["accepted"] else "Tekton: " + _shape(case.get("message") or "")
            misses.append((rule, f"{case['id']}: {case.get('edit') or 'as it is'}"))
    return Agreement(
        counts[False, False] + counts[False, True],
        counts[False, False],
        counts[True, True] + counts[True, False],
        counts[True, True],
        tuple(misses),
    )


def differing(
    documents: Iterable[dict[str, Any]], verdicts: Iterable[Verdict], whose: str, *, strict: bool = False
) -> list[str]:
    """Each document that we judge otherwise, with both verdicts; `whose` the other one is; `strict` as for `examine`."""
    found = []
    for each, verdict in zip(documents, verdicts, strict=True):
        ours = examine(each, pitfalls=False, strict=strict)
        if ours.accepted != verdict.accepted:
            errors = [f"{f.code} {f.where}: {f.message}" for f in ours.findings if f.severity == "error"]
            found.append(f"{whose}: {verdict.message or verdict.accepted}\n  we: {errors or 'accepted'}\n  {each}")
    return found


def _shape(message: str) -> str:
    """A message without its own names and places, so that those of one rule fall together."""
    return re.sub(r"\s+", " ", re.sub(r'"[^"]*"|[\w.]*spec[\w.\[\]]*|\d+', "…", message))[:90]


def report(found: Agreement) -> str:
    """Both figures and the table."""
    lines = [
        f"rejected by Tekton: {found.rejected:5}, of these rejected here: {found.rejected_share:.3%}",
        f"accepted by Tekton: {found.accepted:5}, of these accepted here: {found.accepted_share:.3%}",
    ]
    by_rule = Counter(rule for rule, _ in found.misses)
    lines += [f"{number:5}  {rule}" for rule, number in by_rule.most_common()] or ["no misses"]
    lines += [f"       {case}" for _, case in found.misses[:20]]
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Print the figures; 1 where they are below what we hold ourselves to."""
    path = Path(argv[0]) if argv else SHARED
    if not path.exists():
        print(f"there are no cases at {path}", file=sys.stderr)
        return 2
    found = measure(read_cases(path))
    print(report(found))
    good = found.rejected_share >= REJECTED_AT_LEAST and found.accepted_share >= ACCEPTED_AT_LEAST
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
