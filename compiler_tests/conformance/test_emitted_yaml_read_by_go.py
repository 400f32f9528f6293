"""kubectl's YAML reader reads what `emit_yaml` writes as the same documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import UnreadableError, read_yaml

from flowdsl.emit import emit_yaml

pytestmark = pytest.mark.usefixtures("kubeyaml")

WORDS = (
    "yes no on off y n Y N true null ~ 0o7 0O7 010 0x1f 0b1 +1 1e3 1_000 1__0 .5 1. 1.e5 .inf -.INF .nan 1:20 1:20.5"
    " 190:20:30 2001-12-14 2001-1-1 2001-12-14t21:59:43.10-05:00 = << - -- --- ... ? : # 0x1p5 1e5f 0o8 8Gi 500m 1h 3a"
)
AWKWARD = (
    *WORDS.split(),
    *("", " ", "a: b", "a #b", " a", "a ", "\ta", "a\t", "a\t#b", "- a", "a\r\nb", "\r", "\0", "\x7f", "\x85", "\xa0"),
    *(
        "\u2028",
        "a\n\u2029",
        "\ufeff",
        "\ufeffa\nb",
        "a\n",
        "\na",
        "\n\n",
        "a\n\n\n",
        " \na",
        "a\n \n",
        "a\n\t",
        "\t\na",
    ),
    *("line one\r\nline two\r\n", "ends in blanks  \nthen goes on\t\n", "    deep\nshallow\n", "x" * 1_500),
    *("2026-11-25T03:00:00Z", "2026-11-25 03:00:00.1 +1", "many words " * 150 + "\n" + "more of them " * 100),
    *("word " * 300, "$(params.a[*])", "%YAML 1.1", "--- a\n...\n---\n", "😀\n", "\U0010ffff", "'\"\\", "k" * 1200),
)
dense = st.text(alphabet="0123456789abefoxyzEOTXZ._+-:~ #\n\t,[]{}&*!|>'\"%@`=<?/$()\\", max_size=12)
strings = st.one_of(st.sampled_from(AWKWARD), dense, st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
# Go's JSON holds 64-bit integers; Kubernetes has no others.
numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    st.one_of(strings, st.none(), st.booleans(), numbers),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(strings, inner, max_size=4)),
    max_leaves=12,
)


def same(read: Any, written: Any) -> bool:
    """Equal, with booleans apart from numbers. Go's JSON may write a float without its point."""
    if isinstance(written, bool) or isinstance(read, bool) or isinstance(written, (str, type(None))):
        return type(read) is type(written) and bool(read == written)
    if isinstance(written, dict):
        return isinstance(read, dict) and read.keys() == written.keys() and all(same(read[k], written[k]) for k in read)
    if isinstance(written, list):
        return isinstance(read, list) and len(read) == len(written) and all(map(same, read, written))
    if isinstance(written, float):
        return isinstance(read, (int, float)) and float(read) == written
    return type(read) is int and bool(read == written)


def test_awkward_strings() -> None:
    document = {"values": list(AWKWARD), "keys": dict.fromkeys(AWKWARD, "v"), "in": [{"a": s} for s in AWKWARD]}
    (read,) = read_yaml(emit_yaml([document]))
    assert same(read, document)


@settings(max_examples=25)  # an example starts a process, so each carries many documents
@given(st.lists(st.dictionaries(strings, values, min_size=1, max_size=4), min_size=1, max_size=20))
def test_any_documents(documents: list[dict[str, Any]]) -> None:
    read = read_yaml(emit_yaml(documents))
    assert same(read, documents)


def test_the_reader_is_kubectls(tmp_path: Path) -> None:
    """A guard on the tool itself: it follows YAML 1.1, drops blank documents and refuses a key given twice."""
    assert read_yaml(b"a: yes\n---\n# nothing\n---\nb: 0o7\n") == [{"a": True}, {"b": 7}]
    with pytest.raises(UnreadableError, match="already set"):
        read_yaml(b"a: 1\na: 2\n")
