"""What a clip is compared with: the measures of a run that was accepted, by the model before this one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sonic_flow.files import stop
from sonic_flow.notes import clean

SHORT = 12  # digits of a digest that people are shown


@dataclass(frozen=True)
class Baseline:
    """The `metrics.json` of a run. What is in it is data of any kind: whoever uses a value looks at it first."""

    metrics: Mapping[str, object]
    not_made: Mapping[str, object]
    origin: Mapping[str, object]

    def told(self) -> str:
        """Where it comes from, in one line."""
        words = {"champion": "champion ", "run": "run ", "date": "of ", "service": "model ", "revision": "source "}
        known = [f"{word}{str(self.origin[key])[:80]}" for key, word in words.items() if self.origin.get(key)]
        return ", ".join(known) or "its origin is not noted"

    def other_inputs(self, inputs: Mapping[str, str]) -> str:
        """Why measures on these files are not comparable with it; empty where they are. Both are SHA-256 by name."""
        known = self.origin.get("inputs")
        if inputs and not isinstance(known, Mapping):
            return "does not say what it was measured on"
        before: Mapping[object, object] = known if isinstance(known, Mapping) else {}
        others = [
            f"{name} ({short(before.get(name))}, here {short(digest)})"
            for name, digest in inputs.items()
            if before.get(name) != digest
        ]
        return f"was measured on another {' and another '.join(others)}" if others else ""


def short(digest: object) -> str:
    """The first digits of a SHA-256, for people. A file may hold anything in its place."""
    return str(clean(str(digest)[:SHORT])) if digest else "not noted"


def read_baseline(path: Path) -> Baseline:
    """Read a `metrics.json`. Stops where it is missing or broken: a broken one is never taken for none."""
    try:
        found = json.loads(path.read_text("utf-8"))
        not_made, origin = found.get("not_made", {}), found.get("origin", {})
        return Baseline(dict(found["metrics"].items()), dict(not_made.items()), dict(origin.items()))
    except FileNotFoundError:
        stop(f"there is no baseline {path.name}; for a first run set require_baseline=false")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        stop(f"{path.name} is no metrics.json of a run ({type(error).__name__}: {error})")
