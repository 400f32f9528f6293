"""Moving a document's own fields into an order, with the comments above them."""

from __future__ import annotations

from flowdsl.check.pitfalls.written import Written


def moved(root: Written, lines: list[str], order: tuple[str, ...]) -> tuple[int, list[str], list[str]] | None:
    """The lines of a document's fields, from which line on, and the same in order; None where they can't be moved.

    Each field must have lines of its own.
    """
    starts = [(key.line - 1, name) for name, (key, _) in (root.entries or {}).items() if key.column == 1]
    if not starts or len(starts) != len(root.entries or {}) or len({line for line, _ in starts}) != len(starts):
        return None
    starts.sort()
    first = _with_comments(starts[0][0], lines)
    end = next((i for i in range(starts[-1][0], len(lines)) if lines[i].startswith(("---", "..."))), len(lines))
    if end == len(lines) and lines[-1] == "":
        # What follows the last line feed is no line.
        end -= 1
    borders = [first, *(_with_comments(line, lines) for line, _ in starts[1:]), end]
    blocks = [
        (name, lines[begin:stop]) for (_, name), begin, stop in zip(starts, borders[:-1], borders[1:], strict=True)
    ]
    blocks.sort(key=lambda block: order.index(block[0]) if block[0] in order else len(order))
    return first, lines[first:end], [line for _, block in blocks for line in block]


def _with_comments(line: int, lines: list[str]) -> int:
    while line > 0 and lines[line - 1].startswith("#"):
        line -= 1
    return line
