"""Words that only look like the name of a kind: the name of a class of ours, of a folder, of a field."""

from __future__ import annotations


def word(text: str) -> str:
    """The text itself, said to be no kind's name, plural, version or group.

    Those stand in `flowdsl.kinds.table` alone (`compiler_tests/architecture/test_kind_names.py`). Nothing that a
    document's kind is compared with is a word.
    """
    return text
