"""How many real documents survive import and compile: YAML to Python and back, equal after Tekton's defaulting.

    python compiler_tests/conformance/round_trip.py [CASES.jsonl[.gz]]

Takes the accepted cases that are no mutants. Prints the share that comes back equal as the importer writes it first
(before its own trial would put a raw document in place of what differs), with a table of the misses, and what stands in
the modules as Tekton writes it, by cause.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
from agreement import SHARED, read_cases

from flowdsl.importer.documents import load_documents
from flowdsl.importer.module import write_module
from flowdsl.library.importing_tried import differing
from flowdsl.yamlread.sources import Source

AT_LEAST = 0.99
RAW_AT_MOST = 0.02


@attrs.frozen
class RoundTrips:
    """How many documents there were, how many came back equal, how many of those as raw ones, and the rest."""

    number: int
    equal: int
    raw: int
    misses: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        """The share of documents that came back equal."""
        return self.equal / self.number if self.number else 0.0


def originals(path: Path) -> list[dict[str, Any]]:
    """The accepted cases that nobody changed."""
    return [case for case in read_cases(path) if case["accepted"] and not case["edit"]]


def measure_round_trips(cases: Iterable[dict[str, Any]]) -> RoundTrips:
    """Import each document by itself and compile the module."""
    import json

    number = equal = raw = 0
    misses, kept = [], []
    for case in cases:
        number += 1
        loaded, told = load_documents([Source(case["id"], json.dumps(case["doc"]))])
        if len(loaded) != 1:
            misses.append((told[0].code if told else "nothing read", case["id"]))
            continue
        written = write_module([loaded[0].data])
        if differing(written.text, (loaded[0].data,)):
            misses.append((f"{loaded[0].document.kind} differs", case["id"]))
            continue
        equal += 1
        raw += any(not each.path for each in written.kept)
        kept += [(_cause(each.path, each.reason), case["id"]) for each in written.kept]
    return RoundTrips(number, equal, raw, tuple(misses), tuple(kept))


def _cause(path: tuple[int | str, ...], reason: str) -> str:
    where = f"{path[-1]}: " if path else "the document: "
    return where + re.sub(r"'[^']*'", "…", reason)


def report(found: RoundTrips) -> str:
    """The figures and both tables."""
    lines = [
        f"{found.equal} of {found.number} documents come back equal: {found.share:.3%}; {found.raw} of them as raw"
    ]
    for title, table in (("misses", found.misses), ("kept as Tekton writes it", found.kept)):
        if table:
            counts = Counter(cause for cause, _ in table)
            lines += ["", title]
            for cause, number in counts.most_common():
                example = next(name for each, name in table if each == cause)
                lines.append(f"{number:5}  {cause}  ({example})")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(measure_round_trips(originals(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED))))
