"""Write the page of kinds anew from the table: run by hand after a change to it.

python compiler_tests/golden/renew_kinds.py
"""

from __future__ import annotations

from pathlib import Path

from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import CLOSED, KINDS, LIST, MODELLED

PAGE = Path(__file__).parents[2] / "docs" / "kinds.md"
COMMAND = "python compiler_tests/golden/renew_kinds.py"
HEAD = f"""# Kinds

What flowdsl knows of each kind of document. The page is written from `flowdsl/kinds/table.py` by
`{COMMAND}`.

- **Checked**: decoded by a closed model and held to the rules of admission, in `compile`, `lint` and `import`. Any other
  kind of {" and ".join(f"`{group}`" for group in CLOSED)} is an error (FLOW406); other documents pass as they are.
- **Python**: what `import` makes of one, or the class that stands for one; all others stay as they are, in `raw(...)`.
- **Diff**: compared by what it means (params, steps, edges, defaults), or field by field.
- **Cluster**: `apply` and `delete` remove what a pipeline no longer emits; *kept* holds data and is never removed; *run*
  is created anew each time; *read* is looked at alone.

| kind | apiVersion | checked | Python | diff | cluster |
|---|---|---|---|---|---|
"""


def text() -> str:
    """What the page should hold."""
    return HEAD + "".join(map(_row, KINDS)) + _end()


def _row(kind: Kind) -> str:
    versions = ", ".join(f"`{kind.versioned(each)}`" for each in (kind.models or (kind.version,)))
    former = f"; `{'`, `'.join(kind.former)}` is read as {kind.version}" if kind.former else ""
    cells = (
        f"`{kind.name}`",
        versions + former,
        "yes" if kind.models else "names and data" if kind.volume[0] else "",
        "a call"
        if kind.importer and kind.is_run
        else "a function"
        if kind.importer
        else f"`{kind.python}`"
        if kind.python
        else "",
        "by meaning" if kind.facets else "by field",
        _cluster(kind),
    )
    return f"| {' | '.join(cells)} |\n"


def _cluster(kind: Kind) -> str:
    if not kind.served:
        return ""
    if kind.marked:
        return "removed where ours"
    return "run" if kind.is_run else "removed" if kind.prunable else "kept" if kind.keeps_data else "read"


def _end() -> str:
    return f"\n{len(MODELLED)} kinds are checked. A `{LIST.name}` is taken apart wherever documents are read.\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
